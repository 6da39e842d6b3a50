"""The terms of the order and what they add up to: who has how many working days, the reserve and the risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from rules.calendar import WorkingCalendar
from rules.clock import ONE_DAY


class Step(StrEnum):
    """Where a case stands. The first five are the order's; ``reply`` has no term, ``closed`` is the end."""

    REQUEST_DOCUMENTS = "request_documents"
    AWAIT_DOCUMENTS = "await_documents"
    INSPECT = "inspect"
    CONCLUDE = "conclude"
    APPEAL = "appeal"
    REPLY = "reply"
    CLOSED = "closed"


class Risk(StrEnum):
    """How the whole 30 days stand (contract, section 2)."""

    ON_TRACK = "on_track"
    TIGHT = "tight"
    AT_RISK = "at_risk"
    EXCEEDED = "exceeded"


@dataclass(frozen=True)
class Term:
    """A term of the order: its paragraph, and its length in working days."""

    paragraph: int
    working_days: int


TERMS: dict[Step, Term] = {
    Step.REQUEST_DOCUMENTS: Term(7, 3),
    Step.AWAIT_DOCUMENTS: Term(8, 5),
    Step.INSPECT: Term(9, 7),
    Step.CONCLUDE: Term(10, 7),
    Step.APPEAL: Term(10, 3),
}
"""The steps in the order's own order. ¶10 names no start for its two terms; ours are in the contract, section 2."""

STEP_NAMES: dict[Step, str] = {
    Step.REQUEST_DOCUMENTS: "request to Atameken",
    Step.AWAIT_DOCUMENTS: "documents from Atameken",
    Step.INSPECT: "inspection of documents and REX data",
    Step.CONCLUDE: "conclusion: draft and signature",
    Step.APPEAL: "appeal to Atameken for revocation",
    Step.REPLY: "reply to the customs",
    Step.CLOSED: "closed",
}
"""The steps in the words of people; notices have them in three languages."""

WHOLE = Term(5, 30)
"""¶5: thirty working days from the receipt; ``rules.readings.ThirtyEnd`` says what keeps them."""

LIMIT_WARNING_DAY = 28
"""The working day of the thirty at whose start on-call hears that the end is near (contract, section 6)."""

COMFORTABLE_RESERVE = 3
"""Working days of reserve from which a case is on track (contract, section 2)."""


class Due(NamedTuple):
    """When a term ends. ``due_at`` is 24:00 of ``last_day`` in Asia/Almaty, as an instant in UTC."""

    started_on: date
    last_day: date
    due_at: datetime
    provisional: bool


def due(calendar: WorkingCalendar, day_zero: date, working_days: int) -> Due:
    """Count a term: ``day_zero`` is day 0, the term ends at 24:00 of its last working day (design, section 1).

    :raises CalendarDoesNotReach: where the calendar ends before the term does.
    """
    last_day = calendar.after(day_zero, working_days)
    return Due(day_zero, last_day, calendar.end_of(last_day), calendar.is_provisional(day_zero, last_day))


def days_between(step: Step, last: Step) -> int:
    """The working days of all steps that follow ``step``, up to and with ``last``; 0 where it does not follow."""
    steps = list(TERMS)
    return sum(TERMS[each].working_days for each in steps[steps.index(step) + 1 : steps.index(last) + 1])


def reserve(calendar: WorkingCalendar, ends_on: date, remaining_days: int, limit_last_day: date) -> int:
    """Working days left over if every remaining step takes its full term; negative beyond the thirty.

    Counted back from the limit and not forward to the end of the steps, which is the same number and stays inside
    the calendar however late the case is.

    :param ends_on: the running step's last day or today, whichever is later.
    :param remaining_days: as ``days_between`` counts them.
    :raises CalendarDoesNotReach: where ``ends_on`` itself lies outside the calendar.
    """
    return calendar.between(ends_on, limit_last_day) - remaining_days


def turns_at_risk_on(calendar: WorkingCalendar, ends_on: date, remaining_days: int, limit_last_day: date) -> date:
    """The first day, from ``ends_on`` on, on which a step still running leaves a reserve below 0.

    At 00:00 of it the case turns ``at_risk``: the moment is known in advance, so it is a timer and not a poll.

    :raises CalendarDoesNotReach: where the calendar ends before it.
    """
    if remaining_days == 0:
        return max(ends_on, calendar.after(limit_last_day, 1))
    return max(ends_on, calendar.before(limit_last_day + ONE_DAY, remaining_days))


def risk_of(reserve_days: int) -> Risk:
    """The risk that goes with a reserve, while the thirty days have not ended without a signature."""
    if reserve_days >= COMFORTABLE_RESERVE:
        return Risk.ON_TRACK
    return Risk.TIGHT if reserve_days >= 0 else Risk.AT_RISK
