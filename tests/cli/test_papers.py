"""``papers`` and ``draft``: what the inspector reads, and what the signatory reads before signing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from activities.document_store import DocumentStore
from cases.papers import Paper, papers_of
from cli import messages
from cli.errors import CannotDo
from cli.papers import draft, papers, write_papers
from register.database import open_register
from register.letter_numbers import draw_number, keep_document
from register.record import write
from register.rows import RegisterEntries
from rules.case_view import CaseView
from tests.cli.conftest import SAMPLES, Office
from tests.cli.examples import waiting_late
from tests.cli.test_messages import at, sign, to_draft
from tests.register import examples
from tests.support.waiting import until

Printed = Callable[[], Any]


async def test_the_papers_of_a_case_are_files_under_their_names(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await to_draft(office)
    case = await office.case(case_id)
    folder = office.folder / "out" / "papers"
    capsys.readouterr()
    await papers(case_id, out=str(folder), as_json=False)
    page = capsys.readouterr().out
    written = {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}
    conclusion = case["conclusion"]
    received = {each["filename"]: each["sha256"] for each in case["documents"]}
    assert {each["what"] for each in case["letters"]} == {"acknowledgement", "document_request", "inspection_record"}
    ours = {
        f"{each['what'].replace('_', '-')}-{each['number'].replace('/', '-')}.pdf": each["document_id"][7:]
        for each in case["letters"]
    }
    number = conclusion["number"].replace("/", "-")
    assert written == received | ours | {f"conclusion-{number}-draft-1.pdf": conclusion["sha256"]}
    assert f"{len(written)} of {len(written)} written, each checked by its sha256" in page
    for name in written:
        assert name in page


async def test_what_came_under_one_name_twice_is_numbered_and_what_came_again_is_one_paper(
    office: Office, printed: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    for each in message["documents"]:
        each["filename"] = "scan.pdf"
    for number in range(2):
        again = office.file(message | {"message_id": f"m-{number}"})
        await messages.documents(case_id, again, sent_by=None, as_json=False)
    await at(office, case_id, "inspect")
    folder = office.folder / "papers"
    capsys.readouterr()
    await papers(case_id, out=str(folder), as_json=True)
    listed = printed()
    count = len(message["documents"])
    assert [each["came"] for each in listed[:count]] == [2] * count
    assert sorted(each.name for each in folder.glob("scan*")) == sorted(
        ["scan.pdf", *(f"scan ({number}).pdf" for number in range(2, count + 1))]
    )
    assert {each["document_id"] for each in listed[:count]} == {
        f"sha256-{each['sha256']}" for each in message["documents"]
    }


async def test_a_paper_that_the_store_lost_or_that_changed_is_named_and_the_others_are_written(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await to_draft(office)
    first, second = (await office.case(case_id))["documents"][:2]
    stored = Path(office.settings.document_store) / "sha256"
    (stored / first["sha256"][:2] / first["sha256"]).write_bytes(b"changed")
    (stored / second["sha256"][:2] / second["sha256"]).unlink()
    folder = office.folder / "papers"
    capsys.readouterr()
    with pytest.raises(CannotDo, match=r"2 of 8 papers are not written; document sha256-.* has changed in the store"):
        await papers(case_id, out=str(folder), as_json=False)
    assert len(list(folder.iterdir())) == 6
    page = capsys.readouterr().out
    assert f"not written: {first['filename']}: " in page
    assert f"not written: {second['filename']}: " in page


async def test_the_draft_can_be_read_before_it_is_signed(
    office: Office, capsys: pytest.CaptureFixture[str], printed: Printed
) -> None:
    case_id = await to_draft(office)
    conclusion = (await office.case(case_id))["conclusion"]
    file = office.folder / "draft.pdf"
    capsys.readouterr()
    for _ in range(2):  # a second time it is there already
        await draft(case_id, out=str(file), as_json=False)
    page = capsys.readouterr().out
    assert hashlib.sha256(file.read_bytes()).hexdigest() == conclusion["sha256"]
    assert f"sign {case_id} --by NAME --document {conclusion['document_id']}" in page
    file.write_bytes(b"mine")
    with pytest.raises(CannotDo, match=r"draft\.pdf: is there already with another content"):
        await draft(case_id, out=str(file), as_json=False)
    assert file.read_bytes() == b"mine"
    await sign(case_id)
    await at(office, case_id, "closed")
    capsys.readouterr()
    await draft(case_id, out=None, as_json=True)
    assert printed()["filename"] == f"conclusion-{conclusion['number'].replace('/', '-')}.pdf"


async def test_a_document_in_quarantine_is_listed_and_never_written(tmp_path: Path) -> None:
    apart: dict[str, Any] = {
        "kind": "invoice",
        "filename": "invoice.pdf",
        "reason": "it has a script that starts by itself",
        "document_id": "sha256-" + "e1" * 32,
        "sha256": "e1" * 32,
        "size": 5,
        "message_id": "m-1",
        "signatures": [],
        "released_by": None,
    }
    store = DocumentStore(str(tmp_path / "store"))
    apart["document_id"] = await store.put(b"bytes that act")
    _, found = papers_of(CaseView.model_validate(waiting_late() | {"quarantined_documents": [apart]}))
    assert found.quarantined == apart["reason"]
    [written] = await write_papers(store, [found], tmp_path / "papers")
    assert (written.file, written.error) == (None, None)
    assert not (tmp_path / "papers").exists()


@pytest.mark.parametrize(("content", "name"), [(b"%PDF-1.7", "c.pdf"), (b"a container", "c.pdf.p7m")])
async def test_a_conclusion_from_the_register_is_named_after_what_it_is(
    tmp_path: Path, content: bytes, name: str
) -> None:
    store = DocumentStore(str(tmp_path / "store"))
    paper = Paper("conclusion", "c.pdf", await store.put(content), None)
    [written] = await write_papers(store, [paper], tmp_path / "papers")
    assert written.file == tmp_path / "papers" / name


async def test_a_draft_that_is_being_made_is_waited_for(
    office: Office, printed: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    await messages.documents(case_id, office.file(await office.documents(case_id)), sent_by=None, as_json=False)
    await at(office, case_id, "inspect")
    await messages.inspect(case_id, str(SAMPLES / "inspection-valid.json"), sent_by=None, as_json=True)
    capsys.readouterr()
    await draft(case_id, out=None, as_json=True)
    assert printed()["kind"] == "conclusion"


async def test_without_a_draft_or_a_case_it_says_so(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    with pytest.raises(CannotDo, match="there is no draft; the case stands at await_documents"):
        await draft(case_id, out=None, as_json=False)
    with pytest.raises(CannotDo, match="no such case"):
        await papers("rex-ch-none", out=None, as_json=False)


async def test_a_case_that_temporal_no_longer_has_comes_from_the_register(
    closed_office: Office, printed: Printed
) -> None:
    register = open_register(closed_office.database_url)
    document = examples.document(document_id="sha256-" + "d0" * 32)
    again = examples.document(
        document_id=document.document_id, message_id="m-2", arrived_at=document.arrived_at.replace(year=2027)
    )
    conclusion = examples.letter(what="conclusion", document_id="sha256-" + "c1" * 32)
    draw_number(
        register, key="k", case_id="rex-ch-old", kind="reply", dated=date(2026, 3, 24), form="REX/{year}-OV-{serial:04}"
    )
    keep_document(register, "k", "sha256-" + "c2" * 32)
    write(
        register,
        RegisterEntries(case=examples.case(case_id="rex-ch-old"), documents=[document, again], letters=[conclusion]),
    )
    register.dispose()
    await papers("rex-ch-old", out=None, as_json=True)
    listed = printed()
    assert [(each["kind"], each["came"]) for each in listed] == [
        (document.kind, 2),
        ("reply", 1),
        ("conclusion", 1),
    ]
    assert [each["document_id"][-4:] for each in listed] == ["d0d0", "c2c2", "c1c1"]
    assert listed[1]["filename"] == "reply-REX-26-OV-0001.pdf"


async def _given_up(office: Office, case_id: str) -> bool:
    return bool((await office.case(case_id))["failed_actions"])


async def test_a_letter_that_could_not_be_sent_is_among_the_papers(
    office: Office, printed: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = {"name": "Origin desk", "email": "nobody@customs.example"}
    case_id = await office.open(office.request(reply_to=nobody))
    await until(lambda: _given_up(office, case_id))
    capsys.readouterr()
    await papers(case_id, out=None, as_json=True)
    [unsent] = [each for each in printed() if each["kind"] == "acknowledgement"]
    assert unsent["filename"].startswith("acknowledgement-REX-")
