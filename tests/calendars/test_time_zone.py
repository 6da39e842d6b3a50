from __future__ import annotations

import ast
from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendars.build import build
from calendars.time_zone import almaty, almaty_clock, offsets
from rules.calendar import WorkingCalendar
from rules.clock import PRESENT
from runtime.packages import OWN, ROOT


def test_the_clocks_went_from_six_hours_ahead_to_five_on_1_march_2024() -> None:
    first, change = offsets(2023, 2024)
    assert first.minutes == 360
    assert (change.since, change.minutes) == (datetime(2024, 2, 29, 18, tzinfo=UTC), 300)
    assert [offset.minutes for offset in offsets(2025, 2030)] == [300]


def test_the_last_day_of_february_2024_had_25_hours() -> None:
    calendar = WorkingCalendar(build(2024, 2024))
    assert calendar.start_of(date(2024, 2, 29)) == datetime(2024, 2, 28, 18, tzinfo=UTC)
    assert calendar.end_of(date(2024, 2, 29)) == datetime(2024, 2, 29, 19, tzinfo=UTC)
    assert calendar.day_of(datetime(2024, 2, 29, 18, 59, 59, tzinfo=UTC)) == date(2024, 2, 29)
    assert calendar.day_of(datetime(2024, 2, 29, 19, tzinfo=UTC)) == date(2024, 3, 1)


def test_every_midnight_and_every_hour_is_where_the_time_zone_puts_it() -> None:
    for first_year in range(1992, 2030, 2):
        calendar = WorkingCalendar(build(first_year, first_year + 1))
        day = date(first_year, 1, 1)
        while day.year < first_year + 2:
            midnight = datetime.combine(day, time(), tzinfo=almaty()).astimezone(UTC)
            assert calendar.start_of(day) == midnight
            for hours in range(24):
                at = midnight + timedelta(hours=hours)
                assert calendar.day_of(at) == at.astimezone(almaty()).date()
            day += timedelta(days=1)


@pytest.mark.parametrize("year", [1995, 2004, 2021, 2024, 2026, 2060])
def test_the_clock_for_words_shows_what_the_time_zone_shows(year: int) -> None:
    for hours in range(0, 365 * 24, 7):
        at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        assert almaty_clock().local(at) == at.astimezone(almaty()).replace(tzinfo=None)


def test_the_present_clock_of_the_rules_is_that_of_the_time_zone() -> None:
    for at in (datetime(2024, 3, 1, tzinfo=UTC), datetime(2026, 7, 1, 18, 59, tzinfo=UTC)):
        assert PRESENT.local(at) == almaty_clock().local(at)


def test_no_other_module_asks_for_a_time_zone_for_it_might_be_the_machine_s() -> None:
    asking = []
    for file in (file for package in OWN for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if "zoneinfo" in names:
                asking.append(str(file.relative_to(ROOT)))
    assert asking == ["calendars/time_zone.py"]
