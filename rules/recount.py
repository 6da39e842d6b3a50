"""What a change of the calendar does to an open case: each open term before and after, without touching the case.

The workflow's update ``recount`` moves the terms; this says beforehand, from the answer of the query ``case`` alone,
what it will do. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from rules.calendar import WorkingCalendar
from rules.instant import Day, Instant
from rules.terms import TERMS, WHOLE, Step, due

STARTED_BY_A_RECEIPT_HERE = frozenset({Step.REQUEST_DOCUMENTS, Step.INSPECT})
"""The steps whose day 0 is a receipt at our office, to which its cut-off applies; so is that of the whole."""


@dataclass(frozen=True)
class Moved:
    """An open term before and after; ``step`` is None for the whole thirty days. Days are days in Asia/Almaty."""

    step: Step | None
    round: int
    before: date
    after: date
    became_late: bool
    stopped_being_late: bool

    @property
    def changed(self) -> bool:
        """Whether anybody needs to be told."""
        return self.before != self.after or self.became_late or self.stopped_being_late


class _StepPart(BaseModel):
    step: Step
    round: int
    state: str
    started_at: Instant | None
    last_day: Day | None
    late: bool


class _CasePart(BaseModel):
    """What of the query ``case`` (contract, section 5) a recount needs."""

    step: Step
    received_at: Instant
    limit_at: Instant | None
    limit_last_day: Day | None
    limit_met: bool | None
    steps: list[_StepPart]


def recount(view: Mapping[str, Any], calendar: WorkingCalendar, now: datetime) -> list[Moved]:
    """Each open term of a case as it would be by another calendar, the whole last; ended terms keep their dates.

    :param view: the answer of the query ``case``.
    :param calendar: the one to count by.
    :param now: aware datetime; late or not is decided by it.
    :raises CalendarDoesNotReach: where a term would leave the calendar.
    :raises pydantic.ValidationError: for a view that is none.
    """
    case = _CasePart.model_validate(view)
    moved = []
    for state in case.steps:
        if state.state != "running" or state.started_at is None or state.last_day is None:
            continue
        receipt = state.step in STARTED_BY_A_RECEIPT_HERE
        day_zero = calendar.day_of_receipt(state.started_at) if receipt else calendar.day_of(state.started_at)
        term = due(calendar, day_zero, TERMS[state.step].working_days)
        late = now >= term.due_at
        moved.append(
            Moved(
                step=state.step,
                round=state.round,
                before=state.last_day,
                after=term.last_day,
                became_late=late and not state.late,
                stopped_being_late=state.late and not late,
            )
        )
    # The thirty days are open until the signature or the withdrawal (our reading of ¶5).
    if case.limit_met is None and case.step in TERMS and case.limit_at is not None and case.limit_last_day is not None:
        whole = due(calendar, calendar.day_of_receipt(case.received_at), WHOLE.working_days)
        exceeded, was_exceeded = now >= whole.due_at, now >= case.limit_at
        moved.append(
            Moved(
                step=None,
                round=1,
                before=case.limit_last_day,
                after=whole.last_day,
                became_late=exceeded and not was_exceeded,
                stopped_being_late=was_exceeded and not exceeded,
            )
        )
    return moved
