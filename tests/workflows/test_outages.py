"""Our own outage makes nobody late and loses nothing (design, section 4)."""

from __future__ import annotations

import asyncio
import os
import signal as signals
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from tests.conftest import ROOT
from tests.support.cases import CaseInMemory, CaseUnderTest, open_case
from tests.support.messages import documents, inspection, signature
from tests.support.midnight import BeforeMidnight, seconds_ahead
from tests.support.requests import request
from tests.support.views import escalation_ids, instant, step_of
from tests.support.waiting import finish, until
from tests.support.workers import worker
from tests.support.world import World

AHEAD = 9.0
"""Seconds until midnight: enough to bring a case to the awaited documents on a busy machine."""

TAKEN_UP_WITHIN = 15.0
"""Contract, section 8."""


async def recorded(case: CaseUnderTest, name: str) -> datetime:
    """When Temporal recorded the last signal of this name."""
    times = [
        event.event_time.ToDatetime(tzinfo=UTC)
        for event in (await case.history()).events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        and event.workflow_execution_signaled_event_attributes.signal_name == name
    ]
    return times[-1]


async def awaiting_until_midnight(
    dev_server: WorkflowEnvironment, world: BeforeMidnight, task_queue: str
) -> CaseUnderTest:
    """A case whose term of ¶8 ends at midnight."""
    given = request(world.midnight - timedelta(days=6))
    case = await open_case(dev_server, world, task_queue, given)
    view = await case.until(lambda view: view["step"] == "await_documents")
    assert instant(step_of(view, "await_documents")["due_at"]) == world.midnight
    return case


@pytest.mark.parametrize("in_time", [True, False], ids=["before midnight", "after midnight"])
async def test_documents_that_come_while_no_worker_runs_are_judged_by_when_temporal_recorded_them(
    dev_server: WorkflowEnvironment, task_queue: str, in_time: bool
) -> None:
    world = BeforeMidnight(dev_server.client, seconds_ahead(AHEAD))
    async with worker(dev_server.client, world, task_queue):
        case = await awaiting_until_midnight(dev_server, world, task_queue)
    if in_time:
        await case.signal("documents_arrived", documents())
        assert datetime.now(UTC) < world.midnight
    await world.pass_midnight()
    if not in_time:
        await case.signal("documents_arrived", documents())
    async with worker(dev_server.client, world, task_queue):
        view = await case.until(lambda view: view["step"] == "inspect")
        arrived_at = await recorded(case, "documents_arrived")
        assert (arrived_at < world.midnight) is in_time
        assert [instant(each["arrived_at"]) for each in view["documents"]] == [arrived_at, arrived_at]
        awaited = step_of(view, "await_documents")
        assert instant(awaited["ended_at"]) == arrived_at
        assert (awaited["late"], awaited["late_days"]) == ((False, 0) if in_time else (True, 1))
        assert ("await_documents.step_overdue" in escalation_ids(view)) is not in_time
        assert instant(step_of(view, "inspect")["started_at"]) == arrived_at
        view = await finish(case)
        assert step_of(view, "await_documents")["late"] is not in_time


@pytest.mark.parametrize("in_time", [True, False], ids=["before midnight", "after midnight"])
async def test_a_signature_that_comes_while_no_worker_runs_keeps_or_breaks_the_thirty_days_by_when_it_was_recorded(
    case: CaseInMemory, in_time: bool
) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(20)
    await case.signal("documents_arrived", documents())
    await case.sleep_to(23)
    await case.signal("inspection_completed", inspection())
    view = await case.drafted()
    assert instant(view["limit_at"]) == instant(step_of(view, "conclude")["due_at"]) == case.end_of(30)
    assert (view["risk"], view["reserve_days"]) == ("tight", 0)
    case.stop()
    signed_at = case.end_of(30) - timedelta(microseconds=int(in_time))
    await case.sleep_until(signed_at)
    await case.signal("conclusion_signed", signature())
    await case.sleep_to(33)
    await case.start()
    view = await case.result()
    assert instant(view["conclusion"]["signed_at"]) == signed_at
    assert view["limit_met"] is in_time
    assert view["risk"] == ("tight" if in_time else "exceeded")
    breaches = {"conclude.step_overdue", "case.limit_exceeded"} & set(escalation_ids(view))
    assert breaches == (set() if in_time else {"conclude.step_overdue", "case.limit_exceeded"})
    assert step_of(view, "conclude")["late"] is not in_time


@pytest.mark.parametrize("in_time", [True, False], ids=["before midnight", "after midnight"])
async def test_documents_of_an_outage_are_judged_by_their_arrival_before_any_timer_is(
    case: CaseInMemory, in_time: bool
) -> None:
    await case.bring_to("await_documents")
    case.stop()
    arrived_at = case.end_of(5) - timedelta(microseconds=int(in_time))
    await case.sleep_until(arrived_at)
    await case.signal("documents_arrived", documents())
    await case.sleep_to(9)
    await case.start()
    view = await case.at_step("inspect")
    awaited = step_of(view, "await_documents")
    assert (awaited["late"], awaited["late_days"]) == ((False, 0) if in_time else (True, 1))
    assert instant(awaited["ended_at"]) == instant(step_of(view, "inspect")["started_at"]) == arrived_at
    assert ("await_documents.step_overdue" in escalation_ids(view)) is not in_time


