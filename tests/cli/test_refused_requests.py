"""``list --refused`` and ``dismiss``, with requests that a real worker has refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from cli import cases, refused_requests
from cli.errors import CannotDo
from register.database import open_register
from register.deliveries import deliveries_of
from rules.refusal import Refusal
from tests.cli.conftest import Office
from tests.support.waiting import until

Printed = Callable[[], Any]


async def refuse(office: Office, request: dict[str, Any]) -> str:
    """Start a case as another system would, with a request that does not fit; its number."""
    case_id = f"rex-ch-{request['reference'].lower()}"
    handle = await office.client.start_workflow(
        "VerificationWorkflow", request, id=case_id, task_queue=office.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), 20)
    return case_id


async def listed(printed: Printed) -> list[dict[str, Any]]:
    await refused_requests.list_refused(as_json=True)
    found: list[dict[str, Any]] = printed()
    return found


async def test_a_refused_request_is_listed_whole_until_its_case_opens(office: Office, printed: Printed) -> None:
    good = office.request()
    case_id = await refuse(office, good | {"reason": "curiosity"})
    await refuse(office, good | {"language": "ru"})

    [found] = await listed(printed)
    assert (found["case_id"], found["escalation"]["id"], found["escalation"]["level"]) == (
        case_id,
        "case.request_refused",
        1,
    )
    assert [each["reason"] for each in found["requests"]] == [
        "reason: expected sample or doubt",
        "language: expected en, fr or de",
    ]
    assert json.loads(found["requests"][0]["body"]) == good | {"reason": "curiosity"}
    assert found["escalation"]["resolved_at"] is None

    assert await office.open(good) == case_id
    printed()
    [found] = await listed(printed)
    assert found["escalation"]["resolved_by"] == "its case is open: the request came again, corrected"
    assert len(found["requests"]) == 2
    assert (await office.case(case_id))["escalations"] == []


async def test_the_case_officer_gets_one_mail_and_the_log_of_deliveries_has_it(office: Office) -> None:
    request = office.request(reason="curiosity")
    case_id = await refuse(office, request)
    await refuse(office, request)
    register = open_register(office.database_url)
    [delivery] = await until(lambda: deliveries_of(register, case_id))
    register.dispose()
    assert (delivery.escalation_id, delivery.level, delivery.notified) == ("case.request_refused", 1, True)
    [mail] = [file for file in (office.folder / "mail").glob("*.eml") if case_id in file.read_text("utf-8")]
    assert "officer@trade.example.kz" in mail.read_text("utf-8")


async def test_the_page_says_why_and_what_to_type(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = await refuse(office, office.request(reason="\u202ecuriosity", exporter={"bin": "1"}))
    await refused_requests.list_refused(as_json=False)
    page = capsys.readouterr().out
    assert f"{case_id}  refused " in page
    assert "  reason: expected sample or doubt\n  exporter.name: is required\n" in page
    assert f".venv/bin/python starter.py dismiss {case_id} --by NAME --because WHY\n" in page
    assert f"http://localhost:8233/namespaces/default/workflows/{case_id}\n" in page


async def test_it_is_dismissed_by_name_with_the_reason(
    office: Office, printed: Printed, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await refuse(office, office.request(reason="curiosity"))
    await office.stop_worker()
    for by, because, why in ((" ", "sent twice", "--by: expected a text"), ("A.", "\n", "--because: expected a text")):
        with pytest.raises(Refusal, match=why):
            await refused_requests.dismiss(case_id, by=by, because=because, as_json=False)
    await refused_requests.dismiss(case_id, by="A. Nurlan", because="sent twice", as_json=False)
    assert capsys.readouterr().out == f"{case_id}  case.request_refused is dismissed by A. Nurlan\n"
    with pytest.raises(Refusal, match=f"{case_id}: no refused request is open under this number"):
        await refused_requests.dismiss(case_id, by="A. Nurlan", because="again", as_json=False)
    [found] = await listed(printed)
    assert found["escalation"]["resolved_by"] == "dismissed by A. Nurlan: sent twice"
    await refused_requests.list_refused(as_json=False)
    assert "resolved " in capsys.readouterr().out


async def test_show_says_why_a_request_was_refused(office: Office) -> None:
    case_id = await refuse(office, office.request(reason="curiosity"))
    with pytest.raises(CannotDo, match=f"{case_id}: the request was refused: reason: expected sample or doubt"):
        await cases.show(case_id, as_json=False)


async def test_without_any_the_list_says_so(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await refused_requests.list_refused(as_json=False)
    assert capsys.readouterr().out == "No refused requests in the register.\n"
