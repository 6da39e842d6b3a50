from __future__ import annotations

from datetime import date, timedelta

import pytest

from calendars.build import build, year_with_entries
from calendars.decrees import Decree, Entry
from rules.calendar import CalendarDays, WorkingCalendar

DECREE = Decree(number="12", date=date(2026, 12, 20), title="On the transfer of days off in 2027")
SWAP = Entry(day=date(2027, 3, 13), working=True, swapped_with=date(2027, 3, 26), decree=DECREE)
DAY_OFF = Entry(day=date(2027, 9, 6), working=False, decree=DECREE)
SETTLED = Entry(day=date(2026, 5, 27), working=False, decree=DECREE)


def test_an_entry_swaps_two_days_and_says_so() -> None:
    calendar = WorkingCalendar(build(2027, 2027, entries=[SWAP]))
    assert calendar.is_working(date(2027, 3, 13))
    assert not calendar.is_working(date(2027, 3, 26))
    reasons = {day: why for day, _, why in calendar.exceptions(date(2027, 3, 1), date(2027, 3, 31))}
    assert reasons[date(2027, 3, 13)] == "swapped with 2027-03-26, decree No. 12 of 2026-12-20"
    assert reasons[date(2027, 3, 26)] == "swapped with 2027-03-13, decree No. 12 of 2026-12-20"


def test_an_entry_takes_one_day_off() -> None:
    calendar = WorkingCalendar(build(2027, 2027, entries=[DAY_OFF]))
    assert list(calendar.exceptions(date(2027, 9, 5), date(2027, 9, 6))) == [
        (date(2027, 9, 6), False, "day off by decree No. 12 of 2026-12-20")
    ]


def test_a_holiday_can_be_made_a_working_day_and_still_be_explained() -> None:
    entry = Entry(day=date(2027, 1, 4), working=True, decree=DECREE)
    calendar = WorkingCalendar(build(2027, 2027, entries=[entry]))
    assert list(calendar.exceptions(date(2027, 1, 3), date(2027, 1, 4))) == [
        (date(2027, 1, 4), True, "working day by decree No. 12 of 2026-12-20")
    ]


def test_a_swap_over_new_year_counts_on_both_sides_of_it() -> None:
    entry = Entry(day=date(2026, 12, 26), working=True, swapped_with=date(2027, 1, 8), decree=DECREE)
    assert WorkingCalendar(build(2026, 2026, entries=[entry])).is_working(date(2026, 12, 26))
    assert not WorkingCalendar(build(2027, 2027, entries=[entry])).is_working(date(2027, 1, 8))
    assert WorkingCalendar(build(2013, 2013)).is_working(date(2013, 12, 28))


def test_an_entry_that_undoes_one_side_of_a_swap_leaves_the_other() -> None:
    entry = Entry(day=date(2025, 1, 5), working=False, decree=DECREE)
    calendar = WorkingCalendar(build(2025, 2025, entries=[entry]))
    assert not calendar.is_working(date(2025, 1, 5))
    assert not calendar.is_working(date(2025, 1, 3))
    assert [why for day, _, why in calendar.exceptions(date(2025, 1, 2), date(2025, 1, 3))] == [
        "swapped with 2025-01-05, order No. 436 of 2024"
    ]


def test_years_to_2025_are_confirmed_and_later_ones_provisional_until_somebody_confirms_them() -> None:
    assert build(2024, 2025).provisional_years == []
    assert build(2025, 2027).provisional_years == [2026, 2027]
    assert build(2025, 2027, confirmed={2026}).provisional_years == [2027]


def test_estimated_kurban_ait_is_provisional_with_the_days_beside_it_until_an_entry_settles_it() -> None:
    assert build(2026, 2026).provisional_days == [date(2026, 5, 26), date(2026, 5, 27), date(2026, 5, 28)]
    settled = build(2026, 2026, entries=[SETTLED])
    assert settled.provisional_days == []
    assert settled.days_off["Kurban Ait, day off by decree No. 12 of 2026-12-20"] == [date(2026, 5, 27)]


def test_kurban_ait_that_came_a_day_later_than_estimated_is_one_swap() -> None:
    moved = Entry(day=date(2026, 5, 28), working=False, swapped_with=date(2026, 5, 27), decree=DECREE)
    year = year_with_entries(2026, [moved])
    assert date(2026, 5, 27) in year.working
    assert date(2026, 5, 28) in year.off
    assert not year.estimated


