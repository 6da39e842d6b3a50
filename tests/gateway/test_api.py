"""What systems send through the gateway, and what they are answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError

from gateway.connected import Rates
from gateway.rates import Rate
from tests.cli.conftest import Office
from tests.gateway.conftest import serving
from tests.support.messages import inspection

System = Callable[..., dict[str, str]]


async def opened(gateway: httpx.AsyncClient, office: Office, headers: dict[str, str]) -> str:
    """A case that was opened through the gateway, and waits for documents."""
    answer = await gateway.post("/api/v1/cases", json=office.request(), headers=headers)
    assert answer.status_code == 201, answer.text
    case_id: str = answer.json()["case_id"]
    assert answer.headers["location"] == f"/api/v1/cases/{case_id}"
    async with asyncio.timeout(30):
        while (await office.case(case_id))["step"] != "await_documents":  # noqa: ASYNC110 - another process's clock
            await asyncio.sleep(0.05)
    return case_id


async def papers(office: Office, case_id: str) -> dict[str, Any]:
    """What Atameken would send for it, without its name."""
    return {name: value for name, value in (await office.documents(case_id)).items() if name != "sent_by"}


async def test_a_case_goes_from_request_to_signature_through_the_gateway_and_knows_who_sent_what(
    gateway_client: httpx.AsyncClient, office: Office, system: System
) -> None:
    front = system("front office", "open", "read")
    atameken = system("Atameken", "documents_arrived")
    desk = system("registry desk", "inspection_completed")
    signing = system("signing desk", "conclusion_signed")
    case_id = await opened(gateway_client, office, front)
    at = f"/api/v1/cases/{case_id}"

    message = await papers(office, case_id)
    answer = await gateway_client.post(f"{at}/documents-arrived", json=message, headers=atameken)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted"), answer.text
    again = await gateway_client.post(f"{at}/documents-arrived", json=message, headers=atameken)
    assert (again.status_code, again.json()) == (200, answer.json())
    other = await gateway_client.post(
        f"{at}/documents-arrived", json=message | {"via_representative": True}, headers=atameken
    )
    assert other.status_code == 409
    assert "was used before" in other.json()["detail"]
    still = await gateway_client.post(f"{at}/documents-arrived", json=message, headers=atameken)
    assert (still.status_code, still.json()) == (200, answer.json())

    await until_step(gateway_client, at, front, "inspect")
    result = {name: value for name, value in inspection().items() if name not in ("sent_by", "message_id")}
    answer = await gateway_client.post(
        f"{at}/inspection-completed", json=result, headers=desk | {"Idempotency-Key": "inspection 7"}
    )
    assert (answer.status_code, answer.json()["message_id"]) == (200, "inspection 7"), answer.text
    async with asyncio.timeout(30):
        while not ((await office.case(case_id))["conclusion"] or {}).get("document_id"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    answer = await gateway_client.post(f"{at}/conclusion-signed", json={"signed_by": "B. Omarov"}, headers=signing)
    assert answer.status_code == 200, answer.text

    case = (await gateway_client.get(at, headers=front)).json()
    assert [(each["name"], each["client"], each["how"]) for each in case["authenticated"]] == [
        ("request", "front office", "token"),
        ("documents_arrived", "Atameken", "token"),
        ("inspection_completed", "registry desk", "token"),
        ("conclusion_signed", "signing desk", "token"),
    ]
    told = await gateway_client.get(f"{at}/messages/inspection 7", headers=desk)
    assert told.json()["state"] == "accepted"


async def until_step(gateway: httpx.AsyncClient, at: str, headers: dict[str, str], step: str) -> None:
    async with asyncio.timeout(30):
        while (await gateway.get(at, headers=headers)).json()["step"] != step:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)


async def test_what_the_case_refuses_is_answered_with_field_and_reason_and_kept(
    gateway_client: httpx.AsyncClient, office: Office, system: System
) -> None:
    headers = system("Atameken")
    case_id = await opened(gateway_client, office, headers)
    at = f"/api/v1/cases/{case_id}"
    for attempt in (1, 2):
        answer = await gateway_client.post(
            f"{at}/documents-arrived", json={"documents": [], "message_id": "d1"}, headers=headers
        )
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "documents", "reason": "expected at least 1 entry"}]
        assert (await office.case(case_id))["rejected_count"] == attempt
    told = (await gateway_client.get(f"{at}/messages/d1", headers=headers)).json()
    assert (told["state"], told["reason"]) == ("refused", "documents: expected at least 1 entry")
    assert (await gateway_client.get(f"{at}/messages/none", headers=headers)).json()["state"] == "unknown"


async def test_a_decision_is_carried_out_once_and_a_repeat_gets_the_first_answer(
    gateway_client: httpx.AsyncClient, office: Office, system: System
) -> None:
    headers = system("case system")
    case_id = await opened(gateway_client, office, headers)
    at = f"/api/v1/cases/{case_id}"
    refused = await gateway_client.post(f"{at}/release-conclusion", json={"reason": "no"}, headers=headers)
    assert refused.status_code == 422, refused.text
    short = await gateway_client.post(f"{at}/withdraw", json={}, headers=headers)
    assert (short.status_code, short.json()["errors"]) == (422, [{"field": "reason", "reason": "is required"}])
    keyed = headers | {"Idempotency-Key": "w1"}
    answers = [await gateway_client.post(f"{at}/assign", json={"to": "A. Serikova"}, headers=keyed) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = await gateway_client.post(f"{at}/assign", json={"to": "B. Omarov"}, headers=keyed)
    assert other.status_code == 409
    done = await gateway_client.post(f"{at}/withdraw", json={"reason": "not needed"}, headers=headers)
    assert (done.status_code, done.json()["step"]) == (200, "closed")
    async with asyncio.timeout(30):
        while True:
            late = await gateway_client.post(f"{at}/assign", json={"to": None}, headers=headers)
            if late.status_code == 409:
                break
            await asyncio.sleep(0.1)
    message = await gateway_client.post(f"{at}/inspection-completed", json=inspection_of(), headers=headers)
    assert message.status_code == 409
    assert "kept in the register as refused" in message.json()["detail"]
    assert [each["name"] for each in (await office.case(case_id))["authenticated"]] == ["request", "assign", "withdraw"]


def inspection_of() -> dict[str, Any]:
    return {name: value for name, value in inspection().items() if name != "sent_by"}


async def test_a_request_that_does_not_fit_opens_no_case_and_is_kept_and_the_same_one_again_is_the_case(
    gateway_client: httpx.AsyncClient, office: Office, system: System
) -> None:
    headers = system("front office")
    request = office.request()
    wrong = await gateway_client.post("/api/v1/cases", json=request | {"rex_number": "NOREX1"}, headers=headers)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "rex_number"
    first = await gateway_client.post("/api/v1/cases", json=request, headers=headers)
    async with asyncio.timeout(30):
        while first.status_code != 201:  # the workflow that keeps the refused one runs for a moment
            await asyncio.sleep(0.1)
            first = await gateway_client.post("/api/v1/cases", json=request, headers=headers)
    again = await gateway_client.post("/api/v1/cases", json=request, headers=headers)
    assert (again.status_code, again.json()["case_id"]) == (200, first.json()["case_id"])
    other = await gateway_client.post("/api/v1/cases", json=request | {"rex_number": "KZREX1"}, headers=headers)
    assert other.status_code == 409
    found: dict[str, Any] = {"cases": []}
    async with asyncio.timeout(30):
        while not any(each["case_id"] == first.json()["case_id"] for each in found["cases"]):
            found = (await gateway_client.get("/api/v1/cases?country=CH&open=true&limit=1000", headers=headers)).json()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/v1/cases/rex-ch-nowhere", 404), ("/api/v1/cases?step=nowhere", 400), ("/api/v1/cases?limit=0", 400)],
)
async def test_what_is_not_there_or_makes_no_sense_is_said(
    gateway_client: httpx.AsyncClient, system: System, path: str, status: int
) -> None:
    answer = await gateway_client.get(path, headers=system("reader", "read"))
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert "starter.py" not in answer.text


async def test_a_workflow_that_is_no_case_is_not_there(
    gateway_client: httpx.AsyncClient, closed_office: Office, system: System
) -> None:
    await closed_office.client.start_workflow("Other", id="other", task_queue="nobody's")
    headers = system("case system", "read", "withdraw")
    looked = await gateway_client.get("/api/v1/cases/other", headers=headers)
    decided = await gateway_client.post("/api/v1/cases/other/withdraw", json={"reason": "x"}, headers=headers)
    assert (looked.status_code, decided.status_code) == (404, 404)


@pytest.mark.parametrize("name", ["inspection-completed", "conclusion-signed"])
async def test_a_message_for_a_case_that_there_is_not_is_not_found_and_kept(
    gateway_client: httpx.AsyncClient, system: System, name: str
) -> None:
    answer = await gateway_client.post(
        f"/api/v1/cases/rex-ch-nowhere/{name}", json=inspection_of(), headers=system("desk")
    )
    assert answer.status_code == 404
    assert "kept in the register" in answer.json()["detail"]


async def test_messages_for_no_case_are_few_as_refused_ones_are_for_each_is_a_row(
    gateway_client: httpx.AsyncClient, system: System
) -> None:
    at, headers = "/api/v1/cases/rex-ch-nowhere/inspection-completed", system("desk")
    async with serving(Rates(refused=Rate("refused messages", per_second=0.01, burst=1))) as gateway:
        answers = [await gateway.post(at, json=inspection_of(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 429]


async def test_an_office_that_takes_nothing_else_refuses_what_comes_past_the_gateway(
    gateway_client: httpx.AsyncClient, closed_office: Office, system: System
) -> None:
    closed_office.settings = closed_office.settings.model_copy(update={"only_authenticated": True})
    await closed_office.start_worker()
    headers, case = system("case system"), closed_office.client.get_workflow_handle
    case_id = await opened(gateway_client, closed_office, headers)
    await case(case_id).signal("inspection_completed", inspection("past"))
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case(case_id).execute_update("withdraw", {"by": "The Minister", "reason": "no"})
    assert "did not come through the gateway" in str(refused.value.cause)
    view = await closed_office.case(case_id)
    assert [each["name"] for each in view["rejected_messages"]] == ["inspection_completed", "withdraw"]
    at = f"/api/v1/cases/{case_id}"
    through = await gateway_client.post(f"{at}/inspection-completed", json=inspection_of(), headers=headers)
    assert through.status_code == 200, through.text

    # What was sealed for one update cannot be taken out of the history and sent as another.
    await gateway_client.post(f"{at}/assign", json={"to": "A. Serikova"}, headers=headers)
    async for event in case(case_id).fetch_history_events():
        if event.HasField("workflow_execution_update_accepted_event_attributes"):
            request = event.workflow_execution_update_accepted_event_attributes.accepted_request
            copied = json.loads(request.input.args.payloads[0].data)
    assert copied["door"]["client"] == "case system"
    with pytest.raises(WorkflowUpdateFailedError) as refused:
        await case(case_id).execute_update("assign", copied)
    assert "for another update" in str(refused.value.cause)

    past = closed_office.request()
    await closed_office.client.start_workflow(
        "VerificationWorkflow", past, id="rex-ch-past-the-gateway", task_queue=closed_office.settings.task_queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await case("rex-ch-past-the-gateway").result()
    assert "did not come through the gateway" in str(failed.value.cause)


async def test_without_a_worker_a_message_is_taken_and_its_sender_is_told_where_to_ask(
    gateway_client: httpx.AsyncClient, office: Office, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.messages.WAIT", timedelta(seconds=1))
    monkeypatch.setattr("gateway.api.decisions.WAIT", timedelta(seconds=1))
    headers = system("Atameken")
    case_id = await opened(gateway_client, office, headers)
    await office.stop_worker()
    at = f"/api/v1/cases/{case_id}"
    message = await papers(office, case_id) | {"message_id": "посылка 31/2?"}
    sent, decided = await asyncio.gather(
        gateway_client.post(f"{at}/documents-arrived", json=message, headers=headers),
        gateway_client.post(f"{at}/withdraw", json={"reason": "x"}, headers=headers),
    )
    assert (sent.status_code, sent.json()["state"]) == (202, "unknown")
    assert decided.status_code == 503
    await office.start_worker()
    async with asyncio.timeout(30):
        while True:
            told = await gateway_client.get(sent.headers["location"], headers=headers)
            if told.json().get("state") == "accepted":
                break
            await asyncio.sleep(0.1)
