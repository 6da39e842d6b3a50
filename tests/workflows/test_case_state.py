"""The reckoning of a case as pure code: the same whoever calls it and however often (design, section 4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.kinds import Escalation
from rules.calendar import CalendarDays, WorkingCalendar
from rules.terms import Step
from tests.support.calendars import at, plain_days
from tests.support.standing import (
    PLAIN,
    RECEIVED,
    awaiting_another_request,
    standing_at,
)
from workflows.case import Case
from workflows.deadlines import Alarm, bring_up_to_date, finish
from workflows.turns import Turns

RUNNING = [Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS, Step.INSPECT, Step.CONCLUDE, Step.APPEAL]
ALL_DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(150)]


EXAMPLES = settings(max_examples=40, deadline=None)
"""Each example lives through months of a case; a machine under load may take its time over one."""


@st.composite
def drawn_calendars(draw: st.DrawFn, cutoff: str | None = None) -> CalendarDays:
    """Some of the weekdays off and some of the weekend days working, in the months that a case lives in."""
    dice = Random(draw(st.integers(0, 2**32)))
    off = dice.sample([day for day in ALL_DAYS if day.weekday() < 5], draw(st.integers(0, 25)))
    on = dice.sample([day for day in ALL_DAYS if day.weekday() >= 5], draw(st.integers(0, 15)))
    return plain_days(
        2026,
        2027,
        days_off={"off": sorted(off)},
        working_weekend_days={"on": sorted(on)},
        receipt_cutoff=cutoff,
        version=str(dice.random()),
    )


minutes = st.integers(0, 90 * 24 * 60).map(lambda n: timedelta(minutes=n))
receipts = st.integers(0, 14 * 24 * 60).map(lambda n: RECEIVED + timedelta(minutes=n))
running_steps = st.sampled_from(RUNNING)


def ids(case: Case) -> list[str]:
    return [each.id for each in case.escalations]


def alarms(case: Case, now: datetime) -> dict[str, Alarm]:
    """The timers that the case waits by."""
    return Turns(case, "run").alarms(now)


def live(case: Case, calendar: WorkingCalendar, start: datetime, end: datetime) -> list[datetime]:
    """Live through the time as the workflow does, woken by nothing but the alarms; gives the moments of waking."""
    now, woken = start, [start]
    bring_up_to_date(case, calendar, now)
    while True:
        ahead = [alarm.until for alarm in alarms(case, now).values()]
        assert all(until > now for until in ahead), "an alarm that is past would ring for ever"
        if not ahead or min(ahead) > end:
            return woken
        now = min(ahead)
        woken.append(now)
        bring_up_to_date(case, calendar, now)


# -- lateness -----------------------------------------------------------------------------------------------------


@EXAMPLES
@given(drawn_calendars(), receipts, running_steps, minutes)
def test_a_step_is_late_exactly_if_it_ended_at_or_after_the_moment_it_was_due(
    days: CalendarDays, received_at: datetime, step: Step, later: timedelta
) -> None:
    case, calendar = standing_at(step, days, received_at, ground=True), WorkingCalendar(days)
    ended_at = finish(case, calendar, step, received_at + later, received_at + later)
    state = case.current(step)
    assert state.due_at is not None
    assert state.late == (ended_at >= state.due_at)
    assert (state.late_days >= 1) == state.late
    overdue = [each for each in case.escalations if each.kind is Escalation.STEP_OVERDUE]
    assert [each.id for each in overdue] == ([f"{step}.step_overdue"] if state.late else [])


@EXAMPLES
@given(drawn_calendars(), receipts, running_steps, minutes)
def test_late_days_are_the_working_days_after_the_last_up_to_the_first_on_or_after_the_end(
    days: CalendarDays, received_at: datetime, step: Step, later: timedelta
) -> None:
    case, calendar = standing_at(step, days, received_at, ground=True), WorkingCalendar(days)
    finish(case, calendar, step, received_at + later, received_at + later)
    state = case.current(step)
    if not state.late or state.last_day is None:
        assert state.late_days == 0
        return
    day, counted = state.last_day, 0
    end = calendar.day_of(received_at + later)
    while day < end or not calendar.is_working(day):
        day += timedelta(days=1)
        counted += calendar.is_working(day)
    assert state.late_days == max(1, counted)


@EXAMPLES
@given(drawn_calendars(), receipts, running_steps, minutes)
def test_no_step_ends_before_it_began(
    days: CalendarDays, received_at: datetime, step: Step, earlier: timedelta
) -> None:
    case = standing_at(step, days, received_at, ground=True)
    ended_at = finish(case, WorkingCalendar(days), step, received_at - earlier, received_at)
    assert ended_at == case.current(step).started_at == received_at


def test_midnight_in_almaty_divides_in_time_from_late() -> None:
    midnight = at(date(2026, 3, 6), 0)  # 24:00 of the Thursday, the third working day after the Monday
    for ended_at, late in ((midnight - timedelta(microseconds=1), False), (midnight, True)):
        case = standing_at(Step.REQUEST_DOCUMENTS)
        finish(case, WorkingCalendar(PLAIN), Step.REQUEST_DOCUMENTS, ended_at, ended_at)
        assert case.current(Step.REQUEST_DOCUMENTS).late is late


# -- escalations --------------------------------------------------------------------------------------------------


@EXAMPLES
@given(drawn_calendars(), receipts, running_steps, minutes)
def test_what_an_outage_held_up_is_found_in_the_same_order_as_it_would_have_come(
    days: CalendarDays, received_at: datetime, step: Step, later: timedelta
) -> None:
    calendar, end = WorkingCalendar(days), received_at + later
    lived = standing_at(step, days, received_at, ground=True)
    live(lived, calendar, received_at, end)
    bring_up_to_date(lived, calendar, end)
    woken_late = standing_at(step, days, received_at, ground=True)
    bring_up_to_date(woken_late, calendar, end)
    assert ids(woken_late) == ids(lived)
    assert len(set(ids(lived))) == len(ids(lived))
    for one, other in zip(woken_late.steps, lived.steps, strict=True):
        assert (one.late, one.late_days) == (other.late, other.late_days)
    assert (woken_late.reserve_days, woken_late.risk) == (lived.reserve_days, lived.risk)


@EXAMPLES
@given(drawn_calendars(), receipts, running_steps)
def test_alarms_alone_raise_every_escalation_in_its_very_moment(
    days: CalendarDays, received_at: datetime, step: Step
) -> None:
    case, calendar = standing_at(step, days, received_at, ground=True), WorkingCalendar(days)
    live(case, calendar, received_at, received_at + timedelta(days=75))
    state = case.current(step)
    assert state.last_day is not None
    moments = {
        Escalation.STEP_DUE_SOON: calendar.start_of(state.last_day),
        Escalation.STEP_OVERDUE: state.due_at,
        Escalation.LIMIT_DUE_SOON: case.limit_warning_at,
        Escalation.LIMIT_EXCEEDED: case.limit_at,
    }
    for each in case.escalations:
        if each.kind in moments:
            assert each.raised_at == moments[each.kind], each.id
    expected = 2 if step is Step.APPEAL else 5
    assert len(case.escalations) == expected, ids(case)


@EXAMPLES
@given(drawn_calendars(), receipts, st.sampled_from(RUNNING[:4]))
def test_at_every_moment_reserve_and_risk_are_what_a_fresh_count_gives(
    days: CalendarDays, received_at: datetime, step: Step
) -> None:
    """Woken by its alarms alone, the case never shows a reserve that a look at it in between would change."""
    case, calendar = standing_at(step, days, received_at), WorkingCalendar(days)
    woken = live(case, calendar, received_at, received_at + timedelta(days=60))
    replayed = standing_at(step, days, received_at)
    for start, end in pairwise(woken):
        bring_up_to_date(replayed, calendar, start)
        shown = (replayed.reserve_days, replayed.risk, replayed.current(step).late_days)
        bring_up_to_date(replayed, calendar, end - timedelta(microseconds=1))
        assert (replayed.reserve_days, replayed.risk, replayed.current(step).late_days) == shown


@EXAMPLES
@given(drawn_calendars(), receipts)
def test_a_later_request_that_cannot_leave_is_shown_and_told_as_its_days_pass(
    days: CalendarDays, received_at: datetime
) -> None:
    """No term runs that would wake the case, and yet it turns at risk in the very moment in which it does."""
    case, calendar = awaiting_another_request(days, received_at), WorkingCalendar(days)
    woken = live(case, calendar, received_at, received_at + timedelta(days=60))
    looked_at = awaiting_another_request(days, received_at)
    for start, end in pairwise(woken):
        bring_up_to_date(looked_at, calendar, start)
        shown = (looked_at.reserve_days, looked_at.risk, ids(looked_at))
        bring_up_to_date(looked_at, calendar, end - timedelta(microseconds=1))
        assert (looked_at.reserve_days, looked_at.risk, ids(looked_at)) == shown
    [at_risk] = [each for each in case.escalations if each.kind is Escalation.LIMIT_AT_RISK]
    assert at_risk.since == at_risk.raised_at
    found_late = awaiting_another_request(days, received_at)
    bring_up_to_date(found_late, calendar, received_at + timedelta(days=60))
    assert ids(found_late) == ids(case)
    assert [each.since for each in found_late.escalations] == [each.since for each in case.escalations]


@EXAMPLES
@given(running_steps, st.lists(minutes, max_size=6).map(sorted))
def test_to_be_told_the_time_again_changes_nothing(step: Step, later: list[timedelta]) -> None:
    calendar = WorkingCalendar(PLAIN)
    case = standing_at(step, PLAIN, ground=True)
    for each in later:
        bring_up_to_date(case, calendar, RECEIVED + each)
        before = case.model_dump_json()
        bring_up_to_date(case, calendar, RECEIVED + each)
        assert case.model_dump_json() == before


@EXAMPLES
@given(running_steps, minutes)
def test_a_case_waits_by_three_timers_at_the_most(step: Step, later: timedelta) -> None:
    calendar = WorkingCalendar(PLAIN)
    case = standing_at(step, PLAIN, ground=True)
    bring_up_to_date(case, calendar, RECEIVED + later)
    wanted = alarms(case, RECEIVED + later)
    assert set(wanted) <= {"term", "limit", "next"}
    if "next" in wanted:
        assert wanted["next"].until not in {wanted[name].until for name in ("term", "limit") if name in wanted}


def test_where_a_term_wakes_the_case_anyway_no_further_timer_is_set_beside_it() -> None:
    calendar, case = WorkingCalendar(PLAIN), standing_at(Step.AWAIT_DOCUMENTS, PLAIN)
    assert case.limit_at is not None
    now = case.limit_at - timedelta(hours=1)  # late, so that the days are counted anew as the thirtieth ends
    bring_up_to_date(case, calendar, now)
    assert set(alarms(case, now)) == {"limit"}


def test_each_timer_says_in_plain_words_what_ends_and_when() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS, PLAIN)
    wanted = alarms(case, RECEIVED)
    assert wanted["term"].summary == "¶8 documents from Atameken: 5 working days, last day Mon 9 Mar 2026 until 24:00"
    assert wanted["limit"].summary == "¶5 the whole: 30 working days, last day Mon 13 Apr 2026 until 24:00"


def test_the_moment_at_which_a_late_step_puts_the_limit_at_risk_is_a_timer_with_that_name() -> None:
    calendar = WorkingCalendar(PLAIN)
    case = standing_at(Step.AWAIT_DOCUMENTS, PLAIN)
    friday = at(date(2026, 3, 20), 0)  # working day 14: 17 more do not fit into the 30
    now = friday - timedelta(hours=1)
    bring_up_to_date(case, calendar, now)
    following = alarms(case, now)["next"]
    assert (following.until, following.summary) == (friday, "the 30 working days are at risk from here on")


# -- the reserve --------------------------------------------------------------------------------------------------
