"""Our own outage makes nobody late and loses nothing (design, section 4), on the real clock and a real server."""

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
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents, inspection, signature
from tests.support.midnight import ONE_HOUR, BeforeMidnight, seconds_ahead
from tests.support.requests import request
from tests.support.views import escalation_ids, step_of
from tests.support.waiting import finish, until, until_view
from tests.support.workers import worker
from tests.support.world import World

AHEAD = 4.0
"""Seconds until midnight: enough to bring a case to the awaited documents on a busy machine."""

AHEAD_OF_A_DRAFT = 7.0

NOT_STICKY = timedelta(seconds=1)
"""How long a stopped worker's own queue is waited for; in life ten seconds."""

A_SHORT_TASK = timedelta(seconds=2)
"""The time of a workflow task; in life ten seconds, and longer where an activity within it takes its time."""

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


def instant(told: str) -> datetime:
    return datetime.fromisoformat(told)


async def awaiting_until_midnight(
    dev_server: WorkflowEnvironment, world: BeforeMidnight, task_queue: str
) -> CaseUnderTest:
    """A case whose term of ¶8 ends at midnight."""
    given = request(world.midnight - timedelta(days=6))
    case = await open_case(dev_server, world, task_queue, given)
    view = await until_view(case, lambda view: view["step"] == "await_documents")
    assert instant(step_of(view, "await_documents")["due_at"]) == world.midnight
    return case


@pytest.mark.parametrize("in_time", [True, False], ids=["before midnight", "after midnight"])
async def test_documents_that_come_while_no_worker_runs_are_judged_by_when_temporal_recorded_them(
    dev_server: WorkflowEnvironment, task_queue: str, in_time: bool
) -> None:
    world = BeforeMidnight(dev_server.client, seconds_ahead(AHEAD))
    async with worker(dev_server.client, world, task_queue, sticky_queue_schedule_to_start_timeout=NOT_STICKY):
        case = await awaiting_until_midnight(dev_server, world, task_queue)
    if in_time:
        await case.signal("documents_arrived", documents())
        assert datetime.now(UTC) < world.midnight
    await world.pass_midnight()
    if not in_time:
        await case.signal("documents_arrived", documents())
    async with worker(dev_server.client, world, task_queue, sticky_queue_schedule_to_start_timeout=NOT_STICKY):
        view = await until_view(case, lambda view: view["step"] == "inspect")
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
    dev_server: WorkflowEnvironment, task_queue: str, in_time: bool
) -> None:
    midnight = seconds_ahead(AHEAD_OF_A_DRAFT)
    world = BeforeMidnight(dev_server.client, midnight)
    world.request_sent_at = midnight - timedelta(days=30)

    def days_ago(days: int) -> str:
        return (midnight - timedelta(days=days) - ONE_HOUR).isoformat()

    async with worker(dev_server.client, world, task_queue, sticky_queue_schedule_to_start_timeout=NOT_STICKY):
        case = await open_case(dev_server, world, task_queue, request(midnight - timedelta(days=30) - ONE_HOUR))
        await until_view(case, lambda view: view["step"] == "await_documents")
        await case.signal("documents_arrived", documents(sent_at=days_ago(28), received_at=days_ago(28)))
        await case.signal("inspection_completed", inspection(completed_at=days_ago(7)))
        view = await until_view(case, lambda view: view["conclusion"] and view["conclusion"]["document_id"])
        assert instant(view["limit_at"]) == instant(step_of(view, "conclude")["due_at"]) == midnight
        assert (view["risk"], view["reserve_days"]) == ("tight", 0)
    if in_time:
        await case.signal("conclusion_signed", signature())
        assert datetime.now(UTC) < midnight
    await world.pass_midnight()
    if not in_time:
        await case.signal("conclusion_signed", signature())
    async with worker(dev_server.client, world, task_queue, sticky_queue_schedule_to_start_timeout=NOT_STICKY):
        view = await case.result()
    signed_at = await recorded(case, "conclusion_signed")
    assert instant(view["conclusion"]["signed_at"]) == signed_at
    assert (signed_at < midnight) is in_time
    assert view["limit_met"] is in_time
    assert view["risk"] == ("tight" if in_time else "exceeded")
    breaches = {"conclude.step_overdue", "case.limit_exceeded"} & set(escalation_ids(view))
    assert breaches == (set() if in_time else {"conclude.step_overdue", "case.limit_exceeded"})
    assert step_of(view, "conclude")["late"] is not in_time


