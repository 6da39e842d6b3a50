"""Counting the open terms of a case anew: by a calendar that has changed, or by another reading of the order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.terms import Step
from workflows.case import Case
from workflows.deadlines import limit_moved, settle_the_thirty, term_moved
from workflows.order import start_of
from workflows.reckoning import count_term


def count_anew(
    case: Case, calendar: WorkingCalendar, by: Resolution, who: str, now: datetime, restarted: Step | None = None
) -> dict[str, Any]:
    """Count every open term, and the thirty days, by this calendar.

    :param restarted: the step that starts at another moment as the order is read now; all others keep their start.
    :return: ``{"terms": [...], "limit": {...}}`` with each open term before and after.
    """
    terms: list[dict[str, Any]] = []
    for state in [each for each in case.running_terms if each.started_at is not None]:
        before, was_late = state.last_day, state.late
        started = start_of(case, state) if state.step is restarted else None
        if started is not None:
            state.started_at, state.from_receipt = started
        count_term(calendar, state)
        term_moved(case, calendar, state, now, by, who)
        moved = _moved(before, state.last_day, was_late, state.late)
        terms.append({"step": state.step.value, "round": state.round, **moved})
    before, was_exceeded = case.limit_last_day, _exceeded(case, now)
    settle_the_thirty(case, calendar, now)
    if case.limit_ended_at is None and case.step is not Step.CLOSED:
        limit_moved(case, calendar, now, by, who)
    return {"terms": terms, "limit": _moved(before, case.limit_last_day, was_exceeded, _exceeded(case, now))}


def _exceeded(case: Case, now: datetime) -> bool:
    return case.limit_at is not None and (case.limit_ended_at or now) >= case.limit_at


def _moved(before: date | None, after: date | None, was_late: bool, late: bool) -> dict[str, Any]:
    return {
        "before": before.isoformat() if before else None,
        "after": after.isoformat() if after else None,
        "became_late": late and not was_late,
        "stopped_being_late": was_late and not late,
    }
