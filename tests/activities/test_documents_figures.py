"""The figures of taking documents in: memory, many at once, and hundreds of hostile ones over HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from activities.documents import AT_ONCE, Patience
from activities.fetching import BETWEEN_BYTES
from activities.interface import Fetch
from tests.activities.contents import PDF, files_in
from tests.activities.test_documents import offered, place
from tests.conftest import ROOT
from tests.intake import hostile
from tests.intake.honest import pdf, scanned_pdf
from tests.intake.hostile.paper import Hostile
from tests.s3 import BUCKET, CREDENTIALS, s3_server
from tests.servers import Answer, Host, running

MB = 1024 * 1024

WORKER = """
import asyncio, json, resource, sys
from activities.atameken import atameken_client
from activities.document_store import DocumentStore
from activities.documents import DocumentActivities
from activities.fetching import DocumentFetcher
from activities.interface import Fetch

async def main():
    url, store, small, large = sys.argv[1:]
    async with atameken_client(url, "token") as client:
        activities = DocumentActivities(DocumentFetcher(client), DocumentStore(store))
        peaks = []
        for fetch in (small, small, large):
            fetched = await activities.fetch_documents(Fetch.model_validate_json(fetch))
            assert len(fetched.stored) == 1, fetched
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    print(json.dumps(peaks))

asyncio.run(main())
"""
"""A worker's share in one message, in a process of its own: the peak of its memory after each, in kB."""


async def growth(store: str, content: bytes, environment: dict[str, str]) -> float:
    """MB by which a large document raises the peak of a worker that has stored a small one before."""
    host = Host({"/small.pdf": Answer(PDF), "/large.pdf": Answer(content)})
    async with running(host) as url:
        small = Fetch(case_id="c", message_id="m", documents=[offered(f"{url}/small.pdf")])
        large = Fetch(case_id="c", message_id="m", documents=[offered(f"{url}/large.pdf", content)])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WORKER, url, store, small.model_dump_json(), large.model_dump_json()),
            env={"PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
        )
        said, _ = await process.communicate()
    assert process.returncode == 0
    _, before, after = json.loads(said)
    return float(after - before) / 1024


@pytest.fixture(scope="module")
def fifty_mb() -> bytes:
    """Scanned pages, filled up to just below the limit."""
    content = scanned_pdf(12, (2480, 3508))
    filler = 50 * MB - len(content) - 4096
    large = pdf(lambda document: setattr(document.Root, "Filler", document.make_stream(b"\xa5" * max(filler, 0))))
    content = max((content, large), key=len)
    assert 45 * MB < len(content) <= 50 * MB
    return content


@pytest.mark.slow
@pytest.mark.parametrize("where", ["folder", "S3"])
async def test_a_document_of_50_mb_raises_the_worker_s_memory_by_less_than_10_mb(
    tmp_path: Path, fifty_mb: bytes, where: str
) -> None:
    if where == "folder":
        assert await growth(str(tmp_path), fifty_mb, {}) < 10
        return
    with s3_server() as address:
        environment = {**CREDENTIALS, "AWS_ENDPOINT_URL": address}
        assert await growth(f"s3://{BUCKET}/documents", fifty_mb, environment) < 10


@pytest.mark.slow
async def test_a_hundred_documents_of_one_message_are_all_taken_in(tmp_path: Path) -> None:
    contents = [pdf(partial(_in_language, f"kk-{n:03}")) for n in range(100)]
    async with place(tmp_path, patience=Patience(), between_bytes=BETWEEN_BYTES) as there:
        there.ours.answers = {f"/{n}.pdf": Answer(content) for n, content in enumerate(contents)}
        fetched = await there.fetch(*(offered(f"{there.our_url}/{n}.pdf", each) for n, each in enumerate(contents)))
    assert [each.index for each in fetched.stored] == list(range(100))
    assert len(files_in(tmp_path)) == 100


def _in_language(language: str, document: pikepdf.Pdf) -> None:
    document.Root.Lang = language


async def _taken_in(folder: Path, papers: list[Hostile]) -> tuple[dict[str, str], dict[str, bytes]]:
    """What becomes of each, by name, and what is stored as good, by hash."""
    async with place(folder, patience=Patience(), between_bytes=BETWEEN_BYTES) as there:
        became: dict[str, str] = {}
        for start in range(0, len(papers), 100):
            some = papers[start : start + 100]
            there.ours.answers = {f"/{n}": Answer(each.content) for n, each in enumerate(some)}
            documents = [
                offered(
                    f"{there.our_url}/{n}",
                    each.content,
                    filename=each.filename,
                    size=None,
                    **({"media_type": each.media_type} if each.media_type else {}),
                )
                for n, each in enumerate(some)
            ]
            fetched = await there.fetch(*documents)
            assert fetched.out_of_reach == []
            became |= {some[each.index].name: "good" for each in fetched.stored}
            became |= {some[each.index].name: "quarantined" for each in fetched.quarantined}
            became |= {some[each.index].name: "refused" for each in fetched.refused}
    return became, {path.name: path.read_bytes() for path in files_in(folder / "sha256")}


@pytest.mark.slow
async def test_500_hostile_documents_over_http_none_is_stored_as_good_and_none_lost(tmp_path: Path) -> None:
    papers = list(hostile.papers())
    became, good = await _taken_in(tmp_path, papers)
    assert set(became) == {each.name for each in papers}
    assert {name for name, state in became.items() if state == "good"} == set()
    assert good == {}


async def test_one_of_each_sort_over_http_and_an_honest_one_among_them(tmp_path: Path) -> None:
    def first(module: Any) -> Hostile:
        found: Hostile = next(iter(module.papers()))
        return found

    some = [first(module) for module in hostile.MODULES]
    honest = Hostile("honest", "honest.pdf", PDF, None)
    became, good = await _taken_in(tmp_path, [*some[:AT_ONCE], honest, *some[AT_ONCE:]])
    assert {name for name, state in became.items() if state == "good"} == {"honest"}
    assert list(good.values()) == [PDF]
    assert len(became) == len(some) + 1
