"""Deadlines of a case: what is due when, which escalation each moment raises, and which timers that takes.

Late is decided by dates and not by which timer fired: ``tell_time`` may be called at any time, after any outage,
and raises what is past, in order, each once (contract, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from activities.interface import Activity, LadderNews, Raised
from escalation.kinds import BREACH_OF, Escalation
from rules.calendar import WorkingCalendar
from rules.terms import LIMIT_WARNING_DAY, TERMS, WHOLE, Risk, Step, turns_at_risk_on
from workflows import reminders, steps
from workflows.case import Case, EscalationState, StepState
from workflows.guidance import what_to_do_about
from workflows.on_the_way import documents_on_their_way


@dataclass(frozen=True)
class Alarm:
    """A durable timer: until when, and what the operator reads on the timeline."""

    until: datetime
    summary: str


def count_whole(case: Case, calendar: WorkingCalendar) -> None:
    """Count the thirty days and the moment of their last warning."""
    case.count_whole(calendar)
    received_on = calendar.day_of_receipt(case.request.received_at)
    case.limit_warning_at = calendar.start_of(calendar.after(received_on, LIMIT_WARNING_DAY))


def finish_step(case: Case, calendar: WorkingCalendar, step: Step, at: datetime, now: datetime) -> datetime:
    """End a step: a breach that comes to light by this goes on record, and its open warnings are resolved.

    :return: the instant at which the step ended.
    """
    ended_at = case.finish(calendar, step, at)
    _raise_all(case, _of_step(case, calendar, case.current(step), ended_at), now)
    case.resolve(now, "the step is done", *_STEP_KINDS, step=step)
    if step not in (Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS):
        # Up to the complete set a refused document is still to come; of a later one the step was the last use.
        case.resolve(now, "the step is done", Escalation.DOCUMENTS_REFUSED, step=step)
    steps.settle_cancellation(case, "the case has gone on", now)
    case.note(now, "case", "step_done", step=step.value, ended_at=ended_at.isoformat())
    return ended_at


_STEP_KINDS = (Escalation.STEP_DUE_SOON, Escalation.STEP_OVERDUE, Escalation.MESSAGE_REJECTED)
_LIMIT_KINDS = (Escalation.LIMIT_AT_RISK, Escalation.LIMIT_DUE_SOON, Escalation.LIMIT_EXCEEDED)


def finish_whole(case: Case, calendar: WorkingCalendar, at: datetime, now: datetime) -> None:
    """The conclusion is signed at ``at``: the thirty days are kept or exceeded, and their warnings resolved."""
    case.take_last_stock(calendar)
    _raise_all(case, _of_whole(case, calendar, at), now)
    case.resolve(now, "the conclusion is signed", *_LIMIT_KINDS)


def tell_time(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Bring lateness, reserve and risk to the present and raise every escalation whose moment has come."""
    state = case.running
    held = state is not None and documents_on_their_way(case, state)
    if state is not None and not held:
        case.judge(calendar, state, now)
    case.take_stock(calendar, now)
    moments = [] if state is None or held else _of_step(case, calendar, state, now)
    if not case.signed and case.step in TERMS:
        moments += _of_whole(case, calendar, now)
    _raise_all(case, moments, now)
    if case.reserve_days is not None and case.reserve_days >= 0:
        case.resolve(now, "the reserve is 0 or more again", Escalation.LIMIT_AT_RISK)


def term_moved(case: Case, calendar: WorkingCalendar, state: StepState, now: datetime, by: str) -> None:
    """A term was counted anew: judge it by its new dates. What was escalated stays on record.

    Where a running term now has its last day ahead, its warnings are resolved and may come again; where an ended one
    turns out to be late, that goes on record.
    """
    if state.due_at is None or state.last_day is None:
        return
    if state.ended_at is not None:
        case.judge(calendar, state, state.ended_at)
        if state.late:
            _raise_all(case, _of_step(case, calendar, state, state.ended_at), now)
            case.resolve(now, "the step is done", *_STEP_KINDS, step=state.step)
        return
    if not documents_on_their_way(case, state):
        case.judge(calendar, state, now)
    begins = {Escalation.STEP_DUE_SOON: calendar.start_of(state.last_day), Escalation.STEP_OVERDUE: state.due_at}
    if any(each.step is state.step and now < begins.get(each.kind, now) for each in case.open_escalations):
        state.count += 1
        case.resolve(now, by, *begins, step=state.step)


