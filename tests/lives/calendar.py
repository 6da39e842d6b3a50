"""Working days counted by hand: sets of dates, no library. Written from docs/counting.md alone."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

FIRST, LAST = date(2023, 1, 1), date(2027, 12, 31)
"""No life leaves these years."""

CLOCKS_WENT_BACK = date(2024, 3, 1)
"""Almaty was six hours ahead of UTC before this day, and is five from it on."""


def start_of(day: date) -> datetime:
    """00:00 of a day in Almaty, in UTC: also 24:00 of the day before it."""
    hours = 6 if day < CLOCKS_WENT_BACK else 5
    return datetime.combine(day, time(), UTC) - timedelta(hours=hours)


def almaty(instant: datetime) -> datetime:
    """What the clocks in Almaty show, without an offset."""
    hours = 5 if instant >= datetime(2024, 2, 29, 18, tzinfo=UTC) else 6
    return instant.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=hours)


def day_of(instant: datetime) -> date:
    return almaty(instant).date()


OFF = frozenset(
    date(year, month, day)
    for year, months in {
        2024: {1: (1, 2), 3: (8, 21, 22, 25), 5: (1, 7, 8, 9), 7: (8,), 8: (30,), 10: (25,), 12: (16,)},
        2025: {1: (1, 2, 3, 7), 3: (10, 21, 24, 25), 5: (1, 7, 9), 6: (6,), 7: (7,), 9: (1,), 10: (27,), 12: (16,)},
    }.items()
    for month, days in months.items()
    for day in days
)
"""The weekdays of two years that did not work in Kazakhstan."""

WORKS = frozenset({date(2024, 5, 4), date(2025, 1, 5)})
"""The weekend days of these years that did, by decree."""


@dataclass(frozen=True)
class Calendar:
    """The real days, but for those that a decree has `turned`: from working to off, or from off to working.

    `unsure`: days that may still change. `cutoff`: the hour in Almaty after which a receipt at the office counts as
    the next working day's.
    """

    turned: frozenset[date] = frozenset()
    unsure: frozenset[date] = frozenset()
    cutoff: time | None = None

    def working(self, day: date) -> bool:
        return (day in WORKS or (day.weekday() < 5 and day not in OFF)) != (day in self.turned)

    def __repr__(self) -> str:
        words = [f"turned: {' '.join(map(str, sorted(self.turned)))}"] if self.turned else []
        words += [f"unsure: {' '.join(map(str, sorted(self.unsure)))}"] if self.unsure else []
        return ", ".join([*words, f"cut-off {self.cutoff}"] if self.cutoff else words) or "as it was"

    def turn(self, day: date) -> "Calendar":
        """As it is after a decree about one day."""
        return replace(self, turned=self.turned ^ {day})

    def after(self, day: date, n: int) -> date:
        """The n-th working day after a day, which is day 0 and may itself be off; for n = 0 the day itself."""
        days = _working_days(self.turned)
        return days[bisect_right(days, day) + n - 1] if n else day

    def between(self, first: date, last: date) -> int:
        """How many working days come after `first` up to and with `last`; negative where `last` is the earlier."""
        days = _working_days(self.turned)
        return bisect_right(days, last) - bisect_right(days, first)

    def day_zero(self, start: datetime, *, receipt: bool) -> date:
        """The day on which a term starts. A receipt on a day off or after the cut-off is the next working day's."""
        day = day_of(start)
        if receipt and self.cutoff is not None and (almaty(start).time() > self.cutoff or not self.working(day)):
            return self.after(day, 1)
        return day

    def late_days(self, last_day: date, end: date) -> int:
        """Working days after `last_day` up to and with the first working day on or after `end`, at least 1."""
        first_working = end if self.working(end) else self.after(end, 1)
        return max(1, self.between(last_day, first_working))

    def may_move(self, day_zero: date, last_day: date) -> bool:
        """Whether a day that was counted for a term may still change."""
        return any(day_zero < day <= last_day for day in self.unsure)


@cache
def _working_days(turned: frozenset[date]) -> list[date]:
    calendar = Calendar(turned)
    return [day for n in range((LAST - FIRST).days + 1) if calendar.working(day := FIRST + timedelta(days=n))]
