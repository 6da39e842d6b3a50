"""The self-check, between a real Temporal server and a real register; its cases answer what each test says."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine, text
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.recipients import RECIPIENT, mailbox_id
from calendars.decrees import Confirmation, Decree
from register.calendar import confirm_year
from register.database import open_register, writing
from register.record import write
from register.refused_requests import dismiss_refused_request, keep_refused_request
from runtime.connection import client_options
from self_check.interface import Checked, FindingKind
from self_check.temporal import CASE, TemporalSide
from tests.conftest import BIN
from tests.register.examples import refused_message
from tests.self_check import examples
from tests.self_check.office import NOW, TOMORROW, YESTERDAY, FakeCase, Office


@pytest.fixture
def dev_server(dev_server_of_self_checks: WorkflowEnvironment) -> WorkflowEnvironment:
    return dev_server_of_self_checks


@pytest_asyncio.fixture
async def office(dev_server: WorkflowEnvironment, sqlite_register: Engine, task_queue: str) -> AsyncIterator[Office]:
    office = Office(dev_server.client, sqlite_register, task_queue)
    async with office.worker():
        yield office


OVERDUE = examples.step("inspect", 9, 7, "running", started_at=YESTERDAY, due_at=YESTERDAY)


def overdue(**changes: Any) -> dict[str, Any]:
    """An open escalation of an overdue inspection that goes on: the next notification is tomorrow."""
    given: dict[str, Any] = {"raised_at": YESTERDAY, "due_at": YESTERDAY, "next_at": TOMORROW, "next_level": 3}
    return examples.escalation(**given | changes).model_dump()


# -- cases and terms --------------------------------------------------------------------------------------------------


async def test_where_everything_is_in_order_there_is_no_finding(office: Office) -> None:
    await office.open("a", case=office.view("a", steps=[OVERDUE], escalations=[overdue()]))
    await office.open("b")
    office.record("closed", closed_at=YESTERDAY)
    assert await office.check() == Checked(findings=[], total=0, open_cases=2)


async def test_a_case_in_one_and_not_in_the_other_is_found_both_ways(office: Office) -> None:
    office.record("never-in-temporal")
    terminated = await office.open("terminated")
    await office.client.get_workflow_handle(terminated).terminate()
    await office.until_listed(terminated, "Terminated")
    await office.start("never-in-register")
    office.record("closed-and-running", closed_at=YESTERDAY)
    await office.start("closed-and-running")
    await office.open("closing-not-written")
    await office.close("closing-not-written")

    assert await office.keys() == [
        "case_not_in_register closed-and-running closed",
        "case_not_in_register never-in-register",
        "case_not_in_temporal closing-not-written",
        "case_not_in_temporal never-in-temporal",
        "case_not_in_temporal terminated",
    ]


async def test_a_refused_request_is_found_until_somebody_has_dealt_with_it_and_one_that_is_not_kept_too(
    office: Office,
) -> None:
    runs = {}
    for name in ("kept", "lost"):
        handle = await office.client.start_workflow(
            CASE, {"refused": True}, id=office.id(name), task_queue=office.task_queue
        )
        runs[name] = handle.first_execution_run_id
        await office.until_listed(office.id(name), "Failed")
    refused = refused_message(key=f"request {runs['kept']}", at=YESTERDAY, reason="reason: expected sample or doubt")
    keep_refused_request(office.register, office.id("kept"), refused)

    assert await office.keys() == [f"refusal_not_kept lost {runs['lost']}", "request_refused kept"]
    dismiss_refused_request(office.register, office.id("kept"), by="A. Nurlan", because="a test", now=NOW)
    assert await office.keys() == [f"refusal_not_kept lost {runs['lost']}"]


async def test_a_case_that_is_closing_waits_for_what_is_under_way(office: Office) -> None:
    case = office.record("closing", closed_at=YESTERDAY)
    await office.start("closing", case=case, answers={"fetches": True})
    await until_fetching(office, "closing")
    assert await office.keys() == []


async def until_fetching(office: Office, name: str) -> None:
    """Wait until an activity of the case is pending."""
    handle = office.client.get_workflow_handle(office.id(name))
    while not (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.02)


async def test_what_has_only_just_happened_is_no_finding(office: Office) -> None:
    """The negative control has no grace: everything is a finding then."""
    await office.start("opened-now")
    await office.open("closed-now")
    await office.close("closed-now")
    ends = examples.step("inspect", 9, 7, "running", due_at=datetime.now(UTC))
    await office.open("ran-out-now", case=office.view("ran-out-now", steps=[ends]))
    raised = overdue(raised_at=datetime.now(UTC), next_at=None, notified=[])
    await office.open("raised-now", case=office.view("raised-now", escalations=[raised]))

    assert await office.keys(grace=timedelta(minutes=5)) == []
    assert await office.keys() == [
        "case_not_in_register opened-now",
        "case_not_in_temporal closed-now",
        "ladder_ended raised-now inspect.step_overdue",
        "term_not_escalated ran-out-now inspect",
    ]


async def test_a_case_that_our_list_does_not_show_is_asked_for_by_itself(office: Office) -> None:
    """Temporal's lists run behind, and hold only what is on our task queue."""
    office.record("moved")
    await office.client.start_workflow(CASE, id=office.id("moved"), task_queue=f"{office.task_queue}-old")
    (finding,) = (await office.check()).findings
    assert f"runs on the task queue {office.task_queue}-old, which this worker does not serve" in finding.what


