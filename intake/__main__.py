"""The look as a process of its own: ``python -m intake`` with the document on stdin; its name and media type, as the
sender says them, are the first argument, as JSON. For a signed conclusion a third item is the open file of the draft.

It takes limits upon itself before it reads a byte of the document, says that it is ready with one line, and then
writes the verdict as one line of JSON. What goes wrong in between, however it goes wrong, goes wrong here.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
from typing import BinaryIO

from intake.limits import EXIT_MEMORY, LIMITS, READY
from intake.verdict import Verdict


def main() -> None:
    """Look into what stdin is; exits with ``EXIT_MEMORY`` where the memory does not suffice."""
    filename, declared, *drafts = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)  # libraries tell of each oddity, in words of the document
    for kind, limit in LIMITS.items():
        resource.setrlimit(kind, limit)
    print(READY, flush=True)
    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            print(json.dumps(_look(file, filename, declared, drafts)), flush=True)
    except MemoryError:
        os._exit(EXIT_MEMORY)


def _look(file: BinaryIO, filename: str, declared: str | None, drafts: list[int]) -> Verdict:
    # Each kind of look loads its own libraries and no other.
    if not drafts:
        from intake import contents

        return contents.look(file, filename, declared)
    from intake import signature

    with os.fdopen(drafts[0], "rb", closefd=False) as draft:
        return signature.look(file, filename, draft)


if __name__ == "__main__":
    main()
