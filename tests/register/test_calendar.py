"""The ministry's entries: proposed, approved by a second person, withdrawn, never edited, rebuilt as of any moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from calendars.build import build
from calendars.decrees import Confirmation, Decree, Entry
from register.calendar import (
    CalendarEntryRow,
    approve,
    confirm_year,
    deciding,
    keep_state,
    propose,
    propose_withdrawal,
    read_calendar,
    state,
)
from register.database import open_register
from rules.refusal import Refusal

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DECREE = Decree(number="77", date=date(2026, 11, 2), title="О переносе дней отдыха в 2027 году")
SWAP = Entry(day=date(2027, 3, 26), working=False, swapped_with=date(2027, 4, 3), decree=DECREE)
DAY_OFF = Entry(day=date(2027, 9, 6), working=False, decree=DECREE)
AIGUL, BERIK = "A. Serikova", "B. Omarov"


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


def test_a_proposal_counts_only_once_a_second_person_has_put_it_in_force(register: Engine) -> None:
    (number,) = propose(register, [SWAP], by=AIGUL, now=NOW)
    assert read_calendar(register).in_force() == ()
    assert read_calendar(register).after([number]) == (SWAP,)

    with pytest.raises(Refusal, match=r"entry 1, 2027-03-26: was proposed by A\. Serikova; expected a second person"):
        approve(register, [number], by=" a.  SERIKOVA", now=minutes(1))
    (recorded,) = approve(register, [number], by=BERIK, now=minutes(1))

    assert read_calendar(register).in_force() == (SWAP,)
    assert (recorded.state, recorded.entered_by, recorded.approved_by) == ("in force", AIGUL, BERIK)
    assert (recorded.entered_at, recorded.approved_at) == (NOW, minutes(1))
    with pytest.raises(Refusal, match="entry 1, 2027-03-26: is in force already"):
        approve(register, [number], by=BERIK, now=minutes(2))


def test_a_withdrawal_takes_two_people_too_and_the_entry_stays_on_record(register: Engine) -> None:
    (number,) = propose(register, [SWAP], by=AIGUL, now=NOW)
    approve(register, [number], by=BERIK, now=minutes(1))
    recorded = propose_withdrawal(register, number, because="the decree was repealed", by=BERIK, now=minutes(2))
    assert recorded.state == "withdrawal proposed"
    assert read_calendar(register).in_force() == (SWAP,)
    assert read_calendar(register).after([number]) == ()
    with pytest.raises(Refusal, match=r"was proposed by B\. Omarov; expected a second person"):
        approve(register, [number], by=BERIK, now=minutes(3))
    with pytest.raises(Refusal, match="2027-03-26: is to be withdrawn already"):
        propose_withdrawal(register, number, because="again", by=AIGUL, now=minutes(3))

    approve(register, [number], by=AIGUL, now=minutes(4))

    calendar = read_calendar(register)
    assert calendar.in_force() == ()
    assert calendar.numbered(number).state == "withdrawn"
    assert calendar.numbered(number).withdrawal_because == "the decree was repealed"
    with pytest.raises(Refusal, match="2027-03-26: is withdrawn already"):
        propose_withdrawal(register, number, because="again", by=AIGUL, now=minutes(5))


def test_a_proposal_that_nobody_put_in_force_is_withdrawn_at_once(register: Engine) -> None:
    (number,) = propose(register, [SWAP], by=AIGUL, now=NOW)
    assert propose_withdrawal(register, number, because="mistyped", by=AIGUL, now=minutes(1)).state == "withdrawn"
    with pytest.raises(Refusal, match="2027-03-26: is withdrawn already"):
        approve(register, [number], by=BERIK, now=minutes(2))
    propose(register, [SWAP], by=AIGUL, now=minutes(3))


def test_the_calendar_of_any_past_moment_can_be_rebuilt(register: Engine) -> None:
    first, second = propose(register, [SWAP, DAY_OFF], by=AIGUL, now=NOW)
    approve(register, [first], by=BERIK, now=minutes(10))
    approve(register, [second], by=BERIK, now=minutes(20))
    propose_withdrawal(register, first, because="repealed", by=AIGUL, now=minutes(25))
    approve(register, [first], by=BERIK, now=minutes(30))
    confirm_year(register, Confirmation(year=2027, decree=DECREE), by=AIGUL, now=minutes(40))

    calendar = read_calendar(register)
    assert calendar.in_force(minutes(9)) == ()
    assert calendar.in_force(minutes(10)) == (SWAP,)
    assert calendar.in_force(minutes(29)) == (SWAP, DAY_OFF)
    assert calendar.in_force(minutes(30)) == (DAY_OFF,) == calendar.in_force()
    assert calendar.confirmed(minutes(39)) == frozenset()
    assert calendar.confirmed(minutes(40)) == {2027} == calendar.confirmed()


def test_several_entries_are_written_all_or_none(register: Engine) -> None:
    wrong = Entry(day=date(2027, 3, 8), working=False, decree=DECREE)
    with pytest.raises(Refusal) as refused:
        propose(register, [SWAP, wrong, SWAP], by=AIGUL, now=NOW, places=["line 2", "line 3", "line 4"])
    assert str(refused.value) == (
        "line 3: 2027-03-08: is already a day off (International Women's Day); "
        "line 4: 2027-03-26: line 2 already decides this day (decree No. 77 of 2026-11-02); "
        "expected one entry for a day"
    )
    assert read_calendar(register).entries == ()


def test_entries_are_put_in_force_all_or_none(register: Engine) -> None:
    (first,) = propose(register, [SWAP], by=AIGUL, now=NOW)
    (second,) = propose(register, [DAY_OFF], by=BERIK, now=NOW)
    with pytest.raises(Refusal, match="entry 2, 2027-09-06"):
        approve(register, [first, second], by=BERIK, now=minutes(1))
    assert read_calendar(register).in_force() == ()


def test_two_people_at_once_cannot_settle_one_day_twice(register_url: str, register: Engine) -> None:
    other = open_register(register_url)
    with ThreadPoolExecutor(1) as thread:
        with deciding(register) as first:
            second = thread.submit(propose, other, [SWAP], by=BERIK, now=NOW)
            # Whoever comes second waits until the first has written, and then sees what was written.
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
            first.execute(
                insert(CalendarEntryRow).values(
                    day=SWAP.day,
                    working=SWAP.working,
                    swapped_with=SWAP.swapped_with,
                    decree_number=DECREE.number,
                    decree_date=DECREE.date,
                    decree_title=DECREE.title,
                    entered_by=AIGUL,
                    entered_at=NOW,
                )
            )
        with pytest.raises(Refusal, match="2027-03-26: entry 1 already decides this day"):
            second.result(timeout=20)
    other.dispose()
    assert len(read_calendar(register).entries) == 1


def test_a_year_is_confirmed_once(register: Engine) -> None:
    confirm_year(register, Confirmation(year=2027, decree=DECREE), by=AIGUL, now=NOW)
    (recorded,) = read_calendar(register).confirmations
    assert (recorded.year, recorded.decree, recorded.confirmed_by, recorded.confirmed_at) == (2027, DECREE, AIGUL, NOW)
    with pytest.raises(Refusal, match="2027: is confirmed already"):
        confirm_year(register, Confirmation(year=2027, decree=DECREE), by=BERIK, now=NOW)


def test_a_calendar_that_a_case_recorded_can_be_shown_as_it_was(register: Engine) -> None:
    days = build(2026, 2027, entries=[SWAP])
    keep_state(register, days, library="holidays 0.109", now=NOW)
    keep_state(register, days, library="holidays 9.9", now=minutes(1))
    assert state(register, days.version) == days
    with pytest.raises(Refusal, match=r"calendar 2026-2027\.no: no case has recorded it"):
        state(register, "2026-2027.no")


def test_an_unknown_entry_is_refused(register: Engine) -> None:
    with pytest.raises(Refusal, match="entry 9: there is none"):
        approve(register, [9], by=BERIK, now=NOW)
    with pytest.raises(Refusal, match="entry 9: there is none"):
        propose_withdrawal(register, 9, because="?", by=BERIK, now=NOW)
