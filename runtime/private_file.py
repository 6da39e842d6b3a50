"""Files that nobody else may read: written whole or not at all, and read again when they have changed."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

MODE: Final = 0o600

Content = TypeVar("Content")

log = logging.getLogger("gateway")


def new_private_file(beside: Path, content: bytes) -> Path:
    """A file beside another with this content, on its way to that one's name. :raises OSError: as writing does."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    part = beside.with_name(f"{beside.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as written:
            written.write(content)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def write_private_file(file: Path, content: bytes) -> None:
    """Write a file anew, whole or not at all. :raises OSError: where it cannot be written."""
    new_private_file(file, content).replace(file)


class Watched(Generic[Content]):
    """What is in a file, as it is now. A file that can no longer be read keeps what it had before.

    :param read: reads the file, which may be missing.
    :param fault: what ``read`` raises for a file that cannot be read; so does the constructor.
    :param what: is in it, in words for the log.
    """

    def __init__(self, file: Path, read: Callable[[Path], Content], fault: type[ValueError], what: str) -> None:
        self._file, self._read, self._fault, self._what = file, read, fault, what
        self._seen = self._state()
        self._content = read(file)

    def now(self) -> Content:
        """Read again only where the file is another than it was."""
        state = self._state()
        if state != self._seen:
            self._seen = state
            try:
                self._content = self._read(self._file)
            except self._fault as error:
                log.error("the %s stay as they were: %s", self._what, error)
        return self._content

    def _state(self) -> tuple[int, int, int] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
