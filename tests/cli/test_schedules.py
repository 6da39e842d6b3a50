"""``setup`` adds the schedules of the self-check, brings them up to date, and leaves a paused one paused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleDescription,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    ScheduleSpec,
)
from temporalio.testing import WorkflowEnvironment

from calendars.time_zone import almaty
from cli.schedules import put_schedules, schedules_for
from workflows.self_check import SELF_CHECK, SelfCheckWanted


@pytest.fixture
def ids(task_queue: str) -> tuple[str, str]:
    return f"{task_queue}-self-check", f"{task_queue}-calendar-check"


async def described(environment: WorkflowEnvironment, schedule_id: str) -> ScheduleDescription:
    return await environment.client.get_schedule_handle(schedule_id).describe()


async def test_the_first_set_up_makes_them_and_the_next_finds_them(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    assert await put_schedules(dev_server.client, task_queue) == dict.fromkeys(ids, "made")
    assert await put_schedules(dev_server.client, task_queue) == dict.fromkeys(ids, "there")


async def test_the_self_check_is_daily_at_nine_in_almaty_one_at_a_time(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    await put_schedules(dev_server.client, task_queue)
    found = await described(dev_server, ids[0])
    times = [at.astimezone(almaty()) for at in found.info.next_action_times]
    assert len(times) > 3
    assert {(at.hour, at.minute) for at in times} == {(9, 0)}
    assert {later - at for at, later in pairwise(times)} == {timedelta(days=1)}
    policy, state = found.schedule.policy, found.schedule.state
    assert (policy.overlap, policy.catchup_window) == (ScheduleOverlapPolicy.SKIP, timedelta(hours=23))
    assert "notifies on-call" in (state.note or "")


async def test_the_calendar_is_checked_on_mondays_at_nine(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    await put_schedules(dev_server.client, task_queue)
    found = await described(dev_server, ids[1])
    times = [at.astimezone(almaty()) for at in found.info.next_action_times]
    assert {(at.strftime("%A"), at.hour, at.minute) for at in times} == {("Monday", 9, 0)}
    # Whatever day 1 December is, a missing year is reported within the week.
    assert times[0] - datetime.now(UTC) <= timedelta(days=7)


async def test_a_schedule_of_an_older_version_is_brought_up_to_date(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    old = Schedule(
        action=ScheduleActionStartWorkflow("Older", id="older", task_queue="elsewhere"),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=timedelta(days=9))]),
    )
    await dev_server.client.create_schedule(ids[0], old)
    assert (await put_schedules(dev_server.client, task_queue))[ids[0]] == "there"
    found = await described(dev_server, ids[0])
    action = found.schedule.action
    assert isinstance(action, ScheduleActionStartWorkflow)
    assert (action.workflow, action.task_queue, found.schedule.spec.intervals) == (SELF_CHECK, task_queue, [])


async def test_a_schedule_that_somebody_paused_stays_paused_with_the_reason(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    await put_schedules(dev_server.client, task_queue)
    await dev_server.client.get_schedule_handle(ids[0]).pause(note="the register is being moved")
    assert await put_schedules(dev_server.client, task_queue) == {ids[0]: "paused", ids[1]: "there"}
    state = (await described(dev_server, ids[0])).schedule.state
    assert (state.paused, state.note) == (True, "the register is being moved")


async def test_two_set_ups_at_once_both_succeed(dev_server: WorkflowEnvironment, task_queue: str) -> None:
    done = await asyncio.gather(*(put_schedules(dev_server.client, task_queue) for _ in range(3)))
    assert [set(each) for each in done] == [set(schedules_for(task_queue))] * 3


async def test_what_the_schedule_starts_is_the_self_check(
    dev_server: WorkflowEnvironment, task_queue: str, ids: tuple[str, str]
) -> None:
    await put_schedules(dev_server.client, task_queue)
    await dev_server.client.get_schedule_handle(ids[1]).trigger()
    query = f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"
    async with asyncio.timeout(20):
        while not (started := [each async for each in dev_server.client.list_workflows(query)]):  # noqa: ASYNC110 - the server has to be asked
            await asyncio.sleep(0.05)
    (execution,) = started
    assert (execution.workflow_type, execution.id.startswith(ids[1])) == (SELF_CHECK, True)
    history = await dev_server.client.get_workflow_handle(execution.id).fetch_history()
    given = history.events[0].workflow_execution_started_event_attributes.input.payloads
    (wanted,) = await dev_server.client.data_converter.decode(given, [SelfCheckWanted])
    assert wanted == SelfCheckWanted(scope="calendar")
