from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from calendars.build import build
from calendars.time_zone import almaty, offsets
from rules.calendar import WorkingCalendar


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
