"""Recorded histories of every path are replayed by the code as it is now: no open case would be stopped by it."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory, WorkflowQueryFailedError, WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from activities.interface import Activity
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from rules.terms import Step
from runtime.connection import DATA_CONVERTER, PLUGIN
from tests.support.cases import CaseUnderTest, open_case
from tests.support.continuing import CONTINUED
from tests.support.messages import documents, inspection, signature
from tests.support.requests import request
from tests.support.waiting import until
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.paths import PATHS
from tests.workflows.record_histories import FOLDER
from workflows import deadlines, order, verification
from workflows.case import Case
from workflows.case_view import case_view
from workflows.deadlines import Alarm
from workflows.timers import Timers
from workflows.turns import Turns
from workflows.verification import VerificationWorkflow

RECORDED = sorted(file.stem for file in FOLDER.glob("*.json"))


def history(name: str) -> WorkflowHistory:
    """A recorded history."""
    return WorkflowHistory.from_json(f"rex-ch-{name}", (FOLDER / f"{name}.json").read_text())


async def replay(recorded: WorkflowHistory) -> None:
    await Replayer(workflows=[VerificationWorkflow], plugins=[PLUGIN]).replay_workflow(recorded)


def result_of(recorded: WorkflowHistory) -> dict[str, Any]:
    """What the recorded case came to."""
    [payload] = recorded.events[-1].workflow_execution_completed_event_attributes.result.payloads
    result: dict[str, Any] = json.loads(payload.data)
    return result


def noted_results(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A list that takes what cases come to from now on."""
    came_to: list[dict[str, Any]] = []

    def noted(case: Case, calendar: WorkingCalendar | None, now: datetime) -> CaseView:
        view = case_view(case, calendar, now)
        came_to.append(view.model_dump(mode="json"))
        return view

    monkeypatch.setattr(verification, "case_view", noted)
    return came_to


def test_every_path_is_recorded() -> None:
    assert {name.partition(".")[0] for name in RECORDED} == {*PATHS, CONTINUED.__name__}
    assert sum(name.startswith(CONTINUED.__name__) for name in RECORDED) >= 3


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_case_is_replayed_and_comes_to_the_same_result(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result holds every time that the case read from its clock."""
    came_to = noted_results(monkeypatch)
    recorded = history(name)
    await replay(recorded)
    last = recorded.events[-1]
    if last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
        assert not came_to
    else:
        assert came_to == [result_of(recorded)]


class Slow(World):
    """A world in which everything takes a moment, never the same one."""

    moments = random.Random(358)

    async def _asked(self, which: Activity, payload: Any) -> None:
        await asyncio.sleep(self.moments.random() * 0.08)
        await super()._asked(which, payload)


async def stormy(dev_server: WorkflowEnvironment, task_queue: str) -> WorkflowHistory:
    """A case to which everybody sends everything at once while it is busy, brought to its end."""
    world = Slow(dev_server.client)
    async with worker(dev_server.client, world, task_queue):
        case = await open_case(dev_server, world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))

        async def at_some_time(act: Callable[[], Awaitable[Any]]) -> None:
            await asyncio.sleep(world.moments.random())
            with suppress(WorkflowUpdateFailedError, WorkflowQueryFailedError, RPCError):
                await act()

        acts: list[Callable[[], Awaitable[Any]]] = [
            *(partial(case.signal, "documents_arrived", documents(f"d{n}", "invoice")) for n in range(6)),
            *(partial(case.signal, "never_heard_of", n) for n in range(6)),
            *(case.view for _ in range(6)),
            partial(case.signal, "inspection_completed", inspection()),
            partial(case.update, "recount", reason="to be sure"),
            partial(case.update, "record_lookup", record=None, reason="by hand"),
            case.handle.cancel,
        ]
        await asyncio.gather(*map(at_some_time, acts))
        await case.until(lambda view: len(view["documents"]) == 6)
        await case.signal("documents_arrived", documents("last", "registration_application"))
        await case.until(lambda view: view["conclusion"] and view["conclusion"]["document_id"])
        await case.signal("conclusion_signed", signature())
        await case.result()
        return await case.history()


async def test_what_comes_in_while_a_case_is_busy_is_replayed_in_the_order_in_which_it_came(
    dev_server: WorkflowEnvironment, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With local activities the SDK fails here (github.com/temporalio/sdk-python/issues/1881)."""
    for stormed in await asyncio.gather(*(stormy(dev_server, f"{task_queue}-{n}") for n in range(2))):
        came_to = noted_results(monkeypatch)
        await replay(stormed)
        assert came_to == [result_of(stormed)]


async def test_a_changed_order_of_commands_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Turns.begin
    monkeypatch.setattr(Turns, "begin", lambda self, now: list(reversed(begin(self, now))))
    with pytest.raises(NondeterminismError):
        await replay(history("valid"))


async def test_a_timer_that_vanishes_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Turns, "alarms", lambda *_: {})
    with pytest.raises(NondeterminismError):
        await replay(history("valid"))


async def test_a_timer_may_change_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a term can be mended under open cases (design, section 4)."""
    wait = Timers._wait

    async def waits_longer(self: Timers, alarm: Alarm, now: datetime) -> None:
        await wait(self, alarm, now - timedelta(hours=1))

    monkeypatch.setattr(Timers, "_wait", waits_longer)
    await replay(history("valid"))


async def test_what_comes_to_other_times_than_it_was_recorded_with_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the comparison by result: a case that dates by another clock."""
    came_to = noted_results(monkeypatch)
    finish = deadlines.finish

    def finishes_later(case: Case, calendar: WorkingCalendar, step: Step, at: datetime, now: datetime) -> datetime:
        return finish(case, calendar, step, at + timedelta(seconds=1), now)

    monkeypatch.setattr(order, "finish", finishes_later)
    recorded = history("appeal")
    await replay(recorded)
    assert came_to != [result_of(recorded)]


def test_no_history_holds_anything_but_json() -> None:
    """Documents never travel through Temporal, and whoever looks at a case can read it."""
    for name in RECORDED:
        for event in history(name).events:
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                for payload in event.activity_task_scheduled_event_attributes.input.payloads:
                    assert payload.metadata["encoding"] == b"json/plain"
                    assert len(payload.data) < 10_000
    assert DATA_CONVERTER.payload_codec is None


def _notified_of(number: int, view: dict[str, Any]) -> bool:
    return len(view["escalations"]) == number and bool(view["escalations"][-1]["notified"])


async def _at_rest(case: CaseUnderTest) -> bool:
    return not (await case.handle.query("record"))["busy"]


def empty_tasks(recorded: WorkflowHistory) -> list[int]:
    """The tasks that ended without a command and were followed by another at once, by event id."""
    types = [event.event_type for event in recorded.events]
    then = (EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED, EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
    return [number for number, pair in enumerate(pairwise(types), start=1) if pair == then]


async def test_an_update_right_after_a_task_in_which_nothing_was_to_be_done_is_replayed(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    """A notice's outcome asks for nothing; decisions follow it at once, again and again.

    SDK 1.35 without a cache takes a task without a command and the next one for one in life and for two in a replay
    where that brings an update: so no task of a case ends without a command.
    """
    world = World(dev_server.client)
    world.refuse(Activity.REQUEST_DOCUMENTS, "not today")
    async with worker(dev_server.client, world, task_queue):
        case = await open_case(dev_server, world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))
        for number in range(1, 6):
            await case.until(partial(_notified_of, number))
            await until(partial(_at_rest, case))
            await case.update("retry_action")
        lived = await case.history()
    await replay(lived)
    assert not empty_tasks(lived)