def whole_moved(case: Case, now: datetime, by: str) -> None:
    """The thirty days were counted anew: warnings whose moment now lies ahead are resolved and may come again."""
    if case.limit_at is None or case.limit_warning_at is None:
        return
    begins = {Escalation.LIMIT_DUE_SOON: case.limit_warning_at, Escalation.LIMIT_EXCEEDED: case.limit_at}
    if any(now < begins.get(each.kind, now) for each in case.open_escalations):
        case.limit_count += 1
        for each in case.open_escalations:
            if each.kind is Escalation.LIMIT_AT_RISK and _breach_of(case, each) is not None:
                # Its ladder ended with the breach that is none any more: a risk that is still there gets another.
                case.resolve(now, by, each.kind)
        case.resolve(now, by, *begins)


def alarms(case: Case, calendar: WorkingCalendar, now: datetime) -> dict[str, Alarm]:
    """The timers that a case waits by: its term, the whole, and at most one for the next warning."""
    wanted: dict[str, Alarm] = {}
    state = case.running
    if state is not None and state.due_at and state.due_at > now:
        term = TERMS[state.step]
        wanted["term"] = Alarm(
            state.due_at,
            f"¶{term.paragraph} {state.step.value}: term of {term.working_days} working days, "
            f"last day {state.last_day} until 24:00",
        )
    if state is None or case.limit_at is None or case.limit_last_day is None:
        return wanted
    if not case.signed and case.limit_at > now:
        wanted["whole"] = Alarm(
            case.limit_at,
            f"¶{WHOLE.paragraph} the whole: {WHOLE.working_days} working days, "
            f"last day {case.limit_last_day} until 24:00",
        )
    notices: list[Alarm] = []
    if state.due_at and state.last_day and state.due_at > now:
        notices.append(Alarm(calendar.start_of(state.last_day), "warning: the last day of the running step begins"))
    if case.limit_warning_at and not case.signed:
        notices.append(Alarm(case.limit_warning_at, f"warning: working day {LIMIT_WARNING_DAY} of the 30 begins"))
    notices += [Alarm(moment, "¶8 a reminder to Atameken") for moment in reminders.moments(case, calendar)]
    if state.late or state.due_at is None:  # Each day eats the reserve: of a late step, and before one can begin.
        if not case.signed and case.reserve_days is not None and case.reserve_days >= 0:
            day = _turns_at_risk_on(case, calendar, state, calendar.day_of(now), case.limit_last_day)
            notices.append(Alarm(calendar.start_of(day), "the whole is at risk from here on"))
        # Late days rise as a working day ends, the reserve falls as the next begins: two moments over a weekend.
        today = calendar.day_of(now)
        another_day = min(calendar.end_of(calendar.first_from(today)), calendar.start_of(calendar.after(today, 1)))
        what = "is late" if state.late else "has not begun"
        notices.append(Alarm(another_day, f"{state.step.value} {what}: count the days anew"))
    ahead = [notice for notice in notices if notice.until > now]
    soonest = min(ahead, key=lambda notice: notice.until, default=None)
    if soonest is not None and all(alarm.until != soonest.until for alarm in wanted.values()):
        wanted["notice"] = soonest  # One that a term wakes the case for anyway needs no timer of its own.
    return wanted


@dataclass(frozen=True)
class _Moment:
    at: datetime
    kind: Escalation
    step: Step | None
    summary: str
    cause: str
    due_at: datetime | None
    overtaken: bool = False


