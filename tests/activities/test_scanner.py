"""The scan, over a real connection to a daemon that speaks clamd's protocol."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from activities.interface import ErrorKind
from activities.scanner import Scanner
from tests.activities.contents import PDF, SCRIPT, files_in
from tests.activities.failing import failing
from tests.activities.test_documents import offered, place
from tests.clamd import EICAR, clamd
from tests.intake.honest import pdf
from tests.servers import Answer

INFECTED = pdf(lambda document: setattr(document.Root, "Note", document.make_stream(EICAR)), compress_streams=False)


@pytest.mark.parametrize("over", ["tcp", "socket"])
async def test_what_a_scanner_finds_is_named_and_the_rest_passes(tmp_path: Path, over: str) -> None:
    async with clamd(str(tmp_path / "clamd.sock") if over == "socket" else None) as daemon:
        scanner = Scanner(daemon.address)
        large = bytes(300_000)
        assert await scanner.scan(io.BytesIO(large)) is None
        assert await scanner.scan(io.BytesIO(EICAR)) == "Eicar-Test-Signature"
        assert daemon.scanned == [large, EICAR]


async def test_a_document_in_which_the_scanner_finds_something_is_quarantined(tmp_path: Path) -> None:
    async with clamd() as daemon, place(tmp_path, scanner=Scanner(daemon.address)) as there:
        there.ours.answers = {"/a.pdf": Answer(PDF), "/b.pdf": Answer(INFECTED), "/c.pdf": Answer(SCRIPT)}
        contents = {"a": PDF, "b": INFECTED, "c": SCRIPT}
        fetched = await there.fetch(*(offered(f"{there.our_url}/{name}.pdf", c) for name, c in contents.items()))
    assert [each.index for each in fetched.stored] == [0]
    assert {each.index: each.reason for each in fetched.quarantined} == {
        1: "the scanner finds Eicar-Test-Signature",
        2: "it does something by itself, as when a page is turned",
    }
    assert {path.parts[-3] for path in files_in(tmp_path)} == {"sha256", "quarantine"}


async def test_without_a_verdict_nothing_passes_and_it_is_tried_again(tmp_path: Path) -> None:
    async with clamd() as daemon, place(tmp_path, scanner=Scanner(daemon.address)) as there:
        there.ours.answers["/a.pdf"] = Answer(PDF)
        daemon.says = b"INSTREAM size limit exceeded. ERROR\0"
        with failing(ErrorKind.UNREACHABLE) as failure:
            await there.fetch(offered(f"{there.our_url}/a.pdf"))
        assert failure.message.endswith("the scanner gives no verdict: INSTREAM size limit exceeded. ERROR")
        assert files_in(tmp_path) == []


async def test_a_scanner_that_hangs_up_on_what_is_too_large_gives_no_verdict() -> None:
    async with clamd() as daemon:
        daemon.most = 1000
        with failing(ErrorKind.UNREACHABLE):
            await Scanner(daemon.address).scan(io.BytesIO(bytes(10_000_000)))


async def test_a_scanner_that_is_silent_or_gone_is_out_of_reach() -> None:
    async with clamd() as daemon:
        daemon.silent = True
        with failing(ErrorKind.UNREACHABLE) as failure:
            await Scanner(daemon.address, timedelta(seconds=0.2)).scan(io.BytesIO(b"x"))
        assert failure.message == "the scanner is out of reach (TimeoutError)"
        daemon.silent, daemon.says = False, b""
        with failing(ErrorKind.UNREACHABLE) as failure:
            await Scanner(daemon.address).scan(io.BytesIO(b"x"))
        assert failure.message == "the scanner is out of reach (IncompleteReadError)"
    with failing(ErrorKind.UNREACHABLE):
        await Scanner(daemon.address).scan(io.BytesIO(b"x"))


@pytest.mark.parametrize("address", ["", "clamd", "clamd:port", "unix:relative", "http://clamd:3310", ":3310"])
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"^expected host:port as in 127\.0\.0\.1:3310, or unix:"):
        Scanner(address)
