"""One turn of a case after the other: everything that has come is dealt with, in order. Pure, without Temporal.

Handlers only record what arrives; ``turn`` acts on it. It leaves behind what the outside world is to do
(``case.actions``) and to be shown; the workflow, or a test, carries that out and calls the next turn when something
has come or a timer has fired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from activities.interface import Activity, ArrivalsWanted, ErrorKind, year_span
from escalation.kinds import Escalation
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import Decision, read_decision
from rules.refusal import Refusal
from rules.seal import content_sha256, seal_of
from rules.terms import Step
from workflows import alerts, answers, asking_first, decisions, deliveries, door, inbox, reminders
from workflows.answer import Answer
from workflows.asking_first import ASKED
from workflows.case import Action, Case
from workflows.catalogue import CATALOGUE
from workflows.deadlines import CANCELLATION, Alarm, bring_up_to_date, term_alarms, warnings_ahead
from workflows.escalating import escalate, resolve_all, succeeded
from workflows.escalation_state import Identity
from workflows.order import advance
from workflows.profiles import OWN
from workflows.register_changes import case_row
from workflows.trying import take_trying
from workflows.wording import DOES, day

CALENDAR_AHEAD: Final = timedelta(days=120)
"""How far beyond today the recorded calendar must reach before anything is counted."""

A_MOMENT: Final = timedelta(minutes=1)
"""How long timers and register wait for what has just been begun: as a rule it ends within a second."""

_ASIDE: Final = (
    Activity.WRITE_REGISTER,
    Activity.READ_ARRIVALS,
    Activity.READ_DOOR_KEYS,
    Activity.READ_LADDERS,
    Activity.NOTIFY,
)
"""What is done beside the steps of the order: nothing waits for it."""

EXTEND: Final = "extend_calendar"
"""The key of the action that reads the calendar further ahead."""


@dataclass(frozen=True)
class Failure:
    """An action gave up. ``kind`` is an ``ErrorKind`` where the activity said so; ``reason`` is one line."""

    reason: str
    kind: str | None = None


class Turns:
    """The life of one case in one run. ``case`` is all of its state; the rest lives and dies with the run."""

    def __init__(self, case: Case, run_id: str) -> None:
        self.case = case
        self.used_up: Refusal | None = None
        """Why this case must not run: its number belongs to a closed one, or nobody knows who opened it."""
        self._use(case.calendar)
        self._run_id = run_id
        self._messages = 0
        self._came: list[tuple[Action, object]] = []
        self._outcomes: list[tuple[Any, ...]] = []
        self._trying: list[tuple[Any, ...]] = []
        self._cancellations: list[str] = []
        self._decisions: list[Answer] = []
        self._alarms: dict[str, Alarm] = {}
        for action in case.actions.values():
            if action.state in ("running", "stopping"):
                action.state = "wanted"  # It was under way when the run before this one ended.
        if case.calendar is None and not case.actions and case.step is not Step.CLOSED:
            self._open()

    # -- what arrives -------------------------------------------------------------------------------------------------

    def arrived(self, name: str, arguments: Sequence[Any], now: datetime) -> None:
        """Record a message, whatever it is; the next turn judges it."""
        self._messages += 1
        parcel = inbox.parcel(name, list(arguments), run_id=self._run_id, number=self._messages, seen_at=now)
        counts = inbox.arrival_counts(self.case, parcel)
        if not counts or inbox.asked_with_documents(parcel):
            parcel.arrived_at, parcel.provisional = parcel.arrived_at or now, counts
        self.case.inbox.append(parcel)

    def outcome(self, arguments: tuple[Any, ...]) -> None:
        """Record what a recipient reports of a notice."""
        self._outcomes.append(arguments)

    def trying(self, arguments: tuple[Any, ...]) -> None:
        """Record what an activity tells of its attempts."""
        self._trying.append(arguments)

    def read(self, name: str, arguments: Sequence[Any], now: datetime, update_id: str | None = None) -> Decision:
        """Read a decision and see whether it makes sense now. :raises Refusal: where it does not fit or makes none.

        One that did not come through the gateway, where it has to, is refused when it is its turn: then it is kept.
        """
        decision = read_decision(name, list(arguments), self.case.request.received_at, now)
        door.check_seal(self.case, name, arguments[0], decision.by, now, update_id)
        decisions.check(self.case, self.calendar, name, decision, now)
        return decision

    def decided(self, name: str, decision: Decision, given: Sequence[Any]) -> Answer:
        """Record a decision, with the arguments that it was read from; a turn carries it out, after all before it."""
        answer = Answer(name, decision, given)
        self._decisions.append(answer)
        return answer

    def cancelled(self, reason: str) -> None:
        """Record a click on Cancel."""
        self._cancellations.append(reason)

    def ended(self, action: Action, result: object) -> None:
        """Record the result of an action, or its ``Failure``; None where its attempt was stopped."""
        self._came.append((action, result))

    @property
    def pending(self) -> bool:
        """Whether something has come that the next turn can deal with."""
        waits = bool(self.case.inbox) and self.case.inbox[0].arrived_at is not None
        decision = bool(self._decisions) and not self.case.inbox and not self._asking
        return bool(self._came or self._outcomes or self._trying or self._cancellations or waits or decision)

    @property
    def answering(self) -> bool:
        """Whether somebody waits for the answer to a decision: a run that goes on elsewhere could not give it."""
        return bool(self._decisions)

    @property
    def finished(self) -> bool:
        """Whether the case is closed and all is through; a notice that cannot be handed out holds up no case."""
        quiet = (Activity.NOTIFY, Activity.READ_LADDERS)
        under_way = [each for each in self.case.actions.values() if each.activity not in quiet or not each.failed]
        done = self.case.step is Step.CLOSED and not under_way and not self.case.inbox and not self._decisions
        ladders = self.case.actions.get(Activity.READ_LADDERS.value)
        informed = alerts.informed(self.case) or (ladders is not None and ladders.failed)
        return done and not self.pending and informed

    # -- one turn -----------------------------------------------------------------------------------------------------

    def turn(self, now: datetime) -> None:
        """Deal with all that has come; then bring the case up to the present, and notify whoever has to know."""
        case = self.case
        case.seen_at = now
        while True:
            self._take_results(now)
            judged = self._judge_messages(now)
            self._advance(now)
            if not judged:
                return  # When these messages came decides what is late: the time is looked at once that is known.
            if self._decisions and not self._asking:
                self._carry_out(self._decisions[0], now)
                continue  # One at a time: each is judged by where the case stands after all that came before it.
            break
        if self.calendar is not None:
            self._reach_ahead(now)
            bring_up_to_date(case, self.calendar, now)
            reminders.remind(case, self.calendar, now)
        if case.step is Step.CLOSED:
            resolve_all(case, now)  # Raised since it closed: nobody could see to it any more.
        alerts.inform(case, self.calendar, now)

    def begin(self, now: datetime) -> list[Action]:
        """What is to be started now; from here on it is under way."""
        wanted = [each for each in self.case.actions.values() if each.state == "wanted"]
        for action in wanted:
            action.state, action.error, action.begun_at, action.attempts = "running", None, now, 0
        return wanted

    def settled(self, now: datetime) -> bool:
        """Whether nothing has just been begun whose end will change the case again: then timers and register follow."""
        return not self._just_begun(now)

    def _just_begun(self, now: datetime, *aside: Activity) -> list[Action]:
        return [
            each
            for each in self.case.actions.values()
            if each.state in ("wanted", "running")
            and (each.activity not in _ASIDE or each.activity in aside)
            and (each.begun_at is None or now < each.begun_at + A_MOMENT)
        ]

    def alarms(self, now: datetime) -> dict[str, Alarm]:
        """The timers that the case waits by: its term, the limit, and at most one for whatever comes before them.

        While something has just been begun they stay as they are, and one more sees that this lasts a moment only. They
        follow the register: the turn in which a write ends has something to do then.
        """
        if self.case.step is Step.CLOSED and not self.case.open_escalations:
            # They end with the case, unless it has to wait for something until they fire.
            self._alarms = {name: alarm for name, alarm in self._alarms.items() if alarm.until > now}
            return self._alarms
        begun = self._just_begun(now, Activity.WRITE_REGISTER)
        if not begun:
            self._alarms = self._wanted_alarms(now)
        else:
            self._alarms = {name: alarm for name, alarm in self._alarms.items() if alarm.until > now}
            # Our own house answers or gives up within a quarter of an hour: what wakes the case then needs no timer.
            if any(CATALOGUE[each.activity].profile is not OWN for each in begun):
                words = "see what became of what was just started"
                self._alarms = {"moment": Alarm(now + A_MOMENT, words), **self._alarms}
        return self._alarms

    def _wanted_alarms(self, now: datetime) -> dict[str, Alarm]:
        if self.calendar is None:
            ahead = alerts.moments(self.case, None, now)
            wanted: dict[str, Alarm] = {}
        else:
            wanted = term_alarms(self.case, now)
            ahead = warnings_ahead(self.case, self.calendar, now)
            chasing = reminders.moments(self.case, self.calendar)
            remind = DOES[Activity.REMIND_ATAMEKEN]
            ahead += [Alarm(moment, f"{remind}, {day(self.case.clock.day_of(moment))}") for moment in chasing]
            ahead += alerts.moments(self.case, self.calendar, now)
        soonest = min((each for each in ahead if each.until > now), key=lambda each: each.until, default=None)
        if soonest is not None and all(alarm.until != soonest.until for alarm in wanted.values()):
            wanted["next"] = soonest  # One that a term wakes the case for anyway needs no timer of its own.
        return wanted

    def _open(self) -> None:
        case = self.case
        case.current(Step.REQUEST_DOCUMENTS).state = "running"
        until = self._far_enough(case.opened_at).date()
        span = year_span(case.request.received_at.date(), until, case_row(case), case.door.request)
        case.want(Activity.RECORD_CALENDAR, span)

    def _take_results(self, now: datetime) -> None:
        case = self.case
        trying, self._trying = self._trying, []
        for arguments in trying:
            take_trying(case, arguments)
        came, self._came = self._came, []
        for action, result in came:
            if case.actions.get(action.key) is not action:
                continue  # Done by hand in the meantime, or not needed any more.
            if result is None and action.state == "stopping":
                action.state = "wanted"
            elif isinstance(result, Failure):
                self._gave_up(action, result, now)
            else:
                self._answered(action, result, now)
        outcomes, self._outcomes = self._outcomes, []
        for arguments in outcomes:
            alerts.take_outcome(case, arguments, now)
        cancellations, self._cancellations = self._cancellations, []
        for reason in cancellations:
            self._cancellation_asked(reason, now)

    def _answered(self, action: Action, result: Any, now: datetime) -> None:
        case, row = self.case, CATALOGUE[action.activity]
        del case.actions[action.key]
        if action.key in ASKED:
            self._decisions[0].found = action, result
            return
        succeeded(case, action, now)
        if row.answered is not None:
            row.answered(case, action, result, now)
            return
        match action.activity:
            case Activity.RECORD_CALENDAR if case.calendar is not None:
                self._use(case.calendar.extended_by(result.days))
            case Activity.RECORD_CALENDAR:
                case.readings, case.confirm_first = result.readings, result.confirm_request
                case.door.keys, case.door.only_sealed = result.door_keys, result.only_authenticated
                door.opened_by(case, result.request_by)
                case.require_signed_file = result.require_signed_file
                self._use(result.days)
            case Activity.READ_ARRIVALS:
                inbox.arrived_at(case, action, result)
            case Activity.READ_DOOR_KEYS:
                case.door.keys = result.keys
            case Activity.READ_LADDERS:
                case.book = result
            case _:
                alerts.handed_out(case, action, result, now)

    def _gave_up(self, action: Action, failure: Failure, now: datetime) -> None:
        case, row = self.case, CATALOGUE[action.activity]
        if failure.kind in (ErrorKind.CLOSED, ErrorKind.NOT_AUTHENTICATED):
            self.used_up = Refusal(failure.reason)
        elif action.key in ASKED:
            del case.actions[action.key]
            self._decisions.pop(0).refusal = Refusal(f"{ASKED[action.key]}, try again: {failure.reason}")
        elif action.activity is Activity.READ_ARRIVALS:
            del case.actions[action.key]
            inbox.arrived_at(case, action, None)
        elif action.activity is Activity.READ_DOOR_KEYS or answers.pointless(case, action):
            del case.actions[action.key]
        elif case.step is Step.CLOSED and action.activity is Activity.FETCH_DOCUMENTS:
            action.error = failure.reason
            deliveries.never_fetched(case, action, now)
        elif row.quiet:
            action.state, action.error, action.since = "failed", failure.reason, now
        else:
            answers.gave_up(case, action, failure.reason, now)

    def _cancellation_asked(self, reason: str, now: datetime) -> None:
        """Somebody clicked on Cancel: on-call is notified, once in each run, and the case goes on."""
        case = self.case
        case.note(f"cancel {now.isoformat()}", now, "Temporal", "cancel_requested", reason=reason)
        escalate(
            case,
            Identity(Escalation.ACTION_FAILED, case.open_step, about=f"{CANCELLATION}{self._run_id}"),
            now,
            f"somebody asked Temporal to cancel the case ({reason}); it goes on: to end it, send the update withdraw",
        )

    def _judge_messages(self, now: datetime) -> bool:
        """Judge what has come, in order; False where it is not known yet when a message arrived."""
        case = self.case
        while True:
            for parcel in [*inbox.no_longer_early(case, now), *inbox.not_to_be_looked_into(case)]:
                inbox.judge(case, self.calendar, parcel)
            if not case.inbox:
                return True
            parcel = case.inbox[0]
            if parcel.arrived_at is None:
                run = [each for each in case.inbox if each.arrived_at is None and each.run_id == parcel.run_id]
                case.want(
                    Activity.READ_ARRIVALS,
                    ArrivalsWanted(
                        workflow_id=case.case_id, run_id=parcel.run_id, numbers=[each.number for each in run]
                    ),
                )
                return False
            del case.inbox[0]
            if inbox.too_early(case, parcel, now):
                case.kept.append(parcel)
            else:
                inbox.judge(case, self.calendar, parcel)

    def _carry_out(self, answer: Answer, now: datetime) -> None:
        """Carry a decision out, or ask the outside world first; the person is answered where the case then stands."""
        case, given = self.case, answer.arguments[0]
        seal, lines = seal_of(given), len(case.unwritten.log)
        if door.waits_for_keys(case, seal, now):
            return
        try:
            who = door.authenticated(case, seal, answer.name, content_sha256(given), answer.decision.by)
        except Refusal as refusal:
            inbox.reject_decision(case, answer.name, answer.arguments, self._run_id, now, str(refusal))
            answer.refusal = refusal
            self._decisions.pop(0)
            return
        try:
            if answer.found is None:
                asked = asking_first.question(case, self.calendar, answer.decision, now)
                if asked is not None:
                    case.actions[asked.key] = asked
                    return
                more = decisions.apply(case, self.calendar, answer.name, answer.decision, now)
            else:
                more = asking_first.apply(case, self.calendar, answer.decision, *answer.found, now)
                self._use(case.calendar)
            door.note_who(case, who, answer.name, lines)
            self._advance(now)
            answer.content = {**decisions.answer(case, answer.name), **more}
        except Refusal as refusal:
            answer.refusal = refusal
        self._decisions.pop(0)

    @property
    def _asking(self) -> bool:
        return self.case.doing(Activity.READ_DOOR_KEYS) or any(key in self.case.actions for key in ASKED)

    def _advance(self, now: datetime) -> None:
        while self.calendar is not None and advance(self.case, self.calendar, now):
            pass

    # -- the calendar -------------------------------------------------------------------------------------------------

    def _use(self, days: CalendarDays | None) -> None:
        self.case.calendar = days
        self.calendar = WorkingCalendar(days) if days is not None else None

    def _far_enough(self, now: datetime) -> datetime:
        return max(self.case.request.received_at, now) + CALENDAR_AHEAD

    def _reach_ahead(self, now: datetime) -> None:
        """Have the calendar extended before any count beyond it, by another recorded activity."""
        days = self.case.calendar
        if days is None or self.case.step is Step.CLOSED or self._far_enough(now).date() <= days.last:
            return
        self.case.want(Activity.RECORD_CALENDAR, year_span(days.first, self._far_enough(now).date()), key=EXTEND)