def _of_step(case: Case, calendar: WorkingCalendar, state: StepState, as_of: datetime) -> list[_Moment]:
    if state.due_at is None or state.last_day is None:
        return []
    words = f"{state.step.value} (¶{TERMS[state.step].paragraph})"
    cause = f"{state.step} {state.round} {state.count}"
    overdue = as_of >= state.due_at
    moments: list[_Moment] = []
    soon = calendar.start_of(state.last_day)
    if as_of >= soon:
        summary = f"{words} has its last day: {state.last_day}, until 24:00"
        moments.append(
            _Moment(soon, Escalation.STEP_DUE_SOON, state.step, summary, f"soon {cause}", state.due_at, overdue)
        )
    if overdue:
        summary = f"{words} is overdue: its last day was {state.last_day}"
        moments.append(
            _Moment(state.due_at, Escalation.STEP_OVERDUE, state.step, summary, f"over {cause}", state.due_at)
        )
    return moments


def _of_whole(case: Case, calendar: WorkingCalendar, as_of: datetime) -> list[_Moment]:
    if case.limit_at is None or case.limit_warning_at is None:
        return []
    exceeded = as_of >= case.limit_at
    cause = f"limit {case.limit_count}"
    moments: list[_Moment] = []
    at_risk = any(each.kind is Escalation.LIMIT_AT_RISK for each in case.open_escalations)
    if case.risk in (Risk.AT_RISK, Risk.EXCEEDED) and not at_risk and (case.reserve_days or 0) < 0:
        times = sum(each.kind is Escalation.LIMIT_AT_RISK for each in case.escalations)
        summary = (
            f"the 30 working days are at risk: the reserve is {case.reserve_days}, the last day {case.limit_last_day}"
        )
        moments.append(
            _Moment(
                min(as_of, _fell_below_0(case, calendar, as_of)),
                Escalation.LIMIT_AT_RISK,
                None,
                summary,
                f"risk {times}",
                case.limit_at,
                exceeded,
            )
        )
    if as_of >= case.limit_warning_at:
        summary = f"working day {LIMIT_WARNING_DAY} of the 30 has begun: the last day is {case.limit_last_day}"
        moments.append(
            _Moment(
                case.limit_warning_at,
                Escalation.LIMIT_DUE_SOON,
                None,
                summary,
                f"soon {cause}",
                case.limit_at,
                exceeded,
            )
        )
    if exceeded:
        summary = f"the 30 working days (¶5) have ended without a signature: the last day was {case.limit_last_day}"
        moments.append(_Moment(case.limit_at, Escalation.LIMIT_EXCEEDED, None, summary, f"over {cause}", case.limit_at))
    return moments


def _fell_below_0(case: Case, calendar: WorkingCalendar, as_of: datetime) -> datetime:
    """When the reserve did: as the step came to stand that leaves none, or as it came to be so late."""
    state = case.running
    if state is None or case.limit_last_day is None:
        return as_of
    stands_since = state.started_at or max((each.ended_at for each in case.steps if each.ended_at), default=as_of)
    first = state.last_day or calendar.day_of(stands_since)
    day = _turns_at_risk_on(case, calendar, state, first, case.limit_last_day)
    return calendar.start_of(day) if day > first else stands_since


def _turns_at_risk_on(
    case: Case, calendar: WorkingCalendar, state: StepState, since: date, limit_last_day: date
) -> date:
    """The day on which the running step leaves no reserve; one that has not begun has its whole term ahead yet."""
    to_come = case.days_to_come() + (TERMS[state.step].working_days if state.due_at is None else 0)
    return turns_at_risk_on(calendar, max(since, state.last_day or since), to_come, limit_last_day)


def _raise_all(case: Case, moments: list[_Moment], now: datetime) -> None:
    """Raise in order of time; a warning overtaken by its breach is recorded and not sent."""
    for moment in sorted(moments, key=lambda each: each.at):
        raised = case.escalate(
            moment.kind,
            now,
            moment.summary,
            step=moment.step,
            cause=moment.cause,
            due_at=moment.due_at,
            since=moment.at,
        )
        if raised is not None and moment.overtaken:
            raised.sent = True


