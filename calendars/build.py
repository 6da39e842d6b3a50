"""Puts a calendar together: the base years, over them the ministry's entries, and what is confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Mapping
from datetime import date

from calendars.decrees import Entry
from calendars.kazakhstan import ESTIMATED, Reason, Swapped, YearOfDays, is_confirmed, year_of_days
from calendars.time_zone import offsets
from rules.calendar import SATURDAY, CalendarDays, version_of
from rules.clock import ONE_DAY


def year_with_entries(year: int, entries: Iterable[Entry] = ()) -> YearOfDays:
    """The year as it counts: the library's days with the ministry's entries over them.

    An entry on a day that the library estimates decides it, whether it keeps the estimate or not.

    :raises Refusal: for a year that the library has no data for.
    """
    base = year_of_days(year)
    off, working, festive, estimated = dict(base.off), dict(base.working), dict(base.festive), set(base.estimated)
    for entry in entries:
        for day, (works, reason) in entry.changes().items():
            if day.year != year:
                continue
            was_off = off.pop(day, None) or festive.pop(day, None)
            working.pop(day, None)
            estimated.discard(day)
            weekend = day.weekday() >= SATURDAY
            if not works:
                (festive if weekend else off)[day] = _named_by_both(was_off, reason)
            elif weekend or was_off:
                working[day] = reason
    return YearOfDays(year, off, working, festive, frozenset(estimated))


def build(
    first_year: int,
    last_year: int,
    *,
    entries: Iterable[Entry] = (),
    confirmed: Collection[int] = (),
    cutoff: str | None = None,
) -> CalendarDays:
    """The days from 1 January of the first year to 31 December of the last, as a case records them.

    :param entries: the ministry's entries in force; those outside the years are ignored.
    :param confirmed: years after ``CONFIRMED_THROUGH`` whose official calendar has been taken in.
    :param cutoff: the office's cut-off for receipts, ``HH:MM`` in Asia/Almaty, or None.
    :raises Refusal: for a year that the library has no data for.
    """
    kept = tuple(entries)
    years = [year_with_entries(year, kept) for year in range(first_year, last_year + 1)]
    off = {day: reason for year in years for day, reason in year.off.items()}
    working = {day: reason for year in years for day, reason in year.working.items()}
    swaps = _swaps(off, working)
    swapped = {day for pairs in swaps.values() for pair in pairs for day in pair}
    # The moon may put Kurban Ait a day to either side: its neighbours may change as the day itself may.
    open_days = {day + n * ONE_DAY for year in years for day in year.estimated for n in (-1, 0, 1)}
    return CalendarDays(
        version=version_of(first_year, last_year, off, working),
        first=date(first_year, 1, 1),
        last=date(last_year, 12, 31),
        days_off=_by_reason(off, swapped),
        working_weekend_days=_by_reason(working, swapped),
        swaps=swaps,
        offsets=list(offsets(first_year, last_year)),
        receipt_cutoff=cutoff,
        provisional_years=[year for year in range(first_year, last_year + 1) if not is_confirmed(year, confirmed)],
        provisional_days=sorted(open_days),
    )


def _swaps(off: Mapping[date, Reason], working: Mapping[date, Reason]) -> dict[str, list[tuple[date, date]]]:
    """The swaps of which no other entry changed a side: by decree, the working day and the day off."""
    found: dict[str, set[tuple[date, date]]] = defaultdict(set)
    for day, reason in off.items():
        if isinstance(reason, Swapped) and working.get(reason.other) == Swapped(day, reason.decree):
            found[reason.decree].add((reason.other, day))
    return {decree: sorted(pairs) for decree, pairs in found.items()}


def _by_reason(days: Mapping[date, Reason], left_out: Container[date]) -> dict[str, list[date]]:
    grouped: dict[str, list[date]] = defaultdict(list)
    for day in sorted(days):
        if day not in left_out:
            grouped[str(days[day])].append(day)
    return dict(grouped)


def _named_by_both(was_off: Reason | None, reason: Reason) -> Reason:
    """A holiday keeps its name when a decree decides its day."""
    return f"{was_off.removesuffix(ESTIMATED)}, {reason}" if isinstance(was_off, str) else reason
