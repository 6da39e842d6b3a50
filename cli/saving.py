"""Saving documents as files: under names that are safe anywhere, and never over a file that is there."""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rules.text import one_line, sha256_of

LONGEST_NAME: Final = 120
"""Characters of a file name, its ending included: in UTF-8 fewer than the 255 bytes that file systems take, with room
for a number."""

_FORBIDDEN = re.compile(r'[/\\:*?"<>|\n]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names that are devices to Windows, whatever their ending."""


class IsThere(Exception):
    """Another file has the name that a new one was to have."""


def safe_name(name: str) -> str:
    """A name from outside as one of a file: no path, no character that acts on a terminal or that a system forbids."""
    whole = _FORBIDDEN.sub("_", one_line(unicodedata.normalize("NFC", name))).strip(". ")
    if _RESERVED.match(whole):
        whole = f"_{whole}"
    stem, dot, ending = whole.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = whole, "", ""
    return f"{stem[: LONGEST_NAME - len(dot + ending)].rstrip()}{dot}{ending}" or "document"


def numbered(name: str) -> Iterator[str]:
    """The name, then ``name (2).pdf``, ``name (3).pdf`` and so on."""
    yield name
    path = Path(name)
    number = 2
    while True:
        yield f"{path.stem} ({number}){path.suffix}"
        number += 1


def save_in(folder: Path, name: str, content: bytes, taken: set[str]) -> Path:
    """Save under the name, or under the next number of it that is free.

    A file that is there is never written over; one with these very bytes is left as it is.

    :param taken: names already given out by the same command, lower-cased; this one is added.
    :raises OSError: where it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = (each for each in numbered(safe_name(name)) if each.lower() not in taken)
    path = next(folder / each for each in free if save(folder / each, content))
    taken.add(path.name.lower())
    return path


def free_name(name: str, taken: set[str]) -> str:
    """A safe name that none of the others has; it is taken from then on.

    :param taken: names already given out, lower-cased; this one is added.
    """
    free = next(each for each in numbered(safe_name(name)) if each.lower() not in taken)
    taken.add(free.lower())
    return free


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to be written piece by piece, which is there whole at the end or not at all; none is ever written over.

    One that is there with these very bytes is left as it is.

    :raises IsThere: at the end, where another is there.
    :raises OSError: where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            if not path.is_file() or not filecmp.cmp(part, path, shallow=False):
                raise IsThere(path) from None
    finally:
        part.unlink(missing_ok=True)


def save(path: Path, content: bytes) -> bool:
    """Save a new file, whole or not at all; False where another one is there.

    :raises OSError: where it cannot be written.
    """
    try:
        with path.open("xb") as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
    except FileExistsError:
        return path.is_file() and sha256_of(path.read_bytes()) == sha256_of(content)
    return True