def tell_people(case: Case) -> None:
    """Give every escalation its ladder, once, and have the ladders told what has become of the matter."""
    for each in case.escalations:
        start = f"{Activity.START_LADDER.value} {each.id}"
        if not each.sent:
            each.sent = True
            if each.resolved_at is not None and each.kind in BREACH_OF:
                continue  # A warning of what is done already, found after an outage: it is on record, and that is all.
            each.ladder_knows = ""
            case.want(Activity.START_LADDER, _raised(case, each), key=start)
        elif each.ladder_knows is not None and start not in case.actions:
            _tell_ladder(case, each)


def ladders_know(case: Case) -> bool:
    """Whether every ladder that could be started has been told of its end: none may call people of a settled matter."""
    return all(
        each.resolved_at is None or each.ladder_knows in (None, RESOLVED, OVERTAKEN)
        for each in case.escalations
        if f"{Activity.START_LADDER.value} {each.id}" not in case.actions
    )


RESOLVED: Final = "resolved"
OVERTAKEN: Final = "overtaken"


def _breach_of(case: Case, warning: EscalationState) -> EscalationState | None:
    """The open breach that has overtaken an open warning; both are of the same round, for they are settled together."""
    kind = BREACH_OF.get(warning.kind)
    return next((each for each in case.open_escalations if each.kind is kind and each.step is warning.step), None)


def _tell_ladder(case: Case, escalation: EscalationState) -> None:
    """Tell a ladder, once it is there, that somebody has taken the matter on or that it has to end."""
    if escalation.ladder_knows == OVERTAKEN:
        return
    until, by = escalation.acknowledged_until, escalation.acknowledged_by
    breach = _breach_of(case, escalation)
    if escalation.resolved_at is None and breach is not None:
        news = LadderNews(
            case_id=case.case_id,
            escalation_id=escalation.id,
            what=OVERTAKEN,
            by=f"overtaken by {breach.id}",
            at=breach.raised_at,
        )
    elif escalation.resolved_at is not None:
        news = LadderNews(
            case_id=case.case_id,
            escalation_id=escalation.id,
            what=RESOLVED,
            by=escalation.resolved_by or "",
            at=escalation.resolved_at,
        )
    elif until is not None and by is not None:
        # ``at`` tells two acknowledgements apart only where name or day do: the same one again changes nothing.
        news = LadderNews(
            case_id=case.case_id,
            escalation_id=escalation.id,
            what="acknowledged",
            by=by,
            at=escalation.raised_at,
            until=until,
        )
    else:
        return
    known = f"{news.what} {by} {until}" if news.what == "acknowledged" else news.what
    if known != escalation.ladder_knows:
        escalation.ladder_knows = known
        case.want(Activity.TELL_LADDER, news, key=f"{Activity.TELL_LADDER.value} {escalation.id} {known}")


def _raised(case: Case, escalation: EscalationState) -> Raised:
    step = escalation.step if escalation.step in TERMS else None
    of_whole = escalation.kind in _LIMIT_KINDS  # Anything else without a step of the order has no term: the reply.
    return Raised(
        key=f"{case.case_id}.{escalation.id}",
        case_id=case.case_id,
        escalation_id=escalation.id,
        kind=escalation.kind.value,
        level=escalation.level,
        step=escalation.step.value if escalation.step else None,
        paragraph=TERMS[step].paragraph if step else WHOLE.paragraph if of_whole else None,
        summary=escalation.summary,
        what_to_do=what_to_do_about(case, escalation),
        due_at=escalation.due_at,
        last_day=case.current(step).last_day if step else case.limit_last_day if of_whole else None,
        risk=case.risk.value,
        reserve_days=case.reserve_days,
        exporter=case.request.exporter.name,
        reference=case.request.reference,
        since=escalation.since or escalation.raised_at,
        raised_at=escalation.raised_at,
        days=case.calendar,
    )
