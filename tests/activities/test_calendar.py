"""The calendar's activity on a real register: what counts now, kept under its version, and errors told apart."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.calendar import CalendarActivities
from activities.interface import Activity, CalendarWanted, ErrorKind
from calendars.build import build
from calendars.decrees import Confirmation
from register.calendar import approve, confirm_year, propose, state
from register.database import open_register
from register.record import find_case, write
from register.rows import CaseEntry, RegisterEntries
from rules.calendar import CalendarDays
from rules.readings import Grounds, Readings
from tests.register.examples import CASE_ID, case
from tests.register.test_calendar import AIGUL, BERIK, DECREE, SWAP

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


async def record(
    register: Engine, first: int, last: int, cutoff: str | None = None, opening: CaseEntry | None = None
) -> CalendarDays:
    wanted = CalendarWanted(first_year=first, last_year=last, opening=opening)
    return (await ActivityEnvironment().run(CalendarActivities(register, cutoff).record_calendar, wanted)).days


async def test_with_it_goes_how_the_office_reads_the_order_and_whether_it_confirms_requests(register: Engine) -> None:
    readings = Readings(grounds=Grounds.ALL)
    activities = CalendarActivities(register, readings=readings, confirm_request=True)
    recorded = await ActivityEnvironment().run(
        activities.record_calendar, CalendarWanted(first_year=2026, last_year=2027)
    )
    assert (recorded.readings, recorded.confirm_request) == (readings, True)


async def test_without_entries_it_is_the_library_s_calendar(register: Engine) -> None:
    assert await record(register, 2026, 2027) == build(2026, 2027)


async def test_entries_count_once_they_are_in_force_and_confirmations_and_the_cut_off_go_with_it(
    register: Engine,
) -> None:
    numbers = propose(register, [SWAP], by=AIGUL, now=NOW)
    assert await record(register, 2026, 2027) == build(2026, 2027)
    approve(register, numbers, by=BERIK, now=NOW)
    confirm_year(register, Confirmation(year=2027, decree=DECREE), by=AIGUL, now=NOW)
    days = await record(register, 2026, 2027, "18:30")
    assert days == build(2026, 2027, entries=[SWAP], confirmed={2027}, cutoff="18:30")
    assert days.provisional_years == [2026]
    assert days.swaps == {"decree No. 77 of 2026-11-02": [(date(2027, 4, 3), date(2027, 3, 26))]}


async def test_what_a_case_recorded_can_be_looked_up_by_its_version(register: Engine) -> None:
    days = await record(register, 2026, 2027)
    assert await record(register, 2026, 2027) == days
    assert state(register, days.version) == days


async def test_a_year_without_data_is_refused_and_never_guessed(register: Engine) -> None:
    with pytest.raises(ApplicationError, match="2101: the library of holidays has no data") as raised:
        await record(register, 2100, 2101)
    assert (raised.value.type, raised.value.non_retryable) == (ErrorKind.REFUSED, True)


async def test_without_the_register_there_is_no_calendar() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        engine = open_register(f"postgresql://rex:hunter2@127.0.0.1:{deaf.getsockname()[1]}/rexv")
        with pytest.raises(ApplicationError) as raised:
            await record(engine, 2026, 2027)
    assert (raised.value.type, raised.value.non_retryable) == (ErrorKind.UNREACHABLE, False)
    assert "hunter2" not in str(raised.value)


async def test_a_register_without_its_tables_is_for_a_person(empty_register: Engine) -> None:
    # SQLite makes the file, but not the folder it lies in.
    if empty_register.dialect.name == "sqlite":
        Path(str(empty_register.url.database)).parent.mkdir()
    with pytest.raises(ApplicationError) as raised:
        await record(empty_register, 2026, 2027)
    assert raised.value.type in (ErrorKind.BROKEN, ErrorKind.UNREACHABLE)


def test_it_is_registered_under_the_name_that_workflows_call() -> None:
    definition = activity._Definition.from_callable(CalendarActivities.record_calendar)
    assert definition is not None
    assert definition.name == Activity.RECORD_CALENDAR


async def test_the_number_of_a_closed_case_is_used_up(register: Engine) -> None:
    closed_at = datetime(2026, 3, 27, 6, tzinfo=UTC)
    write(register, RegisterEntries(case=case(closed_at=closed_at, outcome="valid")))
    with pytest.raises(ApplicationError, match=f"{CASE_ID} is closed \\(valid, 2026-03-27\\)") as error:
        await record(register, 2026, 2027, opening=case())
    assert error.value.type == ErrorKind.CLOSED


async def test_the_register_has_a_case_from_its_opening_on_and_opening_again_changes_nothing(register: Engine) -> None:
    assert await record(register, 2026, 2027, opening=case(1))
    assert await record(register, 2026, 2027, opening=case(2, step="inspect"))
    assert find_case(register, CASE_ID) == case(1)


async def test_a_request_that_is_refused_for_its_dates_leaves_its_number_free(register: Engine) -> None:
    with pytest.raises(ApplicationError, match="2101"):
        await record(register, 2100, 2101, opening=case())
    assert find_case(register, CASE_ID) is None