def test_the_version_changes_with_the_days_and_with_nothing_else() -> None:
    plain = build(2026, 2027)
    assert build(2026, 2027).version == plain.version
    assert build(2026, 2027, confirmed={2026}, cutoff="18:30").version == plain.version
    assert build(2026, 2027, entries=[SETTLED]).version == plain.version
    assert build(2026, 2027, entries=[SWAP]).version != plain.version
    assert build(2026, 2026).version != plain.version
    assert plain.version.startswith("2026-2027.")


def test_the_order_in_which_entries_came_does_not_matter() -> None:
    assert build(2027, 2027, entries=[SWAP, DAY_OFF]).version == build(2027, 2027, entries=[DAY_OFF, SWAP]).version


@pytest.mark.parametrize("years", [1, 2, 3])
def test_a_calendar_takes_under_2_kb_in_a_history(years: int) -> None:
    for first_year in range(2000, 2080):
        days = build(first_year, first_year + years - 1)
        assert len(days.model_dump_json().encode()) < 2000


def test_a_calendar_with_the_entries_of_two_full_years_takes_under_2_kb_too() -> None:
    # Five swaps by one decree in each year: more than any year has had since 2018.
    entries = [
        Entry(
            day=date(year, month, 28),
            working=date(year, month, 28).weekday() >= 5,
            swapped_with=date(year, month, 12),
            decree=Decree(number="12345", date=date(year - 1, 12, 20), title="T" * 500),
        )
        for year in (2026, 2027)
        for month in (2, 4, 6, 8, 11)
    ]
    assert len(build(2026, 2028, entries=entries).model_dump_json().encode()) < 2000


def test_a_calendar_comes_back_from_json_as_it_went() -> None:
    days = build(2025, 2027, entries=[SWAP, SETTLED], cutoff="18:30")
    assert CalendarDays.model_validate_json(days.model_dump_json()) == days


def test_a_calendar_extended_by_the_same_days_is_the_longer_calendar() -> None:
    longer = build(2023, 2025)
    extended = build(2023, 2024).extended_by(longer)
    assert extended.version == longer.version
    assert days_of(extended) == days_of(longer)
    assert (extended.last, extended.offsets) == (longer.last, longer.offsets)
    assert longer.extended_by(build(2023, 2024)) is longer


def test_an_extension_leaves_the_days_that_were_counted_by_as_they_were() -> None:
    own = build(2026, 2026, confirmed={2026}, cutoff="18:30")
    over_the_seam = Entry(day=date(2026, 12, 26), working=True, swapped_with=date(2027, 1, 8), decree=DECREE)
    longer = build(2026, 2027, entries=[over_the_seam, SETTLED])
    extended = own.extended_by(longer)
    counted = WorkingCalendar(extended)
    assert not counted.is_working(date(2026, 12, 26))
    assert not counted.is_working(date(2027, 1, 8))
    assert {day for day in days_of(extended)[0] if day.year == 2026} == days_of(own)[0]
    assert extended.version not in (own.version, longer.version)
    assert (extended.receipt_cutoff, extended.provisional_years) == ("18:30", [2027])
    assert [day for day in extended.provisional_days if day.year == 2026] == own.provisional_days


def test_an_extension_over_a_swap_whose_working_day_is_the_later_one() -> None:
    entry = Entry(day=date(2026, 12, 31), working=False, swapped_with=date(2027, 1, 16), decree=DECREE)
    counted = WorkingCalendar(build(2026, 2026).extended_by(build(2026, 2027, entries=[entry])))
    assert counted.is_working(date(2026, 12, 31))
    assert counted.is_working(date(2027, 1, 16))


def days_of(days: CalendarDays) -> tuple[set[date], set[date]]:
    """The days off and the working days that differ from Monday-Friday."""
    calendar = WorkingCalendar(days)
    every = [days.first + timedelta(days=n) for n in range((days.last - days.first).days + 1)]
    return (
        {day for day in every if day.weekday() < 5 and not calendar.is_working(day)},
        {day for day in every if day.weekday() >= 5 and calendar.is_working(day)},
    )