@pytest.mark.parametrize("good", [True, False], ids=["the documents are good", "the documents are refused"])
async def test_a_fetch_that_is_running_at_midnight_holds_the_overdue_until_it_is_known_what_came(
    dev_server: WorkflowEnvironment, task_queue: str, good: bool
) -> None:
    world = BeforeMidnight(dev_server.client, seconds_ahead(AHEAD))
    gate = world.gates[Activity.FETCH_DOCUMENTS] = asyncio.Event()
    if not good:
        world.bad_documents = {"invoice.pdf": "its sha256 differs"}
    async with worker(dev_server.client, world, task_queue):
        case = await awaiting_until_midnight(dev_server, world, task_queue)
        await case.signal("documents_arrived", documents())
        await until(lambda: world.attempts[Activity.FETCH_DOCUMENTS])
        await world.pass_midnight()
        timers = [e for e in (await case.history()).events if e.event_type == EventType.EVENT_TYPE_TIMER_FIRED]
        assert timers, "midnight has passed for the case too"
        view = await case.view()
        assert not step_of(view, "await_documents")["late"]
        assert "await_documents.step_overdue" not in escalation_ids(view)
        gate.set()
        if good:
            view = await until_view(case, lambda view: view["step"] == "inspect")
        else:
            view = await until_view(case, lambda view: view["refused_documents"])
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
            await until_view(case, lambda view: view["step"] == "await_documents")
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
        await until_view(fetching, lambda view: view["step"] == "inspect")
        await until_view(drafting, lambda view: view["conclusion"] and view["conclusion"]["document_id"])


async def test_a_decision_that_came_after_a_message_is_judged_after_it_also_where_one_task_sees_both(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    options = {"sticky_queue_schedule_to_start_timeout": NOT_STICKY}
    async with worker(dev_server.client, live_world, task_queue, **options):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))
        await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(grounds=["scheme_terms"]))
    decided = asyncio.create_task(case.refused("conclude_without_documents", reason="nothing came"))
    await asyncio.sleep(0.5)  # the update waits for the same worker
    async with worker(dev_server.client, live_world, task_queue, **options):
        assert await decided == "the case stands at conclude; expected await_documents or inspect"
        view = await case.drafted()
    assert (view["conclusion"]["outcome"], view["inspection"]["grounds"]) == ("not_valid", ["scheme_terms"])


async def test_a_decision_that_comes_while_the_register_is_told_of_the_end_is_answered_and_the_case_ends(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    given = request(datetime.now(UTC) - timedelta(hours=1))
    async with worker(dev_server.client, live_world, task_queue):
        handle = await dev_server.client.start_workflow(
            "VerificationWorkflow", given, id=task_queue, task_queue=task_queue, task_timeout=A_SHORT_TASK
        )
        case = CaseUnderTest(dev_server, dev_server.client, handle, live_world)
        await case.at_step("await_documents")
        live_world.refuse(Activity.START_LADDER)
        await case.signal("gibberish")
        await until_view(case, lambda view: view["failed_actions"])
        live_world.mend(Activity.START_LADDER)
        told_atameken = live_world.gates[Activity.WITHDRAW_REQUEST] = asyncio.Event()
        await case.update("withdraw", reason="by the customs")
        await until(lambda: live_world.attempts[Activity.WITHDRAW_REQUEST])
        written = live_world.gates[Activity.WRITE_REGISTER] = asyncio.Event()
        before = live_world.attempts[Activity.WRITE_REGISTER]
        told_atameken.set()
        await until(lambda: live_world.attempts[Activity.WRITE_REGISTER] > before)
        decided = asyncio.create_task(case.update("retry_action"))
        await asyncio.sleep(A_SHORT_TASK.total_seconds())  # a task as long as that takes in what has come meanwhile
        written.set()
        assert (await decided)["done"] == "retry_action"
        view = await case.result()
    assert (view["outcome"], view["failed_actions"]) == ("withdrawn", [])
    assert [news.what for news in live_world.calls[Activity.TELL_LADDER]] == ["resolved"]
