"""The content-addressed document store: a folder by default, S3 and others by ``fsspec`` URL (design, section 4).

The bytes with the SHA-256 ``abcd…`` have the document id ``sha256-abcd…`` and lie under ``sha256/ab/abcd…``; those of
a document in quarantine lie apart, under ``quarantine/ab/abcd…``, where no document id leads. What is being written
lies under ``parts/`` until it is whole.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final, TypeVar
from uuid import uuid4

from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # as above
from temporalio.exceptions import ApplicationError

from activities.errors import broken, refused, unreachable

Result = TypeVar("Result")

ABANDONED_AFTER: Final = timedelta(hours=1)
"""A part this old belongs to a worker that died: no document takes this long to write."""

_DOCUMENT_ID = re.compile(r"sha256-([0-9a-f]{64})")
_PIECE = 1024 * 1024
_BLOCK = 5 * 1024 * 1024
"""What is sent at a time to a store elsewhere; the least that S3 takes. By default it would be the whole document."""

_GOOD, _APART = "sha256", "quarantine"


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
            # Other workers write, too: what a listing said a while ago is nothing to go by.
            self._files, root = url_to_fs(url, use_listings_cache=False)
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
        return await self._call(self._put, file, _GOOD)

    async def put_apart(self, file: BinaryIO) -> None:
        """Store an open file from its beginning in quarantine; raises as ``put`` does."""
        await self._call(self._put, file, _APART)

    async def release(self, sha256: str) -> str:
        """Put a document that is in quarantine among the others, too.

        It stays in quarantine as well: another case may have it there.

        :returns: the document id.
        :raises ApplicationError: broken, where it is not in quarantine or has changed there; unreachable.
        """
        return await self._call(self._release, document_id_of(sha256))

    async def read(self, document_id: str) -> bytes:
        """The bytes of a document, checked against its id.

        :raises ApplicationError: refused, for an id of another form; broken, where the store does not have it or has
            other bytes in its place; unreachable, where the store cannot be read.
        """
        return await self._call(self._read, document_id)

    async def open(self, document_id: str, *, quarantined: bool = False) -> BinaryIO:
        """A document as an open file from its beginning, checked against its id; whoever asks closes it.

        :param quarantined: the one that is kept apart under this id.
        :raises ApplicationError: as ``read`` does.
        """
        return await self._call(self._open, document_id, _APART if quarantined else _GOOD)

    async def fault_of(self, document_id: str) -> str | None:
        """What is wrong with a document in the store, in a few words; None where its bytes have the hash in its id.

        It is read in pieces: a large one takes no more memory than a small one.

        :raises ApplicationError: unreachable, where the store cannot be read.
        """
        return await self._call(self._fault_of, document_id)

    async def read_also_apart(self, document_id: str) -> bytes:
        """As ``read``, also where the document lies in quarantine only."""
        return await self._call(self._read_also_apart, document_id)

    def uri(self, document_id: str) -> str:
        """Where a document lies, for people: ``file:///…``, ``s3://…``; raises as ``read`` does."""
        return str(self._files.unstrip_protocol(self._path(document_id)))

    async def _call(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Do what takes a while in a thread, with the failures of any driver told as what they are to us."""
        try:
            return await asyncio.to_thread(work, *arguments)
        except (ApplicationError, MemoryError):
            raise
        except Exception as error:
            # Each driver has exceptions of its own, and to the one who waits they mean the same.
            raise unreachable(f"the document store is out of reach ({type(error).__name__})") from None

    def _path(self, document_id: str, folder: str = _GOOD) -> str:
        found = _DOCUMENT_ID.fullmatch(document_id)
        if not found:
            raise refused("document_id: expected sha256- followed by 64 hex digits in lower case")
        sha256 = found[1]
        return f"{self._root}/{folder}/{sha256[:2]}/{sha256}"

    def _put(self, file: BinaryIO, folder: str) -> str:
        file.seek(0)
        sha256 = _hash_of(file)
        document_id = document_id_of(sha256)
        path = self._path(document_id, folder)
        if self._holds(path, sha256):
            return document_id
        # Under another name first, so that nobody ever reads half a document.
        part = f"{self._parts}/{uuid4().hex}"
        for folder in (self._parts, path.rpartition("/")[0]):
            self._files.makedirs(folder, exist_ok=True)
        self._remove_abandoned_parts()
        try:
            file.seek(0)
            with self._files.open(part, "wb", block_size=_BLOCK) as out:
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
        with contextlib.suppress(OSError, NotImplementedError):  # another worker may be faster; nothing waits for it
            for part in self._files.find(self._parts):
                if self._files.modified(part) < before:
                    self._files.rm_file(part)

    def _holds(self, path: str, sha256: str) -> bool:
        """Whether the store has exactly these bytes; a file that has changed is written again."""
        try:
            with self._files.open(path, "rb", block_size=_BLOCK) as there:
                return _hash_of(there) == sha256
        except FileNotFoundError:
            return False

    def _read_also_apart(self, document_id: str) -> bytes:
        path = self._path(document_id, _APART)
        return self._read(document_id, _GOOD if not self._files.exists(path) else _APART)

    def _read(self, document_id: str, folder: str = _GOOD) -> bytes:
        try:
            content = bytes(self._files.cat_file(self._path(document_id, folder)))
        except FileNotFoundError:
            raise broken(f"the document store does not have {document_id}") from None
        if document_id_of(hashlib.sha256(content).hexdigest()) != document_id:
            raise broken(f"document {document_id} has changed in the store; expected bytes with the hash in its name")
        return content

    def _open(self, document_id: str, folder: str) -> BinaryIO:
        try:
            file: BinaryIO = self._files.open(self._path(document_id, folder), "rb", block_size=_BLOCK)
        except FileNotFoundError:
            raise broken(f"the document store does not have {document_id}") from None
        if document_id_of(_hash_of(file)) != document_id:
            file.close()
            raise broken(f"document {document_id} has changed in the store; expected bytes with the hash in its name")
        file.seek(0)
        return file

    def _fault_of(self, document_id: str) -> str | None:
        if _DOCUMENT_ID.fullmatch(document_id) is None:
            return "has an id that is none"
        try:
            with self._files.open(self._path(document_id), "rb", block_size=_BLOCK) as there:
                same = document_id_of(_hash_of(there)) == document_id
        except FileNotFoundError:
            return "is not in the document store"
        return None if same else "has changed in the document store: its bytes have another hash"

    def _release(self, document_id: str) -> str:
        try:
            with self._files.open(self._path(document_id, _APART), "rb", block_size=_BLOCK) as there:
                if document_id_of(_hash_of(there)) != document_id:
                    raise broken(f"document {document_id} has changed in quarantine; expected bytes with its hash")
                return self._put(there, _GOOD)
        except FileNotFoundError:
            raise broken(f"the document store does not have {document_id} in quarantine") from None


def _hash_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