async def test_the_cases_of_another_office_in_the_namespace_are_not_ours(office: Office, task_queue: str) -> None:
    other = Office(office.client, office.register, f"{task_queue}-other")
    await other.start("theirs")
    assert await office.keys() == []
    assert await other.keys() == ["case_not_in_register theirs"]


async def test_a_term_that_passed_without_its_escalation_is_found(office: Office) -> None:
    for name, escalations in {"escalated": [overdue()], "not-escalated": []}.items():
        await office.open(name, case=office.view(name, steps=[OVERDUE], escalations=escalations))
    assert await office.keys() == ["term_not_escalated not-escalated inspect"]


async def test_documents_that_are_being_fetched_make_nobody_late(office: Office) -> None:
    awaiting = examples.step("await_documents", 8, 5, "running", due_at=YESTERDAY)
    for name in ("fetching", "waiting"):
        case = office.record(name, case=office.view(name, steps=[awaiting]))
        await office.start(name, case=case, answers={"fetches": name == "fetching"})
    await until_fetching(office, "fetching")
    assert await office.keys() == ["term_not_escalated waiting await_documents"]


async def test_an_escalation_that_nobody_is_notified_of_any_more_is_found(office: Office) -> None:
    on_its_way = examples.notified(notified_at=None, handed_at=YESTERDAY, recipient=office.task_queue)
    ended: dict[str, Any] = {"next_at": None, "next_level": None}
    cases: dict[str, dict[str, Any]] = {
        "goes-on": {},
        "ended": ended,
        "on-its-way": ended | {"notified": [on_its_way]},
        "no-recipient": ended | {"notified": [examples.notified(notified_at=None, recipient="gone")]},
        "acknowledged": ended | {"acknowledged_by": "Aigul", "acknowledged_until": TOMORROW.date()},
        "resolved": ended | {"resolved_at": YESTERDAY, "resolved_by": "the step is done"},
        "unreached": {"nobody_reached_since": YESTERDAY},
    }
    for name, changes in cases.items():
        await office.open(name, case=office.view(name, escalations=[overdue(**changes)]))
    await office.start_workflow(RECIPIENT, mailbox_id(office.task_queue))

    assert await office.keys() == [
        "ladder_ended ended inspect.step_overdue",
        "ladder_ended no-recipient inspect.step_overdue",
        "nobody_reached unreached inspect.step_overdue",
    ]


# -- the register against the case -------------------------------------------------------------------------------------

ANOTHER_LINE = (
    "INSERT INTO log SELECT case_id, key, 'other', as_of, place, at, 'Somebody', what, details, sequence + 9, "
    "previous, hash FROM log"
)

