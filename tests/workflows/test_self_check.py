"""The sweep: looks twice before anybody is told, tells once a day, and says outside that all is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.interface import AllWell, ErrorKind, Gap, GapKind, GapReport, GapsTold, Look, Looked
from activities.self_check import WatchActivities
from register.database import open_register
from register.record import write
from register.rows import RegisterEntries
from runtime.connection import PLUGIN
from simulators import mail
from tests.register import examples
from tests.servers import Answer, Host, running
from workflows.self_check import SWEEP, Sweep, SweepWanted, Swept


class Watched:
    """A register, on-call's mailbox and a heartbeat outside, with a worker that sweeps."""

    def __init__(self, environment: WorkflowEnvironment, register: Engine, task_queue: str, folder: Path) -> None:
        self.client, self.register, self.task_queue, self.folder = environment.client, register, task_queue, folder
        self.outside = Host({"/ping": Answer()})
        self.count = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        server = await mail.start(self.folder, 0)
        on_call = f"mailto://127.0.0.1:{mail.port_of(server)}?from=rex@example.kz&to=on-call@example.kz"
        async with running(self.outside) as url:
            watch = WatchActivities(
                self.client,
                self.register,
                {1: ["json://127.0.0.1:9"], 2: [on_call], 3: ["json://127.0.0.1:9"]},
                ui_url="https://temporal.example",
                heartbeat_url=f"{url}/ping",
            )
            activities: list[Callable[..., Any]] = [watch.look_for_gaps, watch.report_gaps, watch.say_all_well]
            async with Worker(self.client, task_queue=self.task_queue, workflows=[Sweep], activities=activities):
                yield
        server.close()

    async def begin(self, **wanted: Any) -> WorkflowHandle[Any, Any]:
        """Start a sweep as its schedule does: each run by an id of its own."""
        self.count += 1
        return await self.client.start_workflow(
            SWEEP,
            SweepWanted(**{"look_again_after": 0.2} | wanted),
            id=f"{self.task_queue}-sweep-{self.count}",
            task_queue=self.task_queue,
            result_type=Swept,
        )

    async def sweep(self, **wanted: Any) -> Swept:
        swept: Swept = await asyncio.wait_for((await self.begin(**wanted)).result(), 30)
        return swept

    def lose_a_case(self) -> None:
        """A case that the register calls open and Temporal never had."""
        write(self.register, RegisterEntries(case=examples.case(case_id="rex-ch-lost", limit_at=None)))

    def find_it(self) -> None:
        closed = examples.case(2, case_id="rex-ch-lost", limit_at=None, closed_at=datetime.now(UTC))
        write(self.register, RegisterEntries(case=closed))

    @property
    def letters(self) -> int:
        return len(list(self.folder.glob("*.eml")))


