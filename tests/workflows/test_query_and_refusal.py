"""The query answers whatever happens, and what does not fit is refused by its field."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from rules.decisions import DECISIONS
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents
from tests.support.requests import request
from tests.support.views import escalation_ids
from tests.support.waiting import judged, refused_in_register, until
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.test_bad_messages import raw


async def test_refused_messages_are_escalated_once_a_step_with_the_count_and_the_newest_50_are_listed(
    case: CaseUnderTest,
) -> None:
    world = case.world
    for n in range(60):
        await case.signal("documents_arrived", {"message_id": f"m{n}"})
    view = await judged(case, 60)
    assert view["rejected_count"] == 60
    assert [each["message_id"] for each in view["rejected_messages"]] == [f"m{n}" for n in range(10, 60)]
    assert [entry.message_id for entry in await refused_in_register(case, 60)] == [f"m{n}" for n in range(60)]
    assert escalation_ids(view) == ["await_documents.message_rejected"]
    [raised] = view["escalations"]
    assert raised["level"] == 1
    assert raised["summary"].startswith("60 messages refused so far; the last, documents_arrived: sent_by: is required")
    await case.signal("documents_arrived", documents())
    await case.until(lambda view: view["step"] == "inspect")
    for n in range(3):
        await case.signal("inspection_completed", {"message_id": f"i{n}"})
    view = await judged(case, 64)
    assert escalation_ids(view) == ["await_documents.message_rejected", "inspect.message_rejected"]
    assert escalation_ids(view, open_only=True) == ["inspect.message_rejected"]
    assert view["rejected_count"] == 63
    assert [each.escalation_id for each in world.matters()] == escalation_ids(view)
    assert world.matters()[0].summary.startswith("a message was refused, documents_arrived: sent_by")


KEYS = {
    "case_id", "step", "risk", "reserve_days", "received_at", "limit_at", "limit_last_day", "limit_met", "outcome",
    "limit_ended_at", "readings", "request_confirmed", "rex_lookups", "request", "steps", "calendar", "documents",
    "refused_documents", "quarantined_documents", "missing_documents", "findings", "comparison",
    "inspection",
    "to_do_by", "responsible", "require_signed_file",
    "conclusion", "appeal", "reply", "letters", "to_do",
    "failed_actions", "escalations", "rejected_messages", "rejected_count",
    "authenticated",
    "to_send", "retrying", "stated_earlier",
}  # fmt: skip
STEP_KEYS = {
    "step", "round", "paragraph", "working_days", "state", "started_at", "from_receipt", "due_at", "last_day",
    "ended_at", "late", "late_days", "provisional", "unproven",
}  # fmt: skip


async def test_the_query_answers_from_the_first_moment_with_every_key(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    live_world.refuse(Activity.RECORD_CALENDAR, "no calendar")
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC)))
        for arguments in ([], [None], [1, 2], [raw(b"{")]):
            view = await case.handle.query("case", args=arguments)
            assert set(view) == KEYS
            assert [set(each) for each in view["steps"]] == [STEP_KEYS] * 5
        assert (view["step"], set(view["calendar"].values())) == ("request_documents", {None})
        assert view["reserve_days"] is view["limit_at"] is view["steps"][0]["due_at"] is None
        await case.signal("documents_arrived", documents("early"))
        await case.signal("nonsense")
        view = await judged(case, 2)
        assert (view["rejected_count"], set(view)) == (1, KEYS)
        view = await case.until(lambda view: view["failed_actions"])
        assert view["failed_actions"][0]["error"] == "no calendar"
        live_world.mend(Activity.RECORD_CALENDAR)
        await case.update("retry_action")
        view = await case.until(lambda view: view["step"] == "inspect")
        assert (set(view), view["calendar"]["version"]) == (KEYS, "plain")


async def test_the_query_answers_while_nothing_else_does(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    never = asyncio.Event()
    live_world.gates = dict.fromkeys(Activity, never)
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC)))
        assert set(await asyncio.wait_for(case.view(), 10)) == KEYS
        never.set()
        await case.at_step("await_documents")


GOOD_DECISION: dict[str, dict[str, Any]] = {
    "acknowledge_escalation": {"escalation_id": "x", "until": "2026-03-02"},
    "assign": {"to": None},
    "confirm_request": {"note": "r"},
    "record_documents": {
        "documents": [{"kind": "invoice", "filename": "x", "document_id": f"sha256-{'0' * 64}"}],
    },
    "record_inspection": {
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "grounds": [],
    },
    "sign_conclusion": {},
    "record_dispatch": {"sent_at": "2026-03-02T09:30:00+05:00", "letter_reference": "L-1"},
    "record_lookup": {"record": None, "reason": "r"},
    "retry_action": {},
    "release_document": {"sha256": "9f" * 32, "reason": "r"},
    "request_missing_documents": {"missing": ["invoice"], "remarks": "r"},
    "return_conclusion": {"reason": "r"},
    "release_conclusion": {"reason": "r"},
    "conclude_without_documents": {"reason": "r"},
    "withdraw": {"reason": "r"},
    "change_reading": {"reading": "grounds", "option": "all", "reason": "r"},
    "recount": {"reason": "r"},
}
WRONG_TYPES: dict[str, dict[str, Any]] = {
    "acknowledge_escalation": {"escalation_id": 5, "until": "soon"},
    "assign": {"to": 5},
    "confirm_request": {"note": 5},
    "record_documents": {"documents": [], "received_at": ""},
    "record_inspection": {"documents_complete": None, "grounds": ["none"], "completed_at": "today"},
    "sign_conclusion": {"signed_by": "", "signed_at": "2026-03-02T09:30:00"},
    "record_dispatch": {"what": "parcel", "sent_at": "2026-03-02T09:30:00", "letter_reference": ""},
    "record_lookup": {"record": {"rex_number": 5}, "reason": "x" * 4001},
    "retry_action": {"action": 7},
    "release_document": {"sha256": "all", "reason": ""},
    "request_missing_documents": {"missing": ["patience"], "remarks": None},
    "return_conclusion": {"reason": [], "reopen_inspection": "perhaps"},
    "release_conclusion": {"reason": 7},
    "conclude_without_documents": {"reason": True},
    "withdraw": {"reason": ""},
    "change_reading": {"reading": 5, "option": None, "reason": ""},
    "recount": {"reason": {}},
}


async def at_rest(case: CaseUnderTest) -> bool:
    """Whether nothing is under way, not even a write to the register."""
    written = bool(case.world.written) and case.world.written[-1].case.step == "await_documents"
    return written and not (await case.handle.query("record"))["busy"]


async def test_a_decision_that_does_not_fit_is_refused_by_field_and_leaves_no_event(live_case: CaseUnderTest) -> None:
    assert set(GOOD_DECISION) == set(WRONG_TYPES) == set(DECISIONS)

    async def refusal(name: str, *arguments: Any) -> str:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await live_case.handle.execute_update(name, args=list(arguments))
        told = str(refused.value.__cause__)
        assert told.startswith("Refusal: ")
        assert "\n" not in told
        return told

    await until(lambda: at_rest(live_case))
    before = [event.event_id for event in (await live_case.history()).events]
    for name, fields in GOOD_DECISION.items():
        whole = {"by": "A. Nurlan", **fields}
        assert await refusal(name) == "Refusal: expected one JSON object, got 0 arguments"
        assert await refusal(name, whole, whole) == "Refusal: expected one JSON object, got 2 arguments"
        for no_object in (None, "x", [whole], raw(b"{")):
            assert await refusal(name, no_object) == "Refusal: expected one JSON object (encoding json/plain)"
        assert (await refusal(name, fields)).startswith("Refusal: by: is required")
        assert "by: " in await refusal(name, {**whole, "by": " "})
        for field, value in WRONG_TYPES[name].items():
            assert f" {field}" in await refusal(name, {**whole, field: value})
    for name in ("retry_action", "return_conclusion", "request_missing_documents"):
        told = await refusal(name, {"by": "x", **GOOD_DECISION[name]})
        assert "expected" in told or "nothing has failed" in told
    after = (await live_case.history()).events
    assert [event.event_id for event in after] == before
    assert not any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED for event in after)
    assert (await live_case.view())["rejected_count"] == 0


@pytest.mark.parametrize("arguments", [[], [None], [{}, {}], [raw(b"{not json")], [{"reference": 5}]], ids=repr)
async def test_a_start_argument_that_does_not_fit_ends_the_workflow_at_once(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str, arguments: list[Any]
) -> None:
    async with worker(dev_server.client, live_world, task_queue):
        handle = await dev_server.client.start_workflow(
            "VerificationWorkflow", args=arguments, id=task_queue, task_queue=task_queue
        )
        await handle.signal("documents_arrived", documents())
        with pytest.raises(WorkflowFailureError) as failed:
            await asyncio.wait_for(handle.result(), 10)
    told = str(failed.value.__cause__)
    assert told.startswith("Refusal: ")
    if arguments == [{"reference": 5}]:
        for field in ("requesting_country", "reference", "received_at", "exporter", "statements", "reply_to"):
            assert f"{field}: " in told
    assert not live_world.written
