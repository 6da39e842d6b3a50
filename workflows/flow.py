"""The main flow of a case between two waits: take in what came, tell the time, act, publish, wait.

One object for one run of the case. Handlers hand it what arrives; only ``until`` acts on it, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.interface import Activity, ArrivalsWanted, ErrorKind, year_span
from register.rows import RegisterEntries
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import Decision, Recount
from rules.instant import Instant
from rules.refusal import Refusal
from rules.terms import Step
from runtime import search_attributes
from workflows import decisions, inbox, steps
from workflows.carried import lighten
from workflows.case import Action, Case, Parcel
from workflows.case_page import details
from workflows.deadlines import Alarm, alarms, tell_people, tell_time
from workflows.ledger import Ledger
from workflows.profiles import OF_THE_STEP, PROFILES, RESULTS, SUMMARIES
from workflows.reminders import remind

CALENDAR_AHEAD = timedelta(days=120)
"""How far beyond today the recorded calendar must reach before anything is counted."""

LARGEST_HISTORY = 8 * 1024 * 1024
"""Bytes after which the case continues as new even while an action is under way, which then begins again."""


class ContinueAsNew(Exception):
    """The history has grown long; the case goes on in a new run."""


@dataclass
class Answer:
    """A decision that waits for the main flow, and what the person is then told."""

    decision: Decision
    told: dict[str, Any] | None = None
    refusal: Refusal | None = None


class Flow:
    """Carries one run of a case. ``case`` is all of its state; the rest lives and dies with the run."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.calendar = WorkingCalendar(case.calendar) if case.calendar is not None else None
        self._signals = 0
        self._cancellations: list[str] = []
        self._decisions: list[Answer] = []
        self._results: list[tuple[Action, object]] = []
        self._tasks: dict[str, tuple[Action, asyncio.Task[None]]] = {}
        self._timers: dict[str, tuple[Alarm, asyncio.Task[None]]] = {}
        self._published: dict[str, Any] = {}
        self._ledger = Ledger()
        self._woken = False
        self.used_up: Refusal | None = None
        """Why this case must not run: its number belongs to a closed one."""
        self._at_once: set[str] = set()
        self._one_at_a_time = asyncio.Lock()
        self._long_since: int | None = None
        for action in case.actions.values():
            if action.state == "running":
                action.state = "wanted"  # It was under way when the run before this one ended.

    # -- what arrives ---------------------------------------------------------------------------------------------

    def arrived(self, name: str, arguments: Sequence[Any]) -> None:
        """Record a signal, whatever it is; the main flow judges it."""
        self._see_how_long()
        self._signals += 1
        self.case.inbox.append(
            inbox.parcel(
                name,
                list(arguments),
                run_id=workflow.info().run_id,
                number=self._signals,
                seen_at=workflow.now(),
            )
        )

    def ladder_reported(self, arguments: Sequence[Any]) -> None:
        """Note that nobody of the last level is reached, or that somebody is again; shown, and nothing hangs on it."""
        self._see_how_long()
        self._signals += 1  # It is counted with the messages: their arrivals are read from the history by number.
        report = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], dict) else {}
        for each in self.case.escalations:
            if each.id == report.get("escalation_id"):
                each.nobody_since = workflow.now() if report.get("nobody_since") else None
                what = "nobody_reached" if each.nobody_since else "somebody_reached"
                self.case.note(workflow.now(), "ladder", what, id=each.id)
                self._woken = True

    async def decided(self, decision: Decision) -> dict[str, Any]:
        """Have the main flow carry a decision out. :raises Refusal: where it makes no sense by then."""
        self._see_how_long()
        answer = Answer(decision)
        self._decisions.append(answer)
        await workflow.wait_condition(lambda: answer.told is not None or answer.refusal is not None)
        if answer.refusal is not None:
            raise answer.refusal
        return answer.told or {}

    def cancelled(self, reason: str) -> None:
        """Record a click on Cancel."""
        self._see_how_long()
        self._cancellations.append(reason)

    # -- the main flow between two waits --------------------------------------------------------------------------

    async def until(self, reached: Callable[[], bool]) -> None:
        """Take in what came, tell the time, publish and wait, until ``reached``: the one place where a case waits."""
        while True:
            self._woken = False
            await self._take_in()
            self._stop_dropped()
            if reached():
                return
            if self._decisions:
                await self._carry_out(self._decisions.pop(0))
                continue  # One at a time: each is judged by where the case stands after all that came before it.
            if self.calendar is not None:
                tell_time(self.case, self.calendar, workflow.now())
                remind(self.case, self.calendar, workflow.now())
            tell_people(self.case)
            self._start_actions()
            if self._at_once:
                # What is done within this workflow task is waited for, so that it is published with the rest.
                await workflow.wait_condition(lambda: not self._at_once)
                continue
            await self.publish()
            self._arm()
            if self.pending():
                continue
            if self._too_long():
                lighten(self.case)
                raise ContinueAsNew
            await workflow.wait_condition(lambda: self._woken or self.pending())

    def pending(self) -> bool:
        """Whether something has come in that is not dealt with."""
        return bool(self.case.inbox or self._decisions or self._results or self._cancellations)

    def _too_long(self) -> bool:
        if self._long_since is None:
            return False
        under_way = any(action.state == "running" for action in self.case.actions.values())
        return not under_way or self._long_since > LARGEST_HISTORY

    def _see_how_long(self) -> None:
        """Note the size of a history that has grown long.

        Called only where an event of the history has come in. What has been done within the workflow task may come in
        with one task and be replayed with the one before it, and the server's suggestion belongs to the task.
        """
        if workflow.info().is_continue_as_new_suggested():
            self._long_since = workflow.info().get_current_history_size()

    async def _take_in(self) -> None:
        case = self.case
        while True:
            while self._results:
                self._take_result(*self._results.pop(0))
            while self._cancellations:
                self._record_cancellation(self._cancellations.pop(0))
            for parcel in inbox.no_longer_early(case):
                inbox.judge(case, self.calendar, parcel, parcel.seen_at)  # Its run may be over: no arrival to be read.
            if not case.inbox:
                break
            await self._judge_messages()
        if self.calendar is not None:
            self._reach_ahead()

    def _take_result(self, action: Action, result: object) -> None:
        case, now = self.case, workflow.now()
        if case.actions.get(action.key) is not action:
            return  # Done by hand in the meantime.
        self._tasks.pop(action.key, None)
        refused = result.cause if isinstance(result, ActivityError) else result
        if isinstance(refused, ApplicationError) and refused.type == ErrorKind.CLOSED:
            self.used_up = Refusal(refused.message)
        elif isinstance(result, FailureError):
            steps.gave_up(case, action, _in_one_line(result), now)
        elif isinstance(result, Exception):
            raise result  # A defect stops the task, not the case: it is tried again and seen until it is mended.
        else:
            if isinstance(result, CalendarDays):
                self._use(case.calendar.extended_by(result) if case.calendar else result)
            steps.answered(case, action, result, now)

    def _record_cancellation(self, reason: str) -> None:
        case, now = self.case, workflow.now()
        case.note(now, "Temporal", "cancel_requested", reason=reason)
        steps.cancellation_asked(case, reason, workflow.info().run_id, now)

    async def _judge_messages(self) -> None:
        case = self.case
        parcels, case.inbox = case.inbox, []
        for parcel, arrived_at in zip(parcels, await self._arrivals(parcels), strict=True):
            if inbox.too_early(case, parcel):
                case.kept.append(parcel)
            else:
                inbox.judge(case, self.calendar, parcel, arrived_at)

    async def _arrivals(self, parcels: list[Parcel]) -> list[datetime]:
        """When Temporal recorded the signals: our own outage makes nobody late (contract, section 2)."""
        if not any(inbox.arrival_counts(parcel) for parcel in parcels):
            return [parcel.seen_at for parcel in parcels]  # Not worth an event of the history, nor reading it.
        wanted = ArrivalsWanted(
            workflow_id=workflow.info().workflow_id,
            run_id=workflow.info().run_id,
            numbers=[parcel.number for parcel in parcels],
        )
        try:
            arrived: list[datetime] = await self._call(Activity.READ_ARRIVALS, wanted, list[Instant])
        except FailureError:
            return [parcel.seen_at for parcel in parcels]
        return arrived

    async def _carry_out(self, answer: Answer) -> None:
        case, decision, now = self.case, answer.decision, workflow.now()
        try:
            if isinstance(decision, Recount):
                answer.told = await self._recount(decision)
            else:
                answer.told = decisions.apply(case, self.calendar, decision, now)
        except Refusal as refusal:
            answer.refusal = refusal

    # -- the calendar ---------------------------------------------------------------------------------------------

    def counted(self) -> WorkingCalendar:
        if self.calendar is None:
            raise RuntimeError("a term is counted only once the calendar is recorded")
        return self.calendar

    def _use(self, days: CalendarDays) -> None:
        self.case.calendar = days
        self.calendar = WorkingCalendar(days)

    def want_calendar(self) -> None:
        received_on = self.case.request.received_at.date()
        self.case.want(Activity.RECORD_CALENDAR, year_span(received_on, self._far_enough().date(), self.case.case_id))

    def _far_enough(self) -> datetime:
        return max(self.case.request.received_at, workflow.now()) + CALENDAR_AHEAD

    def _reach_ahead(self) -> None:
        """Have the calendar extended before any count beyond it, by another recorded activity."""
        case = self.case
        days = case.calendar
        if days is None or case.step is Step.CLOSED or self._far_enough().date() <= days.last:
            return
        self.case.want(
            Activity.RECORD_CALENDAR, year_span(days.first, self._far_enough().date()), key="extend_calendar"
        )

    async def _recount(self, decision: Recount) -> dict[str, Any]:
        case = self.case
        days = self.counted().days
        span = year_span(days.first, days.last.replace(year=days.last.year - 1))
        try:
            fresh: CalendarDays = await self._at_once_only(Activity.RECORD_CALENDAR, span, CalendarDays)
        except FailureError as error:
            raise Refusal(f"the calendar could not be read, try again: {_in_one_line(error)}") from None
        told = decisions.recount(case, fresh, decision, workflow.now())
        self._use(fresh)
        return told

    # -- actions ----------------------------------------------------------------------------------------------------

    def _start_actions(self) -> None:
        for action in self.case.actions.values():
            if action.state == "wanted":
                action.state, action.error = "running", None
                if PROFILES[action.activity].at_once is not None:
                    self._at_once.add(action.key)
                self._tasks[action.key] = (action, asyncio.create_task(self._perform(action)))

    def _stop_dropped(self) -> None:
        """Cancel what the case does not want any more: done by hand, or pointless since a step ended."""
        dropped = [key for key, (action, _) in self._tasks.items() if self.case.actions.get(key) is not action]
        for key in dropped:  # in their order: each gives a command
            self._tasks.pop(key)[1].cancel()

    async def _perform(self, action: Action) -> None:
        try:
            result: object = await self._call(
                action.activity, action.input, RESULTS[action.activity], lambda: self._at_once.discard(action.key)
            )
        except Exception as error:  # the main flow tells a failure of the activity from a defect of ours
            result = error
        finally:
            self._at_once.discard(action.key)
        self._results.append((action, result))

    async def _call(
        self, activity: Activity, payload: Any, result_type: Any, tried_at_once: Callable[[], None] = lambda: None
    ) -> Any:
        """Call an activity by its profile: where it has one, the attempt within the workflow task first.

        :raises FailureError: an ``ActivityError``; of the local attempt Temporal raises the cause as it is.
        """
        profile = PROFILES[activity]
        if profile.at_once is not None:
            try:
                return await self._at_once_only(activity, payload, result_type)
            except FailureError as error:
                if isinstance(error, ApplicationError) and error.type == ErrorKind.CLOSED:
                    raise
                workflow.logger.info("%s did not answer at once; called again as a regular activity", activity.value)
                tried_at_once()
        try:
            answer = await workflow.execute_activity(
                activity.value, payload, result_type=result_type, summary=self._summary(activity), **profile.regular()
            )
        except FailureError:
            self._see_how_long()
            raise
        self._see_how_long()
        return answer

    async def _at_once_only(self, activity: Activity, payload: Any, result_type: Any) -> Any:
        """The attempt within the workflow task, one at a time.

        The SDK tells the ends of those that run side by side as they come, and replays them in the order of their
        starts (sdk-python issue 1578): what follows from each would be commanded in another order.
        """
        async with self._one_at_a_time:
            return await workflow.execute_local_activity(
                activity.value,
                payload,
                result_type=result_type,
                summary=self._summary(activity),
                **PROFILES[activity].local(),
            )

    def _summary(self, activity: Activity) -> str:
        """What the operator reads on the timeline: the paragraph, the act, and the last day where there is one."""
        state = self.case.running
        last_day = state.last_day if state is not None and activity in OF_THE_STEP else None
        return SUMMARIES[activity] + (f", last day {last_day} until 24:00" if last_day else "")

    # -- timers -------------------------------------------------------------------------------------------------------

    def _arm(self) -> None:
        """Set the timers that the case waits by, and drop those of moments that moved."""
        now = workflow.now()
        wanted = alarms(self.case, self.calendar, now) if self.calendar is not None else {}
        for name, (alarm, task) in list(self._timers.items()):
            if task.done() or wanted.get(name) != alarm:
                if alarm.until > now:  # One whose moment has come fires by itself: to cancel it would race with that.
                    task.cancel()
                del self._timers[name]
        for name, alarm in wanted.items():
            if name not in self._timers:
                self._timers[name] = (alarm, asyncio.create_task(self._ring(alarm, alarm.until - now)))

    async def _ring(self, alarm: Alarm, wait: timedelta) -> None:
        await workflow.sleep(wait, summary=alarm.summary)
        self._see_how_long()
        self._woken = True

    # -- what the outside sees ----------------------------------------------------------------------------------------

    async def publish(self) -> None:
        """The one place where search attributes, details and register follow the case."""
        self._publish_search_attributes()
        workflow.set_current_details(details(self.case, self.calendar))
        await self._write_register()

    def _publish_search_attributes(self) -> None:
        case = self.case
        state = case.running
        pairs: list[SearchAttributePair[Any]] = [
            SearchAttributePair(search_attributes.REX_STEP, case.step.value),
            SearchAttributePair(search_attributes.REX_RISK, case.risk.value if case.limit_at else None),
            SearchAttributePair(search_attributes.REX_COUNTRY, case.request.requesting_country.value),
            SearchAttributePair(search_attributes.REX_NUMBER, case.request.rex_number),
            SearchAttributePair(search_attributes.REX_OUTCOME, case.outcome.value if case.outcome else None),
            SearchAttributePair(search_attributes.REX_EXPORTER, case.request.exporter.name),
            SearchAttributePair(search_attributes.REX_STEP_DUE_AT, state.due_at if state else None),
            SearchAttributePair(search_attributes.REX_LIMIT_AT, case.limit_at),
            SearchAttributePair(search_attributes.REX_RESERVE_DAYS, case.reserve_days),
            SearchAttributePair(search_attributes.REX_OPEN_ESCALATIONS, len(case.open_escalations)),
            SearchAttributePair(search_attributes.REX_REJECTED_MESSAGES, case.rejected_count),
        ]
        changed = [pair for pair in pairs if self._published.get(pair.key.name) != pair.value]
        if changed:
            self._published.update({pair.key.name: pair.value for pair in changed})
            workflow.upsert_search_attributes(
                [
                    pair.key.value_set(pair.value) if pair.value is not None else pair.key.value_unset()
                    for pair in changed
                ]
            )

    async def _write_register(self) -> None:
        """Write what changed, at once where that works; else a regular action keeps trying and the case goes on."""
        case = self.case
        while Activity.WRITE_REGISTER.value not in case.actions:
            entries: RegisterEntries | None = self._ledger.entries(case)
            if entries is None:
                return
            try:
                await self._at_once_only(Activity.WRITE_REGISTER, entries, None)
            except FailureError:
                case.actions[Activity.WRITE_REGISTER.value] = Action(
                    key=Activity.WRITE_REGISTER.value,
                    activity=Activity.WRITE_REGISTER,
                    input=entries.model_dump(mode="json"),
                )
                self._start_actions()


def _in_one_line(error: FailureError) -> str:
    """What an activity failed with, in one line: its own message, without the layers that Temporal wraps it in."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    message = cause.message if isinstance(cause, ApplicationError) else str(cause)
    return " ".join(str(message).split())[:500] or type(cause).__name__
