"""Reading the JSON that a person hands to a command, from a file or from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from cli.errors import CannotDo
from rules.text import one_line

LARGEST_FILE: Final = 2 * 1024 * 1024
"""Bytes: Temporal takes no more in one message. A request or a decision may take less (contract, section 11)."""

_SHOWN: Final = 20
"""Characters of a file that show where it is no JSON."""


def read_object(file: str) -> dict[str, Any]:
    """Read one JSON object.

    :param file: a path, or ``-`` for standard input.
    :raises CannotDo: naming the file where it is not there, is not JSON or is something else than an object.
    """
    named = "standard input" if file == "-" else file
    try:
        content = sys.stdin.buffer.read(LARGEST_FILE + 1) if file == "-" else _read(Path(file))
        text = content.decode("utf-8-sig")
    except FileNotFoundError:
        raise CannotDo(f"{named}: no such file") from None
    except UnicodeDecodeError:
        raise CannotDo(f"{named}: not text in UTF-8; expected a JSON object") from None
    except IsADirectoryError:
        raise CannotDo(f"{named}: is a folder; expected a file with one JSON object") from None
    except OSError as error:
        raise CannotDo(f"{named}: {error.strerror or 'cannot be read'}") from None
    if len(content) > LARGEST_FILE:
        raise CannotDo(f"{named}: is larger than {LARGEST_FILE} bytes, the most that one message can hold")
    if not text.strip():
        raise CannotDo(f"{named}: is empty; expected one JSON object")
    try:
        data = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        where = _where(error) if isinstance(error, json.JSONDecodeError) else ""
        raise CannotDo(f"{named}: not JSON{where}; expected one JSON object") from None
    except RecursionError:
        raise CannotDo(f"{named}: nested too deeply; expected one JSON object") from None
    if not isinstance(data, dict):
        raise CannotDo(f"{named}: expected one JSON object")
    return data


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LARGEST_FILE + 1)


def _where(error: json.JSONDecodeError) -> str:
    at = one_line(error.doc[error.pos : error.pos + _SHOWN])
    return f", line {error.lineno} column {error.colno}, {f'at {at}' if at else 'at the end'}"


def _no_number(constant: str) -> None:
    # Python reads NaN and Infinity, JSON has neither, and the case would refuse what it then gets.
    raise ValueError(f"{constant} is not JSON")
