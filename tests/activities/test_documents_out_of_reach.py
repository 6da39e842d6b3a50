"""Documents whose host is slow, silent or odd, and a store that fails."""

from __future__ import annotations

import asyncio
import errno
import zlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from activities.atameken import atameken_client
from activities.document_store import DocumentStore
from activities.documents import DocumentActivities, Patience
from activities.fetching import DocumentFetcher
from activities.interface import ErrorKind, Fetch
from activities.looking import Looks, Verdict
from rules.documents import OfferedDocument
from tests.activities.contents import PDF, PNG, SCRIPT, files_in
from tests.activities.failing import failing
from tests.activities.test_documents import SHORT, TOKEN, offered, place
from tests.servers import Answer, Host, running


async def test_one_bad_document_holds_up_none_of_the_others(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers = {
            "/good.pdf": Answer(PDF),
            "/busy.pdf": Answer(status=503),
            "/bad.pdf": Answer(SCRIPT),
            "/hang.pdf": Answer(hangs=True),
            "/cut.pdf": Answer(pieces=iter([b"%PDF-"]), headers={"Content-Length": str(len(PDF))}),
            "/list.png": Answer(PNG),
        }
        urls = [f"{there.our_url}/{name}.pdf" for name in ("hang", "busy", "good", "bad", "cut")]
        fetched = await there.fetch(*map(offered, urls), offered(f"{there.our_url}/list.png", PNG))
        assert [each.index for each in fetched.stored] == [2, 5]
        assert [each.index for each in fetched.refused] == [3]
        assert fetched.out_of_reach == [0, 1, 4]


@pytest.mark.parametrize("error", [LookupError, OverflowError, UnicodeError, zlib.error, AssertionError])
async def test_a_check_that_breaks_off_is_that_one_document_s_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    look = Looks.into

    async def breaking(self: Looks, file: BinaryIO, document: OfferedDocument) -> Verdict:
        if document.filename == "bad.pdf":
            raise error(f"https://host/?signature={TOKEN}")
        return await look(self, file, document)

    monkeypatch.setattr(Looks, "into", breaking)
    async with place(tmp_path) as there:
        there.ours.answers = {"/good.pdf": Answer(PDF), "/bad.pdf": Answer(PDF)}
        fetched = await there.fetch(offered(f"{there.our_url}/bad.pdf"), offered(f"{there.our_url}/good.pdf"))
    assert [each.index for each in fetched.stored] == [1]
    said = f"bad.pdf: its check broke off ({error.__name__}); expected a document that can be read"
    assert [each.reason for each in fetched.refused] == [said]
    assert TOKEN not in caplog.text
    assert "the check of a document broke off" in caplog.text


async def test_no_room_on_our_disk_is_our_failure_and_no_document_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> Verdict:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Looks, "into", full)
    async with place(tmp_path) as there:
        there.ours.answers = {"/a.pdf": Answer(PDF)}
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(offered(f"{there.our_url}/a.pdf"))
    assert "there is no room for it on this machine (OSError)" in failure.message


async def test_a_host_that_drips_holds_up_the_settled_ones_for_a_moment_only(tmp_path: Path) -> None:
    patience = Patience(more=timedelta(seconds=0.2))
    async with place(tmp_path, patience=patience, between_bytes=timedelta(seconds=60)) as there:
        there.ours.answers = {"/a.pdf": Answer(PDF), "/b.pdf": Answer(pieces=iter([b"%"]), hangs=True)}
        async with asyncio.timeout(10):
            fetched = await there.fetch(offered(f"{there.our_url}/b.pdf"), offered(f"{there.our_url}/a.pdf"))
        assert ([each.index for each in fetched.stored], fetched.out_of_reach) == ([1], [0])


async def _dripping() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0.05)
        yield b"%"


