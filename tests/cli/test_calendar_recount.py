"""A change of the calendar meets open cases: previewed, carried out once for each, continued after an interruption.

On a Temporal server of its own: a recount takes every open case of the namespace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from calendars.build import build
from calendars.decrees import Decree, Entry
from cases import recounting
from cases.asking import NobodyAnswers, open_cases
from cli.calendar_recount import apply_entries, preview, recount_all
from cli.errors import CannotDo
from register.calendar import propose, propose_withdrawal, read_calendar
from register.database import open_register
from register.recounts import apply, cases_of
from rules.calendar import WorkingCalendar
from rules.instant import rfc_3339
from rules.refusal import Refusal
from tests.cli.conftest import Office

Printed = Callable[[], Any]
AIGUL, BERIK = "A. Serikova", "B. Omarov"


@pytest.fixture
def dev_server(dev_server_of_its_own: WorkflowEnvironment) -> WorkflowEnvironment:
    """Without the cases of other tests, which no worker answers for."""
    return dev_server_of_its_own


def base() -> WorkingCalendar:
    today = datetime.now(UTC).date()
    return WorkingCalendar(build(today.year - 1, today.year + 2))


def a_day_off_ahead(today: date) -> Entry:
    """By decree, the second working day from today on: in every term that runs."""
    decree = Decree(number="77", date=today, title="On a day off")
    return Entry(day=base().after(today, 2), working=False, decree=decree)


def a_working_saturday_that_no_term_reaches(today: date) -> Entry:
    day = today + timedelta(days=210 + (5 - today.weekday()))
    return Entry(day=day, working=True, decree=Decree(number="80", date=today, title="On a working Saturday"))


def proposed(office: Office, entry: Entry) -> int:
    register = open_register(office.database_url)
    (number,) = propose(register, [entry], by=AIGUL, now=datetime.now(UTC))
    register.dispose()
    return number


def today_in_almaty() -> date:
    return base().day_of(datetime.now(UTC))


def forget(printed: Printed) -> None:
    """Discard what was printed so far: several answers in a row are no JSON."""
    with suppress(ValueError):
        printed()


async def opened(office: Office, **other: Any) -> str:
    """A case that waits for documents: the simulator of Atameken has answered, the documents are not sent."""
    case_id = await office.open(office.request(**other))
    for _ in range(200):
        if (await office.case(case_id))["step"] == "await_documents":
            return case_id
    raise AssertionError("the case does not get to await_documents")


async def recounts_in_history(office: Office, case_id: str) -> int:
    history = await office.client.get_workflow_handle(case_id).fetch_history()
    return sum(
        event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name == "recount"
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
    )


async def test_a_preview_says_what_applying_then_does_and_each_case_is_recounted_once(
    office: Office, printed: Printed
) -> None:
    first, second = await opened(office), await opened(office)
    before = {case_id: await office.case(case_id) for case_id in (first, second)}
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    forget(printed)

    await preview([number], as_json=True)
    foreseen = printed()
    assert foreseen["cases"] == 2
    assert {(each["case_id"], each["step"]) for each in foreseen["terms"]} == {
        (case_id, step) for case_id in (first, second) for step in ("await_documents", None)
    }
    for case_id in (first, second):
        assert await office.case(case_id) == before[case_id]

    await apply_entries([number], by=BERIK, as_json=True)
    done = printed()
    assert sorted(done["terms"], key=str) == sorted(foreseen["terms"], key=str)
    for case_id in (first, second):
        case = await office.case(case_id)
        term = next(each for each in case["steps"] if each["state"] == "running")
        expected = {each["step"]: each["after"] for each in foreseen["terms"] if each["case_id"] == case_id}
        assert (term["last_day"], case["limit_last_day"]) == (expected["await_documents"], expected[None])
        assert case["calendar"]["version"] != before[case_id]["calendar"]["version"]
        assert await recounts_in_history(office, case_id) == 1
    with pytest.raises(Refusal, match="is in force already"):
        await apply_entries([number], by=BERIK, as_json=True)


async def test_who_proposed_an_entry_cannot_apply_it_and_nothing_changes(office: Office) -> None:
    case_id = await opened(office)
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    with pytest.raises(Refusal, match="expected a second person"):
        await apply_entries([number], by=AIGUL, as_json=True)
    assert await recounts_in_history(office, case_id) == 0


async def test_a_recount_that_was_interrupted_continues_with_the_cases_that_are_left(
    office: Office, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "WAIT", 2.0)
    monkeypatch.setattr(recounting, "AT_ONCE", 1)
    cases = [await opened(office) for _ in range(3)]
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    recount_case, asked = recounting.recount_case, 0

    async def the_line_is_lost_after_the_first(*arguments: Any, **named: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked > 1:
            raise NobodyAnswers("no line")
        return await recount_case(*arguments, **named)

    monkeypatch.setattr(recounting, "recount_case", the_line_is_lost_after_the_first)
    with pytest.raises(CannotDo, match="2 of 3 cases are not recounted, no line; run the same command again"):
        await apply_entries([number], by=BERIK, as_json=True)
    monkeypatch.setattr(recounting, "recount_case", recount_case)

    forget(printed)
    await apply_entries([number], by="C. Akhmetov", as_json=True)
    done = printed()
    assert done["cases"] == 3
    assert len(done["terms"]) == 6
    assert [await recounts_in_history(office, case_id) for case_id in cases] == [1, 1, 1]
    register = open_register(office.database_url)
    assert all(each.done_at for each in cases_of(register, done["recount"]))
    register.dispose()


async def test_a_case_whose_answer_was_lost_does_not_recount_again(office: Office, printed: Printed) -> None:
    """The update has an id of its own: asked twice, it answers twice and is carried out once."""
    case_id = await opened(office)
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    register = open_register(office.database_url)
    run, _ = apply(register, [number], by=BERIK, now=datetime.now(UTC))
    first = await recounting.recount_case(office.client, run, case_id)
    again = await recounting.recount_case(office.client, run, case_id)
    register.dispose()
    assert first == again
    assert await recounts_in_history(office, case_id) == 1


async def test_without_a_worker_the_entry_is_in_force_and_the_cases_are_left_for_the_next_try(
    office: Office, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = await opened(office)
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    await office.stop_worker()
    with monkeypatch.context() as patience:
        patience.setattr(recounting, "WAIT", 1.0)
        with pytest.raises(CannotDo, match=r"1 of 1 cases are not recounted, .*worker\.py"):
            await apply_entries([number], by=BERIK, as_json=True)
    register = open_register(office.database_url)
    assert [each.state for each in read_calendar(register).entries] == ["in force"]
    register.dispose()

    await office.start_worker()
    forget(printed)
    await apply_entries([number], by=BERIK, as_json=True)
    assert [each["case_id"] for each in printed()["terms"]] == [case_id, case_id]
    assert await recounts_in_history(office, case_id) == 1


async def test_a_withdrawal_moves_the_cases_back(office: Office, printed: Printed) -> None:
    case_id = await opened(office)
    before = await office.case(case_id)
    number = proposed(office, a_day_off_ahead(today_in_almaty()))
    await apply_entries([number], by=BERIK, as_json=True)
    register = open_register(office.database_url)
    propose_withdrawal(register, number, because="repealed", by=AIGUL, now=datetime.now(UTC))
    register.dispose()
    forget(printed)
    await preview([number], as_json=True)
    assert {each["after"] for each in printed()["terms"]} >= {before["limit_last_day"]}
    await apply_entries([number], by=BERIK, as_json=True)
    after = await office.case(case_id)
    assert (after["limit_last_day"], after["calendar"]) == (before["limit_last_day"], before["calendar"])


async def test_a_case_beyond_its_limit_is_no_longer_exceeded_if_the_change_gives_it_a_day(
    office: Office, printed: Printed
) -> None:
    calendar, today = base(), today_in_almaty()
    last_day = calendar.before(today, 1)
    received = calendar.start_of(calendar.before(last_day, 30)) + timedelta(hours=10)
    case_id = await opened(office, received_at=rfc_3339(received), backdated_because="found in the post room")
    assert (await office.case(case_id))["risk"] == "exceeded"
    decree = Decree(number="78", date=today, title="On a day off that has been")
    number = proposed(office, Entry(day=last_day, working=False, decree=decree))
    forget(printed)
    await preview([number], as_json=True)
    (foreseen,) = [each for each in printed()["terms"] if each["step"] is None]
    assert (foreseen["before"], foreseen["stopped_being_late"]) == (last_day.isoformat(), True)
    await apply_entries([number], by=BERIK, as_json=True)
    assert [each for each in printed()["terms"] if each["step"] is None] == [foreseen]
    assert (await office.case(case_id))["risk"] != "exceeded"


async def test_a_change_that_breaks_the_thirty_days_is_announced_and_then_recorded_as_such(
    office: Office, printed: Printed
) -> None:
    calendar, today = base(), today_in_almaty()
    last_day = calendar.first_from(today)
    received = calendar.start_of(calendar.before(last_day, 30)) + timedelta(hours=10)
    case_id = await opened(office, received_at=rfc_3339(received), backdated_because="found in the post room")
    assert (await office.case(case_id))["risk"] == "at_risk"
    a_sunday = today - timedelta(days=today.weekday() + 1)
    decree = Decree(number="79", date=today, title="On a working Sunday")
    number = proposed(office, Entry(day=a_sunday, working=True, decree=decree))
    forget(printed)
    await preview([number], as_json=True)
    (foreseen,) = [each for each in printed()["terms"] if each["step"] is None]
    assert foreseen["after"] < today.isoformat()
    assert foreseen["became_late"] is True
    await apply_entries([number], by=BERIK, as_json=True)
    assert [each for each in printed()["terms"] if each["step"] is None] == [foreseen]
    assert (await office.case(case_id))["risk"] == "exceeded"


async def test_a_preview_counts_by_the_cut_off_of_the_case_and_not_of_the_command_line(
    office: Office, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await opened(office)
    number = proposed(office, a_working_saturday_that_no_term_reaches(today_in_almaty()))
    monkeypatch.setenv("REXV_RECEIPT_CUTOFF", "00:00")
    forget(printed)
    await preview([number], as_json=True)
    foreseen = printed()
    assert (foreseen["cases"], foreseen["terms"]) == (1, [])


async def test_a_recount_by_the_calendar_as_it_is_moves_nothing(office: Office, printed: Printed) -> None:
    case_id = await opened(office)
    before = await office.case(case_id)
    forget(printed)
    await recount_all(by=AIGUL, because="the library was upgraded", as_json=True)
    assert (printed()["terms"], await recounts_in_history(office, case_id)) == ([], 1)
    after = await office.case(case_id)
    assert (after["steps"], after["limit_last_day"]) == (before["steps"], before["limit_last_day"])


async def test_closed_cases_are_not_asked(office: Office) -> None:
    open_case, closed = await opened(office), await opened(office)
    handle = office.client.get_workflow_handle(closed)
    await handle.execute_update("withdraw", {"by": AIGUL, "reason": "no longer needed"})
    await handle.result()
    async with asyncio.timeout(10):  # Temporal's list follows a moment later
        while await open_cases(office.client) != [open_case]:  # noqa: ASYNC110 - the server has to be asked
            await asyncio.sleep(0.1)
