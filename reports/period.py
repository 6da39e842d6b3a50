"""The days that an account is about, and when the account of a month is due. Days are days in Asia/Almaty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.calendar import WorkingCalendar
from rules.clock import ONE_DAY


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day <= self.last


def month_of(day: date) -> Period:
    """The calendar month in which the day lies."""
    first = day.replace(day=1)
    # The 28th exists in every month, and four days later it is the next one.
    return Period(first, (first.replace(day=28) + 4 * ONE_DAY).replace(day=1) - ONE_DAY)


def month_before(day: date) -> Period:
    """The calendar month before the one in which the day lies."""
    return month_of(day.replace(day=1) - ONE_DAY)


def month_after(day: date) -> Period:
    """The calendar month after the one in which the day lies."""
    return month_of(month_of(day).last + ONE_DAY)


def due_on(calendar: WorkingCalendar, month: Period) -> date:
    """The day on which the account of a month is due: the first working day after it.

    :raises rules.calendar.CalendarDoesNotReach: where the calendar ends before.
    """
    return calendar.after(month.last, 1)
