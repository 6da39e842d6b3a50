"""How a command fails: one line on stderr that says why, and an exit code (contract, section 9)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cases.errors import CannotDo
from rules.text import one_line
from runtime.packages import OWN

__all__ = ["CannotDo", "errors_in_one_line", "in_one_line"]

REFUSED = 1
"""Exit code of what was refused or not found; wrong usage is 2, which ``typer`` sees to."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells give it."""

_LONGEST = 600


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn whatever a command raises into one line on stderr and an exit; nobody ever sees a stack trace.

    :raises SystemExit: with 1 for a refusal or a failure, 130 after Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has gone (`starter.py list | head`): nobody is left to read an error.
        raise SystemExit(REFUSED) from None
    except Exception as error:
        print(f"error: {in_one_line(error)}", file=sys.stderr)
        raise SystemExit(REFUSED) from None


def in_one_line(error: BaseException) -> str:
    """The error in its own words, with its type where it is not one of ours."""
    text = one_line(str(error), _LONGEST)
    name = type(error).__name__
    if not text:
        return name
    # Errors of ours are written for people; of others the type says half of it.
    return text if type(error).__module__.split(".")[0] in OWN else f"{name}: {text}"
