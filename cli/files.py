"""Reading the JSON that a person hands to a command, from a file or from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from cli.errors import CannotDo


def read_object(file: str) -> dict[str, Any]:
    """Read one JSON object.

    :param file: a path, or ``-`` for standard input.
    :raises CannotDo: naming the file where it is not there, is not JSON or is something else than an object.
    """
    named = "standard input" if file == "-" else file
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CannotDo(f"{named}: no such file") from None
    except UnicodeDecodeError:
        raise CannotDo(f"{named}: not text in UTF-8; expected a JSON object") from None
    except OSError as error:
        raise CannotDo(f"{named}: {error.strerror or 'cannot be read'}") from None
    if not text.strip():
        raise CannotDo(f"{named}: is empty; expected one JSON object")
    try:
        data = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        where = f", line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CannotDo(f"{named}: not JSON{where}; expected one JSON object") from None
    except RecursionError:
        raise CannotDo(f"{named}: nested too deeply; expected one JSON object") from None
    if not isinstance(data, dict):
        raise CannotDo(f"{named}: expected one JSON object")
    return data


def _no_number(constant: str) -> None:
    # Python reads NaN and Infinity, JSON has neither, and the case would refuse what it then gets.
    raise ValueError(f"{constant} is not JSON")