async def test_when_a_message_arrived_is_asked_only_where_that_can_change_a_date(case: CaseInMemory) -> None:
    """Of one that came and was seen on the same day only the day matters, and that is known."""
    asked = case.world.calls[Activity.READ_ARRIVALS]
    await case.bring_to("await_documents")
    await case.signal("documents_arrived", documents("d1", "invoice"))
    assert asked == []
    case.stop()
    await case.sleep_to(1)
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await case.signal("inspection_completed", inspection())
    await case.signal("inspection_completed", {"message_id": "misfit"})
    await case.sleep_to(2)
    await case.start()
    [only] = asked
    assert only.numbers == [3], "documents bring theirs along; what is refused anyway is refused whenever it came"


@pytest.mark.parametrize("step", ["await_documents", "inspect", "conclude"])
async def test_an_outage_over_the_end_of_a_term_finds_its_breach_once_and_the_case_goes_on(
    case: CaseInMemory, step: str
) -> None:
    await case.bring_to(step)
    case.stop()
    await case.sleep_to(12)
    await case.start()
    view = await case.view()
    assert escalation_ids(view).count(f"{step}.step_overdue") == 1
    assert step_of(view, step)["late"]
    await case.sleep_to(14)
    assert escalation_ids(await case.view()).count(f"{step}.step_overdue") == 1


@pytest.mark.parametrize("good", [True, False], ids=["the documents are good", "the documents are refused"])
async def test_a_fetch_that_is_running_at_midnight_holds_the_overdue_until_it_is_known_what_came(
    case: CaseInMemory, good: bool
) -> None:
    await case.bring_to("await_documents")
    gate = case.world.gates[Activity.FETCH_DOCUMENTS] = asyncio.Event()
    if not good:
        case.world.bad_documents = {"invoice.pdf": "its sha256 differs"}
    await case.sleep_until(case.end_of(5) - timedelta(hours=1))
    await case.signal("documents_arrived", documents())
    await case.sleep_until(case.end_of(5) + timedelta(hours=1))
    view = await case.view()
    assert not step_of(view, "await_documents")["late"]
    assert "await_documents.step_overdue" not in escalation_ids(view)
    gate.set()
    view = await case.until(lambda view: view["step"] == "inspect" if good else view["refused_documents"])
    assert step_of(view, "await_documents")["late"] is not good
    assert ("await_documents.step_overdue" in escalation_ids(view)) is not good


@pytest.mark.slow
async def test_the_work_of_a_killed_worker_is_taken_up_within_15_seconds(
    dev_server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    """One case is in the middle of an activity, the other in the middle of a workflow task."""
    client = dev_server.client
    hangs_in = (Activity.FETCH_DOCUMENTS.value, Activity.DRAFT_CONCLUSION.value)
    process = subprocess.Popen(  # noqa: ASYNC220 - it starts in a moment, and is waited for by asking
        [sys.executable, "-m", "tests.support.killable", task_queue, str(tmp_path), *hangs_in],
        cwd=ROOT,
        env={**os.environ, "TEMPORAL_ADDRESS": client.service_client.config.target_host},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        world = World(client)
        given = request(datetime.now(UTC) - timedelta(hours=1))
        fetching = await open_case(dev_server, world, task_queue, given, case_id=f"{task_queue}-fetching")
        drafting = await open_case(dev_server, world, task_queue, given, case_id=f"{task_queue}-drafting")
        for case in (fetching, drafting):
            await case.until(lambda view: view["step"] == "await_documents")
        await drafting.update("conclude_without_documents", reason="there are none")
        await fetching.signal("documents_arrived", documents())
        await until(lambda: all((tmp_path / name).exists() for name in hangs_in))
    finally:
        process.send_signal(signals.SIGKILL)
        process.wait()
    killed_at = time.monotonic()

    async def taken_up(case: CaseUnderTest, which: Activity) -> float:
        await until(lambda: world.attempts[which], seconds=30)
        return time.monotonic() - killed_at

    async with worker(client, world, task_queue):
        waits = await asyncio.gather(
            taken_up(fetching, Activity.FETCH_DOCUMENTS), taken_up(drafting, Activity.DRAFT_CONCLUSION)
        )
        print("taken up after", [round(wait, 1) for wait in waits])
        assert max(waits) < TAKEN_UP_WITHIN
        await fetching.until(lambda view: view["step"] == "inspect")
        await drafting.until(lambda view: view["conclusion"] and view["conclusion"]["document_id"])


async def test_a_decision_that_came_after_a_message_is_judged_after_it_also_where_one_task_sees_both(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))
        await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(grounds=["scheme_terms"]))
    decided = asyncio.create_task(case.refused("conclude_without_documents", reason="nothing came"))
    await asyncio.sleep(0.5)  # the update waits for the same worker
    async with worker(dev_server.client, live_world, task_queue):
        assert await decided == "the case stands at conclude; expected await_documents or inspect"
        view = await case.drafted()
    assert (view["conclusion"]["outcome"], view["inspection"]["grounds"]) == ("not_valid", ["scheme_terms"])


async def test_a_decision_that_comes_while_the_register_is_given_the_end_is_answered_and_the_case_ends(
    live_case: CaseUnderTest,
) -> None:
    world = live_case.world
    withdrawn = world.gates[Activity.WITHDRAW_REQUEST] = asyncio.Event()
    await live_case.update("withdraw", reason="by the customs")
    await until(lambda: world.attempts[Activity.WITHDRAW_REQUEST])
    written = world.gates[Activity.WRITE_REGISTER] = asyncio.Event()
    before = world.attempts[Activity.WRITE_REGISTER]
    withdrawn.set()
    await until(lambda: world.attempts[Activity.WRITE_REGISTER] > before)
    assert (await live_case.update("retry_action", action="write_register"))["done"] == "retry_action"
    written.set()
    view = await live_case.result()
    assert (view["outcome"], view["failed_actions"]) == ("withdrawn", [])