async def first_look(handle: WorkflowHandle[Any, Any]) -> None:
    """Return when the sweep has looked once and waits for its second look."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("timer_started_event_attributes"):
            return


@pytest.fixture
def watched(
    dev_server: WorkflowEnvironment, sqlite_register_url: str, task_queue: str, tmp_path: Path
) -> Iterator[Watched]:
    register = open_register(sqlite_register_url)
    yield Watched(dev_server, register, task_queue, tmp_path / "mail")
    register.dispose()


async def test_all_well_is_said_outside_and_nobody_is_told(watched: Watched) -> None:
    async with watched.at_work():
        swept = await watched.sweep()
    assert swept == Swept(open_cases=0, gaps=[], gaps_in_all=0, told=None, heartbeat="called")
    assert (watched.outside.asked, watched.letters) == (["/ping"], 0)


async def test_a_gap_is_told_and_all_is_not_well(watched: Watched) -> None:
    watched.lose_a_case()
    async with watched.at_work():
        swept = await watched.sweep()
    assert [gap.key for gap in swept.gaps] == ["case_not_in_temporal rex-ch-lost"]
    assert swept.told is not None
    assert (swept.told.told, swept.told.level, swept.heartbeat) == (1, 2, None)
    assert (watched.outside.asked, watched.letters) == ([], 1)


async def test_a_second_sweep_of_the_day_tells_nothing_twice(watched: Watched) -> None:
    watched.lose_a_case()
    async with watched.at_work():
        await watched.sweep()
        again = await watched.sweep()
    assert again.told is not None
    assert (again.told.told, again.told.told_before, watched.letters) == (0, 1, 1)
    assert watched.outside.asked == []


async def test_what_mends_itself_between_two_looks_is_told_to_nobody(watched: Watched) -> None:
    watched.lose_a_case()
    async with watched.at_work():
        handle = await watched.begin(look_again_after=3)
        await first_look(handle)
        watched.find_it()
        swept: Swept = await asyncio.wait_for(handle.result(), 30)
    assert (swept.gaps, swept.gaps_in_all, swept.heartbeat, watched.letters) == ([], 0, "called", 0)


async def test_a_heartbeat_that_is_not_taken_is_in_the_result_and_in_the_log(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.outside.answers = {"/ping": Answer(status=403)}
    async with watched.at_work():
        swept = await watched.sweep()
    assert swept.heartbeat == "not reached: the heartbeat (REXV_HEARTBEAT_URL) answered 403"
    assert "could not say so: the heartbeat (REXV_HEARTBEAT_URL) answered 403" in caplog.text
    assert watched.letters == 0


async def test_a_watch_that_cannot_look_says_so_and_all_is_not_well(
    time_skipping: WorkflowEnvironment, watched: Watched
) -> None:
    """This server skips the hour for which it is tried, and knows no lists: the watch is blind on it."""
    watched.client = time_skipping.client
    async with watched.at_work():
        swept = await watched.sweep()
    assert [gap.kind for gap in swept.gaps] == [GapKind.CANNOT_LOOK]
    assert "Temporal answers: " in swept.gaps[0].what
    assert (swept.heartbeat, watched.outside.asked, watched.letters) == (None, [], 1)


async def test_a_watch_that_is_blind_at_its_second_look_says_so(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    """What was found first could not be seen again: that is no proof that it is gone."""
    found = Gap(kind=GapKind.NOT_IN_TEMPORAL, workflow_id="rex-ch-lost", what="lost", what_to_do="find it")
    looks = [Looked(gaps=[found], gaps_in_all=1, open_cases=1)]
    told: list[GapReport] = []

    @activity.defn
    async def look_for_gaps(_look: Look) -> Looked:
        if not looks:
            raise ApplicationError("the register refuses", type=ErrorKind.BROKEN, non_retryable=True)
        return looks.pop()

    @activity.defn
    async def report_gaps(report: GapReport) -> GapsTold:
        told.append(report)
        return GapsTold(told=1, told_before=0, level=2)

    @activity.defn
    async def say_all_well(_all_well: AllWell) -> bool:
        return True

    activities: list[Callable[..., Any]] = [look_for_gaps, report_gaps, say_all_well]
    async with Worker(dev_server.client, task_queue=task_queue, workflows=[Sweep], activities=activities):
        swept: Swept = await dev_server.client.execute_workflow(
            SWEEP,
            SweepWanted(look_again_after=0.1),
            id=f"{task_queue}-sweep",
            task_queue=task_queue,
            result_type=Swept,
        )
    assert [gap.kind for gap in swept.gaps] == [GapKind.CANNOT_LOOK] == [gap.kind for gap in told[0].gaps]
    assert swept.heartbeat is None


async def test_the_look_at_the_calendar_tells_of_the_year_and_says_nothing_outside(watched: Watched) -> None:
    async with watched.at_work():
        handle = await watched.begin(through="calendar")
        swept: Swept = await asyncio.wait_for(handle.result(), 30)
    assert {gap.kind for gap in swept.gaps} == {GapKind.YEAR_NOT_CONFIRMED}
    assert (watched.outside.asked, watched.letters) == ([], 1)


async def test_a_recorded_sweep_replays(watched: Watched) -> None:
    watched.lose_a_case()
    async with watched.at_work():
        handle = await watched.begin()
        await asyncio.wait_for(handle.result(), 30)
    await Replayer(workflows=[Sweep], plugins=[PLUGIN]).replay_workflow(await handle.fetch_history())
