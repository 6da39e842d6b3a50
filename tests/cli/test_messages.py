"""``documents``, ``inspect``, ``sign``: sent as a system would, answered when the case has made up its mind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cases.sending import send
from cli import cases, messages
from cli.errors import CannotDo
from register.database import open_register
from register.record import refused_messages_of
from rules.refusal import Refusal
from tests.cli.conftest import SAMPLES, Office
from tests.support.messages import documents

Printed = Callable[[], Any]


async def at(office: Office, case_id: str, step: str) -> dict[str, Any]:
    """The case once it has come to a step and, in ``conclude``, has a draft."""
    async with asyncio.timeout(20):
        while True:
            case = await office.case(case_id)
            drafted = case["conclusion"] is not None and case["conclusion"]["document_id"] is not None
            if case["step"] == step and (step != "conclude" or drafted):
                return case
            await asyncio.sleep(0.05)


async def to_draft(office: Office, inspection: str = "inspection-valid.json") -> str:
    """A case with a draft to sign."""
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    await messages.documents(case_id, office.file(message), sent_by=None, as_json=False)
    await at(office, case_id, "inspect")
    await messages.inspect(case_id, str(SAMPLES / inspection), sent_by=None, as_json=False)
    await at(office, case_id, "conclude")
    return case_id


async def sign(case_id: str, document_id: str | None = None) -> None:
    await messages.sign(case_id, by="D. Omarov", document_id=document_id, as_json=False)


async def test_a_case_is_led_to_its_end_by_the_three_commands(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await to_draft(office)
    page = capsys.readouterr().out
    for words in ("documents_arrived accepted", "stored: invoice.pdf", "inspection_completed accepted"):
        assert words in page
    await sign(case_id)
    assert "conclusion_signed accepted" in capsys.readouterr().out
    case = await at(office, case_id, "closed")
    assert case["outcome"] == "valid"
    assert case["conclusion"]["signed_by"] == "D. Omarov"
    await cases.show(case_id, as_json=False)
    assert "Closed: valid, signed by D. Omarov" in capsys.readouterr().out


async def test_the_same_file_sent_twice_changes_nothing(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    del message["message_id"]
    file = office.file(message)
    printed()
    await messages.documents(case_id, file, sent_by=None, as_json=True)
    first = printed()
    await messages.documents(case_id, file, sent_by=None, as_json=True)
    again = printed()
    assert first == again
    assert first["state"] == "accepted"
    assert {each["state"] for each in first["documents"]} == {"stored"}
    assert first["message_id"].startswith("sha256-")
    case = await office.case(case_id)
    assert len(case["documents"]) == len(message["documents"])
    assert case["rejected_count"] == 0


async def test_a_document_that_is_not_what_it_says_is_named_and_the_others_are_taken(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    message["documents"][0]["sha256"] = "0" * 64
    offered = len(message["documents"])
    with pytest.raises(CannotDo, match=f"the message was taken in, but not all of its {offered} documents: 1 refused"):
        await messages.documents(case_id, office.file(message), sent_by=None, as_json=False)
    page = capsys.readouterr().out
    assert "refused: registration_application.pdf: " in page
    assert "stored: invoice.pdf" in page
    assert "still missing: registration application" in page


async def test_documents_that_came_again_are_shown_once_with_how_often(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    for number in range(3):
        again = message | {"message_id": f"m-{number}"}
        await messages.documents(case_id, office.file(again), sent_by=None, as_json=False)
    capsys.readouterr()
    await cases.show(case_id, as_json=False)
    page = capsys.readouterr().out
    assert page.count("invoice.pdf") == 1
    assert page.count("came 3 times") == len(message["documents"])


async def test_what_the_case_refuses_is_shown_with_its_reason(office: Office) -> None:
    case_id = await office.open()
    with pytest.raises(CannotDo, match="conclusion_signed refused: there is no draft to sign"):
        await sign(case_id)


async def test_a_message_refused_before_is_judged_anew_under_the_same_id(office: Office) -> None:
    case_id = await office.open()
    with pytest.raises(CannotDo, match="there is no draft to sign"):
        await sign(case_id)
    await at(office, case_id, "await_documents")
    await messages.documents(case_id, office.file(await office.documents(case_id)), sent_by=None, as_json=False)
    await messages.inspect(case_id, str(SAMPLES / "inspection-valid.json"), sent_by=None, as_json=False)
    await at(office, case_id, "conclude")
    await sign(case_id)


async def test_an_id_used_for_another_content_is_refused_although_the_case_knows_it_as_accepted(office: Office) -> None:
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    message = await office.documents(case_id)
    await messages.documents(case_id, office.file(message), sent_by=None, as_json=False)
    other = office.file(message | {"sent_by": "somebody else"})
    with pytest.raises(CannotDo, match="was used before for another content"):
        await messages.documents(case_id, other, sent_by=None, as_json=False)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"sent_by": ""}, "sent_by: "),
        ({"documents": []}, "documents: "),
        ({"sent_at": "2026-03-02T09:30:00"}, "sent_at: the time has no offset"),
        ({"sent_at": "2126-03-02T09:30:00Z"}, "sent_at: lies in the future"),
        ({"documents": [{"kind": "photo"}]}, "documents.0.kind: "),
    ],
)
async def test_a_field_that_does_not_fit_is_named_before_anything_is_sent(
    closed_office: Office, other: dict[str, Any], field: str
) -> None:
    message = documents() | other
    with pytest.raises(Refusal) as refused:
        await messages.documents("rex-ch-none", closed_office.file(message), sent_by=None, as_json=False)
    assert field in str(refused.value)


async def test_a_message_for_a_closed_case_is_kept_in_the_register(office: Office) -> None:
    case_id = await to_draft(office)
    await sign(case_id)
    await at(office, case_id, "closed")
    await asyncio.wait_for(office.client.get_workflow_handle(case_id).result(), 20)
    with pytest.raises(CannotDo, match=r"not delivered: case .* is closed since .* kept in the register"):
        await messages.inspect(case_id, str(SAMPLES / "inspection-ground.json"), sent_by=None, as_json=False)
    register = open_register(office.database_url)
    kept = refused_messages_of(register, case_id)
    register.dispose()
    assert [each.name for each in kept] == ["inspection_completed"]
    assert kept[0].body is not None
    assert json.loads(kept[0].body)["inspector"] == "Б. Ахметов"


async def test_a_message_for_an_unknown_case_is_kept_once_however_often_it_is_sent(closed_office: Office) -> None:
    for _ in range(2):
        with pytest.raises(CannotDo, match=r"not delivered: Temporal has no case rex-ch-none .* kept in the register"):
            await messages.inspect("rex-ch-none", str(SAMPLES / "inspection-valid.json"), sent_by=None, as_json=False)
    register = open_register(closed_office.database_url)
    kept = refused_messages_of(register, "rex-ch-none")
    register.dispose()
    assert len(kept) == 1


async def test_where_the_register_is_out_of_reach_too_that_is_said(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REXV_DATABASE_URL", "postgresql://rexv:secret@127.0.0.1:1/rexv")
    with pytest.raises(CannotDo, match=r"not delivered: .* and could not be kept: .* is out of reach") as refused:
        await messages.inspect("rex-ch-none", str(SAMPLES / "inspection-valid.json"), sent_by=None, as_json=False)
    assert "secret" not in str(refused.value)


async def test_with_no_worker_the_message_is_sent_and_the_command_says_that_nobody_has_judged_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.asking.PATIENCE", timedelta(seconds=0.5))
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    await office.stop_worker()
    message = {"message_id": "m-1", "sent_by": "x", "received_at": datetime.now(UTC).isoformat()}
    answer = await send(office.client, case_id, "document_request_received", message, wait=timedelta(seconds=1))
    assert answer.state == "unknown"
    await office.start_worker()
    async with asyncio.timeout(20):
        while True:
            verdict = await office.client.get_workflow_handle(case_id).query("message", "m-1")
            if verdict["state"] == "accepted":
                break
            await asyncio.sleep(0.05)


async def test_sent_by_may_be_given_beside_the_file(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    inspection = json.loads((SAMPLES / "inspection-valid.json").read_text(encoding="utf-8"))
    del inspection["sent_by"]
    with pytest.raises(Refusal, match="sent_by: is required"):
        await messages.inspect(case_id, office.file(inspection), sent_by=None, as_json=True)
    printed()
    await messages.inspect(case_id, office.file(inspection), sent_by="register-office", as_json=True)
    assert printed()["state"] == "accepted"
