"""The reckoning of a case: terms, lateness, reserve and risk, by its recorded calendar (¶5, ¶7 to ¶10).

Pure numbers; what they raise is the business of ``deadlines``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from rules.calendar import WorkingCalendar
from rules.readings import AppealStarts, ThirtyEnd
from rules.terms import (
    LIMIT_WARNING_DAY,
    TERMS,
    WHOLE,
    Risk,
    Step,
    days_between,
    due,
    reserve,
    risk_of,
    turns_at_risk_on,
)
from workflows.case import Case, StepState


def count_limit(case: Case, calendar: WorkingCalendar) -> None:
    """Count the thirty days of ¶5 from the receipt of the request, and the moment of their last warning."""
    received_on = calendar.day_of_receipt(case.request.received_at)
    limit = due(calendar, received_on, WHOLE.working_days)
    case.limit_at, case.limit_last_day, case.days_provisional = limit.due_at, limit.last_day, limit.provisional
    case.limit_warning_at = calendar.start_of(calendar.after(received_on, LIMIT_WARNING_DAY))


def count_term(calendar: WorkingCalendar, state: StepState) -> None:
    """Set the last day and the due instant of a started step."""
    at = state.started_at
    if at is None:
        return
    day_zero = calendar.day_of_receipt(at) if state.from_receipt else calendar.day_of(at)
    term = due(calendar, day_zero, TERMS[state.step].working_days)
    state.last_day, state.due_at, state.days_provisional = term.last_day, term.due_at, term.provisional


def judge(case: Case, calendar: WorkingCalendar, state: StepState, end_or_now: datetime) -> None:
    """Late or not is decided by dates: at or after ``due_at`` is late (contract, section 2)."""
    if state.due_at is None or state.last_day is None:
        return
    state.late = end_or_now >= state.due_at and case.counts_as_late(state)
    state.late_days = calendar.late_days(state.last_day, calendar.day_of(end_or_now)) if state.late else 0


def end_of_inspection(case: Case) -> datetime | None:
    """When the inspection whose result counts ended, or when it was decided to go without one; None while it is open.

    A conclusion that was returned for another result has the inspection end with that one.
    """
    state = case.current(Step.INSPECT)
    skipped = state.state == "skipped"  # It was concluded without documents.
    ended_at = case.current(Step.CONCLUDE).started_at if skipped else state.ended_at
    if ended_at is None or case.inspection_reopened:
        return None
    return max(ended_at, case.inspection.completed) if case.inspection is not None else ended_at


def end_of_the_thirty(case: Case) -> datetime | None:
    """When the thirty days of ¶5 ended, kept or not, as the office reads it; None while they run."""
    match case.readings.thirty_end:
        case ThirtyEnd.END_OF_INSPECTION:
            return end_of_inspection(case)
        case ThirtyEnd.REPLY:
            return case.reply.sent_at if case.reply is not None else None
        case ThirtyEnd.SIGNATURE:
            return case.conclusion.signed_at if case.conclusion is not None else None


def step_of_the_thirty(case: Case) -> StepState | None:
    """The running step of those that the thirty days have to hold: not an appeal that is read to run beside them."""
    beside = case.step is Step.APPEAL and case.readings.appeal_starts is AppealStarts.END_OF_INSPECTION
    return None if beside else case.running


def take_stock(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Bring reserve and risk up to date, while the thirty days run; then both stay as they are."""
    if case.limit_ended_at is not None or case.step is Step.CLOSED:
        return
    if case.limit_at is None or case.limit_last_day is None:
        return
    today, state = calendar.day_of(now), step_of_the_thirty(case)
    last_day = today if state is None else state.last_day or calendar.after(today, TERMS[state.step].working_days)
    case.reserve_days = reserve(calendar, max(last_day, today), days_to_come(case, case.step), case.limit_last_day)
    case.limit_met = False if now >= case.limit_at else None
    case.risk = Risk.EXCEEDED if now >= case.limit_at else risk_of(case.reserve_days)


def take_last_stock(case: Case, calendar: WorkingCalendar, ended_at: datetime) -> None:
    """Reserve and risk at the end of the thirty days: the running step ended then, and no case that kept them is at
    risk.
    """
    if case.limit_at is None or case.limit_last_day is None:
        return
    step = _LAST_STEP[case.readings.thirty_end]
    began_at = case.current(step).started_at if step in TERMS else None
    ended_on = calendar.day_of(max(ended_at, began_at) if began_at is not None else ended_at)
    case.reserve_days = reserve(calendar, ended_on, days_to_come(case, step), case.limit_last_day)
    case.limit_met = ended_at < case.limit_at
    kept = Risk.TIGHT if case.reserve_days < 0 else risk_of(case.reserve_days)
    case.risk = kept if case.limit_met else Risk.EXCEEDED


_LAST_STEP: Final = {
    ThirtyEnd.END_OF_INSPECTION: Step.INSPECT,
    ThirtyEnd.SIGNATURE: Step.CONCLUDE,
    ThirtyEnd.REPLY: Step.REPLY,
}
"""The step that ends with the thirty days."""


def days_to_come(case: Case, step: Step) -> int:
    """Working days of the steps after this one, as far as the thirty days have to hold them.

    The appeal counts until it is known that there is none; not where it runs, or will run, beside the conclusion.
    """
    step = step if step in TERMS else Step.APPEAL
    if case.readings.thirty_end is ThirtyEnd.END_OF_INSPECTION:
        return days_between(step, Step.INSPECT)
    decided = case.step in (Step.CONCLUDE, Step.APPEAL, Step.REPLY) and not case.inspection_reopened
    runs_beside = case.current(Step.APPEAL).state == "running" and not case.signed
    after_it = case.readings.appeal_starts is AppealStarts.SIGNATURE and not runs_beside
    follows = after_it and (not decided or case.appeal_due)
    return days_between(step, Step.APPEAL if follows else Step.CONCLUDE)


def turns_at_risk(
    case: Case, calendar: WorkingCalendar, state: StepState | None, since: date, limit_last_day: date
) -> date:
    """The day on which the running step leaves no reserve; one that has not begun has its whole term ahead yet.

    :param state: None where only the reply, which has no term, is still to leave.
    """
    ahead = TERMS[state.step].working_days if state is not None and state.due_at is None else 0
    last_day = state.last_day if state is not None and state.last_day is not None else since
    return turns_at_risk_on(calendar, max(since, last_day), days_to_come(case, case.step) + ahead, limit_last_day)
