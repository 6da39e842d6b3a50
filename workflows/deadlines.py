"""Deadlines of a case: which escalation each moment raises, and what the case waits by.

Late is decided by dates and not by which timer fired: ``bring_up_to_date`` may be called at any time, after any
outage, and raises what is past, in order, each once (contract, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from escalation.kinds import DOCUMENT_KINDS, LIMIT_KINDS, Escalation
from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.terms import LIMIT_WARNING_DAY, STEP_NAMES, TERMS, WHOLE, Step
from workflows.case import Case, StepState
from workflows.escalating import escalate, resolve
from workflows.escalation_state import Identity
from workflows.reckoning import (
    count_limit,
    count_term,
    end_of_the_thirty,
    judge,
    step_of_the_thirty,
    take_last_stock,
    take_stock,
    turns_at_risk,
)
from workflows.wording import day, until

_TERM_KINDS = (Escalation.STEP_DUE_SOON, Escalation.STEP_OVERDUE)
_STEP_KINDS = (*_TERM_KINDS, Escalation.MESSAGE_REJECTED, Escalation.REGISTRATION_CHANGED)

CANCELLATION = "cancel "
"""What ``Identity.about`` begins with where somebody clicked on Cancel in the Temporal UI."""


def begin(case: Case, calendar: WorkingCalendar, step: Step, at: datetime, *, from_receipt: bool = False) -> StepState:
    """Begin a step at the instant ``at`` and count its term.

    :param from_receipt: the start is a receipt at our office, to which its cut-off applies.
    """
    case.step = step
    return start_term(case, calendar, step, at, from_receipt=from_receipt)


def start_term(
    case: Case, calendar: WorkingCalendar, step: Step, at: datetime, *, from_receipt: bool = False
) -> StepState:
    """Have the term of a step run from the instant ``at``, wherever the case stands."""
    state = case.current(step)
    state.state, state.started_at, state.from_receipt = "running", at, from_receipt
    count_term(calendar, state)
    return state


def undo_term(case: Case, state: StepState, now: datetime, *, by: Resolution) -> None:
    """What began the term is void: it has not begun, and its warnings come anew where it begins again."""
    state.state, state.started_at, state.due_at, state.last_day = "pending", None, None, None
    state.late, state.late_days, state.days_provisional = False, 0, False
    warn_anew(case, state)
    resolve(case, now, by, *_STEP_KINDS, step=state.step)


def run_on(case: Case, calendar: WorkingCalendar, state: StepState) -> None:
    """What ended the term is void: it runs as if it had never ended, by the calendar as it is now."""
    state.state, state.ended_at = "running", None
    count_term(calendar, state)
    warn_anew(case, state)


def warn_anew(case: Case, state: StepState) -> None:
    """Have the warnings and the breach of a term come anew, where any of them has been raised."""
    if any(each.kind in _TERM_KINDS and each.identity == _identity(each.kind, state) for each in case.escalations):
        state.episode += 1


def finish(case: Case, calendar: WorkingCalendar, step: Step, at: datetime, now: datetime) -> datetime:
    """End a step at ``at``, or at its start where that is later: no step ends before it began.

    A breach that comes to light by this goes on record, and the step's escalations are resolved.

    :return: the instant at which the step ended.
    """
    state = case.current(step)
    ended_at = max(at, state.started_at) if state.started_at else at
    state.state, state.ended_at = "done", ended_at
    judge(case, calendar, state, ended_at)
    _raise_all(case, _of_step(case, calendar, state, ended_at), now)
    resolve(case, now, Resolution.STEP_DONE, *_STEP_KINDS, step=step)
    if step not in (Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS):
        # Up to the complete set a refused document is still to come; of a later one the step was the last use.
        resolve(case, now, Resolution.STEP_DONE, *DOCUMENT_KINDS, step=step)
    resolve_cancellations(case, now, Resolution.CASE_WENT_ON)
    key = f"step {step.value} {state.round} done"
    case.note(key, now, "case", "step_done", step=step.value, round=state.round, ended_at=ended_at.isoformat())
    return ended_at


def skip(state: StepState) -> None:
    """Pass over a step; late days that it already has stay on record."""
    if state.state in ("pending", "running"):
        state.state = "skipped"


def drop_term(case: Case, calendar: WorkingCalendar, state: StepState, at: datetime, now: datetime) -> None:
    """Pass over a step that is not to come; one that had begun, as the order was read then, keeps its late days."""
    judge(case, calendar, state, at)
    skip(state)
    resolve(case, now, Resolution.READ_ANEW, *_STEP_KINDS, step=state.step)


def settle_the_thirty(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Where the thirty days have ended, they are kept or exceeded, and their warnings resolved; or they run on.

    They run on where what ended them is void: a signature, an inspection that is open again.
    """
    ended_at = end_of_the_thirty(case)
    if case.limit_at is None or ended_at == case.limit_ended_at or case.step is Step.CLOSED:
        return
    had_ended, case.limit_ended_at = case.limit_ended_at is not None, ended_at
    if ended_at is None:
        count_limit(case, calendar)
        take_stock(case, calendar, now)
        if any(each.kind in LIMIT_KINDS and each.resolved_at is not None for each in case.escalations):
            case.limit_episode += 1
        return
    take_last_stock(case, calendar, ended_at)
    # Once they had ended there was no risk any more, whatever end they have by another reading.
    moments = [
        each
        for each in _of_limit(case, calendar, ended_at)
        if not (had_ended and each.identity.kind is Escalation.LIMIT_AT_RISK)
    ]
    _raise_all(case, moments, now)
    resolve(case, now, Resolution.SIGNED if case.signed else Resolution.INSPECTED, *LIMIT_KINDS)


