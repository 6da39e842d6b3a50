"""A recount is written down case by case: each exactly once, and gone on with where it stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from register.calendar import propose, propose_withdrawal, read_calendar
from register.recounts import apply, begin_recount, cases_of, done, enlist, finish
from rules.refusal import Refusal
from tests.register.test_calendar import AIGUL, BERIK, DAY_OFF, NOW, SWAP, minutes


def test_what_is_put_in_force_begins_its_recount_in_the_same_transaction(register: Engine) -> None:
    numbers = propose(register, [SWAP, DAY_OFF], by=AIGUL, now=NOW)
    recount, entries = apply(register, numbers, by=BERIK, now=minutes(1))
    assert [each.state for each in entries] == ["in force", "in force"]
    assert recount.reason == (
        "calendar: 2027-03-26 is off, swapped with 2027-04-03 (decree No. 77 of 2026-11-02); "
        "2027-09-06 is off (decree No. 77 of 2026-11-02)"
    )


def test_a_refused_approval_begins_no_recount(register: Engine) -> None:
    numbers = propose(register, [SWAP], by=AIGUL, now=NOW)
    with pytest.raises(Refusal):
        apply(register, numbers, by=AIGUL, now=minutes(1))
    assert read_calendar(register).in_force() == ()
    recount, _ = apply(register, numbers, by=BERIK, now=minutes(2))
    assert recount.begun_at == minutes(2)


def test_a_recount_goes_on_where_it_stopped_and_is_not_run_twice(register: Engine) -> None:
    numbers = propose(register, [SWAP], by=AIGUL, now=NOW)
    recount, _ = apply(register, numbers, by=BERIK, now=minutes(1))
    assert enlist(register, recount.id, ["rex-no-2", "rex-ch-1"]) == ["rex-ch-1", "rex-no-2"]
    done(register, recount.id, "rex-ch-1", now=minutes(2), answer={"terms": []})
    with pytest.raises(Refusal, match="1 cases are not recounted yet, rex-no-2 among them"):
        finish(register, recount.id, now=minutes(3))

    again, entries = apply(register, numbers, by="somebody", now=minutes(4))
    assert (again, entries) == (recount, [])
    assert enlist(register, recount.id, ["rex-ch-1", "rex-no-2", "rex-no-3"]) == ["rex-no-3"]
    assert [each.case_id for each in cases_of(register, recount.id) if each.done_at is None] == ["rex-no-2", "rex-no-3"]
    done(register, recount.id, "rex-ch-1", now=minutes(5), answer={"terms": ["again"]})
    assert cases_of(register, recount.id)[0].answer == {"terms": []}

    done(register, recount.id, "rex-no-2", now=minutes(5), passed_over="closed meanwhile")
    done(register, recount.id, "rex-no-3", now=minutes(5), answer={"terms": []})
    finish(register, recount.id, now=minutes(6))
    with pytest.raises(Refusal, match="entry 1, 2027-03-26: is in force already"):
        apply(register, numbers, by=BERIK, now=minutes(7))


def test_a_withdrawal_has_a_recount_of_its_own(register: Engine) -> None:
    numbers = propose(register, [SWAP], by=AIGUL, now=NOW)
    first, _ = apply(register, numbers, by=BERIK, now=minutes(1))
    finish(register, first.id, now=minutes(2))
    propose_withdrawal(register, numbers[0], because="repealed", by=AIGUL, now=minutes(3))
    second, _ = apply(register, numbers, by=BERIK, now=minutes(4))
    assert second.id != first.id
    assert second.reason.startswith("calendar: withdrawn: 2027-03-26")


def test_a_recount_by_the_calendar_as_it_is_goes_on_until_it_is_finished(register: Engine) -> None:
    first = begin_recount(register, by=AIGUL, reason="the library was upgraded", now=NOW)
    assert begin_recount(register, by=BERIK, reason="again", now=minutes(1)) == first
    finish(register, first.id, now=minutes(2))
    assert begin_recount(register, by=BERIK, reason="again", now=minutes(3)).id != first.id
