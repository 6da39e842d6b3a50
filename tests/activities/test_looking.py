"""The look into a document in its own process: limits, crashes, and what is the document's failure and what is ours."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from activities.interface import ErrorKind
from activities.looking import Looks, Verdict
from intake.limits import PROCESSOR
from rules.documents import Kind, OfferedDocument
from rules.refusal import Refusal
from tests.activities.contents import PDF, SCRIPT
from tests.activities.failing import failing
from tests.intake import signing
from tests.intake.hostile import heavy

OPENS = "expected a document that opens on any computer"


def offered(filename: str = "a.pdf", media_type: str | None = None) -> OfferedDocument:
    return OfferedDocument(
        kind=Kind.INVOICE, filename=filename, url="https://a/", sha256="0" * 64, media_type=media_type
    )


@contextmanager
def file_of(content: bytes) -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield cast(BinaryIO, file)


async def look(content: bytes, filename: str = "a.pdf", looks: Looks | None = None) -> Verdict:
    with file_of(content) as file:
        return await (looks or Looks()).into(file, offered(filename))


def running(code: str, whole: float = 60) -> Looks:
    """A look that runs this instead."""
    return Looks(("-c", f"import os, signal, sys, time\n{code}"), timedelta(seconds=whole))


async def refusal(looks: Looks) -> str:
    with pytest.raises(Refusal) as refused:
        await look(PDF, looks=looks)
    return str(refused.value)


async def test_a_verdict_comes_across_whole() -> None:
    assert (await look(PDF)).state == "good"
    script = await look(SCRIPT)
    assert (script.state, script.reason) == ("quarantined", "it does something by itself, as when a page is turned")
    signed = await look(signing.signed(PDF), "шот\n№5.pdf.p7m")
    assert [each.signer for each in signed.signatures] == [f"{signing.SIGNER}, {signing.OFFICE}"]
    with pytest.raises(Refusal, match=r"^it is empty"):
        await look(b"")


async def test_name_and_media_type_may_be_anything_that_a_message_may_carry() -> None:
    with file_of(PDF) as file:
        verdict = await Looks().into(file, offered("a\0'\"\n\\u0000 --help.pdf", "application/pdf"))
    assert verdict.state == "good"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('ready', flush=True); os.kill(os.getpid(), signal.SIGSEGV)", "the program that reads it breaks off"),
        ("print('ready'); sys.exit(1)", "the program that reads it breaks off"),
        ("print('ready'); print('{\"state\": \"good\"}')", "the program that reads it breaks off"),
        ("print('ready', flush=True); os.kill(os.getpid(), signal.SIGKILL)", "more than 768 MB of memory"),
        ("print('ready'); sys.exit(3)", "more than 768 MB of memory"),
        ("print('ready', flush=True); os.kill(os.getpid(), signal.SIGXCPU)", "more than 20 seconds"),
    ],
)
async def test_whatever_the_process_dies_of_is_the_document_s_failure(code: str, said: str) -> None:
    reason = await refusal(running(code))
    assert said in reason
    assert reason.endswith(OPENS)


@pytest.mark.slow
async def test_a_process_that_talks_without_end_is_killed() -> None:
    talking = running("print('ready')\nwhile True: print('x' * 1000)")
    assert "more than 768 MB of memory" in await refusal(talking)


@pytest.mark.parametrize(
    ("look", "said"),
    [
        ("lambda *_: bytearray(800 * 1024 ** 2)", "it takes more than 768 MB of memory to open"),
        ("lambda *_: [None for _ in iter(int, 1)]", "it takes more than 20 seconds to open"),
        ("lambda *_: open('/tmp/x', 'w').write('x' * 10_000)", "the program that reads it breaks off"),
        ("lambda *_: [os.open('/dev/null', 0) for _ in range(40)]", "the program that reads it breaks off"),
    ],
    ids=["memory", "time", "writing", "files"],
)
async def test_the_process_is_held_to_its_limits(look: str, said: str) -> None:
    shorter = "import resource, intake.limits as l; l.LIMITS[resource.RLIMIT_CPU] = (1, 2)"
    code = f"{shorter}\nimport intake.contents as c; c.look = {look}\nfrom intake.__main__ import main; main()"
    assert said in await refusal(running(code))


async def test_a_process_that_does_not_start_is_our_failure() -> None:
    with failing(ErrorKind.UNREACHABLE) as failure:
        await look(PDF, looks=running("sys.exit(1)"))
    assert failure.message == "the look into documents cannot be started (exit code 1)"


async def test_a_process_that_does_not_end_is_killed_when_its_time_is_over() -> None:
    before = time.monotonic()
    with failing(ErrorKind.UNREACHABLE) as failure:
        await look(PDF, looks=running("print('ready', os.getpid(), file=sys.stderr); time.sleep(600)", whole=1))
    assert "did not end within 1 seconds" in failure.message
    assert time.monotonic() - before < 10


async def test_a_cancelled_look_leaves_no_process(tmp_path: Path) -> None:
    begun = tmp_path / "pid"
    looks = running(f"print('ready', flush=True); open('{begun}', 'w').write(f'{{os.getpid()}} '); time.sleep(600)")
    task = asyncio.create_task(look(PDF, looks=looks))
    async with asyncio.timeout(20):
        while not (begun.exists() and begun.read_text().endswith(" ")):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)


async def test_the_process_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REXV_ATAMEKEN_TOKEN", "s3cret")
    code = "print('ready', flush=True); sys.exit(3 if 'REXV_ATAMEKEN_TOKEN' in os.environ else 1)"
    assert "breaks off" in await refusal(running(code))


@pytest.mark.slow
async def test_a_document_that_wants_all_memory_or_time_ends_within_its_budget_and_is_not_good() -> None:
    for paper in heavy.papers():
        before = time.monotonic()
        try:
            verdict = await look(paper.content, paper.filename)
            state, reason = verdict.state, verdict.reason
        except Refusal as refused:
            state, reason = "refused", str(refused)
        assert state == (paper.state or state) != "good", paper.name
        assert paper.says in reason, paper.name
        assert time.monotonic() - before < PROCESSOR.total_seconds() + 5, paper.name
