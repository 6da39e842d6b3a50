"""A click on Cancel is recorded and escalated, and does not end the case (contract, section 1)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from tests.support.calendars import ALMATY
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents
from tests.support.requests import request
from tests.support.waiting import finish, until
from tests.support.workers import worker
from tests.support.world import World


def told_of_cancel(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in view["escalations"] if "cancel" in each["summary"]]


async def test_a_cancel_is_recorded_and_escalated_to_level_2_and_the_case_ends_normally(
    live_case: CaseUnderTest,
) -> None:
    await live_case.handle.cancel(reason="clicked by mistake")
    view = await live_case.until(told_of_cancel)
    [raised] = told_of_cancel(view)
    assert (raised["id"], raised["kind"], raised["level"]) == ("await_documents.action_failed", "action_failed", 2)
    assert "clicked by mistake" in raised["summary"]
    assert "withdraw" in raised["summary"]
    assert raised["resolved_at"] is None
    await until(lambda: [each.level for each in live_case.world.matters()] == [2])
    assert "cancel_requested" in [line.what for entries in live_case.world.written for line in entries.log]
    view = await finish(live_case)
    assert told_of_cancel(view)[0]["resolved_by"] == "the case went on"


async def test_a_cancel_is_settled_by_whoever_acknowledges_it(live_case: CaseUnderTest) -> None:
    await live_case.handle.cancel()
    [raised] = told_of_cancel(await live_case.until(told_of_cancel))
    await until(live_case.world.notices)
    today = (datetime.now(UTC) + ALMATY).date().isoformat()
    await live_case.update("acknowledge_escalation", escalation_id=raised["id"], until=today)
    [settled] = told_of_cancel(await live_case.view())
    by = "acknowledged; nothing else is to be done (A. Nurlan)"
    assert (settled["acknowledged_by"], settled["resolved_by"]) == ("A. Nurlan", by)
    assert (await live_case.view())["step"] == "await_documents"
    await until(lambda: [bool(notice.resolved) for notice in live_case.world.notices()] == [False, True])


async def test_a_cancel_is_settled_as_the_next_step_ends(live_case: CaseUnderTest) -> None:
    await live_case.handle.cancel()
    await live_case.until(told_of_cancel)
    await live_case.signal("documents_arrived", documents())
    view = await live_case.until(lambda view: view["step"] == "inspect")
    assert told_of_cancel(view)[0]["resolved_by"] == "the case went on"


async def test_on_call_is_told_of_a_cancel_what_it_means_whatever_else_has_failed(live_case: CaseUnderTest) -> None:
    live_case.world.refuse(Activity.FETCH_DOCUMENTS)
    await live_case.signal("documents_arrived", documents())
    await live_case.until(lambda view: view["failed_actions"])
    await live_case.handle.cancel()
    await live_case.until(told_of_cancel)
    await until(lambda: len(live_case.world.matters()) == 2)
    failed, cancel = live_case.world.matters()
    assert "retry_action" in failed.what_to_do
    assert "there is nothing else to do" in cancel.what_to_do
    today = (datetime.now(UTC) + ALMATY).date().isoformat()
    await live_case.update("acknowledge_escalation", escalation_id=failed.escalation_id, until=today)
    view = await live_case.view()
    assert [each["resolved_at"] for each in view["escalations"]] == [None, None], "only a cancel is settled so"


async def test_a_second_cancel_changes_nothing(live_case: CaseUnderTest) -> None:
    await live_case.handle.cancel()
    await live_case.until(told_of_cancel)
    await live_case.handle.cancel()
    await live_case.signal("gibberish")
    view = await live_case.until(lambda view: view["rejected_count"])
    assert len(told_of_cancel(view)) == 1
    await finish(live_case)


async def test_a_cancel_before_a_worker_has_seen_the_case_does_not_end_it(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC)))
    await case.handle.cancel()
    async with worker(dev_server.client, live_world, task_queue):
        view = await case.until(lambda view: view["step"] == "await_documents")
        [raised] = told_of_cancel(await case.until(told_of_cancel))
        assert raised["id"] == "request_documents.action_failed"
        assert view["outcome"] is None
        await finish(case)


async def test_a_cancel_while_activities_run_leaves_them_running(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    gates = {which: asyncio.Event() for which in (Activity.REQUEST_DOCUMENTS, Activity.FETCH_DOCUMENTS)}
    live_world.gates.update(gates)
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC)))
        await until(lambda: live_world.attempts[Activity.REQUEST_DOCUMENTS])
        await case.handle.cancel()
        await case.until(told_of_cancel)
        gates[Activity.REQUEST_DOCUMENTS].set()
        await case.until(lambda view: view["step"] == "await_documents")
        await case.signal("documents_arrived", documents())
        await until(lambda: live_world.attempts[Activity.FETCH_DOCUMENTS])
        gates[Activity.FETCH_DOCUMENTS].set()
        await case.until(lambda view: view["step"] == "inspect")
        assert live_world.attempts[Activity.REQUEST_DOCUMENTS] == live_world.attempts[Activity.FETCH_DOCUMENTS] == 1
        view = await finish(case)
        assert len(told_of_cancel(view)) == 1


async def test_a_cancel_while_the_case_closes_does_not_end_it_as_cancelled(live_case: CaseUnderTest) -> None:
    gate = asyncio.Event()
    live_case.world.gates[Activity.WITHDRAW_REQUEST] = gate
    await live_case.update("withdraw", reason="by the customs")
    await until(lambda: live_case.world.attempts[Activity.WITHDRAW_REQUEST])
    await live_case.handle.cancel()
    view = await live_case.until(told_of_cancel)
    assert told_of_cancel(view)[0]["step"] is None
    gate.set()
    view = await live_case.result()
    assert view["outcome"] == "withdrawn"
    assert told_of_cancel(view)[0]["resolved_by"] == "the case is closed"
    assert live_case.world.notices() == [], "nobody could see to it any more"
    assert live_case.world.calls[Activity.WITHDRAW_REQUEST]
