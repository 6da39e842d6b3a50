"""What a change of the calendar does to an open case, foreseen from its view."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import CalendarDays, WorkingCalendar
from rules.case_view import CaseView, StepView
from rules.readings import Readings
from rules.recount import Moved, recount
from rules.terms import TERMS, WHOLE, Step, due
from tests.cli.examples import NEW
from tests.rules.test_calendar import MANY, PLAIN, drawn_days, start_days

RECEIVED_AT = datetime(2026, 6, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 6, 8, 5, tzinfo=UTC)


NEW_CASE = CaseView.model_validate(NEW)


def view(
    calendar: WorkingCalendar,
    received_at: datetime,
    running: Step,
    started_at: datetime,
    now: datetime,
    *,
    from_receipt: bool | None = None,
) -> CaseView:
    """A case counted by a calendar: everything before the running step is done.

    :param from_receipt: of the running step; by default as the order has it where nothing was put off.
    """
    if from_receipt is None:
        from_receipt = running in (Step.REQUEST_DOCUMENTS, Step.INSPECT)
    limit = due(calendar, calendar.day_of_receipt(received_at), WHOLE.working_days)
    day_zero = (calendar.day_of_receipt if from_receipt else calendar.day_of)(started_at)
    term = due(calendar, day_zero, TERMS[running].working_days)
    steps: list[StepView] = []
    for each in NEW_CASE.steps:
        if each.step is running:
            here = {"started_at": started_at, "from_receipt": from_receipt, "late": now >= term.due_at}
            steps.append(each.model_copy(update=here | {"state": "running", "last_day": term.last_day}))
        elif list(TERMS).index(each.step) < list(TERMS).index(running):
            done = {"state": "done", "started_at": received_at, "last_day": date(2026, 6, 2)}
            steps.append(each.model_copy(update=done))
        else:
            steps.append(each)
    counted = {"step": running, "received_at": received_at, "steps": steps}
    return NEW_CASE.model_copy(update=counted | {"limit_at": limit.due_at, "limit_last_day": limit.last_day})


def with_days_off(*days: date) -> WorkingCalendar:
    return WorkingCalendar(PLAIN.model_copy(update={"days_off": {**PLAIN.days_off, "by decree": list(days)}}))


@MANY
@given(
    drawn_days(cutoff="18:30"),
    start_days,
    st.sampled_from(list(TERMS)),
    st.booleans(),
    st.integers(0, 48),
    st.integers(0, 2000),
)
def test_a_recount_by_the_same_calendar_changes_nothing(
    days: CalendarDays, receipt: date, running: Step, from_receipt: bool, hours: int, later: int
) -> None:
    calendar = WorkingCalendar(days)
    received_at = calendar.start_of(receipt) + timedelta(hours=9)
    started_at = received_at + timedelta(hours=hours)
    now = started_at + timedelta(hours=later)
    case = view(calendar, received_at, running, started_at, now, from_receipt=from_receipt)
    moved = recount(case, calendar, now)
    assert [each.step for each in moved] == [running, None]
    assert not any(each.changed for each in moved)


def test_a_new_day_off_moves_the_running_term_and_the_thirty_days() -> None:
    case = view(WorkingCalendar(PLAIN), RECEIVED_AT, Step.AWAIT_DOCUMENTS, RECEIVED_AT + timedelta(days=1), NOW)
    assert recount(case, with_days_off(date(2026, 6, 5)), NOW) == [
        Moved(Step.AWAIT_DOCUMENTS, 1, date(2026, 6, 9), date(2026, 6, 10), False, False),
        Moved(None, 1, date(2026, 7, 13), date(2026, 7, 14), False, False),
    ]


def test_a_term_may_be_shortened_into_a_breach_and_it_says_so() -> None:
    before = with_days_off(date(2026, 6, 5))
    now = datetime(2026, 6, 9, 20, tzinfo=UTC)  # past midnight of 9 June in Almaty
    case = view(before, RECEIVED_AT, Step.AWAIT_DOCUMENTS, RECEIVED_AT + timedelta(days=1), now)
    running, _ = recount(case, WorkingCalendar(PLAIN), now)
    assert running == Moved(Step.AWAIT_DOCUMENTS, 1, date(2026, 6, 10), date(2026, 6, 9), True, False)
    assert running.changed


def test_a_late_term_may_be_prolonged_and_no_longer_be_late() -> None:
    now = datetime(2026, 6, 9, 20, tzinfo=UTC)
    case = view(WorkingCalendar(PLAIN), RECEIVED_AT, Step.AWAIT_DOCUMENTS, RECEIVED_AT + timedelta(days=1), now)
    running, _ = recount(case, with_days_off(date(2026, 6, 5)), now)
    assert running == Moved(Step.AWAIT_DOCUMENTS, 1, date(2026, 6, 9), date(2026, 6, 10), False, True)


def test_the_thirty_days_may_become_exceeded_by_a_change_or_stop_being_so() -> None:
    plain, longer = WorkingCalendar(PLAIN), with_days_off(date(2026, 6, 5))
    now = datetime(2026, 7, 13, 20, tzinfo=UTC)
    case = view(plain, RECEIVED_AT, Step.CONCLUDE, now - timedelta(days=3), now)
    assert recount(case, longer, now)[-1] == Moved(None, 1, date(2026, 7, 13), date(2026, 7, 14), False, True)
    case = view(longer, RECEIVED_AT, Step.CONCLUDE, now - timedelta(days=3), now)
    assert recount(case, plain, now)[-1] == Moved(None, 1, date(2026, 7, 14), date(2026, 7, 13), True, False)


@pytest.mark.parametrize("changes", [{"limit_ended_at": NOW}, {"step": Step.CLOSED}])
def test_the_thirty_days_keep_their_date_once_they_have_ended(changes: dict[str, Any]) -> None:
    case = view(WorkingCalendar(PLAIN), RECEIVED_AT, Step.APPEAL, NOW - timedelta(days=1), NOW)
    case = case.model_copy(update=changes)
    assert all(each.step is not None for each in recount(case, with_days_off(date(2026, 6, 5)), NOW))


def test_a_term_that_has_ended_keeps_its_date() -> None:
    case = view(WorkingCalendar(PLAIN), RECEIVED_AT, Step.CONCLUDE, NOW, NOW)
    moved = recount(case, with_days_off(date(2026, 6, 2), date(2026, 6, 9)), NOW)
    assert [each.step for each in moved] == [Step.CONCLUDE, None]


def test_a_receipt_after_the_cut_off_moves_with_the_next_working_day() -> None:
    cut_off = PLAIN.model_copy(update={"receipt_cutoff": "18:30"})
    late_on_friday = datetime(2026, 6, 5, 14, tzinfo=UTC)  # 19:00 in Almaty: received on Monday 8 June
    case = view(WorkingCalendar(cut_off), late_on_friday, Step.REQUEST_DOCUMENTS, late_on_friday, late_on_friday)
    monday_off = cut_off.model_copy(update={"days_off": {**cut_off.days_off, "by decree": [date(2026, 6, 8)]}})
    running, limit = recount(case, WorkingCalendar(monday_off), late_on_friday)
    assert (running.before, running.after) == (date(2026, 6, 11), date(2026, 6, 12))
    assert (limit.after - limit.before).days == 1


def test_an_inspection_that_was_put_off_to_the_end_of_the_wait_has_no_cut_off() -> None:
    """Its documents came before ¶8 began, so the end of ¶8 starts it, and not a receipt."""
    cut_off = WorkingCalendar(PLAIN.model_copy(update={"receipt_cutoff": "18:30"}))
    evening = datetime(2026, 6, 2, 14, tzinfo=UTC)  # 19:00 in Almaty
    put_off = view(cut_off, RECEIVED_AT, Step.INSPECT, evening, evening, from_receipt=False)
    assert not any(each.changed for each in recount(put_off, cut_off, evening))
    received = view(cut_off, RECEIVED_AT, Step.INSPECT, evening, evening, from_receipt=True)
    assert not any(each.changed for each in recount(received, cut_off, evening))
    assert recount(received, cut_off, evening)[0].after > recount(put_off, cut_off, evening)[0].after


def test_a_term_whose_start_is_not_proven_becomes_late_by_no_recount_where_the_office_reads_it_so() -> None:
    before, now = with_days_off(date(2026, 6, 5)), datetime(2026, 6, 9, 20, tzinfo=UTC)
    case = view(before, RECEIVED_AT, Step.AWAIT_DOCUMENTS, RECEIVED_AT + timedelta(days=1), now)
    steps = [each.model_copy(update={"unproven": each.state == "running"}) for each in case.steps]
    for reading, late in (("provisional", True), ("not_overdue", False)):
        readings = Readings.model_validate({"without_proof": reading})
        read = case.model_copy(update={"steps": steps, "readings": readings})
        assert recount(read, WorkingCalendar(PLAIN), now)[0].became_late is late
