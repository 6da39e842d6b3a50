"""Ladders: when each rung is due, counted in working hours, whatever has happened before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.kinds import Escalation
from escalation.ladder import (
    Hours,
    KindPlan,
    LadderBook,
    Language,
    LevelPlan,
    OfficeClock,
    Recipient,
    Rung,
    next_rung,
    working_days_left,
)
from rules.calendar import CalendarDays, WorkingCalendar
from rules.clock import Offset

# 2026-03-02 is a Monday; the 9th is off, and the Saturday after it works instead.
DAYS = CalendarDays(
    version="test",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    days_off={},
    working_weekend_days={},
    swaps={"decree": [(date(2026, 3, 14), date(2026, 3, 9))]},
    offsets=[Offset(since=datetime(2020, 1, 1, tzinfo=UTC), minutes=300)],
)
CALENDAR = WorkingCalendar(DAYS)
NINE_TO_SIX = (Hours(begins=540, ends=1080),)
WITH_LUNCH = (Hours(begins=540, ends=780), Hours(begins=840, ends=1110))


def almaty(day: int, clock: str = "00:00", month: int = 3) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (almaty(2, "00:00"), almaty(2, "09:00")),
        (almaty(2, "09:00"), almaty(2, "09:00")),
        (almaty(2, "17:59"), almaty(2, "17:59")),
        (almaty(2, "18:00"), almaty(3, "09:00")),
        (almaty(6, "18:00"), almaty(10, "09:00")),  # over the weekend and the day off
        (almaty(13, "20:00"), almaty(14, "09:00")),  # the Saturday works
    ],
)
def test_outside_office_hours_is_waited_for_the_next_opening(at: datetime, expected: datetime) -> None:
    assert OfficeClock(CALENDAR, NINE_TO_SIX).opening(at) == expected


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (almaty(2, "00:00"), 4, almaty(2, "13:00")),
        (almaty(2, "16:00"), 4, almaty(3, "11:00")),
        (almaty(6, "17:00"), 4, almaty(10, "12:00")),
        (almaty(13, "17:00"), 4, almaty(14, "12:00")),
        (almaty(2, "09:00"), 9, almaty(2, "18:00")),
        (almaty(2, "09:00"), 0.5, almaty(2, "09:30")),
    ],
)
def test_working_hours_are_those_of_working_days(at: datetime, hours: float, expected: datetime) -> None:
    assert OfficeClock(CALENDAR, NINE_TO_SIX).after(at, hours) == expected


def test_the_lunch_hour_does_not_count() -> None:
    clock = OfficeClock(CALENDAR, WITH_LUNCH)
    assert clock.after(almaty(2, "12:00"), 2) == almaty(2, "15:00")
    assert clock.opening(almaty(2, "13:30")) == almaty(2, "14:00")
    assert clock.closing(almaty(2, "12:00")) == almaty(2, "13:00")


@pytest.mark.parametrize("hours", [0, -1])
def test_a_wait_of_no_hours_is_refused(hours: float) -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        OfficeClock(CALENDAR, NINE_TO_SIX).after(almaty(2), hours)


@pytest.mark.parametrize("calendar", [None, CALENDAR])
def test_without_a_calendar_that_reaches_every_hour_counts(calendar: WorkingCalendar | None) -> None:
    clock = OfficeClock(calendar, NINE_TO_SIX)
    night = datetime(2031, 1, 1, 22, tzinfo=UTC)
    assert clock.opening(night) == night
    assert clock.closing(night) is None
    assert clock.after(night, 4) == night + timedelta(hours=4)


instants = st.integers(0, 240 * 86400).map(
    lambda seconds: datetime(2026, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
)
waits = st.floats(0.01, 60).map(lambda hours: round(hours, 2))


@given(instants, waits, waits)
def test_two_waits_are_as_long_as_their_sum(at: datetime, first: float, second: float) -> None:
    clock = OfficeClock(CALENDAR, WITH_LUNCH)
    apart = abs(clock.after(clock.after(at, first), second) - clock.after(at, first + second))
    assert apart <= timedelta(milliseconds=1)


@given(instants, waits)
def test_a_wait_ends_within_working_hours_and_is_never_shorter_than_on_the_clock(at: datetime, hours: float) -> None:
    clock = OfficeClock(CALENDAR, WITH_LUNCH)
    end = clock.after(at, hours)
    assert end - at >= timedelta(hours=hours) - timedelta(microseconds=1)
    assert CALENDAR.is_working(CALENDAR.day_of(end))
    assert clock.opening(end - timedelta(milliseconds=1)) == end - timedelta(milliseconds=1)


@given(instants)
def test_an_opening_is_open(at: datetime) -> None:
    clock = OfficeClock(CALENDAR, WITH_LUNCH)
    opening = clock.opening(at)
    assert opening >= at
    assert clock.opening(opening) == opening
    closing = clock.closing(at)
    assert closing is not None
    assert closing > opening


KIND = Escalation.STEP_OVERDUE


def book(**changes: Any) -> LadderBook:
    kind = {"first_level": 1, "climb_after": 4, "repeat_every": 9, "repeat_at_most": 2, "urgent": False} | changes
    levels = {
        level: LevelPlan(
            language=Language.ENGLISH,
            office_hours=NINE_TO_SIX,
            recipients=(Recipient(id=f"r{level}", level=level, index=0, scheme="json"),),
        )
        for level in (1, 2, 3)
    }
    return LadderBook(
        version="test", kinds={KIND: KindPlan.model_validate(kind)}, levels=levels, working_hours=NINE_TO_SIX
    )


def climb(of: LadderBook, raised_at: datetime, most: int = 20) -> list[Rung]:
    rungs: list[Rung] = []
    while len(rungs) < most:
        rung = next_rung(of, KIND, CALENDAR, rungs[-1] if rungs else None, raised_at=raised_at)
        if rung is None:
            break
        rungs.append(rung)
    return rungs


def test_a_ladder_waits_for_the_office_climbs_and_repeats_its_last_level() -> None:
    rungs = climb(book(), almaty(2))
    assert [(rung.number, rung.level, rung.repeat, rung.due_at) for rung in rungs] == [
        (1, 1, 0, almaty(2, "09:00")),
        (2, 2, 0, almaty(2, "13:00")),
        (3, 3, 0, almaty(2, "17:00")),
        (4, 3, 1, almaty(3, "17:00")),
        (5, 3, 2, almaty(4, "17:00")),
    ]


def test_what_is_urgent_is_told_at_any_hour_and_climbs_by_working_hours() -> None:
    rungs = climb(book(urgent=True, first_level=2), almaty(2))
    assert [(rung.level, rung.due_at) for rung in rungs[:2]] == [(2, almaty(2)), (3, almaty(2, "13:00"))]


def test_a_last_level_that_is_not_repeated_is_told_once() -> None:
    assert len(climb(book(first_level=3, repeat_at_most=0), almaty(2))) == 1


def test_where_nobody_is_reached_the_next_level_is_told_at_once() -> None:
    first = Rung(number=1, level=1, due_at=almaty(2, "09:00"))
    at = almaty(2, "09:01")
    rung = next_rung(book(), KIND, CALENDAR, first, raised_at=almaty(2), nobody_since=at)
    assert rung == Rung(number=2, level=2, due_at=at)
    top = Rung(number=3, level=3, due_at=almaty(2, "09:00"))
    after_top = next_rung(book(), KIND, CALENDAR, top, raised_at=almaty(2), nobody_since=at)
    assert after_top is not None
    assert after_top.due_at > at  # not at once: there is nobody further up


def test_what_is_taken_on_rests_and_then_goes_on() -> None:
    first = Rung(number=1, level=1, due_at=almaty(2, "09:00"))
    rests_until = almaty(5)
    quiet = next_rung(book(), KIND, CALENDAR, first, raised_at=almaty(2), rests_until=rests_until)
    urgent = next_rung(book(urgent=True), KIND, CALENDAR, first, raised_at=almaty(2), rests_until=rests_until)
    assert quiet == Rung(number=2, level=1, due_at=almaty(5, "09:00"))
    assert urgent == Rung(number=2, level=1, due_at=rests_until)
    after = next_rung(book(), KIND, CALENDAR, quiet, raised_at=almaty(2))
    assert after == Rung(number=3, level=2, due_at=almaty(5, "13:00"))


@pytest.mark.parametrize("repeats", [0, 2])
def test_what_was_told_to_the_last_rung_and_taken_on_is_told_again_when_that_lapses(repeats: int) -> None:
    last = Rung(number=9, level=3, due_at=almaty(2, "09:00"), repeat=repeats)
    of = book(repeat_at_most=repeats)
    again = next_rung(of, KIND, CALENDAR, last, raised_at=almaty(2), rests_until=almaty(5))
    assert again == Rung(number=10, level=3, due_at=almaty(5, "09:00"))
    assert (next_rung(of, KIND, CALENDAR, again, raised_at=almaty(2)) is None) is (repeats == 0)


@given(instants, st.booleans(), st.sampled_from([1, 2, 3]), st.integers(0, 6), waits)
def test_every_ladder_ends_goes_up_only_and_in_order(
    at: datetime, urgent: bool, first: int, repeats: int, hours: float
) -> None:
    of = book(urgent=urgent, first_level=first, repeat_at_most=repeats, climb_after=hours, repeat_every=hours)
    rungs = climb(of, at)
    assert len(rungs) == 3 - first + 1 + repeats
    assert [rung.number for rung in rungs] == list(range(1, len(rungs) + 1))
    assert [rung.level for rung in rungs] == sorted(rung.level for rung in rungs)
    assert all(before.due_at < after.due_at for before, after in pairwise(rungs))
    if not urgent:
        assert all(OfficeClock(CALENDAR, NINE_TO_SIX).opening(rung.due_at) == rung.due_at for rung in rungs)


@pytest.mark.parametrize(
    ("now", "last_day", "left"),
    [
        (almaty(2, "08:00"), date(2026, 3, 2), 1),
        (almaty(2, "08:00"), date(2026, 3, 6), 5),
        (almaty(7, "08:00"), date(2026, 3, 10), 1),
        (almaty(3, "08:00"), date(2026, 3, 2), -1),
        (almaty(3, "08:00"), None, None),
    ],
)
def test_working_days_left_count_today(now: datetime, last_day: date | None, left: int | None) -> None:
    assert working_days_left(CALENDAR, last_day, now) == left