@pytest.mark.parametrize("limit", ["whole", "message"])
async def test_a_host_that_drips_is_left_in_time(tmp_path: Path, limit: str) -> None:
    short = timedelta(seconds=0.5)
    patience, whole = (SHORT, short) if limit == "whole" else (Patience(message=short), timedelta(minutes=1))
    async with place(tmp_path, patience=patience, whole=whole) as there:
        there.ours.answers["/b.pdf"] = Answer(drips=_dripping())
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(offered(f"{there.our_url}/b.pdf", size=None))
    assert "no answer in time" in failure.message
    assert files_in(tmp_path) == []


async def test_where_all_are_out_of_reach_the_wait_that_the_host_asks_for_is_honoured(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers = {
            f"/{n}.pdf": Answer(status=503, headers={"Retry-After": str(wait)}) for n, wait in enumerate((90, 40, 7200))
        }
        documents = [offered(f"{there.our_url}/{n}.pdf") for n in range(3)]
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(*documents)
        assert failure.error is not None
        assert failure.error.next_retry_delay == timedelta(seconds=40)
        there.ours.answers["/0.pdf"] = Answer(status=500)
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(*documents)
        assert failure.error is not None
        assert failure.error.next_retry_delay is None
    assert failure.message.startswith("none of 3 documents can be fetched: ")
    assert "0.pdf: its host answered 500" in failure.message


async def test_a_host_that_is_not_there_is_out_of_reach(tmp_path: Path) -> None:
    async with running(Host()) as gone:
        pass
    async with atameken_client(gone, TOKEN) as client:
        activities = DocumentActivities(DocumentFetcher(client), DocumentStore(str(tmp_path)))
        with failing(ErrorKind.UNREACHABLE) as failure:
            await activities.fetch_documents(
                Fetch(case_id="c", message_id="m", documents=[offered(f"{gone}/{n}.pdf") for n in range(5)])
            )
    assert failure.message.startswith("none of 5 documents can be fetched: ")
    assert failure.message.endswith("; and 2 more")


async def test_a_document_that_the_store_has_from_another_case_is_not_this_case_s(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        await there.store.put(PDF)
        assert "its host answered 404" in await there.refusal(offered(f"{there.our_url}/a.pdf"))


async def test_a_document_fetched_again_is_stored_once(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        first, again = [await there.fetch(offered(f"{there.our_url}/a.pdf")) for _ in range(2)]
        assert first == again
        assert there.ours.asked == ["/a.pdf"] * 2
        assert [path.read_bytes() for path in files_in(tmp_path)] == [PDF]


async def test_stored_bytes_that_have_changed_are_fetched_anew(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        document_id = (await there.fetch(offered(f"{there.our_url}/a.pdf"))).stored[0].document_id
        files_in(tmp_path)[0].write_bytes(b"x" * len(PDF))
        assert (await there.fetch(offered(f"{there.our_url}/a.pdf"))).stored
        assert await there.store.read(document_id) == PDF


async def test_a_store_that_cannot_be_written_loses_no_document(tmp_path: Path) -> None:
    (tmp_path / "sha256").write_bytes(b"a file where a folder has to be")
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(offered(f"{there.our_url}/a.pdf"))
    assert "the document store is out of reach" in failure.message


async def test_a_file_name_is_shown_on_one_line(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        fetched = await there.fetch(offered(f"{there.our_url}/a.pdf", filename="a\n\x1b[2J\u202e" + "b" * 240))
    reason = fetched.refused[0].reason
    assert reason.isprintable()
    assert reason.startswith("a [2Jbbb")
    assert len(reason) < 200


async def test_no_more_than_four_documents_are_fetched_at_once(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers = {f"/{n}.pdf": Answer(hangs=True) for n in range(6)}
        fetching = asyncio.create_task(there.fetch(*(offered(f"{there.our_url}/{n}.pdf") for n in range(6))))
        while len(there.ours.asked) < 4:
            assert not fetching.done()
            await asyncio.sleep(0.01)
        assert sorted(there.ours.asked) == ["/0.pdf", "/1.pdf", "/2.pdf", "/3.pdf"]
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert len(there.ours.asked) == 4
