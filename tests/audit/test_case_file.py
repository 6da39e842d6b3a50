"""A case is read whole, and its papers are named, on either database."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine

from audit.case_file import read_case_file
from audit.chains import read_chains
from audit.documents import Named, check_papers, named_papers
from audit.heads import Recorded
from register import record
from register.deliveries import append_deliveries
from register.rows import RegisterEntries
from tests.register import examples
from tests.register.examples import CASE_ID

ID = f"sha256-{'d' * 63}{{}}"
TAKEN_IN = examples.log("document", what="document_stored", details={"filename": "a.pdf", "document_id": "sha256-aa"})
DRAFTS = [
    examples.log(f"draft {n}", what="conclusion_drafted", details={"document_id": ID.format(n), "version": n})
    for n in (1, 2)
]


def fill(register: Engine) -> RegisterEntries:
    entries = examples.everything().model_copy(
        update={"log": [TAKEN_IN, *DRAFTS], "letters": [examples.letter(document_id=ID.format(2))]}
    )
    record.write(register, entries)
    append_deliveries(register, [examples.delivery()])
    return entries


def test_a_case_is_read_whole(register: Engine) -> None:
    assert read_case_file(register, CASE_ID) is None
    entries = fill(register)
    record.write(register, RegisterEntries(case=examples.case(case_id="rex-no-1"), log=[examples.log()]))
    found = read_case_file(register, CASE_ID)
    assert found is not None
    assert (found.case, found.steps, found.documents) == (entries.case, entries.steps, entries.documents)
    assert (found.letters, found.escalations) == (entries.letters, entries.escalations)
    assert (found.refused_messages, found.deliveries) == (entries.refused_messages, [examples.delivery()])
    assert found.own_papers == {ID.format(n): f"conclusion-drafted-{n}" for n in (1, 2)}
    assert found.chain == read_chains(register)[CASE_ID]
    assert [line["key"] for line in found.log()] == ["document", "draft 1", "draft 2"]
    assert [line["hash"] for line in found.log()][-1] == found.chain.head
    as_json = found.as_json([Recorded(date(2026, 11, 25), 3, found.chain.head)])
    assert as_json["daily_heads"] == [{"day": "2026-11-25", "length": 3, "head": found.chain.head}]


async def test_every_paper_that_log_and_register_name_is_looked_at_once(register: Engine) -> None:
    fill(register)
    record.write(register, RegisterEntries(case=examples.case(case_id="rex-no-1"), log=[TAKEN_IN]))
    papers = named_papers(register, CASE_ID)
    assert papers == [
        Named(CASE_ID, "sha256-aa", "a.pdf", "log"),
        Named(CASE_ID, ID.format(1), "conclusion drafted, version 1", "own"),
        Named(CASE_ID, ID.format(2), "conclusion drafted, version 2", "own"),
        Named(CASE_ID, "sha256-aa", "шот-фактура.pdf", "document"),
        Named(CASE_ID, ID.format(2), "what left with the request", "letter"),
    ]
    asked = []

    async def fault_of(document_id: str) -> str | None:
        asked.append(document_id)
        return "is not in the document store" if document_id == ID.format(1) else None

    assert [each.what for each in await check_papers(papers, fault_of)] == [
        f"conclusion drafted, version 1 ({ID.format(1)}) is not in the document store"
    ]
    assert sorted(asked) == ["sha256-aa", ID.format(1), ID.format(2)]
    assert [(each.case_id, each.what) for each in await check_papers(named_papers(register), fault_of)][1:] == [
        ("rex-no-1", "a.pdf (sha256-aa) was taken in by the log, but the register's list of documents lacks it")
    ]
