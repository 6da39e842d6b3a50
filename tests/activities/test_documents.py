from __future__ import annotations

import hashlib
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.atameken import atameken_client
from activities.document_store import DocumentStore
from activities.documents import DocumentActivities, Patience
from activities.fetching import DocumentFetcher
from activities.interface import ErrorKind, Fetch, Fetched
from activities.scanner import Scanner
from rules.documents import LARGEST_DOCUMENT, OfferedDocument
from simulators.atameken import create_app
from simulators.exporters import read_exporters
from simulators.samples import SAMPLE, documents_arrived
from tests.activities.contents import PDF, PNG, ZIP, files_in
from tests.activities.failing import at_attempt, failing
from tests.servers import Answer, Host, running

TOKEN = "s3cret-t0ken"
SHORT = Patience(more=timedelta(seconds=10), message=timedelta(seconds=20))
QUICK = {"between_bytes": timedelta(seconds=0.3), "whole": timedelta(seconds=5)}


@dataclass
class Place:
    """Atameken, a further host that is allowed, one that is not, and the activities between them."""

    ours: Any
    further: Host
    foreign: Host
    our_url: str
    further_url: str
    foreign_url: str
    store: DocumentStore
    activities: DocumentActivities
    fetcher: DocumentFetcher

    async def fetch(self, *documents: OfferedDocument) -> Fetched:
        return await self.activities.fetch_documents(Fetch(case_id="c", message_id="m", documents=list(documents)))

    async def refusal(self, document: OfferedDocument) -> str:
        """The reason why a document is refused; it names the file and is one line without secrets."""
        fetched = await self.fetch(document)
        assert (fetched.stored, fetched.out_of_reach) == ([], [])
        reason = fetched.refused[0].reason
        assert reason.startswith(f"{document.filename}: ")
        assert "\n" not in reason
        assert TOKEN not in reason
        return reason.removeprefix(f"{document.filename}: ")


@asynccontextmanager
async def place(
    folder: Path,
    ours: Any | None = None,
    patience: Patience = SHORT,
    scanner: Scanner | None = None,
    more_hosts: list[str] | None = None,
    **fetching: Any,
) -> AsyncIterator[Place]:
    ours, further, foreign = ours or Host(), Host(), Host()
    store = DocumentStore(str(folder))
    async with (
        running(ours) as our_url,
        running(further) as further_url,
        running(foreign) as foreign_url,
        atameken_client(our_url, TOKEN) as client,
    ):
        fetcher = DocumentFetcher(client, [further_url, *(more_hosts or [])], **(QUICK | fetching))
        activities = DocumentActivities(fetcher, store, scanner, patience=patience)
        yield Place(ours, further, foreign, our_url, further_url, foreign_url, store, activities, fetcher)


def offered(url: str, content: bytes = PDF, **fields: Any) -> OfferedDocument:
    return OfferedDocument.model_validate(
        {
            "kind": "invoice",
            "filename": url.rpartition("/")[2] or "file",
            "url": url,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            **fields,
        }
    )


async def test_the_papers_of_an_exporter_are_fetched_from_atameken_and_stored(tmp_path: Path) -> None:
    async with place(tmp_path, create_app(TOKEN)) as there:
        message = documents_arrived(there.our_url, read_exporters()[SAMPLE], message_id="m")
        documents = [OfferedDocument.model_validate(each) for each in message["documents"]]
        fetched = await there.fetch(*documents)
        assert (fetched.refused, fetched.out_of_reach) == ([], [])
        assert [each.index for each in fetched.stored] == [0, 1, 2, 3]
        for document, stored in zip(documents, fetched.stored, strict=True):
            assert (stored.sha256, stored.size, stored.media_type) == (
                document.sha256,
                document.size,
                "application/pdf",
            )
            assert hashlib.sha256(await there.store.read(stored.document_id)).hexdigest() == document.sha256


