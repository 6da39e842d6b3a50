"""The terms, the reserve and the risk, by tables and against brute force."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CalendarDays, CalendarDoesNotReach, WorkingCalendar
from rules.clock import ONE_DAY
from rules.terms import TERMS, WHOLE, Risk, Step, days_between, due, reserve, risk_of, turns_at_risk_on
from tests.rules.test_calendar import MANY, PLAIN, drawn_days, start_days

RECEIPT = date(2026, 3, 2)


def test_the_terms_are_those_of_the_order() -> None:
    assert {step.value: (term.paragraph, term.working_days) for step, term in TERMS.items()} == {
        "request_documents": (7, 3),
        "await_documents": (8, 5),
        "inspect": (9, 7),
        "conclude": (10, 7),
        "appeal": (10, 3),
    }
    assert (WHOLE.paragraph, WHOLE.working_days) == (5, 30)


def test_a_term_ends_at_midnight_after_its_last_day_in_almaty() -> None:
    term = due(WorkingCalendar(PLAIN), RECEIPT, 3)
    assert term.started_on == RECEIPT
    assert term.last_day == date(2026, 3, 5)
    assert term.due_at == datetime(2026, 3, 5, 19, tzinfo=UTC)


@MANY
@given(drawn_days(), start_days)
def test_five_steps_used_to_the_last_day_leave_exactly_five_of_the_thirty(days: CalendarDays, receipt: date) -> None:
    calendar = WorkingCalendar(days)
    limit = due(calendar, receipt, WHOLE.working_days).last_day
    ends_on = receipt
    for step, term in TERMS.items():
        ends_on = due(calendar, ends_on, term.working_days).last_day
        assert reserve(calendar, ends_on, days_between(step, Step.APPEAL), limit) == 5


@MANY
@given(drawn_days(), start_days, st.integers(0, 25), st.integers(1, 60))
def test_the_reserve_is_counted_as_the_contract_says(
    days: CalendarDays, ends_on: date, remaining: int, limit: int
) -> None:
    calendar = WorkingCalendar(days)
    limit_last_day = calendar.after(ends_on, limit)
    # Forward: each following step takes its full term; then the working days from that end to the limit.
    end = calendar.after(ends_on, remaining) if remaining else ends_on
    assert reserve(calendar, ends_on, remaining, limit_last_day) == calendar.between(end, limit_last_day)


@MANY
@given(drawn_days(), start_days, st.integers(0, 25), st.integers(1, 60))
def test_a_case_turns_at_risk_on_the_day_that_walking_finds(
    days: CalendarDays, ends_on: date, remaining: int, limit: int
) -> None:
    calendar = WorkingCalendar(days)
    limit_last_day = calendar.after(ends_on, limit)
    day = ends_on
    while reserve(calendar, day, remaining, limit_last_day) >= 0:
        day += ONE_DAY
    assert turns_at_risk_on(calendar, ends_on, remaining, limit_last_day) == day


def test_each_late_day_eats_the_reserve_and_each_saved_day_adds_to_it() -> None:
    calendar = WorkingCalendar(PLAIN)
    limit = due(calendar, RECEIPT, WHOLE.working_days).last_day
    step_ends = due(calendar, RECEIPT, 3).last_day
    after_the_first = days_between(Step.REQUEST_DOCUMENTS, Step.APPEAL)
    assert reserve(calendar, step_ends, after_the_first, limit) == 5
    for late in range(1, 10):
        assert reserve(calendar, calendar.after(step_ends, late), after_the_first, limit) == 5 - late
    for saved in range(1, 3):
        assert reserve(calendar, calendar.before(step_ends, saved), after_the_first, limit) == 5 + saved
    assert reserve(calendar, RECEIPT, after_the_first, limit) == 8


def test_the_appeal_counts_until_it_is_known_that_there_is_none() -> None:
    assert days_between(Step.REQUEST_DOCUMENTS, Step.APPEAL) == 22
    assert days_between(Step.AWAIT_DOCUMENTS, Step.APPEAL) == 17
    assert days_between(Step.INSPECT, Step.APPEAL) == 10
    assert days_between(Step.CONCLUDE, Step.APPEAL) == 3
    assert days_between(Step.CONCLUDE, Step.CONCLUDE) == 0
    assert days_between(Step.APPEAL, Step.APPEAL) == 0
    assert days_between(Step.REQUEST_DOCUMENTS, Step.CONCLUDE) == 19


@pytest.mark.parametrize(
    ("days", "risk"),
    [(9, Risk.ON_TRACK), (3, Risk.ON_TRACK), (2, Risk.TIGHT), (0, Risk.TIGHT), (-1, Risk.AT_RISK), (-9, Risk.AT_RISK)],
)
def test_the_risk_goes_with_the_reserve(days: int, risk: Risk) -> None:
    assert risk_of(days) is risk


def test_the_reserve_of_a_case_far_beyond_its_limit_is_still_counted() -> None:
    calendar = WorkingCalendar(PLAIN)
    assert reserve(calendar, date(2027, 12, 30), 22, date(2026, 3, 2)) < -400


def test_a_term_that_leaves_the_calendar_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(CalendarDoesNotReach):
        due(WorkingCalendar(PLAIN), date(2027, 12, 15), 30)