BY_HAND = {
    "UPDATE cases SET step = 'conclude'": "cases CASE step",
    "UPDATE cases SET outcome = 'valid'": "cases CASE outcome",
    "UPDATE cases SET reserve_days = 1": "cases CASE reserve_days",
    "UPDATE steps SET state = 'done'": "steps inspect 1 state",
    "UPDATE steps SET started_at = '2026-01-01 00:00:00.000000'": "steps inspect 1 started_at",
    "UPDATE steps SET late_days = 3": "steps inspect 1 late_days",
    "UPDATE steps SET round = 2": "steps inspect 1|steps inspect 2",
    "DELETE FROM steps": "steps inspect 1",
    "UPDATE documents SET document_id = 'sha256-bb'": f"documents m-1 invoice {'aa' * 32} document_id",
    "DELETE FROM documents": f"documents m-1 invoice {'aa' * 32}",
    "UPDATE escalations SET raised_at = '2026-01-01 00:00:00.000000'": "escalations inspect.step_overdue raised_at",
    "UPDATE escalations SET acknowledged_by = 'A. Nurlan'": "escalations inspect.step_overdue acknowledged_by",
    "UPDATE escalations SET resolved_at = NULL": "escalations inspect.step_overdue resolved_at",
    "UPDATE escalations SET overtaken_by = 'x'": "escalations inspect.step_overdue overtaken_by",
    "DELETE FROM escalations": "escalations inspect.step_overdue",
    "DELETE FROM log": "log message m-1",
    ANOTHER_LINE: "log message m-1",
}


def by_hand(register: Engine, statement: str) -> None:
    """Change the database past everything that guards it."""
    with writing(register) as connection:
        triggers = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for trigger in triggers:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(statement))


@pytest.mark.parametrize("statement", BY_HAND)
async def test_what_is_changed_by_hand_in_the_database_is_found(office: Office, statement: str) -> None:
    await office.open("a")
    assert await office.keys() == []
    by_hand(office.register, statement)
    expected = [f"register_differs a {about}" for about in BY_HAND[statement].replace("CASE", "a").split("|")]
    assert await office.keys() == expected


async def test_a_difference_names_the_case_the_row_and_both_values(office: Office) -> None:
    case_id = await office.open("a")
    by_hand(office.register, "UPDATE steps SET state = 'done'")
    (finding,) = (await office.check()).findings
    assert finding.workflow_id == case_id
    assert finding.what == (
        f"{case_id}: the register differs from the case at steps inspect 1: "
        "state is done in the register and running in the case"
    )


async def test_a_case_that_is_still_writing_is_not_compared(office: Office) -> None:
    await office.open("writing", busy=True)
    await office.open("idle")
    by_hand(office.register, "UPDATE steps SET state = 'done'")
    assert await office.keys() == ["register_differs idle steps inspect 1 state"]


async def test_what_changes_while_it_is_compared_is_no_difference(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.open("a")
    by_hand(office.register, "UPDATE steps SET state = 'done'")
    views = TemporalSide.view
    asked = 0

    async def going_on(self: TemporalSide, case_id: str) -> Any:
        nonlocal asked
        asked += 1
        case = await views(self, case_id)
        return case.model_copy(update={"reserve_days": asked}) if case is not None else None

    monkeypatch.setattr(TemporalSide, "view", going_on)
    assert await office.keys() == []


async def test_a_case_is_compared_until_a_day_after_it_was_closed(office: Office) -> None:
    for name, closed_at in {"lately": NOW, "long-ago": NOW - timedelta(days=2)}.items():
        case = office.record(name, closed_at=closed_at)
        await office.start(name, case=case)
        await office.close(name)
    by_hand(office.register, "UPDATE cases SET outcome = 'valid'")
    by_hand(office.register, ANOTHER_LINE)
    assert await office.keys() == [
        "register_differs lately cases lately outcome",
        "register_differs lately log message m-1",
    ]


async def test_a_register_that_fails_on_the_way_fails_the_check(office: Office) -> None:
    await office.open("a")
    by_hand(office.register, "DROP TABLE documents")
    with pytest.raises(ApplicationError, match="no such table"):
        await office.check()


# -- cases that do not answer ------------------------------------------------------------------------------------------


async def test_a_case_that_cannot_be_replayed_is_found_and_the_others_are_compared(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "not-replayed", "z"):
        await office.open(name)
    assert await office.keys() == []
    monkeypatch.setattr(FakeCase, "defect", True)
    by_hand(office.register, "UPDATE cases SET outcome = 'valid'")
    assert await office.keys() == [
        "cannot_be_replayed not-replayed",
        "register_differs a cases a outcome",
        "register_differs z cases z outcome",
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"fails": "a defect in the query"}, "the query case failed: a defect in the query"),
        ({"case": {"case_id": "another version"}}, "the query case was answered in an unexpected form"),
        ({"record": {"accepted": 7}}, "the query record was answered in an unexpected form"),
    ],
)
async def test_a_case_that_answers_badly_is_found_with_the_reason(
    office: Office, answer: dict[str, Any], why: str
) -> None:
    office.record("a")
    await office.start("a", answers=answer)
    (finding,) = (await office.check()).findings
    assert finding.kind is FindingKind.CANNOT_BE_REPLAYED
    assert why in finding.what