async def test_atamekens_token_goes_to_atameken_only(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        there.further.answers["/b.png"] = Answer(PNG)
        fetched = await there.fetch(offered(f"{there.our_url}/a.pdf"), offered(f"{there.further_url}/b.png", PNG))
        assert [each.media_type for each in fetched.stored] == ["application/pdf", "image/png"]
        assert there.ours.headers[0]["authorization"] == f"Bearer {TOKEN}"
        assert "authorization" not in there.further.headers[0]


async def test_an_origin_that_is_not_allowed_is_not_even_asked(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        reason = await there.refusal(offered(f"{there.foreign_url}/a.pdf"))
        assert reason == (
            f"url: documents are not fetched from {there.foreign_url}; "
            "expected Atameken's own origin or one of REXV_DOCUMENT_HOSTS"
        )
        # The same machine under another name or scheme is another origin.
        await there.refusal(offered(there.our_url.replace("127.0.0.1", "localhost") + "/a.pdf"))
        await there.refusal(offered(there.our_url.replace("http:", "https:") + "/a.pdf"))
        assert (there.foreign.asked, there.ours.asked) == ([], [])


async def test_a_url_with_user_and_password_is_refused_and_never_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with place(tmp_path) as there:
        reason = await there.refusal(offered(there.our_url.replace("//", "//clerk:pa55@") + "/a.pdf"))
        assert reason == "url: expected a URL without user and password"
        assert there.ours.asked == []
    assert "pa55" not in caplog.text


async def test_a_redirect_is_followed_on_the_same_origin(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers = {
            "/a.pdf": Answer(status=302, headers={"Location": "/1"}),
            "/1": Answer(status=307, headers={"Location": f"{there.our_url}/2"}),
            "/2": Answer(PDF),
        }
        assert (await there.fetch(offered(f"{there.our_url}/a.pdf"))).stored
        assert there.ours.asked == ["/a.pdf", "/1", "/2"]


async def test_a_redirect_to_another_origin_is_not_followed_even_to_an_allowed_one(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        for other in (there.foreign, there.further):
            to = there.foreign_url if other is there.foreign else there.further_url
            other.answers["/a.pdf"] = Answer(PDF)
            there.ours.answers["/a.pdf"] = Answer(status=302, headers={"Location": f"{to}/a.pdf"})
            reason = await there.refusal(offered(f"{there.our_url}/a.pdf"))
            assert reason == f"its host redirects to {to}; redirects off {there.our_url} are not followed"
            assert other.asked == []


@pytest.mark.parametrize(
    "location", ["//clerk:pa55@{host}/a.pdf", "ftp://{host}/a", "http://a:99999/", "file:///etc/passwd"]
)
async def test_a_redirect_to_what_is_no_url_to_fetch_from_is_refused(tmp_path: Path, location: str) -> None:
    async with place(tmp_path) as there:
        to = location.format(host=there.our_url.removeprefix("http://"))
        there.ours.answers["/a.pdf"] = Answer(status=301, headers={"Location": to})
        reason = await there.refusal(offered(f"{there.our_url}/a.pdf"))
        assert reason == "its host redirects to something that cannot be fetched; expected the document"
        assert there.ours.asked == ["/a.pdf"]


async def test_redirects_without_end_are_refused(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(status=302, headers={"Location": "/a.pdf"})
        assert "at most 5 redirects" in await there.refusal(offered(f"{there.our_url}/a.pdf"))
        assert len(there.ours.asked) == 6


async def test_other_bytes_than_announced_are_refused_with_both_hashes_and_not_stored(tmp_path: Path) -> None:
    other = PDF[:-1] + b"?"
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(other)
        reason = await there.refusal(offered(f"{there.our_url}/a.pdf"))
    got, expected = hashlib.sha256(other).hexdigest(), hashlib.sha256(PDF).hexdigest()
    assert reason == f"its sha256 is {got}; expected {expected}"
    assert files_in(tmp_path) == []


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (len(PDF) + 1, f"it has {len(PDF)} bytes; expected {len(PDF) + 1}, as its size says"),
        (len(PDF) - 1, f"it has more than {len(PDF) - 1} bytes; expected as many as its size says"),
        (0, "its size is given as 0 bytes; expected a document"),
        (
            LARGEST_DOCUMENT + 1,
            f"its size is given as {LARGEST_DOCUMENT + 1} bytes; expected at most {LARGEST_DOCUMENT}",
        ),
    ],
)
async def test_another_size_than_announced_is_refused(tmp_path: Path, size: int, said: str) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        assert await there.refusal(offered(f"{there.our_url}/a.pdf", size=size)) == said


async def test_a_document_without_a_size_is_taken_by_its_hash(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        assert (await there.fetch(offered(f"{there.our_url}/a.pdf", size=None))).stored[0].size == len(PDF)


async def test_an_endless_stream_is_cut_off_after_50_mb(tmp_path: Path) -> None:
    piece = b"x" * (1024 * 1024)
    async with place(tmp_path, between_bytes=timedelta(seconds=20), whole=timedelta(minutes=1)) as there:
        there.ours.answers["/a.pdf"] = Answer(pieces=itertools.repeat(piece))
        reason = await there.refusal(offered(f"{there.our_url}/a.pdf", size=None))
        assert reason == f"it has more than {LARGEST_DOCUMENT} bytes; expected at most 50 MB"
        assert there.ours.sent < LARGEST_DOCUMENT + 40 * len(piece)


async def test_51_mb_that_are_announced_are_not_even_begun(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        too_many = str(51 * 1024 * 1024)
        there.ours.answers["/a.pdf"] = Answer(pieces=iter([]), headers={"Content-Length": too_many}, hangs=True)
        assert "expected at most 50 MB" in await there.refusal(offered(f"{there.our_url}/a.pdf", size=None))


@pytest.mark.parametrize(
    ("content", "media_type", "said"),
    [
        (PDF, "image/png", "its content is a PDF; expected image/png, as its media_type says"),
        (ZIP, None, "its content is a ZIP archive; its name ends in .pdf, expected them to agree"),
        (PDF[:-300], None, "it is damaged: it cannot be read as a PDF; expected a file that opens"),
        (b"MZ\x90\0" + b"\0" * 200, "application/pdf", "its content is a program; expected PDF, PNG,"),
        (b"<!doctype html><html></html>", None, "its content is a web page; expected PDF, PNG,"),
    ],
)
async def test_what_is_not_a_document_that_we_take_is_refused_and_not_stored(
    tmp_path: Path, content: bytes, media_type: str | None, said: str
) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(content)
        document = offered(f"{there.our_url}/a.pdf", content, media_type=media_type)
        assert (await there.refusal(document)).startswith(said)
    assert files_in(tmp_path) == []


async def test_an_empty_document_is_refused(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(b"")
        assert (
            await there.refusal(offered(f"{there.our_url}/a.pdf", b"", size=None)) == "it is empty; expected a document"
        )


async def test_packed_bytes_are_neither_asked_for_nor_taken(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF, headers={"Content-Encoding": "gzip"})
        reason = await there.refusal(offered(f"{there.our_url}/a.pdf"))
        assert reason == "its host sends it with a Content-Encoding; expected the bytes as they are"
        assert there.ours.headers[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 204, 206])
async def test_a_document_that_its_host_does_not_give_out_is_refused(tmp_path: Path, status: int) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(status=status)
        assert f"its host answered {status}" in await there.refusal(offered(f"{there.our_url}/a.pdf"))


async def test_a_proxy_s_page_in_place_of_a_document_is_tried_again_and_refused_at_the_third_attempt(
    tmp_path: Path,
) -> None:
    page = Answer(b"<html>Log in</html>", headers={"Content-Type": "text/html"})
    async with place(tmp_path) as there:
        there.ours.answers |= {"/a.pdf": page, "/b.pdf": page}
        fetch = Fetch(
            case_id="c",
            message_id="m",
            documents=[
                offered(f"{there.our_url}/a.pdf"),
                offered(f"{there.our_url}/b.pdf", size=5),
            ],
        )
        for attempt in (1, 2):
            with failing(ErrorKind.UNREACHABLE) as failure:
                await at_attempt(attempt, there.activities.fetch_documents, fetch)
            assert "a.pdf: its host answered with an HTML page; expected the document" in failure.message
            assert failure.error is not None
            assert failure.error.next_retry_delay == timedelta(seconds=30)
        fetched = await at_attempt(3, there.activities.fetch_documents, fetch)
    assert [each.reason for each in fetched.refused] == [
        f"{name}.pdf: its host answered with an HTML page; expected the document" for name in "ab"
    ]


async def test_a_host_that_calls_a_document_a_page_gives_it_out_all_the_same(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF, headers={"Content-Type": "text/html"})
        assert len((await there.fetch(offered(f"{there.our_url}/a.pdf"))).stored) == 1
