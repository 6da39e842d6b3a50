"""The reckoning of a case: terms, lateness, reserve and risk, by its recorded calendar (¶5, ¶7 to ¶10).

Pure numbers; what they raise is the business of ``deadlines``.
"""

from __future__ import annotations

from datetime import date, datetime

from rules.calendar import WorkingCalendar
from rules.terms import LIMIT_WARNING_DAY, TERMS, WHOLE, Risk, Step, days_after, due, reserve, risk_of, turns_at_risk_on
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


def judge(calendar: WorkingCalendar, state: StepState, end_or_now: datetime) -> None:
    """Late or not is decided by dates: at or after ``due_at`` is late (contract, section 2)."""
    if state.due_at is None or state.last_day is None:
        return
    state.late = end_or_now >= state.due_at
    state.late_days = calendar.late_days(state.last_day, calendar.day_of(end_or_now)) if state.late else 0


def take_stock(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Bring reserve and risk up to date; both stay as they are once the conclusion is signed."""
    state = case.running
    if case.signed or case.limit_at is None or case.limit_last_day is None or state is None:
        return
    today = calendar.day_of(now)
    last_day = state.last_day or calendar.after(today, TERMS[state.step].working_days)
    case.reserve_days = reserve(calendar, max(last_day, today), days_to_come(case), case.limit_last_day)
    case.risk = Risk.EXCEEDED if now >= case.limit_at else risk_of(case.reserve_days)


def take_last_stock(case: Case, calendar: WorkingCalendar) -> None:
    """Reserve and risk at the signature: the conclusion ended then, and it is known whether an appeal follows."""
    signed_at = case.conclusion.signed_at if case.conclusion else None
    if signed_at is None or case.limit_at is None or case.limit_last_day is None:
        return
    signed_on = calendar.day_of(case.current(Step.CONCLUDE).ended_at or signed_at)
    case.reserve_days = reserve(calendar, signed_on, days_to_come(case), case.limit_last_day)
    case.limit_met = signed_at < case.limit_at
    case.risk = risk_of(case.reserve_days) if case.limit_met else Risk.EXCEEDED


def days_to_come(case: Case) -> int:
    """Working days of the steps after the running one; the appeal counts until it is known that there is none."""
    decided = case.step in (Step.CONCLUDE, Step.APPEAL, Step.REPLY) and not case.inspection_reopened
    step = case.step if case.step in TERMS else Step.CONCLUDE
    return days_after(step, with_appeal=not decided or case.appeal_due)


def turns_at_risk(case: Case, calendar: WorkingCalendar, state: StepState, since: date, limit_last_day: date) -> date:
    """The day on which the running step leaves no reserve; one that has not begun has its whole term ahead yet."""
    to_come = days_to_come(case) + (TERMS[state.step].working_days if state.due_at is None else 0)
    return turns_at_risk_on(calendar, max(since, state.last_day or since), to_come, limit_last_day)
