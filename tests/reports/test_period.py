"""The months that accounts are about, and the day on which each is due."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.build import build
from reports.period import Period, due_on, month_before, month_of
from rules.calendar import WorkingCalendar
from rules.clock import ONE_DAY

days = st.dates(date(2021, 2, 1), date(2059, 12, 31))


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 15), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_month_is_all_its_days(day: date, first: date, last: date) -> None:
    assert month_of(day) == Period(first, last)


@given(days)
def test_the_month_before_ends_where_the_month_begins(day: date) -> None:
    assert month_before(day).last + ONE_DAY == month_of(day).first
    assert month_of(day).holds(day)
    assert month_before(day) == month_of(month_before(day).first)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        (date(2026, 3, 1), date(2026, 4, 1)),  # a Wednesday
        (date(2026, 7, 1), date(2026, 8, 3)),  # 1 August is a Saturday
        (date(2026, 4, 1), date(2026, 5, 4)),  # 1 May is a holiday, then a weekend
        (date(2025, 12, 1), date(2026, 1, 5)),  # 1 and 2 January are holidays, then a weekend
    ],
)
def test_the_account_is_due_on_the_first_working_day_after_the_month(month: date, due: date) -> None:
    assert due_on(WorkingCalendar(build(2025, 2026)), month_of(month)) == due
