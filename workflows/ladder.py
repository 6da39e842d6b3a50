"""The ladder of one escalation: tells people, level by level, until somebody takes the matter on or it is settled.

A workflow of its own, so that it outlives the case where it must. Every rung is due at an instant that is counted from
recorded facts; what is past when it is found is told at once, in order, and says that it comes late.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, FailureError

from activities.interface import Activity, Climb, LadderNews, Settlement, Telling, Told
from escalation.ladder import OfficeClock, Recipient, Rung, next_rung, working_days_left
from register.rows import LadderEntry
from rules.calendar import CalendarDoesNotReach, WorkingCalendar
from rules.clock import ONE_DAY
from rules.instant import Day, Instant
from rules.refusal import Refusal
from workflows.markdown import plain
from workflows.profiles import OWN

LATE_AFTER: Final = timedelta(minutes=1)
"""A rung that is told later than this after it was due says so. A busy worker takes seconds."""

KEEPS_TELLING: Final = timedelta(days=7)
"""How long it is tried to say that a matter is settled; longer, and nobody asks any more."""

A_MOMENT: Final = timedelta(minutes=1)
"""Between calls that each go on for up to a day."""

CASE_SIGNAL: Final = "ladder_reports"
"""The signal by which a ladder tells its case that nobody can be reached, and when somebody is again."""


class Pending(BaseModel):
    """Recipients of a rung who are not told yet: they wait for a bundle, or their channel fails."""

    rung: Rung
    recipients: list[str]


class LadderState(BaseModel):
    """What a ladder knows, carried over to a new run of it."""

    last: Rung | None = None
    told: list[str] = Field(default_factory=list, description="recipients who were called, by id")
    pending: dict[str, Pending] = Field(default_factory=dict, description="by rung and level")
    nobody_since: Instant | None = Field(default=None, description="nobody of the last rung is reached")
    reported_since: Instant | None = Field(default=None, description="the case was told that nobody can be reached")
    acknowledged_by: str | None = None
    acknowledged_until: Day | None = None
    rests_until: Instant | None = None
    settlement: Settlement | None = None
    overtaken: bool = Field(default=False, description="settled by its breach, which has a ladder of its own")
    lowest: int | None = Field(default=None, description="told because nobody of the first level, the last, is reached")
    revision: int = 0


@workflow.defn
class EscalationLadder:
    """Tells people of one escalation until it is settled."""

    @workflow.init
    def __init__(self, climb: Climb) -> None:
        self._raised, self._plan = climb.raised, climb.plan
        self._calendar = WorkingCalendar(climb.raised.days) if climb.raised.days else None
        self._state = LadderState.model_validate(climb.state) if climb.state else LadderState()
        self._about = self._raised.model_copy(update={"days": None})
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._changed = False
        self._written: LadderEntry | None = None

    # -- what a ladder is told and asked --------------------------------------------------------------------------

    @workflow.signal(description="Somebody has taken the matter on: by, until (a date). Sent by the case.")
    def acknowledged(self, *arguments: Any) -> None:
        """The ladder rests until the end of that day."""
        news = _news(arguments)
        if news is not None and news.until is not None:
            self._rest(news.by, news.until)

    @workflow.signal(description="The matter is settled, or overtaken by its breach: by. Sent by the case.")
    def resolved(self, *arguments: Any) -> None:
        """The ladder ends. Those who were called are told, but of what is overtaken they are not."""
        news = _news(arguments)
        if news is not None and self._state.settlement is None:
            self._state.settlement = Settlement(by=news.by, at=news.at)
            self._state.overtaken = news.what == "overtaken"
            self._changed = True

    @workflow.query(name="ladder", description="How the ladder stands: rung, level, the next rung, who took it on.")
    def ladder_query(self) -> dict[str, Any]:
        """As ``register.rows.LadderEntry``, with whom it waits for."""
        waits = [each.model_dump(mode="json") for each in self._state.pending.values()]
        return {**self._entry().model_dump(mode="json"), "not_told_yet": waits}

    # -- the ladder -------------------------------------------------------------------------------------------------

    @workflow.run
    async def run(self, climb: Climb) -> dict[str, Any]:
        """Climb until the matter is settled.

        :return: how the ladder ended, as the query ``ladder`` answers it.
        """
        for pending in list(self._state.pending.values()):
            self._follow(pending.rung, self._recipients(pending), Told())
        while self._state.settlement is None:
            self._changed = False
            rung = self._next()
            if rung is not None and self._told_at(rung) <= workflow.now():
                await self._tell(rung)
                continue
            await self._report_reached()
            await self._stand()
            if workflow.info().is_continue_as_new_suggested() and not self._changed:
                await workflow.wait_condition(workflow.all_handlers_finished)
                state = self._state.model_dump(mode="json")
                workflow.continue_as_new(climb.model_copy(update={"state": state}))
            await self._wait(rung)
        await self._tell_settled()
        await self._report_reached()
        await self._stand()
        return self.ladder_query()

    def _next(self) -> Rung | None:
        state = self._state
        return next_rung(
            self._plan,
            self._calendar,
            state.last,
            raised_at=self._raised.raised_at,
            nobody_since=state.nobody_since,
            rests_until=state.rests_until,
        )

    def _told_at(self, rung: Rung) -> datetime:
        """When it is due; where it was missed and the office has closed since, when that opens."""
        opening = self._opening(rung.level, workflow.now())
        return max(rung.due_at, opening) if opening > workflow.now() else rung.due_at

    async def _wait(self, rung: Rung | None) -> None:
        """Until the rung may be told or something has happened. Without one only the case's word is waited for."""
        if rung is None:
            await workflow.wait_condition(lambda: self._changed)
            return
        until = self._told_at(rung)
        if self._state.rests_until is not None and self._rests():
            until = min(until, self._state.rests_until)  # page and register say from then on that nobody has it
        wait = until - workflow.now()
        if wait <= timedelta():
            return
        level = f"level {rung.level} is told" + (" again" if rung.repeat else "")
        by = f", taken on by {self._state.acknowledged_by} till then" if self._rests() else ""
        try:
            await workflow.wait_condition(
                lambda: self._changed,
                timeout=wait,
                timeout_summary=f"{level} at {self._clock(self._told_at(rung))}{by}"[:200],
            )
        except TimeoutError:
            return

    def _rests(self) -> bool:
        return self._state.rests_until is not None and workflow.now() < self._state.rests_until

    def _rest(self, by: str, until: date) -> None:
        state = self._state
        state.acknowledged_by, state.acknowledged_until, state.rests_until = by, until, self._end_of(until)
        state.nobody_since = None
        self._changed = True

    # -- telling ----------------------------------------------------------------------------------------------------

    async def _tell(self, rung: Rung) -> None:
        state = self._state
        state.last, state.nobody_since, state.rests_until = rung, None, None
        recipients = self._plan.levels[rung.level].recipients
        told = await self._call(self._telling(rung, recipients))
        self._take(rung, recipients, told)
        if told.waiting or told.failed or told.unrecorded:
            self._follow(rung, [each for each in recipients if each.id not in told.sent], told)
        await self._report_if_nobody(rung)
        await self._tell_below(rung)

    async def _tell_below(self, top: Rung) -> None:
        """Where the first level is the last and nobody of it is reached, those below are told, once and at once.

        They take no rung of the ladder: the case goes on showing that nobody of the last level is reached.
        """
        state = self._state
        last_is_first = self._plan.kind.first_level == self._plan.top
        if state.nobody_since is None or state.lowest is not None or not last_is_first:
            return
        for level in range(top.level - 1, min(self._plan.levels) - 1, -1):
            if state.settlement is not None:
                return
            state.lowest = level
            below = top.model_copy(update={"level": level})
            recipients = self._plan.levels[below.level].recipients
            if self._opening(below.level, workflow.now()) > workflow.now():
                told = Told()  # not urgent: they hear of it when their office opens
            else:
                told = await self._call(self._telling(below, recipients))
            self._take(below, recipients, told)
            if len(told.sent) < len(recipients) or told.unrecorded:
                self._follow(below, [each for each in recipients if each.id not in told.sent], told)
            if told.sent or told.waiting or not told.failed:
                return

    def _take(self, rung: Rung, recipients: tuple[Recipient, ...] | list[Recipient], told: Told) -> None:
        """Take into the state whom a call has reached."""
        state = self._state
        state.told.extend(each for each in told.sent if each not in state.told)
        key = _key(rung)
        before = state.pending.get(key)
        left = [] if before is None else [each for each in before.recipients if each not in told.sent]
        left += [each.id for each in recipients if each.id not in told.sent and each.id not in left]
        if left:
            state.pending[key] = Pending(rung=rung, recipients=left)
        else:
            state.pending.pop(key, None)
        everybody = {each.id for each in self._plan.levels[rung.level].recipients}
        reached = everybody - set(left)
        if state.last is not None and _key(state.last) == key:
            if reached or told.waiting:
                state.nobody_since = None
            elif state.nobody_since is None:
                state.nobody_since = workflow.now()
                self._changed = True

    def _follow(self, rung: Rung, recipients: list[Recipient], told: Told) -> None:
        """See to those of a rung who are not told yet, beside the ladder's own course."""
        self._tasks[_key(rung)] = asyncio.create_task(self._see_through(rung, recipients, told))

    async def _see_through(self, rung: Rung, recipients: list[Recipient], told: Told) -> None:
        left = recipients
        while told.waiting:
            gathered_until = min(told.waiting.values())
            if not await self._may_tell(rung.level, gathered_until, "gathered with other notifications until"):
                return
            waited = [each for each in left if each.id in told.waiting]
            again = await self._call(self._telling(rung, waited))
            told = Told(
                waiting=again.waiting,
                failed={**told.failed, **again.failed},
                sent=again.sent,
                unrecorded=[*told.unrecorded, *again.unrecorded],
            )
            left = [each for each in left if each.id not in again.sent]
            self._take(rung, left, told)
            await self._report_if_nobody(rung)
            if rung.level == self._plan.top:
                await self._tell_below(rung)
        recorded_later = [each for each in self._plan.levels[rung.level].recipients if each.id in told.unrecorded]
        await asyncio.gather(
            *(self._keep_telling(rung, each, ()) for each in left),
            *(self._keep_telling(rung, each, (each.id,)) for each in recorded_later),
        )

    async def _keep_telling(self, rung: Rung, recipient: Recipient, recorded_later: tuple[str, ...]) -> None:
        """Try one recipient again and again until it is through, each day in words of that day."""
        pause = timedelta()
        while recorded_later or await self._may_tell(rung.level, workflow.now() + pause, "tried again at"):
            telling = self._telling(rung, (recipient,), persist=True, recorded_later=recorded_later)
            told = await self._call_while(telling, self._words_hold(rung.level))
            if told is not None:
                self._take(rung, [], told)
                await self._report_reached()
                return
            if self._state.settlement is not None:
                return
            pause = A_MOMENT
            if recorded_later:
                await workflow.sleep(pause, summary="recorded a little later")

    async def _may_tell(self, level: int, at: datetime, words: str) -> bool:
        """Wait until ``at``, then on while the ladder rests or the office is closed; False where it is settled."""
        while self._state.settlement is None:
            if self._state.rests_until is not None:  # the ladder's own course wakes then, and ends it with a rung
                await workflow.wait_condition(
                    lambda: self._state.settlement is not None or self._state.rests_until is None
                )
                continue
            until = self._opening(level, max(at, workflow.now()))
            if until <= workflow.now():
                return True
            summary = f"level {level}: {words if until == at else 'the office is open again at'} {self._clock(until)}"
            with contextlib.suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._disturbed(None), timeout=until - workflow.now(), timeout_summary=summary[:200]
                )
        return False

    def _disturbed(self, rests_until: datetime | None) -> bool:
        return self._state.settlement is not None or self._state.rests_until != rests_until

    async def _call_while(self, telling: Telling, hold: timedelta) -> Told | None:
        """Call the activity until everybody is told; None where somebody takes the matter on before, or words age."""
        rests_until = self._state.rests_until
        call = self._start(telling, hold)
        await workflow.wait_condition(lambda: call.done() or self._disturbed(rests_until))
        # What only has to be recorded disturbs nobody who has taken the matter on.
        while not call.done() and telling.recorded_later and self._state.settlement is None:
            await workflow.wait_condition(lambda: call.done() or self._state.settlement is not None)
        if not call.done():
            call.cancel()  # it is waited for: what it is sending arrives, and is written down
        try:
            return await call
        except ActivityError:
            return None

    async def _sleep_until(self, until: datetime, words: str) -> None:
        wait = until - workflow.now()
        if wait > timedelta():
            await workflow.sleep(wait, summary=f"{words} {self._clock(until)}")

    def _opening(self, level: int, at: datetime) -> datetime:
        if self._plan.kind.urgent:
            return at
        return OfficeClock(self._calendar, self._plan.levels[level].office_hours).opening(at)

    def _words_hold(self, level: int) -> timedelta:
        """To the end of the day, whose date they have, and of office hours where it is not urgent."""
        now = workflow.now()
        ends = self._end_of(self._day(now))
        if not self._plan.kind.urgent:
            ends = min(ends, OfficeClock(self._calendar, self._plan.levels[level].office_hours).closing(now) or ends)
        return ends - now

    def _end_of(self, day: date) -> datetime:
        if self._calendar is not None:
            with contextlib.suppress(CalendarDoesNotReach):
                return self._calendar.end_of(day)
        return datetime.combine(day + ONE_DAY, time(), UTC) - _ALMATY

    async def _call(self, telling: Telling) -> Told:
        """Call the activity for one attempt at each recipient; one that breaks down counts as nobody reached."""
        try:
            return await self._start(telling, None)
        except ActivityError as error:
            reason = " ".join(str(error.cause or error).split())[:200]
            return Told(failed={each.id: reason for each in telling.recipients})

    def _start(self, telling: Telling, until: timedelta | None) -> workflow.ActivityHandle[Told]:
        level = f"level {telling.level}" + (" again" if telling.repeat else "")
        what = f"say to {level} that it is settled" if telling.settled else f"tell {level}"
        call: workflow.ActivityHandle[Told] = workflow.start_activity(
            Activity.TELL_RUNG.value,
            telling,
            result_type=Told,
            summary=f"{what}: {', '.join(each.scheme for each in telling.recipients) or 'withdraw what waits'}"[:200],
            start_to_close_timeout=timedelta(minutes=2),
            schedule_to_close_timeout=until,
            # Beats every 3 s: what a dead worker had in hand is taken up within 15 s.
            heartbeat_timeout=timedelta(seconds=10),
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=2),
                backoff_coefficient=2,
                maximum_interval=timedelta(minutes=10),
                # An attempt answers whom it did not reach. One that breaks down, as when its worker dies, is tried
                # again; five times in a row is a defect of ours, and must not keep the next level from being told.
                maximum_attempts=0 if telling.persist else 5,
            ),
        )
        return call

    def _telling(
        self,
        rung: Rung,
        recipients: tuple[Recipient, ...] | list[Recipient],
        *,
        persist: bool = False,
        recorded_later: tuple[str, ...] = (),
    ) -> Telling:
        now = workflow.now()
        return Telling(
            notification=self._about,
            rung=rung.number,
            level=rung.level,
            repeat=rung.repeat,
            recipients=tuple(recipients),
            language=self._plan.levels[rung.level].language,
            urgent=self._plan.kind.urgent,
            told_on=self._day(now),
            since=self._raised.since,
            late_since=self._due(rung) if persist or now - self._due(rung) > LATE_AFTER else None,
            working_days_left=working_days_left(self._calendar, self._raised.last_day, now),
            persist=persist,
            recorded_later=recorded_later,
        )

    def _due(self, rung: Rung) -> datetime:
        """When a rung was due; the first, where it waited for no office, when the matter arose."""
        waited = rung.number > 1 or rung.due_at > self._raised.raised_at
        return rung.due_at if waited else min(rung.due_at, self._raised.since)

    # -- the end ------------------------------------------------------------------------------------------------------

    async def _tell_settled(self) -> None:
        """Say to those who were called that it is settled; whom nobody has tried to call hears nothing at all.

        Where the breach has overtaken its warning nobody does: they hear of the breach.
        """
        state = self._state
        # They see that it is settled: who sleeps ends, and who is sending finishes and writes it down.
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if state.last is None or state.settlement is None:
            return
        first = min(self._plan.kind.first_level, state.lowest or state.last.level)
        tried = () if state.overtaken else range(first, state.last.level + 1)
        seen: set[str] = set()
        tellings: list[Telling] = []
        for level in tried:
            recipients = [each for each in self._plan.levels[level].recipients if each.id not in seen]
            seen.update(each.id for each in recipients)
            if recipients:
                rung = Rung(number=0, level=level, due_at=state.settlement.at)
                tellings.append(self._settling(rung, recipients))
        nobody = self._settling(Rung(number=0, level=state.last.level, due_at=state.settlement.at), [])
        # At once: until it is withdrawn another ladder's message could take it along when the office opens.
        await asyncio.gather(self._withdraw(nobody), *(self._settle(each) for each in tellings))
        state.pending.clear()

    def _settling(self, rung: Rung, recipients: list[Recipient]) -> Telling:
        called = tuple(each.id for each in recipients if each.id in self._state.told)
        settled = {"settled": self._state.settlement, "late_since": None, "called": called}
        return self._telling(rung, recipients).model_copy(update=settled)

    async def _withdraw(self, nobody: Telling) -> None:
        """Tell nobody anything: what nobody has begun to send is withdrawn by it."""
        try:
            await self._start(nobody.model_copy(update={"persist": True}), KEEPS_TELLING)
        except ActivityError:
            workflow.logger.warning("what waits of %s is not withdrawn", workflow.info().workflow_id)

    async def _settle(self, telling: Telling) -> None:
        level, ends = telling.level, workflow.now() + KEEPS_TELLING
        await self._sleep_until(self._opening(level, workflow.now()), "the office is open again at")
        told = await self._call(telling)
        while told.waiting:
            until = self._opening(level, min(told.waiting.values()))
            await self._sleep_until(until, "gathered with other notifications until")
            waiting = tuple(each for each in telling.recipients if each.id in told.waiting)
            again = await self._call(telling.model_copy(update={"recipients": waiting}))
            told = Told(
                waiting=again.waiting,
                failed={**told.failed, **again.failed},
                unrecorded=[*told.unrecorded, *again.unrecorded],
            )
        left = tuple(each for each in telling.recipients if each.id in (*told.failed, *told.unrecorded))
        persist = {"recipients": left, "persist": True, "recorded_later": tuple(told.unrecorded)}
        while left:
            await self._sleep_until(self._opening(level, workflow.now()), "the office is open again at")
            if workflow.now() >= ends:
                workflow.logger.warning("not everybody heard that %s is settled", workflow.info().workflow_id)
                return
            try:
                hold = min(self._words_hold(level), ends - workflow.now())
                await self._start(telling.model_copy(update=persist), hold)
                return
            except ActivityError:
                await workflow.sleep(A_MOMENT, summary="tried again a little later")

    # -- what the outside sees ----------------------------------------------------------------------------------------

    async def _report_if_nobody(self, rung: Rung) -> None:
        """Where nobody of the last level is reached the case shows it and the worker's metrics count it."""
        state = self._state
        if rung.level < self._plan.top or state.nobody_since is None or state.reported_since is not None:
            return
        state.reported_since = state.nobody_since
        workflow.metric_meter().create_counter(
            "rexv_nobody_reached", "Escalations of which nobody of the last level could be told."
        ).add(1, {"kind": self._raised.kind})
        await self._signal_case(state.nobody_since)

    async def _report_reached(self) -> None:
        if self._state.reported_since is not None and self._state.nobody_since is None:
            self._state.reported_since = None
            await self._signal_case(None)

    async def _signal_case(self, nobody_since: datetime | None) -> None:
        report = {
            "escalation_id": self._raised.escalation_id,
            "nobody_since": nobody_since.isoformat() if nobody_since else None,
        }
        try:
            await workflow.get_external_workflow_handle(self._raised.case_id).signal(CASE_SIGNAL, report)
        except FailureError:
            workflow.logger.info("the case %s is closed and shows nothing more", self._raised.case_id)

    async def _stand(self) -> None:
        """Bring page and register up to date; a register that is out of reach is told with the next change."""
        entry = self._entry()
        workflow.set_current_details(self._details(entry))
        if self._written is not None and entry.model_copy(update={"revision": self._written.revision}) == self._written:
            return
        self._state.revision += 1
        self._written = entry.model_copy(update={"revision": self._state.revision})
        try:
            await workflow.execute_local_activity(
                Activity.WRITE_LADDER.value,
                self._written,
                summary="write how the ladder stands to the register",
                **OWN.local(),
            )
        except FailureError:  # of a local activity Temporal raises the cause as it is
            if self._state.settlement is None:
                self._written = None
                return
            try:  # the last word has to get there
                await workflow.execute_activity(
                    Activity.WRITE_LADDER.value,
                    self._written,
                    summary="write how the ladder ended to the register",
                    **OWN.regular(),
                )
            except ActivityError:
                workflow.logger.warning("the register does not know that %s has ended", workflow.info().workflow_id)

    def _entry(self) -> LadderEntry:
        state = self._state
        coming = None if state.settlement else self._next()
        ended = state.settlement is not None
        if ended:
            standing = "resolved"
        elif state.acknowledged_by and state.rests_until and self._rests():
            standing = "rests"
        elif coming is None:
            standing = "exhausted"
        else:
            standing = "climbing" if state.last else "raised"
        return LadderEntry(
            case_id=self._raised.case_id,
            escalation_id=self._raised.escalation_id,
            revision=max(state.revision, 1),
            kind=self._raised.kind,
            state=standing,
            level=state.last.level if state.last else self._plan.kind.first_level,
            rung=state.last.number if state.last else 0,
            next_at=self._told_at(coming) if coming else None,
            raised_at=self._raised.raised_at,
            nobody_since=state.reported_since,
            acknowledged_by=state.acknowledged_by,
            acknowledged_until=state.acknowledged_until,
            ended_at=state.settlement.at if state.settlement else None,
        )

    def _details(self, entry: LadderEntry) -> str:
        state = self._state
        lines = [f"**{plain(self._raised.summary)}**", f"Case `{entry.case_id}`, escalation `{entry.escalation_id}`."]
        if state.settlement is not None:
            settled = "Overtaken by its breach, which has a ladder of its own" if state.overtaken else "Settled"
            lines.append(f"**{settled}**: {plain(state.settlement.by)}, {self._clock(state.settlement.at)}.")
        elif entry.state == "rests":
            lines.append(f"**Taken on** by {plain(entry.acknowledged_by or '')} until {entry.acknowledged_until}.")
        elif entry.state == "exhausted":
            lines.append("**Nobody acknowledges, and no rung is left.** Call somebody; then acknowledge on the case.")
        if state.last is not None:
            lines.append(f"Rung {entry.rung} was told to level {entry.level}.")
        if entry.next_at is not None:
            lines.append(f"Next: {self._clock(entry.next_at)}.")
        if entry.nobody_since is not None:
            lines.append(f"**Nobody of the last level can be reached** since {self._clock(entry.nobody_since)}.")
        lines += [
            f"- rung {each.rung.number}, level {each.rung.level}: {len(each.recipients)} not told yet"
            for each in state.pending.values()
        ]
        return "\n\n".join(lines)

    def _recipients(self, pending: Pending) -> list[Recipient]:
        return [each for each in self._plan.levels[pending.rung.level].recipients if each.id in pending.recipients]

    def _day(self, at: datetime) -> date:
        return self._calendar.day_of(at) if self._calendar else (at + _ALMATY).date()

    def _clock(self, at: datetime) -> str:
        offset = _ALMATY
        if self._calendar is not None:
            offset = at - self._calendar.start_of(self._calendar.day_of(at))
            local = datetime.combine(self._calendar.day_of(at), datetime.min.time()) + offset
        else:
            local = at.replace(tzinfo=None) + offset
        return f"{local:%Y-%m-%d %H:%M} (Asia/Almaty)"


_ALMATY: Final = timedelta(hours=5)
"""Used only where no calendar is recorded yet; the recorded one has the offsets of the time zone."""


def _key(rung: Rung) -> str:
    """Of what one level is told by a rung; where nobody is reached those below are told by the same."""
    return f"{rung.number}.{rung.level}"


def _news(arguments: tuple[Any, ...]) -> LadderNews | None:
    """What the case says; anything else is ignored, for only people at the UI could have sent it."""
    try:
        return LadderNews.model_validate(arguments[0]) if len(arguments) == 1 else None
    except (ValidationError, Refusal):
        workflow.logger.warning("the ladder %s was told something it does not know", workflow.info().workflow_id)
        return None