@pytest_asyncio.fixture
async def server_that_reports() -> AsyncIterator[Callable[[int], Awaitable[Client]]]:
    """Starts a server that reports a workflow after so many failed workflow tasks; 0 switches that off."""
    async with AsyncExitStack() as stack:

        async def start(after: int) -> Client:
            setting = f"system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute={after}"
            environment = await stack.enter_async_context(
                await WorkflowEnvironment.start_local(
                    dev_server_existing_path=str(BIN / "temporal"),
                    dev_server_log_level="error",
                    dev_server_extra_args=["--dynamic-config-value", setting],
                    **client_options(),
                )
            )
            return environment.client

        yield start


@pytest.mark.slow
async def test_a_case_or_a_recipient_that_fails_its_tasks_is_found_until_it_is_mended(
    server_that_reports: Callable[[int], Awaitable[Client]], sqlite_register: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(await server_that_reports(1), sqlite_register, "tasks")
    monkeypatch.setattr(FakeCase, "defect", True)
    async with office.worker():
        for name in ("defective", "healthy"):
            await office.open(name)
        await office.start_workflow(RECIPIENT, mailbox_id("defective"))
        found = await until_found(office, lambda found: len(found) == 2)
        assert set(found) == {"tasks_fail defective", "tasks_fail recipient-defective"}
        monkeypatch.setattr(FakeCase, "defect", False)
        assert await until_found(office, lambda found: not found) == []


async def until_found(office: Office, enough: Callable[[list[str]], bool]) -> list[str]:
    end = time.monotonic() + 60  # Temporal tries a failed task again after 10 s, then after longer
    while True:
        found = await office.keys()
        if enough(found) or time.monotonic() > end:
            return found
        await asyncio.sleep(0.2)


# -- everything else -------------------------------------------------------------------------------------------------


async def test_a_server_that_reports_no_failing_tasks_is_a_finding_itself(
    server_that_reports: Callable[[int], Awaitable[Client]], sqlite_register: Engine
) -> None:
    office = Office(await server_that_reports(0), sqlite_register, "tasks")
    assert await office.keys() == ["tasks_not_reported default"]


async def test_a_level_without_recipient_is_found(office: Office) -> None:
    office.recipients[3] = []
    assert await office.keys() == ["level_without_recipient 3"]


async def test_a_year_that_is_not_confirmed_is_found_on_either_database(
    dev_server: WorkflowEnvironment, register: Engine, task_queue: str
) -> None:
    office = Office(dev_server.client, register, task_queue)
    decree = Decree(number="358", date=date(2026, 2, 20), title="On the working calendar")
    confirm_year(register, Confirmation(year=2026, decree=decree), by="A. Nurlan", now=datetime(2026, 3, 2, tzinfo=UTC))
    last_of_november = datetime(2026, 11, 30, 18, 59, tzinfo=UTC)
    assert await office.keys("calendar", last_of_november) == []
    # 00:00 of 1 December in Almaty, which is still November in UTC.
    assert await office.keys("calendar", last_of_november + timedelta(minutes=1)) == ["year_not_confirmed 2027"]
    assert await office.keys("cases") == []


async def test_a_register_that_cannot_be_read_is_an_error(
    dev_server: WorkflowEnvironment, sqlite_url: str, tmp_path: Path, task_queue: str
) -> None:
    (tmp_path / "var").mkdir()
    register = open_register(sqlite_url)  # not migrated
    with pytest.raises(ApplicationError, match="no such table"):
        await Office(dev_server.client, register, task_queue).check()
    register.dispose()


@pytest.mark.slow
async def test_a_thousand_cases_take_no_more_than_some_minutes(office: Office) -> None:
    cases = [office.view(f"{number:04}") for number in range(1_000)]
    for case in cases:
        await asyncio.to_thread(write, office.register, examples.kept(case))
    gate = asyncio.Semaphore(20)

    async def start(case: Any) -> None:
        async with gate:
            answers = {"case": case.model_dump(mode="json"), "record": {"accepted": ["m-1"], "busy": False}}
            await office.client.start_workflow(CASE, answers, id=case.case_id, task_queue=office.task_queue)

    await asyncio.gather(*map(start, cases))
    await office.until_listed(cases[-1].case_id, "Running")
    async with asyncio.timeout(300):
        assert await office.check() == Checked(findings=[], total=0, open_cases=1_000)
