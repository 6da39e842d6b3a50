"""What counts in an account, as docs/reports.md defines it: by tables, and by what holds for any register."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.time_zone import almaty
from register.accounts import Standing
from register.rows import CaseEntry, StepEntry
from reports.counting import count
from reports.figures import Account, CountryCases, Party, Reserve, Terms
from reports.period import Period
from rules.clock import ONE_DAY
from rules.outcome import Outcome
from rules.request import Country
from rules.terms import TERMS, Risk, Step
from tests.register import examples
from tests.reports.standings import MADE_AT, MARCH, account, broken, case, escalation, kept, march

MIDNIGHT, LAST_MINUTE = time(0), time(23, 59, 59)


def of_switzerland(found: Account) -> CountryCases:
    return next(each for each in found.cases if each.country is Country.SWITZERLAND)


def of_step(found: Account, step: Step | None = Step.INSPECT) -> Terms:
    return next(each for each in found.terms if each.step is step)


# -- cases -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "closed", "flow"),
    [
        (0, None, (1, 0, 0, 1)),
        (0, 0, (0, 0, 0, 0)),
        (0, 1, (1, 0, 1, 0)),
        (0, 31, (1, 0, 1, 0)),
        (0, 32, (1, 0, 0, 1)),
        (1, 31, (0, 1, 1, 0)),
        (31, 32, (0, 1, 0, 1)),
        (32, None, (0, 0, 0, 0)),
    ],
)
def test_a_case_counts_by_the_days_of_its_receipt_and_its_end(
    received: int, closed: int | None, flow: tuple[int, int, int, int]
) -> None:
    found = of_switzerland(account(case(received=received, closed=closed)))
    assert (found.open_before, found.received, found.closed, found.open_after) == flow


@pytest.mark.parametrize(
    ("at", "received"),
    [
        (march(0, LAST_MINUTE), 0),
        (march(1, MIDNIGHT), 1),
        (march(31, LAST_MINUTE), 1),
        (march(32, MIDNIGHT), 0),
    ],
)
def test_a_day_is_a_day_in_almaty(at: datetime, received: int) -> None:
    assert of_switzerland(account(case(received_at=at))).received == received


def test_outcomes_are_those_of_the_cases_closed_in_the_period_by_country() -> None:
    found = account(
        case(1, closed=5, outcome="not_valid"),
        case(2, closed=6, outcome="withdrawn"),
        case(3, closed=7, outcome="valid", country="NO"),
        case(4, received=-9, closed=0, outcome="valid"),
        case(5, outcome="valid", step="reply"),  # signed, but not closed yet
    )
    norway, switzerland = found.cases
    assert {name for name, n in switzerland.outcomes.items() if n} == {Outcome.NOT_VALID, Outcome.WITHDRAWN}
    assert {name: n for name, n in norway.outcomes.items() if n} == {Outcome.VALID: 1}


def test_where_open_cases_stand_is_of_the_present_whatever_the_period() -> None:
    found = account(case(1, step="conclude"), case(2, received=32, step="reply"), case(3, closed=3))
    assert {step: n for step, n in of_switzerland(found).open_now.items() if n} == {Step.CONCLUDE: 1, Step.REPLY: 1}


# -- terms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ended", "counts"),
    [
        (march(0, LAST_MINUTE), 0),
        (march(1, MIDNIGHT), 1),
        (march(31, LAST_MINUTE), 1),
        (march(32, MIDNIGHT), 0),
    ],
)
def test_a_kept_term_counts_on_the_day_on_which_it_was_done(ended: datetime, counts: int) -> None:
    found = of_step(account(kept(ended=ended)))
    assert (found.kept, found.broken, found.late_days) == (counts, 0, 0)


@pytest.mark.parametrize(
    ("last_day", "counts"),
    [
        (date(2026, 2, 28), 0),
        (date(2026, 3, 1), 1),
        (date(2026, 3, 31), 1),
        (date(2026, 4, 1), 0),
    ],
)
@pytest.mark.parametrize("state", ["running", "done", "skipped"])
def test_a_broken_term_counts_on_its_last_day_however_it_went_on(last_day: date, counts: int, state: str) -> None:
    """So the account of a month is the same whether it is made the day after or a year later."""
    ended_at = march(60) if state == "done" else None
    found = of_step(account(broken(last_day=last_day, state=state, ended_at=ended_at)))
    assert (found.kept, found.broken, found.late_days) == (0, counts, 2 * counts)


@pytest.mark.parametrize(
    "undecided",
    [
        examples.step(step="inspect", state="running", last_day=date(2026, 3, 20)),  # its documents are being fetched
        examples.step(step="inspect", state="skipped", last_day=date(2026, 3, 20)),
        examples.step(step="inspect", state="pending", last_day=None),
    ],
    ids=lambda each: each.state,
)
def test_what_was_neither_kept_nor_broken_does_not_count(undecided: StepEntry) -> None:
    found = of_step(account(undecided))
    assert (found.kept, found.broken) == (0, 0)


def test_each_round_of_a_step_is_a_term_of_its_own() -> None:
    first, second = kept(ended=march(5)), broken(last_day=date(2026, 3, 20), round=2)
    found = of_step(account(first, second))
    assert (found.kept, found.broken) == (1, 1)


def test_a_provisional_term_counts_as_it_stands_and_is_counted_as_provisional_too() -> None:
    found = of_step(
        account(
            kept(ended=march(5), provisional=True),
            kept(ended=march(6)),
            broken(last_day=date(2026, 3, 20), provisional=True),
            broken(last_day=date(2026, 4, 20), provisional=True),
        )
    )
    assert (found.kept, found.broken, found.provisional) == (2, 1, 2)


def test_paragraph_8_is_atamekens_and_the_others_are_the_ministrys() -> None:
    whose = {(each.paragraph, each.step): each.party for each in account().terms}
    assert whose == {
        (7, Step.REQUEST_DOCUMENTS): Party.MINISTRY,
        (8, Step.AWAIT_DOCUMENTS): Party.ATAMEKEN,
        (9, Step.INSPECT): Party.MINISTRY,
        (10, Step.CONCLUDE): Party.MINISTRY,
        (10, Step.APPEAL): Party.MINISTRY,
        (5, None): Party.MINISTRY,
    }


IN_MARCH, IN_APRIL = date(2026, 3, 25), date(2026, 4, 16)


@pytest.mark.parametrize(
    ("changes", "kept_and_broken"),
    [
        ({"limit_met": True, "limit_ended_at": march(9), "limit_last_day": IN_APRIL}, (1, 0)),
        ({"limit_met": True, "limit_ended_at": march(0), "limit_last_day": IN_MARCH}, (0, 0)),
        ({"limit_met": False, "limit_ended_at": march(40), "limit_last_day": IN_MARCH, "risk": "exceeded"}, (0, 1)),
        ({"limit_met": False, "limit_ended_at": march(40), "limit_last_day": IN_MARCH, "risk": "tight"}, (0, 1)),
        ({"limit_met": None, "limit_last_day": IN_MARCH, "risk": "exceeded"}, (0, 1)),  # still unsigned
        ({"limit_met": False, "limit_last_day": IN_MARCH, "risk": "exceeded"}, (0, 1)),
        ({"limit_met": None, "limit_last_day": IN_APRIL, "risk": "at_risk"}, (0, 0)),  # runs
        ({"limit_met": None, "limit_last_day": IN_MARCH, "outcome": "withdrawn", "closed": 9}, (0, 0)),
        ({"limit_last_day": IN_MARCH, "risk": "exceeded", "outcome": "withdrawn", "closed": 31}, (0, 1)),
        ({"limit_met": None, "limit_last_day": None, "limit_at": None}, (0, 0)),  # not counted yet
    ],
)
def test_the_thirty_days_are_kept_at_the_signature_or_broken_on_their_last_day(
    changes: dict[str, Any], kept_and_broken: tuple[int, int]
) -> None:
    found = of_step(account(case(**changes)), None)
    assert (found.kept, found.broken) == kept_and_broken


# -- the present -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reserve"),
    [
        ({"reserve_days": 0, "risk": "tight"}, Reserve.ZERO),
        ({"reserve_days": 5}, Reserve.FIVE),
        ({"reserve_days": 6}, Reserve.MORE),
        ({"reserve_days": -1, "risk": "at_risk"}, Reserve.BELOW_0),
        ({"reserve_days": -3, "risk": "exceeded"}, Reserve.EXCEEDED),
        ({"reserve_days": 2, "risk": "exceeded", "limit_met": False, "limit_ended_at": march(5)}, Reserve.NOT_NEEDED),
        ({"reserve_days": None}, Reserve.NOT_COUNTED),
    ],
)
def test_an_open_case_has_one_reserve(changes: dict[str, Any], reserve: Reserve) -> None:
    found = account(case(**changes), case(2, closed=3)).reserve_now
    assert {name: n for name, n in found.items() if n} == {reserve: 1}


def test_cases_at_risk_or_over_are_named_those_whose_days_end_first_at_the_top() -> None:
    found = account(
        case(1, risk="at_risk", reserve_days=-1, limit_last_day=IN_APRIL),
        case(2, risk="exceeded", reserve_days=-2, limit_last_day=IN_MARCH),
        case(3, risk="tight", reserve_days=1),
        case(4, risk="at_risk", limit_ended_at=march(9), limit_met=True),  # signed
        case(5, risk="exceeded", closed=9),
    )
    assert [each.case_id for each in found.pressed_now] == ["rex-ch-2", "rex-ch-1"]


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, 1),
        ({"acknowledged_by": "Aigul", "acknowledged_until": date(2026, 4, 1)}, 0),  # until the end of today
        ({"acknowledged_by": "Aigul", "acknowledged_until": date(2026, 3, 31)}, 1),  # it has lapsed
        ({"resolved_at": march(9)}, 0),
        ({"overtaken_by": "inspect.step_overdue"}, 0),
    ],
)
def test_an_open_escalation_without_an_acknowledgement_that_holds_today_is_unacknowledged(
    changes: dict[str, Any], counts: int
) -> None:
    assert len(account(escalation(**changes)).unacknowledged_now) == counts


def test_the_unacknowledged_have_their_age_in_days_and_each_kind_that_of_its_oldest() -> None:
    found = account(
        escalation("rex-ch-1", raised_at=march(30, LAST_MINUTE)),
        escalation("rex-ch-2", raised_at=march(2)),
        escalation(
            "rex-ch-3", id="case.limit_exceeded", kind="limit_exceeded", step=None, raised_at=march(32, MIDNIGHT)
        ),
    )
    assert [(each.case_id, each.days) for each in found.unacknowledged_now] == [
        ("rex-ch-2", 30),
        ("rex-ch-1", 2),
        ("rex-ch-3", 0),
    ]
    kinds = [(each.kind, each.count, each.oldest_days) for each in found.unacknowledged_kinds_now]
    assert kinds == [("step_overdue", 2, 30), ("limit_exceeded", 1, 0)]


def test_a_period_that_holds_today_is_not_over() -> None:
    assert account(at=march(31)).period_over is False
    assert account(at=MADE_AT).period_over is True


# -- what holds for any register ---------------------------------------------------------------------------------------

somewhere = st.dates(date(2026, 1, 1), date(2026, 6, 1))
instants = st.builds(lambda day, at: datetime.combine(day, at, almaty()), somewhere, st.times())


@st.composite
def cases(draw: st.DrawFn) -> CaseEntry:
    received = draw(instants)
    closed = draw(st.none() | st.integers(0, 90))
    ended = draw(st.none() | instants)
    return examples.case(
        country=draw(st.sampled_from(Country)),
        received_at=received,
        closed_at=None if closed is None else received + timedelta(days=closed),
        step="closed"
        if closed is not None
        else draw(st.sampled_from([step for step in Step if step is not Step.CLOSED])),
        outcome=draw(st.sampled_from(Outcome)),
        risk=draw(st.sampled_from(Risk)),
        reserve_days=draw(st.none() | st.integers(-9, 25)),
        limit_last_day=draw(st.none() | somewhere),
        limit_ended_at=ended,
        limit_met=None if ended is None else draw(st.booleans()),
    )


@st.composite
def terms(draw: st.DrawFn) -> StepEntry:
    state = draw(st.sampled_from(["running", "done", "skipped"]))
    late = draw(st.booleans())
    return examples.step(
        step=draw(st.sampled_from(list(TERMS))),
        state=state,
        last_day=draw(somewhere),
        ended_at=draw(instants) if state == "done" else None,
        late=late,
        late_days=draw(st.integers(1, 30)) if late else 0,
        provisional=draw(st.booleans()),
    )


standings = st.builds(Standing, st.lists(cases(), max_size=8), st.lists(terms(), max_size=12), st.just([]))

EXAMPLES = settings(max_examples=50, deadline=None)
"""Drawing a register takes longer than counting it; a machine under load may take its time over one."""


def numbers(found: Iterable[Terms]) -> list[list[int]]:
    return [[each.kept, each.broken, each.provisional or 0, each.late_days or 0] for each in found]


@EXAMPLES
@given(standings, st.lists(somewhere, min_size=2, max_size=6, unique=True))
def test_the_parts_of_a_period_add_up_to_the_whole(register: Standing, days: list[date]) -> None:
    """However a period is split, each case and each term counts in one part, and in no part twice."""
    first, *cuts = sorted(days)
    bounds = [first, *cuts]
    parts = [count(register, Period(begin, end - ONE_DAY), MADE_AT) for begin, end in pairwise(bounds)]
    whole = count(register, Period(first, cuts[-1] - ONE_DAY), MADE_AT)
    for place, total in enumerate(numbers(whole.terms)):
        assert total == [sum(column) for column in zip(*(numbers(part.terms)[place] for part in parts), strict=True)]
    for place, of_country in enumerate(whole.cases):
        of_parts = [part.cases[place] for part in parts]
        assert of_country.received == sum(each.received for each in of_parts)
        assert of_country.closed == sum(each.closed for each in of_parts)
        assert of_country.outcomes == {name: sum(each.outcomes[name] for each in of_parts) for name in Outcome}
        assert (of_country.open_before, of_country.open_after) == (of_parts[0].open_before, of_parts[-1].open_after)
        for before, after in pairwise(of_parts):
            assert before.open_after == after.open_before


@EXAMPLES
@given(standings)
def test_what_was_open_and_came_less_what_was_closed_is_what_is_open(register: Standing) -> None:
    for each in count(register, MARCH, MADE_AT).cases:
        assert each.open_before + each.received - each.closed == each.open_after
        assert each.closed == sum(each.outcomes.values())
        assert min(each.open_before, each.received, each.closed, each.open_after) >= 0


@EXAMPLES
@given(standings)
def test_each_open_case_stands_at_one_step_and_has_one_reserve(register: Standing) -> None:
    found = count(register, MARCH, MADE_AT)
    open_cases = sum(each.closed_at is None for each in register.cases)
    assert sum(sum(each.open_now.values()) for each in found.cases) == open_cases
    assert sum(found.reserve_now.values()) == open_cases
