"""The working-day calendar as a case counts by it: recorded once, pure from then on.

Where the days come from (``holidays``, the ministry's entries) is the business of ``calendars/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from functools import cached_property
from itertools import accumulate, compress
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from rules.clock import Clock, Offset
from rules.instant import Day
from rules.text import canonical_json, sha256_of

T = TypeVar("T")

SATURDAY = 5
"""The first ``date.weekday()`` of the weekend."""


class CalendarDoesNotReach(ValueError):
    """A count would leave the days that the calendar holds; there is no silent fall-back to Monday-Friday."""

    def __init__(self, day: date | None, first: date, last: date) -> None:
        named = f"reach {day.isoformat()}" if day else "reach that far"
        super().__init__(f"the calendar does not {named}: it holds {first.isoformat()} to {last.isoformat()}")


class CalendarDays(BaseModel):
    """The days that differ from Monday-Friday, as recorded in a case's history (under 2 kB).

    ``days_off`` and ``working_weekend_days`` are keyed by the reason, in the words shown to people. A Monday to Friday
    whose day off was moved away by decree stands among the latter too, so that it can be explained. Both days of a swap
    stand in ``swaps`` alone, which keeps them short.
    """

    model_config = ConfigDict(frozen=True)
    version: str = Field(description="years and short hash of the days")
    first: Day
    last: Day
    days_off: dict[str, list[Day]] = Field(description="Mondays to Fridays that do not count, by reason")
    working_weekend_days: dict[str, list[Day]] = Field(description="days that count by decree, by reason")
    swaps: dict[str, list[tuple[Day, Day]]] = Field(
        default_factory=dict, description="by decree: a day that counts, and the day off that it is swapped with"
    )
    offsets: list[Offset] = Field(min_length=1, description="of Asia/Almaty, in order of time")
    receipt_cutoff: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    provisional_years: list[int] = Field(default_factory=list, description="not yet confirmed")
    provisional_days: list[Day] = Field(default_factory=list, description="estimated, or next to such a day")

    def extended_by(self, later: CalendarDays) -> CalendarDays:
        """These days, followed by those of ``later`` that lie after them: what was counted by stays as it was.

        :param later: begins where this calendar does, or before its end.
        """
        if later.last <= self.last:
            return self
        days_off, working, swaps = dict(self.days_off), dict(self.working_weekend_days), dict(self.swaps)
        for own, more in ((days_off, later.days_off), (working, later.working_weekend_days)):
            for reason, each in more.items():
                _add(own, reason, [day for day in each if day > self.last])
        for decree, pairs in later.swaps.items():
            _add(swaps, decree, [pair for pair in pairs if min(pair) > self.last])
            # Of a swap over the seam only the later side is new here.
            for works, off in (pair for pair in pairs if min(pair) <= self.last < max(pair)):
                if works > self.last:
                    _add(working, swapped_with(off, decree), [works])
                else:
                    _add(days_off, swapped_with(works, decree), [off])
        every_off, every_working = _of_all(days_off, swaps, 1), _of_all(working, swaps, 0)
        return self.model_copy(
            update={
                "version": version_of(self.first.year, later.last.year, every_off, every_working),
                "last": later.last,
                "days_off": days_off,
                "working_weekend_days": working,
                "swaps": swaps,
                "offsets": [*self.offsets, *(each for each in later.offsets if each.since > self.offsets[-1].since)],
                "provisional_years": [
                    *self.provisional_years,
                    *(year for year in later.provisional_years if year > self.last.year),
                ],
                "provisional_days": [
                    *self.provisional_days,
                    *(day for day in later.provisional_days if day > self.last),
                ],
            }
        )


def version_of(first_year: int, last_year: int, off: Iterable[date], working: Iterable[date]) -> str:
    """The years and a short hash of the days that differ from Monday-Friday in them, as in ``2026-2027.1f0c9ab34e``.

    Two calendars of the same years have one version exactly if the same days count. Reasons, confirmations, the
    cut-off and the offsets are left out: they move no day.
    """
    weekdays_off = sorted(day.isoformat() for day in off if day.weekday() < SATURDAY)
    weekend_working = sorted(day.isoformat() for day in working if day.weekday() >= SATURDAY)
    digest = sha256_of(canonical_json([first_year, last_year, weekdays_off, weekend_working]))
    years = str(first_year) if first_year == last_year else f"{first_year}-{last_year}"
    return f"{years}.{digest[:10]}"


def _add(grouped: dict[str, list[T]], name: str, more: list[T]) -> None:
    if more:
        grouped[name] = [*grouped.get(name, []), *more]


def _of_all(days: dict[str, list[date]], swaps: dict[str, list[tuple[date, date]]], side: int) -> set[date]:
    return {day for each in days.values() for day in each} | {pair[side] for each in swaps.values() for pair in each}


def swapped_with(other: date, decree: str) -> str:
    """The reason of a day that is swapped with ``other``, in words for people."""
    return f"swapped with {other.isoformat()}, {decree}"


class WorkingCalendar(Clock):
    """The clock of Asia/Almaty that also counts working days, over one recorded set of days."""

    def __init__(self, days: CalendarDays) -> None:
        super().__init__(days.offsets)
        self.days = days
        self._off = {day.toordinal(): reason for reason, each in days.days_off.items() for day in each}
        self._on = {day.toordinal(): reason for reason, each in days.working_weekend_days.items() for day in each}
        for decree, swaps in days.swaps.items():
            for works, off in swaps:
                self._on[works.toordinal()] = swapped_with(off, decree)
                self._off[off.toordinal()] = swapped_with(works, decree)
        self._first = days.first.toordinal()
        self._size = days.last.toordinal() - self._first + 1
        self._ends: dict[date, datetime] = {}
        self._cutoff = time.fromisoformat(days.receipt_cutoff) if days.receipt_cutoff else None

    # A case is replayed, and its calendar made anew, at each of its tasks: tables of small numbers are quick to make,
    # and a count is two look-ups in them. A day stands in them by its place, 0 for the first in reach.

    @cached_property
    def _working(self) -> list[date]:
        """Every working day in reach, in order."""
        return list(map(date.fromordinal, compress(range(self._first, self._first + self._size), self._flags)))

    @cached_property
    def _counts(self) -> list[int]:
        """At ``i``: how many of the first ``i`` days in reach count."""
        return [0, *accumulate(self._flags)]

    @cached_property
    def _flags(self) -> bytearray:
        """1 for each day in reach that counts, else 0."""
        week = bytes((self.days.first.weekday() + i) % 7 < SATURDAY for i in range(7))
        flags = bytearray((week * (self._size // 7 + 1))[: self._size])
        for days, counts in ((self._on, 1), (self._off, 0)):
            for n in days:
                if 0 <= n - self._first < self._size:
                    flags[n - self._first] = counts
        return flags

    @cached_property
    def _unsure(self) -> list[int]:
        """At ``i``: how many of the first ``i`` days in reach may still change."""
        flags = bytearray(self._size)
        for year in self.days.provisional_years:
            start, end = (date(each, 1, 1).toordinal() - self._first for each in (year, year + 1))
            start, end = max(start, 0), min(end, self._size)
            flags[start:end] = b"\1" * max(end - start, 0)
        for day in self.days.provisional_days:
            if 0 <= (i := day.toordinal() - self._first) < self._size:
                flags[i] = 1
        return [0, *accumulate(flags)]

    # -- days ---------------------------------------------------------------------------------------------

    def is_working(self, day: date) -> bool:
        """Whether the day counts. :raises CalendarDoesNotReach: outside the calendar."""
        i = self._place(day)
        return self._counts[i + 1] > self._counts[i]

    def after(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, which is day 0 and may be a day off (¶5, ¶7 to ¶10).

        :raises ValueError: for a term of 0 or fewer days.
        :raises CalendarDoesNotReach: where the calendar ends before it.
        """
        if n < 1:
            raise ValueError(f"a term of {n} working days from {day.isoformat()}: expected 1 or more")
        i = day.toordinal() - self._first
        if not 0 <= i < self._size:
            raise CalendarDoesNotReach(day, self.days.first, self.days.last)
        try:
            return self._working[self._counts[i + 1] + n - 1]
        except IndexError:
            raise CalendarDoesNotReach(None, self.days.first, self.days.last) from None

    def before(self, day: date, n: int) -> date:
        """The ``n``-th working day before ``day``; raises as ``after`` does."""
        if n < 1:
            raise ValueError(f"a term of {n} working days before {day.isoformat()}: expected 1 or more")
        at = self._counts[self._place(day)] - n
        if at < 0:
            raise CalendarDoesNotReach(None, self.days.first, self.days.last)
        return self._working[at]

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative where ``end`` comes first."""
        return self._counts[self._place(end) + 1] - self._counts[self._place(start) + 1]

    def first_from(self, day: date) -> date:
        """``day`` itself if it counts, else the next working day."""
        return day if self.is_working(day) else self.after(day, 1)

    def late_days(self, last_day: date, end: date) -> int:
        """Working days after ``last_day`` up to and with the first working day on or after ``end``, at least 1.

        Only for an end after ``last_day`` (contract, section 2).
        """
        return max(1, self.between(last_day, self.first_from(end)))

    # -- instants -----------------------------------------------------------------------------------------

    def end_of(self, day: date) -> datetime:
        """24:00 of the day, which is 00:00 of the next: the last day belongs to the sender until then."""
        end = self._ends.get(day)
        if end is None:
            end = self._ends[day] = super().end_of(day)
        return end

    def day_of_receipt(self, instant: datetime) -> date:
        """Day 0 of a term that starts with a receipt.

        That is the day of the receipt; with an office cut-off, what comes after it or on a day off counts as received
        on the next working day. (Were a Saturday's receipt day 0 itself, it would fall due before one of the Friday
        evening that precedes it.)

        :raises CalendarDoesNotReach: outside the calendar, where there is a cut-off.
        """
        local = self.local(instant)
        day = local.date()
        if self._cutoff is None or (self.is_working(day) and local.time() <= self._cutoff):
            return day
        return self.after(day, 1)

    def is_provisional(self, start: date, last_day: date) -> bool:
        """Whether a day after ``start`` up to ``last_day`` may still change: estimated, or of a year not confirmed.

        :raises CalendarDoesNotReach: outside the calendar.
        """
        return self._unsure[self._place(last_day) + 1] > self._unsure[self._place(start) + 1]

    # -- explanation --------------------------------------------------------------------------------------

    def exceptions(self, start: date, last_day: date) -> Iterator[tuple[date, bool, str]]:
        """Each day after ``start`` up to ``last_day`` that needs explaining: the day, whether it counts, and why."""
        for i in range(self._place(start) + 1, self._place(last_day) + 1):
            n = self._first + i
            day = date.fromordinal(n)
            if n in self._off:
                yield day, False, self._off[n]
            elif n in self._on:
                yield day, True, self._on[n]
            elif day.weekday() >= SATURDAY:
                yield day, False, "weekend"

    def _place(self, day: date) -> int:
        """Where the day stands among those in reach, 0 the first."""
        i = day.toordinal() - self._first
        if 0 <= i < self._size:
            return i
        raise CalendarDoesNotReach(day, self.days.first, self.days.last)
