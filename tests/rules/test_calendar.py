"""The working calendar against a brute-force oracle that walks day by day, over any set of days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import CalendarDays, CalendarDoesNotReach, WorkingCalendar
from rules.clock import ONE_DAY, Offset

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
AHEAD = [Offset(since=datetime(2024, 12, 31, tzinfo=UTC), minutes=300)]
MANY = settings(max_examples=750, deadline=None)
"""For each of the fourteen properties of the calendar, the terms and the recount: over 10,000 in all."""

any_day = st.dates(FIRST, LAST)
start_days = st.dates(date(2025, 7, 1), date(2026, 12, 31))
"""Days from which sixty working days either way stay inside the calendar, however it is drawn."""

instants = st.integers(0, 500 * 24 * 60).map(lambda m: datetime(2025, 7, 1, tzinfo=UTC) + timedelta(minutes=m))

WEEKDAYS = [day for n in range(1095) if (day := FIRST + n * ONE_DAY).weekday() < 5]
WEEKEND = [day for n in range(1095) if (day := FIRST + n * ONE_DAY).weekday() >= 5]


@st.composite
def drawn_days(draw: st.DrawFn, cutoff: str | None = None) -> CalendarDays:
    """Any set of up to 120 days off and 60 working weekend days, swaps among them.

    Hypothesis draws how many and a seed; drawing each day by itself would take most of the tests' time.
    """
    dice = Random(draw(st.integers(0, 2**32)))
    off = dice.sample(WEEKDAYS, draw(st.integers(0, 120)))
    on = dice.sample(WEEKEND, draw(st.integers(0, 60)))
    swaps = list(zip(on[:8], off[:8], strict=False))
    return CalendarDays(
        version="drawn",
        first=FIRST,
        last=LAST,
        days_off={"a holiday": off[len(swaps) :]},
        working_weekend_days={"by decree": on[len(swaps) :]},
        swaps={"a decree": swaps},
        offsets=AHEAD,
        receipt_cutoff=cutoff,
    )


def oracle(days: CalendarDays) -> Callable[[date], bool]:
    """Whether a day works, read off the recorded days one by one."""
    off = {each for listed in days.days_off.values() for each in listed}
    on = {each for listed in days.working_weekend_days.values() for each in listed}
    for swaps in days.swaps.values():
        on.update(works for works, _ in swaps)
        off.update(is_off for _, is_off in swaps)
    return lambda day: day in on or (day.weekday() < 5 and day not in off)


def walk(days: CalendarDays, day: date, step: int) -> Iterator[date]:
    """The working days met when walking from the day after ``day`` (or before it) to the end of the calendar."""
    works = oracle(days)
    day += step * ONE_DAY
    while FIRST <= day <= LAST:
        if works(day):
            yield day
        day += step * ONE_DAY


@MANY
@given(drawn_days(), start_days, st.integers(1, 60))
def test_the_nth_working_day_after_a_day_is_the_one_that_walking_finds(days: CalendarDays, day: date, n: int) -> None:
    assert WorkingCalendar(days).after(day, n) == next(islice(walk(days, day, +1), n - 1, None))


@MANY
@given(drawn_days(), start_days, st.integers(1, 60))
def test_the_nth_working_day_before_a_day_is_the_one_that_walking_finds(days: CalendarDays, day: date, n: int) -> None:
    assert WorkingCalendar(days).before(day, n) == next(islice(walk(days, day, -1), n - 1, None))


@MANY
@given(drawn_days(), start_days, st.integers(1, 60))
def test_forward_and_back_are_inverse_on_working_days(days: CalendarDays, day: date, n: int) -> None:
    calendar = WorkingCalendar(days)
    working = calendar.first_from(day)
    assert calendar.before(calendar.after(working, n), n) == working
    assert calendar.after(calendar.before(working, n), n) == working
    assert calendar.between(working, calendar.after(working, n)) == n
    assert calendar.between(calendar.after(working, n), working) == -n


@MANY
@given(drawn_days(), start_days, start_days, st.integers(1, 60))
def test_a_later_start_never_ends_earlier(days: CalendarDays, one: date, other: date, n: int) -> None:
    calendar = WorkingCalendar(days)
    earlier, later = sorted((one, other))
    assert calendar.after(earlier, n) <= calendar.after(later, n)
    assert calendar.before(earlier, n) <= calendar.before(later, n)


@MANY
@given(drawn_days(), start_days, st.integers(1, 30), st.integers(1, 30))
def test_terms_in_a_row_add_up(days: CalendarDays, day: date, first: int, second: int) -> None:
    calendar = WorkingCalendar(days)
    assert calendar.after(calendar.after(day, first), second) == calendar.after(day, first + second)


@MANY
@given(drawn_days(), any_day, any_day)
def test_working_days_between_two_days_are_those_that_walking_meets(days: CalendarDays, one: date, other: date) -> None:
    calendar = WorkingCalendar(days)
    start, end = sorted((one, other))
    met = sum(1 for _ in takewhile(lambda day: day <= end, walk(days, start, +1)))
    assert calendar.between(start, end) == met
    assert calendar.between(end, start) == -met


@MANY
@given(drawn_days(), start_days, st.integers(1, 90))
def test_late_days_run_to_the_first_working_day_from_the_end_on_and_are_at_least_one(
    days: CalendarDays, day: date, days_later: int
) -> None:
    calendar = WorkingCalendar(days)
    last_day = calendar.first_from(day)
    end = last_day + days_later * ONE_DAY
    # Contract, section 2: after the last day, up to and with the first working day on or after the end.
    counted = 0
    for working in walk(days, last_day, +1):
        counted += 1
        if working >= end:
            break
    assert calendar.late_days(last_day, end) == counted >= 1


@MANY
@given(drawn_days(), start_days, st.integers(1, 60))
def test_the_explanation_and_the_count_agree_day_by_day(days: CalendarDays, day: date, n: int) -> None:
    calendar = WorkingCalendar(days)
    last_day = calendar.after(day, n)
    explained = {each: counts for each, counts, _ in calendar.exceptions(day, last_day)}
    every_day = [day + k * ONE_DAY for k in range(1, (last_day - day).days + 1)]
    assert [each for each in every_day if explained.get(each, True)] == list(islice(walk(days, day, +1), n))
    assert all(oracle(days)(each) == counts for each, counts in explained.items())
    assert all(each.weekday() >= 5 for each, counts in explained.items() if counts)


@MANY
@given(drawn_days(cutoff="18:30"), instants, st.integers(0, 200))
def test_with_a_cut_off_a_later_receipt_is_never_received_earlier(
    days: CalendarDays, at: datetime, hours_later: int
) -> None:
    calendar = WorkingCalendar(days)
    assert calendar.day_of_receipt(at) <= calendar.day_of_receipt(at + timedelta(hours=hours_later))
    assert calendar.is_working(calendar.day_of_receipt(at))


@MANY
@given(instants)
def test_an_instant_lies_between_the_start_and_the_end_of_its_day(at: datetime) -> None:
    calendar = WorkingCalendar(PLAIN)
    day = calendar.day_of(at)
    assert calendar.start_of(day) <= at < calendar.end_of(day)
    assert calendar.end_of(day) == calendar.start_of(day + ONE_DAY)


PLAIN = CalendarDays(
    version="plain",
    first=FIRST,
    last=LAST,
    days_off={"a holiday": [date(2026, 3, 9)]},
    working_weekend_days={"by decree": [date(2026, 3, 7)]},
    offsets=AHEAD,
)


def test_day_zero_may_be_a_day_off() -> None:
    calendar = WorkingCalendar(PLAIN)
    assert calendar.after(date(2026, 3, 8), 1) == date(2026, 3, 10)
    assert calendar.after(date(2026, 3, 9), 1) == date(2026, 3, 10)
    assert calendar.after(date(2026, 3, 6), 1) == date(2026, 3, 7)


@pytest.mark.parametrize("n", [0, -1, -30])
def test_a_term_of_no_days_is_refused_by_its_date(n: int) -> None:
    calendar = WorkingCalendar(PLAIN)
    with pytest.raises(ValueError, match="2026-03-09"):
        calendar.after(date(2026, 3, 9), n)
    with pytest.raises(ValueError, match="2026-03-09"):
        calendar.before(date(2026, 3, 9), n)


def test_no_count_leaves_the_calendar() -> None:
    calendar = WorkingCalendar(PLAIN)
    with pytest.raises(CalendarDoesNotReach, match="2025-01-01 to 2027-12-31"):
        calendar.after(date(2027, 12, 20), 30)
    with pytest.raises(CalendarDoesNotReach, match="2025-01-01 to 2027-12-31"):
        calendar.before(date(2025, 1, 10), 30)
    for outside in (date(2024, 12, 31), date(2028, 1, 1)):
        for count in (
            lambda day: calendar.after(day, 1),
            lambda day: calendar.before(day, 1),
            lambda day: calendar.between(day, FIRST),
            lambda day: calendar.between(FIRST, day),
            calendar.is_working,
            calendar.first_from,
        ):
            with pytest.raises(CalendarDoesNotReach, match=outside.isoformat()):
                count(outside)


@pytest.mark.parametrize(
    ("received", "counts_as"),
    [
        ("2026-03-05T18:30:00+05:00", date(2026, 3, 5)),
        ("2026-03-05T18:30:01+05:00", date(2026, 3, 6)),
        ("2026-03-06T18:31:00+05:00", date(2026, 3, 7)),  # a Saturday that works
        ("2026-03-07T10:00:00+05:00", date(2026, 3, 7)),
        ("2026-03-07T19:00:00+05:00", date(2026, 3, 10)),  # over the Sunday and the holiday
        ("2026-03-08T10:00:00+05:00", date(2026, 3, 10)),  # not before the Saturday evening's
        ("2026-03-09T23:59:00+05:00", date(2026, 3, 10)),
        ("2026-03-09T19:30:00Z", date(2026, 3, 10)),  # half past midnight in Almaty
    ],
)
def test_with_a_cut_off_what_comes_later_is_received_on_the_next_working_day(received: str, counts_as: date) -> None:
    calendar = WorkingCalendar(PLAIN.model_copy(update={"receipt_cutoff": "18:30"}))
    assert calendar.day_of_receipt(datetime.fromisoformat(received)) == counts_as


def test_without_a_cut_off_the_day_of_receipt_is_day_zero_whatever_the_hour() -> None:
    calendar = WorkingCalendar(PLAIN)
    assert calendar.day_of_receipt(datetime.fromisoformat("2026-03-07T23:59:59+05:00")) == date(2026, 3, 7)
    assert calendar.day_of_receipt(datetime.fromisoformat("2026-03-08T12:00:00+05:00")) == date(2026, 3, 8)


def test_a_term_is_provisional_where_a_day_that_it_counts_may_still_change() -> None:
    calendar = WorkingCalendar(
        PLAIN.model_copy(update={"provisional_years": [2027], "provisional_days": [date(2026, 5, 27)]})
    )
    assert not calendar.is_provisional(date(2026, 12, 1), date(2026, 12, 31))
    assert calendar.is_provisional(date(2026, 12, 1), date(2027, 1, 1))
    assert not calendar.is_provisional(date(2025, 12, 31), date(2026, 1, 15))
    assert calendar.is_provisional(date(2026, 5, 26), date(2026, 5, 27))
    assert not calendar.is_provisional(date(2026, 5, 27), date(2026, 6, 5))
    assert not calendar.is_provisional(date(2026, 5, 1), date(2026, 5, 26))
    # Day 0 is not counted: a term that starts on the last day of an unconfirmed year hangs on the next alone.
    confirmed_after = WorkingCalendar(PLAIN.model_copy(update={"provisional_years": [2026]}))
    assert not confirmed_after.is_provisional(date(2026, 12, 31), date(2027, 1, 20))


def test_each_exception_says_why() -> None:
    calendar = WorkingCalendar(PLAIN)
    assert list(islice(calendar.exceptions(date(2026, 3, 6), date(2026, 3, 14)), 4)) == [
        (date(2026, 3, 7), True, "by decree"),
        (date(2026, 3, 8), False, "weekend"),
        (date(2026, 3, 9), False, "a holiday"),
        (date(2026, 3, 14), False, "weekend"),
    ]
