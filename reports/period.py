"""The days that an account is about, and when the account of a month is due. Days are days in Asia/Almaty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from rules.calendar import WorkingCalendar
from rules.clock import ONE_DAY
from rules.refusal import Refusal

EARLIEST: Final = date(2021, 1, 1)
"""The order's year: no request was received before it."""


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


def asked_period(
    begins: date | None, ends: date | None, today: date, *, names: tuple[str, str] = ("from", "to")
) -> Period:
    """The days that were asked for: last month by default; of one day alone the rest of its month, at most today.

    :param today: in Asia/Almaty.
    :param names: those under which the two days were given.
    :raises Refusal: naming the day and what is expected.
    """
    for name, day in zip(names, (begins, ends), strict=True):
        if day is not None and not EARLIEST <= day <= today:
            raise Refusal(f"{name} {day}: expected a day from {EARLIEST}, the order's year, to today, {today}")
    if begins is not None and ends is not None and ends < begins:
        raise Refusal(f"{names[1]} {ends}: lies before {names[0]} {begins}; expected that day or a later one")
    if begins is not None:
        return Period(begins, ends or min(month_of(begins).last, today))
    return Period(month_of(ends).first, ends) if ends is not None else month_before(today)


def due_on(calendar: WorkingCalendar, month: Period) -> date:
    """The day on which the account of a month is due: the first working day after it.

    :raises rules.calendar.CalendarDoesNotReach: where the calendar ends before.
    """
    return calendar.after(month.last, 1)
