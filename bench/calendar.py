"""How fast a term is counted, against the library's own ``get_nth_working_day``, measured in one run.

Prints a table, and exits with 1 where a figure is not kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from time import perf_counter, thread_time

from holidays.countries.kazakhstan import KZ
from rich.console import Console
from rich.table import Table

from calendars.build import build
from rules.calendar import CalendarDays, WorkingCalendar
from rules.clock import ONE_DAY
from rules.terms import due

COUNT_US = 2.0
"""Microseconds that counting a term from a built calendar may take."""

TIMES_FASTER = 50.0
BUILD_MS = 5.0
"""Milliseconds that building the calendar of a case may take after the first in a process."""

FIRST_COUNT_MS = 0.5
"""Milliseconds of the first counts by a calendar from a history: each task of a case makes its calendar anew."""

HISTORY_BYTES = 2000

STARTS = [date(2024, 1, 1) + n * ONE_DAY for n in range(3 * 365)]
TERMS = (3, 5, 7, 7, 3, 30)
"""The five steps of the order and the whole, so that each weighs as it does in a case."""
ROUNDS = 7


def seconds_of(count: Callable[[date, int], object]) -> float:
    """Seconds of one count of a term, in the best of some rounds.

    On the thread's own clock, for others may be at work here too; results are not kept, or collecting thousands of
    them would be measured as well.
    """
    found = []
    for _ in range(ROUNDS):
        begun = thread_time()
        for term in TERMS:
            for start in STARTS:
                count(start, term)
        found.append((thread_time() - begun) / (len(TERMS) * len(STARTS)))
    return min(found)


def seconds_of_building() -> float:
    """Seconds of building a case's calendar, once the years are known to the process."""
    found = []
    for _ in range(50):
        begun = thread_time()
        build_for_a_case(2026)
        found.append(thread_time() - begun)
    return min(found)


def seconds_of_first_counts(days: CalendarDays) -> float:
    """Seconds from a recorded calendar to its first term, reserve and day of receipt."""
    found = []
    for _ in range(50):
        begun = thread_time()
        calendar = WorkingCalendar(days)
        last_day = due(calendar, STARTS[60], 30).last_day
        calendar.between(STARTS[60], last_day)
        calendar.day_of_receipt(calendar.end_of(STARTS[60]))
        found.append(thread_time() - begun)
    return min(found)


def build_for_a_case(received_in: int) -> WorkingCalendar:
    """As a case needs it: from the year of receipt to the year after the limit, ready to count."""
    calendar = WorkingCalendar(build(received_in, received_in + 2))
    calendar.is_working(date(received_in, 6, 1))
    return calendar


def main() -> int:
    """Measure and print; 0 where every figure is kept."""
    begun = perf_counter()
    build_for_a_case(2026)
    first = perf_counter() - begun
    calendar = WorkingCalendar(build(2023, 2028))
    library = KZ(years=range(2023, 2029), expand=False, language="en_US")

    # Both count the same, or there is nothing to compare.
    for term in TERMS:
        for start in STARTS:
            assert calendar.after(start, term) == library.get_nth_working_day(start, term), (start, term)

    ours = seconds_of(calendar.after)
    whole = seconds_of(partial(due, calendar))
    theirs = seconds_of(library.get_nth_working_day)
    building = seconds_of_building()
    first_counts = seconds_of_first_counts(build(2024, 2026))
    size = max(len(build(year, year + 2).model_dump_json().encode()) for year in range(2000, 2070))

    table = Table(
        "figure", "measured", "asked", "kept", title=f"The working calendar, terms of {', '.join(map(str, TERMS))} days"
    )
    rows = [
        ("count a term (after)", f"{ours * 1e6:.2f} µs", f"under {COUNT_US:.0f} µs", ours * 1e6 < COUNT_US),
        (
            "count a term with its due instant (due)",
            f"{whole * 1e6:.2f} µs",
            f"under {COUNT_US:.0f} µs",
            whole * 1e6 < COUNT_US,
        ),
        ("the library's get_nth_working_day", f"{theirs * 1e6:.1f} µs", "", True),
        ("times faster", f"{theirs / ours:.0f}", f"at least {TIMES_FASTER:.0f}", theirs / ours >= TIMES_FASTER),
        ("build a case's calendar, the first", f"{first * 1e3:.0f} ms", "", True),
        (
            "build a case's calendar, later ones",
            f"{building * 1e3:.2f} ms",
            f"under {BUILD_MS:.0f} ms",
            building * 1e3 < BUILD_MS,
        ),
        (
            "the first counts, as at each replay",
            f"{first_counts * 1e3:.2f} ms",
            f"under {FIRST_COUNT_MS} ms",
            first_counts * 1e3 < FIRST_COUNT_MS,
        ),
        ("largest calendar in a history, 3 years", f"{size} bytes", f"under {HISTORY_BYTES}", size < HISTORY_BYTES),
    ]
    for name, measured, asked, kept in rows:
        table.add_row(name, measured, asked, ("yes" if kept else "NO") if asked else "")
    Console().print(table)
    return 0 if all(kept for *_, kept in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