def resolve_cancellations(case: Case, now: datetime, by: Resolution, who: str | None = None) -> None:
    """Somebody knows of the click on Cancel, or the case has gone on in spite of it: there is nothing left to do."""
    for each in case.open_escalations:
        if each.identity.about.startswith(CANCELLATION):
            resolve(case, now, by, each.kind, about=each.identity.about, who=who)


def documents_on_the_way(case: Case, state: StepState) -> bool:
    """Whether documents sent in time are being fetched and would complete the set (contract, section 2)."""
    awaited = state.step is Step.AWAIT_DOCUMENTS and state.due_at is not None
    reading = case.readings.inspection_starts
    return awaited and case.papers.on_the_way(reading, case.fetching_given_up, sent_before=state.due_at)


def bring_up_to_date(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Bring lateness, reserve and risk to the present and raise every escalation whose moment has come."""
    moments: list[_Moment] = []
    for state in case.running_terms:
        if not documents_on_the_way(case, state):
            judge(case, calendar, state, now)
            moments += _of_step(case, calendar, state, now)
    take_stock(case, calendar, now)
    if case.limit_ended_at is None and case.step is not Step.CLOSED:
        moments += _of_limit(case, calendar, now)
    _raise_all(case, moments, now)
    if case.reserve_days is not None and case.reserve_days >= 0:
        resolve(case, now, Resolution.WITHIN_LIMIT, Escalation.LIMIT_AT_RISK)


def term_moved(
    case: Case, calendar: WorkingCalendar, state: StepState, now: datetime, by: Resolution, who: str
) -> None:
    """A term was counted anew: judge it by its new dates. What was escalated stays on record.

    Where a running term now has its last day ahead, its warnings are resolved and may come again; where an ended one
    turns out to be late, that goes on record.
    """
    if state.due_at is None or state.last_day is None:
        return
    if state.ended_at is not None:
        judge(case, calendar, state, state.ended_at)
        if state.late:
            _raise_all(case, _of_step(case, calendar, state, state.ended_at), now)
            resolve(case, now, Resolution.STEP_DONE, *_STEP_KINDS, step=state.step)
        return
    if not documents_on_the_way(case, state):
        judge(case, calendar, state, now)
    begins = {Escalation.STEP_DUE_SOON: calendar.start_of(state.last_day), Escalation.STEP_OVERDUE: state.due_at}
    unresolved = [each for each in case.escalations if each.resolved_at is None]
    if any(each.step is state.step and now < begins.get(each.kind, now) for each in unresolved):
        state.episode += 1
        resolve(case, now, by, *begins, step=state.step, who=who)


def limit_moved(case: Case, calendar: WorkingCalendar, now: datetime, by: Resolution, who: str) -> None:
    """Count the thirty days anew; warnings whose moment now lies ahead are resolved and may come again."""
    count_limit(case, calendar)
    if case.limit_at is None or case.limit_warning_at is None:
        return
    begins = {Escalation.LIMIT_DUE_SOON: case.limit_warning_at, Escalation.LIMIT_EXCEEDED: case.limit_at}
    unresolved = [each for each in case.escalations if each.resolved_at is None]
    if any(now < begins.get(each.kind, now) for each in unresolved):
        case.limit_episode += 1
        for each in unresolved:
            # The breach that overtook it is none any more: a risk that is still there is one again.
            if each.kind is Escalation.LIMIT_AT_RISK:
                each.overtaken_by, each.ended = None, False
        resolve(case, now, by, *begins, who=who)


@dataclass(frozen=True)
class Alarm:
    """A durable timer: until when, and what the operator reads on the timeline."""

    until: datetime
    summary: str


def term_alarms(case: Case, now: datetime) -> dict[str, Alarm]:
    """The timers of the running term and of the thirty days."""
    wanted: dict[str, Alarm] = {}
    for state in case.running_terms:
        if state.due_at and state.due_at > now:
            term = TERMS[state.step]
            summary = f"¶{term.paragraph} {STEP_NAMES[state.step]}: {term.working_days} working days"
            summary += f", last day {until(state.last_day)}" if state.last_day else ""
            if case.waits_for_confirmation:
                summary += "; a person has to confirm the request first"
            wanted["term" if state.step is case.step else state.step.value] = Alarm(state.due_at, summary)
    running = case.limit_ended_at is None and case.step is not Step.CLOSED
    if running and case.limit_at and case.limit_at > now:
        wanted["limit"] = Alarm(
            case.limit_at,
            f"¶{WHOLE.paragraph} the whole: {WHOLE.working_days} working days"
            + (f", last day {until(case.limit_last_day)}" if case.limit_last_day else ""),
        )
    return wanted


def warnings_ahead(case: Case, calendar: WorkingCalendar, now: datetime) -> list[Alarm]:
    """The moments at which something has to be raised or counted anew, beside the ends of terms."""
    if case.limit_at is None or case.limit_last_day is None or case.step is Step.CLOSED:
        return []
    ahead: list[Alarm] = []
    today, limit_runs = calendar.day_of(now), case.limit_ended_at is None
    # Late days rise as a working day ends, the reserve falls as the next begins: two moments over a weekend.
    another_day = min(calendar.end_of(calendar.first_from(today)), calendar.start_of(calendar.after(today, 1)))
    if limit_runs and case.limit_warning_at:
        ahead.append(Alarm(case.limit_warning_at, f"warning: working day {LIMIT_WARNING_DAY} of the 30 begins"))
    state = step_of_the_thirty(case)
    eaten = state is None or state.due_at is None or state.due_at <= now
    if limit_runs and eaten:  # Each day eats the reserve: of a late step, and where none runs or has begun.
        if case.reserve_days is not None and case.reserve_days >= 0:
            day = turns_at_risk(case, calendar, state, today, case.limit_last_day)
            ahead.append(Alarm(calendar.start_of(day), "the 30 working days are at risk from here on"))
        if state is None:
            ahead.append(Alarm(another_day, "the reply has not left: count the days anew"))
    for each in case.running_terms:
        if each.due_at and each.last_day and each.due_at > now:
            words = f"¶{TERMS[each.step].paragraph} {STEP_NAMES[each.step]}: warning on the last day"
            ahead.append(Alarm(calendar.start_of(each.last_day), f"{words}, {until(each.last_day)}"))
        else:
            what = "has not begun" if each.due_at is None else "is past its last day"
            words = f"¶{TERMS[each.step].paragraph} {STEP_NAMES[each.step]} {what}: count the days anew"
            ahead.append(Alarm(another_day, words))
    return ahead


@dataclass(frozen=True)
class _Moment:
    at: datetime
    identity: Identity
    summary: str
    due_at: datetime | None
    overtaken: bool = False


def _of_step(case: Case, calendar: WorkingCalendar, state: StepState, as_of: datetime) -> list[_Moment]:
    if state.due_at is None or state.last_day is None:
        return []
    words = f"{STEP_NAMES[state.step]} (¶{TERMS[state.step].paragraph})"
    overdue = as_of >= state.due_at and case.counts_as_late(state)
    moments: list[_Moment] = []
    soon = calendar.start_of(state.last_day)
    if as_of >= soon:
        summary = f"{words}: the last day is {until(state.last_day)}{_provisionally(state)}"
        moments.append(_Moment(soon, _identity(Escalation.STEP_DUE_SOON, state), summary, state.due_at, overdue))
    if overdue:
        summary = f"{words}: overdue, the last day was {until(state.last_day)}{_provisionally(state)}"
        moments.append(_Moment(state.due_at, _identity(Escalation.STEP_OVERDUE, state), summary, state.due_at))
    return moments


def _identity(kind: Escalation, state: StepState) -> Identity:
    return Identity(kind, state.step, state.round, state.episode)


def _provisionally(state: StepState) -> str:
    """A term that may still move says so, and why."""
    why = []
    if state.start_provisional:
        why.append("nothing proves yet when Atameken received the request")
    if state.days_provisional:
        why.append("the calendar of a year in it is not confirmed")
    return f" (provisional: {' and '.join(why)})" if why else ""


def _of_limit(case: Case, calendar: WorkingCalendar, as_of: datetime) -> list[_Moment]:
    limit_last_day = case.limit_last_day
    if case.limit_at is None or case.limit_warning_at is None or limit_last_day is None:
        return []
    exceeded = as_of >= case.limit_at
    moments: list[_Moment] = []
    risks = [each for each in case.escalations if each.kind is Escalation.LIMIT_AT_RISK]
    if (case.reserve_days or 0) < 0 and not any(each.resolved_at is None for each in risks):
        identity = Identity(Escalation.LIMIT_AT_RISK, episode=len(risks) + 1)
        summary = (
            f"the 30 working days are at risk: the reserve is {case.reserve_days}, the last day {day(limit_last_day)}"
        )
        # No later than the end of the thirty: the breach overtakes the warning.
        since = min(as_of, _fell_below_0(case, calendar, as_of), case.limit_at)
        moments.append(_Moment(since, identity, summary, case.limit_at, exceeded))
    if as_of >= case.limit_warning_at:
        identity = Identity(Escalation.LIMIT_DUE_SOON, episode=case.limit_episode)
        summary = f"working day {LIMIT_WARNING_DAY} of the 30 has begun: the last day is {day(limit_last_day)}"
        moments.append(_Moment(case.limit_warning_at, identity, summary, case.limit_at, exceeded))
    if exceeded:
        identity = Identity(Escalation.LIMIT_EXCEEDED, episode=case.limit_episode)
        summary = f"the 30 working days (¶5) have ended without a signature: the last day was {day(limit_last_day)}"
        moments.append(_Moment(case.limit_at, identity, summary, case.limit_at))
    return moments


def _fell_below_0(case: Case, calendar: WorkingCalendar, as_of: datetime) -> datetime:
    """When the reserve did: as the step came to stand that leaves none, or as it came to be so late."""
    state = step_of_the_thirty(case)
    if case.limit_last_day is None:
        return as_of
    ended = max((each.ended_at for each in case.steps if each.ended_at), default=as_of)
    stands_since = state.started_at if state is not None and state.started_at is not None else ended
    first = state.last_day if state is not None and state.last_day is not None else calendar.day_of(stands_since)
    day = turns_at_risk(case, calendar, state, first, case.limit_last_day)
    return calendar.start_of(day) if day > first else stands_since


def _raise_all(case: Case, moments: list[_Moment], now: datetime) -> None:
    """Raise in order of time; a warning that was over when it was found is recorded, and nobody is notified of it."""
    for moment in sorted(moments, key=lambda each: each.at):
        raised = escalate(case, moment.identity, now, moment.summary, due_at=moment.due_at, since=moment.at)
        if raised is not None:
            raised.found_late = moment.overtaken
