"""A ladder under test: a plan of three levels, people who hear or do not, and a ladder that starts on a Monday."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.interface import Activity, Climb, LadderNews, Raised, Telling, Told
from escalation.ladder import Hours, KindPlan, Language, LevelPlan, Plan, Recipient
from register.rows import LadderEntry
from rules.calendar import CalendarDays, Offset, WorkingCalendar
from runtime.connection import PLUGIN
from workflows.ladder import EscalationLadder

ALMATY = timedelta(hours=5)
NINE_TO_SIX = (Hours(begins=540, ends=1080),)


def days(now: datetime) -> CalendarDays:
    return CalendarDays(
        version="plain",
        first=date(now.year, 1, 1),
        last=date(now.year + 1, 12, 31),
        days_off={},
        working_weekend_days={},
        offsets=[Offset(since=datetime(2020, 1, 1, tzinfo=UTC), minutes=300)],
    )


def plan(**changes: Any) -> Plan:
    kind = {"first_level": 1, "climb_after": 4, "repeat_every": 9, "repeat_at_most": 1, "urgent": True} | changes
    return Plan(
        kind=KindPlan.model_validate(kind),
        levels={
            level: LevelPlan(
                language=Language.ENGLISH,
                office_hours=NINE_TO_SIX,
                recipients=tuple(
                    Recipient(id=f"{level}{name}", level=level, index=index, scheme="json")
                    for index, name in enumerate("ab")
                ),
            )
            for level in (1, 2, 3)
        },
        working_hours=NINE_TO_SIX,
    )


class Bells:
    """The people of three levels: who was told what, who cannot be reached, who waits for a bundle."""

    def __init__(self) -> None:
        self.rung: list[tuple[datetime, Telling]] = []
        self.silent: set[str] = set()
        self.bundled_until: dict[str, datetime] = {}
        self.standings: list[LadderEntry] = []
        self.breaks_down = 0
        self.withdrawn: list[datetime] = []
        self.slow: set[str] = set()
        self.in_hand = asyncio.Event()

    @activity.defn(name=Activity.TELL_RUNG)
    async def tell_rung(self, telling: Telling) -> Told:
        now = activity.info().started_time
        if self.breaks_down:
            self.breaks_down -= 1
            raise RuntimeError("a defect")
        if telling.settled is not None and not telling.recipients:
            self.withdrawn.append(now)
        if telling.persist and self.slow & {each.id for each in telling.recipients}:
            await self._send_slowly()
        told = Told()
        for each in telling.recipients:
            if self.bundled_until.get(each.id, now) > now:
                told.waiting[each.id] = self.bundled_until[each.id]
            elif each.id in self.silent:
                told.failed[each.id] = "no line"
            else:
                told.sent.append(each.id)
        if telling.persist and told.failed:
            raise ApplicationError("not reached", type="Unreachable")
        if told.sent:
            self.rung.append((now, telling))
        return told

    async def _send_slowly(self) -> None:
        """Until it is cancelled; what is under way gets through all the same."""
        self.in_hand.set()
        with contextlib.suppress(asyncio.CancelledError):
            for _ in range(100):
                activity.heartbeat()
                await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        self.silent.clear()

    @activity.defn(name=Activity.WRITE_LADDER)
    async def write_ladder(self, entry: LadderEntry) -> None:
        self.standings.append(entry)

    def heard(self) -> list[tuple[int, int]]:
        return [(telling.rung, telling.level) for _, telling in self.rung]

    def times(self) -> list[datetime]:
        return [at for at, _ in self.rung]


@workflow.defn(name="VerificationWorkflow", sandboxed=False)
class CaseThatListens:
    def __init__(self) -> None:
        self.reports: list[Any] = []

    @workflow.run
    async def run(self) -> list[Any]:
        await workflow.wait_condition(lambda: len(self.reports) >= 2)
        return self.reports

    @workflow.signal
    def ladder_reports(self, report: Any) -> None:
        self.reports.append(report)


class Under:
    """A ladder under test."""

    def __init__(self, environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Any], bells: Bells) -> None:
        self.environment, self.handle, self.bells = environment, handle, bells
        self.history: WorkflowHistory | None = None

    async def until_rung(self, count: int) -> None:
        for _ in range(2000):
            if len(self.bells.rung) >= count:
                return
            await self.environment.sleep(timedelta(hours=1))
        raise AssertionError(f"rungs told: {self.bells.heard()}")

    async def say(self, what: str, **fields: Any) -> None:
        now = await self.environment.get_current_time()
        news = LadderNews(case_id="c", escalation_id="e", what=what, by="A. Nurlan", at=now, **fields)
        await self.handle.signal("resolved" if what == "overtaken" else what, news)


@asynccontextmanager
async def climbing(
    environment: WorkflowEnvironment,
    bells: Bells,
    of: Plan,
    *,
    at: str = "08:00",
    late: timedelta = timedelta(),
    outage: timedelta = timedelta(),
    last_day_in: int | None = None,
) -> AsyncIterator[Under]:
    """A ladder that starts on a Monday at that time in Almaty; it was raised before the ``outage``."""
    calendar = WorkingCalendar(days(await environment.get_current_time()))
    now = await environment.get_current_time()
    monday = calendar.day_of(now) + timedelta(days=7 - calendar.day_of(now).weekday())
    clock = dict(zip(("hours", "minutes", "seconds"), map(int, at.split(":")), strict=False))
    raised_at = calendar.start_of(monday) + timedelta(**clock)
    await environment.sleep(raised_at - now)
    raised_at = await environment.get_current_time()
    case_id = f"rex-ch-{uuid.uuid4().hex[:8]}"
    raised = Raised(
        key="k",
        case_id=case_id,
        escalation_id="inspect.step_overdue",
        kind="step_overdue",
        level=1,
        step="inspect",
        paragraph=9,
        summary="inspect (¶9) is overdue",
        what_to_do="inspect",
        due_at=raised_at - late - outage,
        last_day=None if last_day_in is None else monday + timedelta(days=last_day_in),
        risk="tight",
        reserve_days=1,
        exporter="Altyn Dan",
        reference="2026/0042",
        since=raised_at - late - outage,
        raised_at=raised_at - outage,
        days=calendar.days,
    )
    queue = f"ladder-{uuid.uuid4().hex[:8]}"
    async with Worker(
        environment.client,
        task_queue=queue,
        workflows=[EscalationLadder, CaseThatListens],
        activities=[bells.tell_rung, bells.write_ladder],
    ):
        case = await environment.client.start_workflow("VerificationWorkflow", id=case_id, task_queue=queue)
        handle = await environment.client.start_workflow(
            "EscalationLadder", Climb(raised=raised, plan=of), id=f"{case_id}.inspect.step_overdue", task_queue=queue
        )
        under = Under(environment, handle, bells)
        yield under
        with contextlib.suppress(RPCError):  # idle as it is, the skipped time may have taken it to its end
            await case.terminate()
        under.history = await handle.fetch_history()
    await replay(under.history)


async def replay(history: WorkflowHistory) -> None:
    await Replayer(workflows=[EscalationLadder], plugins=[PLUGIN]).replay_workflow(history)


def local(instant: datetime) -> str:
    return (instant + ALMATY).strftime("%a %H:%M")
