from __future__ import annotations

import asyncio
import hashlib
import io
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # fsspec ships no types
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # fsspec ships no types
from s3fs import S3FileSystem  # type: ignore[import-untyped]  # s3fs ships no types

from activities.document_store import ABANDONED_AFTER, DocumentStore, document_id_of
from activities.interface import ErrorKind
from tests.activities.contents import files_in
from tests.activities.failing import failing
from tests.s3 import BUCKET, CREDENTIALS, s3_server

CONTENT = "Қорытынды".encode() * 300_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ID = f"sha256-{SHA256}"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["folder", "memory", "S3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "folder":
        return str(tmp_path / "documents")
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()  # one of another server
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


async def test_what_is_put_is_read_again_under_its_hash(url: str) -> None:
    store = DocumentStore(url)
    assert await store.put(CONTENT) == ID == document_id_of(SHA256.upper())
    assert await store.put(io.BytesIO(CONTENT)) == ID
    assert await DocumentStore(url).read(ID) == CONTENT
    assert store.uri(ID).endswith(f"/sha256/{SHA256[:2]}/{SHA256}")


async def test_the_same_bytes_from_many_at_once_lie_there_once_and_whole(tmp_path: Path) -> None:
    stores = [DocumentStore(str(tmp_path)) for _ in range(8)]
    await asyncio.gather(*(store.put(CONTENT) for store in stores))
    files = files_in(tmp_path)
    assert [path.read_bytes() for path in files] == [CONTENT]
    assert stores[0].uri(ID) == files[0].as_uri()


async def test_putting_again_leaves_the_file_alone(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path.as_uri())
    await store.put(CONTENT)
    path = tmp_path / "sha256" / SHA256[:2] / SHA256
    before = path.stat()
    await store.put(CONTENT)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("harm", [b"", CONTENT[:-1], b"x" + CONTENT[1:]])
async def test_a_file_that_has_changed_is_not_given_out_and_is_mended_by_the_next_put(
    tmp_path: Path, harm: bytes
) -> None:
    store = DocumentStore(str(tmp_path))
    await store.put(CONTENT)
    (tmp_path / "sha256" / SHA256[:2] / SHA256).write_bytes(harm)
    with failing(ErrorKind.BROKEN) as failure:
        await store.read(ID)
    assert failure.message.startswith(f"document {ID} has changed in the store")
    await store.put(CONTENT)
    assert await store.read(ID) == CONTENT


async def test_the_same_bytes_are_written_once_and_a_change_to_them_is_noticed_and_mended(url: str) -> None:
    store = DocumentStore(url)
    files, root = url_to_fs(url, use_listings_cache=False)
    await store.put(CONTENT)
    path = f"{root}/sha256/{SHA256[:2]}/{SHA256}"
    first = files.modified(path)
    await store.put(io.BytesIO(CONTENT))
    assert files.modified(path) == first
    assert files.find(root) == [path]
    files.pipe_file(path, b"x" + CONTENT[1:])
    with failing(ErrorKind.BROKEN) as failure:
        await store.read(ID)
    assert "has changed in the store" in failure.message
    await store.put(CONTENT)
    assert await store.read(ID) == CONTENT


async def test_what_is_in_quarantine_is_no_document_until_it_is_released(url: str) -> None:
    store = DocumentStore(url)
    with failing(ErrorKind.BROKEN) as failure:
        await store.release(SHA256)
    assert failure.message == f"the document store does not have {ID} in quarantine"
    await store.put_apart(io.BytesIO(CONTENT))
    with failing(ErrorKind.BROKEN):
        await store.read(ID)
    assert [await store.release(SHA256) for _ in range(2)] == [ID, ID]
    assert await store.read(ID) == CONTENT
    files, root = url_to_fs(url, use_listings_cache=False)
    assert len(files.find(f"{root}/quarantine")) == 1, "another case may have it there"


async def test_what_has_changed_in_quarantine_is_not_released(url: str) -> None:
    store = DocumentStore(url)
    await store.put_apart(io.BytesIO(CONTENT))
    files, root = url_to_fs(url, use_listings_cache=False)
    files.pipe_file(f"{root}/quarantine/{SHA256[:2]}/{SHA256}", CONTENT + b"x")
    with failing(ErrorKind.BROKEN) as failure:
        await store.release(SHA256)
    assert "has changed in quarantine" in failure.message
    with failing(ErrorKind.BROKEN):
        await store.read(ID)


async def test_an_s3_that_does_not_answer_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (CREDENTIALS | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}).items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()  # of the server before
    with failing(ErrorKind.UNREACHABLE) as failure:
        await DocumentStore(f"s3://{BUCKET}/{uuid.uuid4().hex}").put(CONTENT)
    assert failure.message.startswith("the document store is out of reach")


async def test_a_document_that_is_not_there_is_named(url: str) -> None:
    with failing(ErrorKind.BROKEN) as failure:
        await DocumentStore(url).read(ID)
    assert failure.message == f"the document store does not have {ID}"


@pytest.mark.parametrize(
    "document_id", ["", SHA256, "sha256-../../../etc/passwd", f"sha256-{SHA256.upper()}", ID + "\n"]
)
async def test_what_is_no_document_id_is_refused(tmp_path: Path, document_id: str) -> None:
    with failing(ErrorKind.REFUSED):
        await DocumentStore(str(tmp_path)).read(document_id)


async def test_a_store_that_cannot_be_written_is_tried_again_and_nothing_half_done_is_left(tmp_path: Path) -> None:
    (tmp_path / "sha256").write_bytes(b"a file where a folder has to be")
    with failing(ErrorKind.UNREACHABLE) as failure:
        await DocumentStore(str(tmp_path)).put(CONTENT)
    assert failure.message.startswith("the document store is out of reach")
    assert files_in(tmp_path) == [tmp_path / "sha256"]


async def test_a_writing_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        turns = 0

        def read(self, size: int | None = -1) -> bytes:
            self.turns += 1
            if self.turns > 8:
                raise OSError("the disk is gone")
            return super().read(size)

    with failing(ErrorKind.UNREACHABLE):
        await DocumentStore(str(tmp_path)).put(Breaking(CONTENT))
    assert files_in(tmp_path) == []


async def test_what_a_worker_that_died_left_half_written_is_swept_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    hour_ago = time.time() - ABANDONED_AFTER.total_seconds()
    for name, changed_at in (("abandoned", hour_ago - 1), ("being-written", hour_ago + 60)):
        (parts / name).write_bytes(b"half")
        os.utime(parts / name, (changed_at, changed_at))
    await DocumentStore(str(tmp_path)).put(CONTENT)
    assert files_in(parts) == [parts / "being-written"]


async def test_a_part_that_cannot_be_swept_keeps_no_document_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_allowed(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(LocalFileSystem, "rm_file", not_allowed)
    part = tmp_path / "parts" / "abandoned"
    part.parent.mkdir()
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    assert await DocumentStore(str(tmp_path)).put(CONTENT) == ID
    assert part.exists()


def test_an_unknown_kind_of_store_names_the_setting_and_not_the_url() -> None:
    with pytest.raises(ValueError, match="REXV_DOCUMENT_STORE: no store of the kind 'nosuch'") as caught:
        DocumentStore("nosuch://user:s3cret@host/x")
    assert "s3cret" not in str(caught.value)
