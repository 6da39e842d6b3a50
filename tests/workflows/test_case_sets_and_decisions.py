"""Sets of documents, a case carried on, and decisions: what holds in every state."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.interface import Notify
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import Recount, read_decision
from rules.documents import NO_EVIDENCE, Kind
from rules.readings import InspectionStarts
from rules.recount import recount as foretold
from rules.refusal import Refusal
from rules.terms import TERMS, Risk, Step, days_between
from tests.support.calendars import at
from tests.support.people import ladder_book
from tests.support.standing import (
    MONDAY,
    PLAIN,
    RECEIVED,
    delivered,
    sign,
    standing_at,
)
from tests.workflows.test_case_state import (
    EXAMPLES,
    RUNNING,
    drawn_calendars,
    ids,
    live,
    minutes,
    receipts,
    running_steps,
)
from workflows import alerts, asking_first, decisions
from workflows.case import Case
from workflows.case_view import case_view
from workflows.deadlines import bring_up_to_date, finish, settle_the_thirty
from workflows.papers import Papers


@EXAMPLES
@given(drawn_calendars(), receipts, st.sampled_from(RUNNING[:4]), minutes)
def test_the_reserve_is_what_is_left_when_every_step_takes_its_full_term(
    days: CalendarDays, received_at: datetime, step: Step, later: timedelta
) -> None:
    """Counted forward here, day by day; the code counts back from the limit."""
    case, calendar, now = standing_at(step, days, received_at), WorkingCalendar(days), received_at + later
    bring_up_to_date(case, calendar, now)
    last_day = case.current(step).last_day
    assert last_day is not None
    assert case.limit_last_day is not None
    assert case.reserve_days is not None
    end = max(last_day, calendar.day_of(now))
    for _ in range(days_between(step, Step.CONCLUDE if step is Step.CONCLUDE else Step.APPEAL)):
        end += timedelta(days=1)
        while not calendar.is_working(end):
            end += timedelta(days=1)
    assert case.reserve_days == calendar.between(end, case.limit_last_day)
    assert case.limit_at is not None
    if now >= case.limit_at:
        assert case.risk is Risk.EXCEEDED
    else:
        words = Risk.ON_TRACK if case.reserve_days >= 3 else Risk.TIGHT if case.reserve_days >= 0 else Risk.AT_RISK
        assert case.risk is words


@EXAMPLES
@given(st.booleans(), minutes, minutes)
def test_reserve_risk_and_limit_are_frozen_by_the_signature(ground: bool, until: timedelta, later: timedelta) -> None:
    calendar = WorkingCalendar(PLAIN)
    case = standing_at(Step.CONCLUDE, PLAIN, ground=ground)
    sign(case, calendar, RECEIVED + until)
    frozen = (case.reserve_days, case.risk, case.limit_met)
    assert case.limit_at is not None
    assert case.limit_met == (RECEIVED + until < case.limit_at)
    assert (case.risk is Risk.EXCEEDED) == (not case.limit_met)
    bring_up_to_date(case, calendar, RECEIVED + until + later)
    assert (case.reserve_days, case.risk, case.limit_met) == frozen
    assert not [each for each in case.open_escalations if each.step is None]


def test_a_risk_that_only_the_signature_brings_to_light_is_on_record_and_nobody_is_told_of_it() -> None:
    calendar, signed_at = WorkingCalendar(PLAIN), at(date(2026, 4, 9))
    lived, found = (standing_at(Step.CONCLUDE, PLAIN, ground=True) for _ in range(2))
    live(lived, calendar, RECEIVED, signed_at)
    for case in (lived, found):
        assert case.conclusion is not None
        case.conclusion.signed_at = signed_at
        finish(case, calendar, Step.CONCLUDE, signed_at, signed_at)
        settle_the_thirty(case, calendar, signed_at)
    assert (ids(found), found.reserve_days) == (ids(lived), -1), "on working day 28, and the 3 of the appeal to come"
    assert (found.limit_met, found.risk) == (True, Risk.TIGHT), "what was signed in time is never left at risk"
    [at_risk] = [each for each in found.escalations if each.kind is Escalation.LIMIT_AT_RISK]
    assert (at_risk.resolution, at_risk.since) == (Resolution.SIGNED, at(date(2026, 4, 9), 0))
    found.actions.clear()
    found.book = ladder_book()
    alerts.inform(found, calendar, signed_at)
    [notify] = found.actions.values()
    assert isinstance(notify.payload, Notify)
    told = [matter.escalation_id for notice in notify.payload.notices for matter in notice.matters]
    assert told == ["conclude.step_overdue"], "of the breach alone, that it is over"


# -- documents ----------------------------------------------------------------------------------------------------

offers = st.lists(
    st.tuples(st.sampled_from(list(Kind)), st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=8
)


def a_set(drawn: list[tuple[Kind, int | None, int | None]]) -> Papers:
    papers = Papers()
    for number, (kind, sent, received) in enumerate(drawn):
        sent_at = None if sent is None else RECEIVED + timedelta(days=sent)
        received_at = None if received is None else RECEIVED + timedelta(days=received)
        arrived_at = RECEIVED + timedelta(days=9)
        papers.deliveries.append(
            delivered(kind, sent_at=sent_at, received_at=received_at, arrived_at=arrived_at, message_id=f"d{number}")
        )
    return papers


def _sent_at(papers: Papers) -> datetime | None:
    answer = papers.answer(InspectionStarts.COMPLETE_SET)
    return answer.sent_at if answer is not None else None


@EXAMPLES
@given(offers, st.booleans())
def test_the_set_was_sent_at_the_smallest_time_at_which_it_is_complete(
    drawn: list[tuple[Kind, int | None, int | None]], representative: bool
) -> None:
    papers = a_set(drawn)
    papers.via_representative = representative

    def complete(at_: datetime) -> bool:
        kinds = {document.kind for came, document in papers.stored if came.sent <= at_}
        return (
            Kind.REGISTRATION_APPLICATION in kinds
            and bool(kinds - NO_EVIDENCE)
            and (not representative or Kind.POWER_OF_ATTORNEY in kinds)
        )

    days = [RECEIVED + timedelta(days=n) for n in range(10)]
    assert _sent_at(papers) == next((day for day in days if complete(day)), None)
    assert (_sent_at(papers) is None) == bool(papers.missing())


@EXAMPLES
@given(offers, st.randoms(use_true_random=False))
def test_the_order_in_which_documents_came_does_not_matter(
    drawn: list[tuple[Kind, int | None, int | None]], dice: Random
) -> None:
    papers = a_set(drawn)
    before = (papers.answer(InspectionStarts.COMPLETE_SET), papers.missing())
    dice.shuffle(papers.deliveries)
    assert (papers.answer(InspectionStarts.COMPLETE_SET), papers.missing()) == before


# -- what is carried on -------------------------------------------------------------------------------------------


@EXAMPLES
@given(running_steps, minutes)
def test_a_case_carried_on_by_a_new_run_is_the_same_case(step: Step, later: timedelta) -> None:
    calendar, now = WorkingCalendar(PLAIN), RECEIVED + later
    case = standing_at(step, PLAIN, ground=True)
    bring_up_to_date(case, calendar, now)
    again = Case.model_validate(case.model_dump(mode="json"))
    assert again == case
    assert case_view(again, calendar, now) == case_view(case, calendar, now)


# -- decisions ----------------------------------------------------------------------------------------------------

FIELDS: dict[str, dict[str, Any]] = {
    "return_conclusion": {"reason": "x"},
    "request_missing_documents": {"missing": ["invoice"], "remarks": "x"},
    "conclude_without_documents": {"reason": "x"},
    "withdraw": {"reason": "x"},
    "recount": {"reason": "x"},
    "record_lookup": {"record": None, "reason": "x"},
}
EVERYWHERE = set(RUNNING)
SENSIBLE = {
    "return_conclusion": {Step.CONCLUDE},
    "request_missing_documents": {Step.INSPECT, Step.CONCLUDE},
    "conclude_without_documents": {Step.AWAIT_DOCUMENTS, Step.INSPECT},
    "withdraw": EVERYWHERE - {Step.APPEAL},
    "recount": EVERYWHERE,
    "record_lookup": EVERYWHERE,
}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("step", RUNNING)
def test_each_decision_makes_sense_at_its_steps_and_is_refused_at_all_others(step: Step, name: str) -> None:
    case = standing_at(step, PLAIN, ground=True)
    decision = read_decision(name, [{"by": "A. Nurlan", **FIELDS[name]}], RECEIVED, RECEIVED)
    if step in SENSIBLE[name]:
        decisions.check(case, WorkingCalendar(PLAIN), name, decision, RECEIVED)
    else:
        with pytest.raises(Refusal):
            decisions.check(case, WorkingCalendar(PLAIN), name, decision, RECEIVED)


@pytest.mark.parametrize("name", FIELDS)
def test_a_decision_that_is_refused_changes_nothing(name: str) -> None:
    for step in set(RUNNING) - SENSIBLE[name]:
        case = standing_at(step, PLAIN, ground=True)
        before = case.model_dump_json()
        decision = read_decision(name, [{"by": "A. Nurlan", **FIELDS[name]}], RECEIVED, RECEIVED)
        with pytest.raises(Refusal):
            decisions.apply(case, WorkingCalendar(PLAIN), name, decision, RECEIVED)
        assert case.model_dump_json() == before


@EXAMPLES
@given(
    drawn_calendars(cutoff="09:30") | drawn_calendars(),
    drawn_calendars(cutoff="09:30") | drawn_calendars(),
    running_steps,
    receipts,
    minutes,
)
def test_a_recount_does_what_was_foretold_of_it(
    days: CalendarDays, fresh: CalendarDays, step: Step, received_at: datetime, later: timedelta
) -> None:
    case, now = standing_at(step, days, received_at, ground=True), received_at + later
    bring_up_to_date(case, WorkingCalendar(days), now)
    expected = foretold(case_view(case, WorkingCalendar(days), now), WorkingCalendar(fresh), now)
    ended = [each.model_copy() for each in case.steps if each.state != "running"]
    breaches = ids(case)
    decision = read_decision("recount", [{"by": "A. Nurlan", "reason": "a decree"}], received_at, now)
    assert isinstance(decision, Recount)
    told = asking_first.recount(case, fresh, decision, now)
    terms = [(each["step"], each["after"], each["became_late"], each["stopped_being_late"]) for each in told["terms"]]
    assert terms == [
        (each.step.value, each.after.isoformat(), each.became_late, each.stopped_being_late)
        for each in expected
        if each.step is not None
    ]
    whole = [each.after.isoformat() for each in expected if each.step is None]
    if whole:
        assert told["limit"]["after"] == whole[0]
    assert [each for each in case.steps if each.state != "running"] == ended
    assert ids(case)[: len(breaches)] == breaches
    bring_up_to_date(case, WorkingCalendar(fresh), now)
    state = case.current(step)
    overdue = [each for each in case.open_escalations if each.kind is Escalation.STEP_OVERDUE]
    assert bool(overdue) == state.late


def test_terms_are_those_of_the_order() -> None:
    assert [(step.value, term.paragraph, term.working_days) for step, term in TERMS.items()] == [
        ("request_documents", 7, 3),
        ("await_documents", 8, 5),
        ("inspect", 9, 7),
        ("conclude", 10, 7),
        ("appeal", 10, 3),
    ]
    assert MONDAY.weekday() == 0
