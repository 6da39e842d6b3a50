"""The content-addressed document store: a folder by default, S3 and others by ``fsspec`` URL (design, section 4).

The bytes with the SHA-256 ``abcd…`` have the document id ``sha256-abcd…`` and lie under ``sha256/ab/abcd…``. What is
being written lies under ``parts/`` until it is whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final
from uuid import uuid4

from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # as above

from activities.errors import broken, refused, unreachable

ABANDONED_AFTER: Final = timedelta(hours=1)
"""A part this old belongs to a worker that died: no document takes this long to write."""

_DOCUMENT_ID = re.compile(r"sha256-([0-9a-f]{64})")
_PIECE = 1024 * 1024


def document_id_of(sha256: str) -> str:
    """The id of the document with this SHA-256 (64 hex digits)."""
    return f"sha256-{sha256.lower()}"


class DocumentStore:
    """Keeps documents under their own hash, so that storing twice changes nothing, and a change to one is noticed.

    :param url: ``REXV_DOCUMENT_STORE``: a path or an ``fsspec`` URL.
    :raises ValueError: naming the setting, where there is no such kind of store here.
    """

    def __init__(self, url: str) -> None:
        try:
            self._files, root = url_to_fs(url)
        except (ValueError, ImportError) as error:
            kind = url.partition("://")[0] if "://" in url else "folder"
            raise ValueError(
                f"REXV_DOCUMENT_STORE: no store of the kind {kind!r} here ({type(error).__name__}); "
                "expected a folder or an fsspec URL"
            ) from None
        self._root = root.rstrip("/")
        self._parts = f"{self._root}/parts"

    async def put(self, content: bytes | BinaryIO) -> str:
        """Store bytes, or an open file of them from its beginning; the same bytes again change nothing.

        :returns: the document id.
        :raises ApplicationError: unreachable, where the store cannot be written.
        """
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        try:
            return await asyncio.to_thread(self._put, file)
        except OSError as error:
            raise unreachable(f"the document store cannot be written ({type(error).__name__})") from None

    async def read(self, document_id: str) -> bytes:
        """The bytes of a document, checked against its id.

        :raises ApplicationError: refused, for an id of another form; broken, where the store does not have it or has
            other bytes in its place; unreachable, where the store cannot be read.
        """
        path = self._path(document_id)
        try:
            content = await asyncio.to_thread(self._read, path)
        except FileNotFoundError:
            raise broken(f"the document store does not have {document_id}") from None
        except OSError as error:
            raise unreachable(f"the document store cannot be read ({type(error).__name__})") from None
        if document_id_of(hashlib.sha256(content).hexdigest()) != document_id:
            raise broken(f"document {document_id} has changed in the store; expected bytes with the hash in its name")
        return content

    async def size(self, document_id: str) -> int | None:
        """The size of a document in bytes, or None where the store does not have it; raises as ``read`` does."""
        path = self._path(document_id)
        try:
            return await asyncio.to_thread(self._size, path)
        except OSError as error:
            raise unreachable(f"the document store cannot be read ({type(error).__name__})") from None

    def uri(self, document_id: str) -> str:
        """Where a document lies, for people: ``file:///…``, ``s3://…``; raises as ``read`` does."""
        return str(self._files.unstrip_protocol(self._path(document_id)))

    def _path(self, document_id: str) -> str:
        found = _DOCUMENT_ID.fullmatch(document_id)
        if not found:
            raise refused("document_id: expected sha256- followed by 64 hex digits in lower case")
        sha256 = found[1]
        return f"{self._root}/sha256/{sha256[:2]}/{sha256}"

    def _put(self, file: BinaryIO) -> str:
        file.seek(0)
        sha256 = _hash_of(file)
        document_id = document_id_of(sha256)
        path = self._path(document_id)
        if self._holds(path, sha256):
            return document_id
        # Under another name first, so that nobody ever reads half a document.
        part = f"{self._parts}/{uuid4().hex}"
        for folder in (self._parts, path.rpartition("/")[0]):
            self._files.makedirs(folder, exist_ok=True)
        self._remove_abandoned_parts()
        try:
            file.seek(0)
            with self._files.open(part, "wb") as out:
                shutil.copyfileobj(file, out, _PIECE)
                if isinstance(self._files, LocalFileSystem):
                    out.flush()
                    os.fsync(out.fileno())
            if isinstance(self._files, LocalFileSystem):
                os.replace(part, path)
            else:
                self._files.mv(part, path)
        except BaseException:
            if self._files.exists(part):
                self._files.rm_file(part)
            raise
        return document_id

    def _remove_abandoned_parts(self) -> None:
        before = datetime.now(UTC) - ABANDONED_AFTER
        # Best effort: another worker may be faster, and no failure here may keep a document out.
        with contextlib.suppress(OSError, NotImplementedError):
            for part in self._files.find(self._parts):
                if self._files.modified(part) < before:
                    self._files.rm_file(part)

    def _holds(self, path: str, sha256: str) -> bool:
        """Whether the store has exactly these bytes; a file that has changed is written again."""
        try:
            with self._files.open(path, "rb") as there:
                return _hash_of(there) == sha256
        except FileNotFoundError:
            return False

    def _read(self, path: str) -> bytes:
        with self._files.open(path, "rb") as file:
            return bytes(file.read())

    def _size(self, path: str) -> int | None:
        try:
            return int(self._files.size(path))
        except FileNotFoundError:
            return None


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
