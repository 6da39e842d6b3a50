"""What a change of the calendar does to an open case: each open term before and after, without touching the case.

The update ``recount`` of a case moves its terms; this foresees it from the case's view alone. A test holds the two
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from rules.readings import WithoutProof
from rules.terms import TERMS, WHOLE, Step, due


@dataclass(frozen=True)
class Moved:
    """An open term before and after; ``step`` is None for the thirty days. Days are days in Asia/Almaty."""

    step: Step | None
    round: int
    before: date
    after: date
    became_late: bool
    stopped_being_late: bool

    @property
    def changed(self) -> bool:
        """Whether the recount changes anything about the term."""
        return self.before != self.after or self.became_late or self.stopped_being_late


def recount(case: CaseView, calendar: WorkingCalendar, now: datetime) -> list[Moved]:
    """Each open term of a case as it would be by another calendar, the thirty days last; ended terms keep their dates.

    :param calendar: the one to count by, with the case's own cut-off.
    :param now: aware datetime; late or not is decided by it.
    :raises rules.calendar.CalendarDoesNotReach: where a term would leave the calendar.
    """
    moved = []
    for each in case.steps:
        if each.state != "running" or each.started_at is None or each.last_day is None:
            continue
        # The cut-off applies to a receipt at our office, and to nothing else that starts a step.
        day_zero = (calendar.day_of_receipt if each.from_receipt else calendar.day_of)(each.started_at)
        term = due(calendar, day_zero, TERMS[each.step].working_days)
        counts = not (each.unproven and case.readings.without_proof is WithoutProof.NOT_OVERDUE)
        late = now >= term.due_at and counts
        moved.append(
            Moved(
                step=each.step,
                round=each.round,
                before=each.last_day,
                after=term.last_day,
                became_late=late and not each.late,
                stopped_being_late=each.late and not late,
            )
        )
    if case.thirty_run and case.limit_at is not None and case.limit_last_day is not None:
        limit = due(calendar, calendar.day_of_receipt(case.received_at), WHOLE.working_days)
        exceeded, was_exceeded = now >= limit.due_at, now >= case.limit_at
        moved.append(
            Moved(
                step=None,
                round=1,
                before=case.limit_last_day,
                after=limit.last_day,
                became_late=exceeded and not was_exceeded,
                stopped_being_late=was_exceeded and not exceeded,
            )
        )
    return moved
