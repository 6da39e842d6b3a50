"""What can be entered in the calendar, and what is refused, each refusal naming the date (or the year)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from calendars.build import year_with_entries
from calendars.decrees import Confirmation, Decree, Entry
from calendars.kazakhstan import CONFIRMED_THROUGH, year_of_days, years_with_data
from calendars.time_zone import almaty_clock
from rules.calendar import SATURDAY
from rules.refusal import Refusal


def check(entry: Entry, in_force: Iterable[Entry], standing: Sequence[tuple[str, Entry]], now: datetime) -> None:
    """Return where the entry can be proposed.

    :param in_force: the entries that count now.
    :param standing: entries in force or proposed, each with what it is called.
    :param now: aware datetime.
    :raises Refusal: for a swap onto itself, a year too far back or without data, a second entry for a day, a day that
        is already so, a decree dated in the future.
    """
    today = almaty_clock().day_of(now)
    if entry.swapped_with == entry.day:
        raise Refusal(f"{entry.day.isoformat()}: is swapped with itself; expected another day")
    _check_decree(entry.day.isoformat(), entry.decree, today)
    kept = tuple(in_force)
    for day, (works, _) in entry.changes().items():
        _check_year(day, today)
        for called, other in standing:
            if day in other.changes():
                raise Refusal(
                    f"{day.isoformat()}: {called} already decides this day "
                    f"({other.decree.cited()}); expected one entry for a day"
                )
        _check_not_so(day, works, kept)


def check_confirmation(confirmation: Confirmation, confirmed: Iterable[int], now: datetime) -> None:
    """Return where the year can be confirmed.

    :raises Refusal: for a year already confirmed, one without data, a decree dated in the future.
    """
    year = confirmation.year
    if year <= CONFIRMED_THROUGH and year in years_with_data():
        raise Refusal(f"{year}: needs no confirmation; every year to {CONFIRMED_THROUGH} is confirmed from the start")
    if year in set(confirmed):
        raise Refusal(f"{year}: is confirmed already")
    year_of_days(year)  # refuses a year without data
    _check_decree(str(year), confirmation.decree, almaty_clock().day_of(now))


def _check_year(day: date, today: date) -> None:
    if day.year < today.year - 1:
        raise Refusal(
            f"{day.isoformat()}: lies too far back; expected a day from {today.year - 1}-01-01 on, "
            "because no open case counts by an earlier one"
        )
    if day.year not in years_with_data():
        known = years_with_data()
        raise Refusal(
            f"{day.isoformat()}: the library of holidays has no data for {day.year}; "
            f"expected a day of {known.start} to {known.stop - 1}"
        )


def _check_not_so(day: date, works: bool, in_force: tuple[Entry, ...]) -> None:
    year = year_with_entries(day.year, in_force)
    if day in year.estimated and not works:
        return  # it confirms what was estimated
    reason = year.off.get(day) or year.festive.get(day)
    is_off = day not in year.working and (day.weekday() >= SATURDAY or reason is not None)
    if is_off and not works:
        raise Refusal(f"{day.isoformat()}: is already a day off ({reason or 'weekend'})")
    if works and not is_off:
        raise Refusal(f"{day.isoformat()}: is already a working day")


def _check_decree(named: str, decree: Decree, today: date) -> None:
    if decree.date > today:
        raise Refusal(f"{named}: decree No. {decree.number} is dated {decree.date.isoformat()}, which is in the future")
