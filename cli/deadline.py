"""The command ``deadline``: the last day of a term, and why it is that day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.text import Text

from calendars.build import build
from calendars.decrees import Entry
from calendars.kazakhstan import years_with_data
from cli.calendar_register import read_day, registered_calendar
from cli.errors import CannotDo
from cli.printing import bullets, console, plain_table, print_json, print_page, section
from cli.words import day_words
from pages.words import working_days as days_words
from rules.calendar import CalendarDoesNotReach, WorkingCalendar
from rules.clock import ONE_DAY
from rules.instant import rfc_3339
from rules.readings import Readings
from rules.refusal import Refusal
from rules.terms import Due, due


@dataclass(frozen=True)
class CountedTerm:
    """A term, and the calendar that it was counted by; the explanation comes from the same calendar."""

    calendar: WorkingCalendar
    working_days: int
    term: Due

    @property
    def exceptions(self) -> list[tuple[date, bool, str]]:
        """Each day of the term that needs explaining: the day, whether it counts, and why."""
        return list(self.calendar.exceptions(self.term.started_on, self.term.last_day))

    @property
    def provisional_because(self) -> list[str]:
        """Why the date may still move; empty where it cannot."""
        days, first, last_day = self.calendar.days, self.term.started_on + ONE_DAY, self.term.last_day
        why = []
        for year in range(first.year, last_day.year + 1):
            if year in days.provisional_years:
                why.append(f"the official calendar of {year} is not confirmed")
            unsettled = [
                day.isoformat() for day in days.provisional_days if first <= day <= last_day and day.year == year
            ]
            if unsettled:
                why.append(f"Kurban Ait {year} is estimated: {', '.join(unsettled)} may still change")
        return why


def count_term(
    day_zero: date, working_days: int, *, entries: Iterable[Entry] = (), confirmed: frozenset[int] = frozenset()
) -> CountedTerm:
    """Count a term by the calendar that a case would use for it: to the end of the year after its last day.

    :raises Refusal: naming the date, for a term of 0 or fewer days or one that leaves the library's data.
    """
    known = years_with_data()
    named = day_zero.isoformat()
    if working_days < 1:
        raise Refusal(f"{named}: a term of {working_days} working days; expected 1 or more")
    if day_zero.year not in known:
        raise Refusal(
            f"{named}: the library of holidays has no data for {day_zero.year}; "
            f"expected a day of {known.start} to {known.stop - 1}"
        )
    kept = tuple(entries)
    last_year = day_zero.year
    while True:
        last_year = min(day_zero.year + 2 * (last_year - day_zero.year) + 1, known.stop - 1)
        try:
            found = _count(day_zero, working_days, last_year, kept, confirmed)
        except CalendarDoesNotReach:
            if last_year == known.stop - 1:
                raise Refusal(
                    f"{named}: a term of {working_days} working days runs beyond {last_year}, "
                    "where the data of the library of holidays end"
                ) from None
        else:
            needed = min(found.term.last_day.year + 1, known.stop - 1)
            return found if needed == last_year else _count(day_zero, working_days, needed, kept, confirmed)


def _count(
    day_zero: date, working_days: int, last_year: int, entries: tuple[Entry, ...], confirmed: frozenset[int]
) -> CountedTerm:
    calendar = WorkingCalendar(build(day_zero.year, last_year, entries=entries, confirmed=confirmed))
    return CountedTerm(calendar, working_days, due(calendar, day_zero, working_days))


def print_deadline(written: str, working_days: int, *, explain: bool, as_json: bool) -> None:
    """Print the last day of a term, its ISO date first.

    The explanation says how the office reads the order, too: that decides from when a term runs.
    """
    registered, readings = registered_calendar(), _office_readings()
    counted = count_term(
        read_day(written),
        working_days,
        entries=registered.in_force() if registered else (),
        confirmed=registered.confirmed() if registered else frozenset(),
    )
    if as_json:
        print_json(_as_json(counted, readings, base_only=registered is None))
        return
    out = console()
    term = counted.term
    line = f"{term.last_day.isoformat()}  {days_words(working_days)} after {day_words(term.started_on)}"
    out.print(Text(line + (" (provisional)" if term.provisional else "")), soft_wrap=True)
    if explain:
        _explain(counted, readings, base_only=registered is None)


def _office_readings() -> Readings:
    from runtime.settings import ClientSettings, WrongSettings, read_settings

    try:
        return read_settings(ClientSettings).readings
    except WrongSettings as error:
        raise CannotDo(str(error)) from None


def _explain(counted: CountedTerm, readings: Readings, *, base_only: bool) -> None:
    out = console()
    table = plain_table()
    for name in ("day", "counts", "why"):
        table.add_column(name)
    for day, counts, why in counted.exceptions:
        table.add_row(day_words(day), "yes" if counts else "no", why, style="green" if counts else None)
    print_page(table)
    term = counted.term
    out.print(f"Day 0 is {day_words(term.started_on)}; every day not listed counts.", soft_wrap=True)
    out.print(
        f"The term ends at 24:00 of {day_words(term.last_day)} in Almaty, {rfc_3339(term.due_at)}.", soft_wrap=True
    )
    out.print(f"Calendar {counted.calendar.days.version}", soft_wrap=True)
    if base_only:
        out.print("Base calendar only: there is no register here whose entries could count.", soft_wrap=True)
    for why in counted.provisional_because:
        out.print(f"Provisional: {why}.", style="yellow", soft_wrap=True)
    print_page(section("How the order is read", bullets(option.sentence for _, option in readings.chosen())))


def _as_json(counted: CountedTerm, readings: Readings, *, base_only: bool) -> dict[str, Any]:
    term = counted.term
    return {
        "last_day": term.last_day.isoformat(),
        "due_at": rfc_3339(term.due_at),
        "day_zero": term.started_on.isoformat(),
        "working_days": counted.working_days,
        "provisional": term.provisional,
        "provisional_because": counted.provisional_because,
        "readings": readings.model_dump(mode="json"),
        "calendar": {"version": counted.calendar.days.version, "base_only": base_only},
        "exceptions": [
            {"day": day.isoformat(), "counts": counts, "why": why} for day, counts, why in counted.exceptions
        ],
    }
