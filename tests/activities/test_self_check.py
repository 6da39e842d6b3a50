"""The watch over the watch, between a real Temporal server, a real register, real mail and real HTTP servers.

A case or a ladder here is a workflow that no worker takes up: it runs for Temporal, which is all the watch asks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.interface import AllWell, ErrorKind, Gap, GapKind, GapReport, GapsTold, Look, Looked
from activities.ladders import LADDER, ladder_id
from activities.self_check import CASE, WatchActivities
from calendars.decrees import Confirmation, Decree
from register.calendar import confirm_year
from register.database import open_register
from register.outbox import write_ladder
from register.record import write
from register.rows import EscalationEntry, LadderEntry, RegisterEntries, StepEntry
from runtime.connection import client_options
from simulators import mail
from tests.conftest import BIN
from tests.register import examples
from tests.servers import Answer, Host, running

NOW = datetime.now(UTC)
YESTERDAY = NOW - timedelta(days=1)
EVERYBODY = {1: ["json://127.0.0.1:9/1"], 2: ["json://127.0.0.1:9/2"], 3: ["json://127.0.0.1:9/3"]}


class Office:
    """A register and the workflows of one task queue, and what a watch over them finds."""

    def __init__(self, client: Client, register: Engine, task_queue: str) -> None:
        self.client, self.register, self.task_queue = client, register, task_queue
        self.recipients: dict[int, list[str]] = dict(EVERYBODY)

    def watch(self, grace: timedelta = timedelta(0), heartbeat_url: str | None = None) -> WatchActivities:
        return WatchActivities(
            self.client,
            self.register,
            self.recipients,
            ui_url="https://temporal.example",
            heartbeat_url=heartbeat_url,
            grace=grace,
        )

    async def run(self, activity: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, task_queue=self.task_queue)
        return await environment.run(activity, *arguments)

    async def look(self, through: str = "cases", at: datetime | None = None, **options: Any) -> list[str]:
        """The keys of the gaps, without this test's own part of the workflow ids."""
        look = Look.model_validate({"through": through, "at": at or datetime.now(UTC)})
        looked: Looked = await self.run(self.watch(**options).look_for_gaps, look)
        assert len(looked.gaps) == looked.gaps_in_all
        return [gap.key.replace(f"{self.task_queue}-", "") for gap in looked.gaps]

    def id(self, name: str) -> str:
        """A case id that no other test on the same server has."""
        return f"{self.task_queue}-{name}"

    def record(
        self,
        name: str,
        *,
        steps: list[StepEntry] | None = None,
        escalations: list[EscalationEntry] | None = None,
        **case: Any,
    ) -> str:
        """Write a case to the register that was opened yesterday and whose 30 days end next month."""
        dates = {"opened_at": YESTERDAY, "limit_at": NOW + timedelta(days=30)}
        entry = examples.case(case_id=self.id(name), **dates | case)
        step = examples.step(due_at=NOW + timedelta(days=1))
        write(self.register, RegisterEntries(case=entry, steps=steps or [step], escalations=escalations or []))
        return entry.case_id

    async def start(self, name: str, workflow_type: str = CASE) -> str:
        """Have Temporal run a case, or another workflow, and wait until its lists show it."""
        workflow_id = self.id(name)
        await self.client.start_workflow(workflow_type, id=workflow_id, task_queue=self.task_queue)
        await self.until_listed(workflow_id, "Running")
        return workflow_id

    async def until_listed(self, workflow_id: str, status: str) -> None:
        end = time.monotonic() + 20
        query = f"WorkflowId = '{workflow_id}' AND ExecutionStatus = '{status}'"
        while not [each async for each in self.client.list_workflows(query)]:
            assert time.monotonic() < end, f"Temporal does not list {workflow_id} as {status}"
            await asyncio.sleep(0.05)


@pytest.fixture
def sqlite_register(sqlite_register_url: str) -> Iterator[Engine]:
    engine = open_register(sqlite_register_url)
    yield engine
    engine.dispose()


@pytest.fixture
def office(dev_server: WorkflowEnvironment, sqlite_register: Engine, task_queue: str) -> Office:
    return Office(dev_server.client, sqlite_register, task_queue)


def overdue(**changes: Any) -> EscalationEntry:
    unsettled = {"acknowledged_by": None, "acknowledged_until": None, "resolved_at": None, "resolved_by": None}
    given = {"id": "inspect.step_overdue", "kind": "step_overdue", "step": "inspect", "raised_at": YESTERDAY}
    return examples.escalation(**given | unsettled | changes)


# -- looking ----------------------------------------------------------------------------------------------------------


async def test_where_everything_is_in_order_there_is_no_gap(office: Office) -> None:
    late = examples.step(step="inspect", due_at=YESTERDAY)
    case_id = office.record("a", steps=[late], escalations=[overdue()])
    await office.start("a")
    await office.start(ladder_id("a", "inspect.step_overdue"), LADDER)
    office.record("closed", closed_at=YESTERDAY)

    looked = await office.run(office.watch().look_for_gaps, Look(through="cases", at=NOW))

    assert looked == Looked(gaps=[], gaps_in_all=0, open_cases=1)
    assert case_id.endswith("-a")


async def test_a_case_in_one_and_not_in_the_other_is_found_both_ways(office: Office) -> None:
    office.record("never-in-temporal")
    terminated = await office.start("terminated")
    office.record("terminated")
    await office.client.get_workflow_handle(terminated).terminate()
    await office.until_listed(terminated, "Terminated")
    await office.start("never-in-register")
    office.record("closed-and-running", closed_at=YESTERDAY)
    await office.start("closed-and-running")

    assert await office.look() == [
        "case_not_in_register closed-and-running closed",
        "case_not_in_register never-in-register",
        "case_not_in_temporal never-in-temporal",
        "case_not_in_temporal terminated",
    ]


async def test_what_has_only_just_happened_is_no_gap(office: Office) -> None:
    """The negative control has no grace: everything is a gap then."""
    await office.start("opened-now")
    closed = await office.start("closed-now")
    office.record("closed-now")
    await office.client.get_workflow_handle(closed).terminate()
    office.record("ran-out-now", steps=[examples.step(step="inspect", due_at=datetime.now(UTC))])
    await office.start("ran-out-now")
    office.record("raised-now", escalations=[overdue(raised_at=datetime.now(UTC))])
    await office.start("raised-now")

    assert await office.look(grace=timedelta(minutes=5)) == []
    assert await office.look() == [
        "case_not_in_register opened-now",
        "case_not_in_temporal closed-now",
        "ladder_gone raised-now inspect.step_overdue",
        "term_not_escalated ran-out-now inspect",
    ]


async def test_a_case_that_our_list_does_not_show_is_asked_for_by_itself(office: Office) -> None:
    """Temporal's lists run behind, and hold only what is on our task queue."""
    office.record("moved")
    await office.client.start_workflow(CASE, id=office.id("moved"), task_queue=f"{office.task_queue}-old")
    looked = await office.run(office.watch().look_for_gaps, Look(through="cases", at=NOW))
    (gap,) = looked.gaps
    assert f"runs on the task queue {office.task_queue}-old, which this worker does not serve" in gap.what


async def test_the_cases_of_another_office_in_the_namespace_are_not_ours(office: Office, task_queue: str) -> None:
    other = Office(office.client, office.register, f"{task_queue}-other")
    await other.start("theirs")
    assert await office.look() == []
    assert await other.look() == ["case_not_in_register theirs"]


async def test_a_term_that_passed_without_its_escalation_is_found(office: Office) -> None:
    late = examples.step(step="inspect", due_at=YESTERDAY)
    for name, escalations in {"told": [overdue()], "untold": []}.items():
        office.record(name, steps=[late], escalations=escalations)
        await office.start(name)
    await office.start(ladder_id("told", "inspect.step_overdue"), LADDER)
    assert await office.look() == ["term_not_escalated untold inspect"]


@workflow.defn(name=CASE)
class Fetching:
    """A case that fetches documents for as long as it runs."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity("fetch_documents", schedule_to_close_timeout=timedelta(minutes=5))


async def test_documents_that_are_being_fetched_make_nobody_late(office: Office) -> None:
    awaiting = examples.step(step="await_documents", due_at=YESTERDAY)
    for name in ("fetching", "waiting"):
        office.record(name, steps=[awaiting])
    async with Worker(
        office.client,
        task_queue=office.task_queue,
        workflows=[Fetching],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        fetching = await office.start("fetching")
        handle = office.client.get_workflow_handle(fetching)
        while not (await handle.describe()).raw_description.pending_activities:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)
    await office.start("waiting")
    assert await office.look() == ["term_not_escalated waiting await_documents"]


async def test_an_escalation_that_nobody_is_told_of_any_more_is_found(office: Office) -> None:
    cases = {
        "climbing": "climbing",
        "exhausted": "exhausted",
        "gone": "climbing",
        "taken-on": "exhausted",
        "settled": "resolved",
    }
    for name, state in cases.items():
        settled = {"resolved_at": YESTERDAY, "resolved_by": "the step is done"} if name == "settled" else {}
        tomorrow = {"acknowledged_by": "Aigul", "acknowledged_until": (NOW + timedelta(days=1)).date()}
        escalation = overdue(**settled, **(tomorrow if name == "taken-on" else {}))
        case_id = office.record(name, escalations=[escalation])
        await office.start(name)
        ended_at = YESTERDAY if state == "resolved" else None
        write_ladder(office.register, ladder_entry(case_id, state=state, ended_at=ended_at))
    for name in ("climbing", "exhausted", "taken-on"):
        await office.start(ladder_id(name, "inspect.step_overdue"), LADDER)

    assert await office.look() == [
        "ladder_ended exhausted inspect.step_overdue",
        "ladder_gone gone inspect.step_overdue",
    ]


def ladder_entry(case_id: str, **changes: Any) -> LadderEntry:
    return LadderEntry.model_validate(
        {
            "case_id": case_id,
            "escalation_id": "inspect.step_overdue",
            "revision": 1,
            "kind": "step_overdue",
            "state": "climbing",
            "level": 3,
            "rung": 7,
            "next_at": None,
            "raised_at": YESTERDAY,
        }
        | changes
    )


async def test_a_level_without_recipient_is_found(office: Office) -> None:
    office.recipients[3] = []
    assert await office.look() == ["level_without_recipient 3"]


async def test_a_year_that_is_not_confirmed_is_found_on_either_database(
    dev_server: WorkflowEnvironment, register: Engine, task_queue: str
) -> None:
    office = Office(dev_server.client, register, task_queue)
    decree = Decree(number="358", date=date(2026, 2, 20), title="On the working calendar")
    confirm_year(register, Confirmation(year=2026, decree=decree), by="A. Nurlan", now=datetime(2026, 3, 2, tzinfo=UTC))
    last_of_november = datetime(2026, 11, 30, 18, 59, tzinfo=UTC)
    assert await office.look("calendar", last_of_november) == []
    # 00:00 of 1 December in Almaty, which is still November in UTC.
    assert await office.look("calendar", last_of_november + timedelta(minutes=1)) == ["year_not_confirmed 2027"]
    assert await office.look("cases") == []


@workflow.defn(name=CASE)
class Defective:
    """A case whose code has a defect: its workflow tasks fail until it is mended."""

    mended = False

    @workflow.run
    async def run(self) -> None:
        if workflow.info().workflow_id.endswith("defective") and not self.mended:
            raise RuntimeError("a defect")
        await workflow.wait_condition(lambda: False)


@pytest_asyncio.fixture
async def server_that_reports() -> AsyncIterator[Callable[[int], Awaitable[Client]]]:
    """Starts a server that reports a workflow after so many failed workflow tasks; 0 switches that off."""
    from contextlib import AsyncExitStack

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
async def test_a_workflow_that_fails_its_tasks_is_found_until_it_is_mended(
    server_that_reports: Callable[[int], Awaitable[Client]], sqlite_register: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(await server_that_reports(1), sqlite_register, "tasks")
    for name in ("defective", "healthy"):
        office.record(name)
    async with Worker(
        office.client, task_queue="tasks", workflows=[Defective], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        for name in ("defective", "healthy"):
            await office.start(name)
        assert await until_found(office, lambda found: bool(found)) == ["tasks_fail defective"]
        monkeypatch.setattr(Defective, "mended", True)
        assert await until_found(office, lambda found: not found) == []


async def until_found(office: Office, enough: Callable[[list[str]], bool]) -> list[str]:
    end = time.monotonic() + 60  # Temporal tries a failed task again after 10 s, then after longer
    while True:
        found = await office.look()
        if enough(found) or time.monotonic() > end:
            return found
        await asyncio.sleep(0.2)


async def test_a_server_that_reports_no_failing_tasks_is_a_gap_itself(
    server_that_reports: Callable[[int], Awaitable[Client]], sqlite_register: Engine
) -> None:
    office = Office(await server_that_reports(0), sqlite_register, "tasks")
    assert await office.look() == ["tasks_not_watched default"]


async def test_a_register_that_cannot_be_read_is_told_as_such(
    dev_server: WorkflowEnvironment, sqlite_url: str, tmp_path: Path, task_queue: str
) -> None:
    (tmp_path / "var").mkdir()
    register = open_register(sqlite_url)  # not migrated
    with pytest.raises(ApplicationError, match="no such table"):
        await Office(dev_server.client, register, task_queue).look()
    register.dispose()


# -- telling ----------------------------------------------------------------------------------------------------------


def gap(number: int, **changes: Any) -> Gap:
    given = {
        "kind": GapKind.NOT_IN_REGISTER,
        "workflow_id": f"rex-ch-{number}",
        "what": f"rex-ch-{number} is in Temporal and not in the register <b>",
        "what_to_do": "See whether the register is the right one.",
    }
    return Gap.model_validate(given | changes)


def report(*gaps: Gap, at: datetime = NOW, more: int = 0) -> GapReport:
    return GapReport(through="cases", at=at, gaps=list(gaps), gaps_in_all=len(gaps) + more)


class Mailbox:
    """A mail server, with a recipient of each level."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def url(self, who: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=rex@trade.gov.example&to={who}@trade.gov.example"

    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(self.folder.glob("*.eml"))]


@pytest_asyncio.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    server = await mail.start(tmp_path / "mail", 0)
    yield Mailbox(tmp_path / "mail", mail.port_of(server))
    server.close()


async def test_one_message_lists_every_gap_with_what_to_do_and_its_link(office: Office, mailbox: Mailbox) -> None:
    office.recipients[2] = [mailbox.url("on-call")]
    level = gap(0, kind=GapKind.LEVEL_WITHOUT_RECIPIENT, workflow_id=None, about="3", what="level 3 has no recipient")

    told = await office.run(office.watch().report_gaps, report(level, gap(1), gap(2), more=7))

    assert told == GapsTold(told=3, told_before=0, level=2)
    (letter,) = mailbox.letters()
    assert str(letter["To"]) == "on-call@trade.gov.example"
    assert str(letter["Subject"]).startswith("[REX L2] ")
    assert "sweep: 10 gaps; level 3 has no recipient" in str(letter["Subject"])
    html = letter.get_body(("html",))
    assert html is not None
    words = html.get_content()
    assert words.count("<li>") == 3
    assert "rex-ch-2 is in Temporal and not in the register &lt;b&gt;" in words
    assert 'href="https://temporal.example/namespaces/default/workflows/rex-ch-2"' in words
    assert "and 7 more" in words


async def test_a_gap_is_told_once_a_day_and_again_the_next(office: Office, mailbox: Mailbox) -> None:
    office.recipients[2] = [mailbox.url("on-call")]
    tell = office.watch().report_gaps
    assert await office.run(tell, report(gap(1))) == GapsTold(told=1, told_before=0, level=2)
    assert await office.run(tell, report(gap(1))) == GapsTold(told=0, told_before=1, level=None)
    assert await office.run(tell, report(gap(1), gap(2))) == GapsTold(told=1, told_before=1, level=2)
    tomorrow = NOW + timedelta(days=1)
    assert await office.run(tell, report(gap(1), gap(2), at=tomorrow)) == GapsTold(told=2, told_before=0, level=2)
    subjects = [str(letter["Subject"]) for letter in mailbox.letters()]
    assert ["rex-ch-1" in subject for subject in subjects] == [True, False, True]
    assert [subject.partition("sweep: ")[2][:6] for subject in subjects] == ["1 gap;", "1 gap;", "2 gaps"]


async def test_where_nobody_on_call_is_reached_the_head_is_told(office: Office, mailbox: Mailbox) -> None:
    answers = Host({"/hook": Answer(status=500)})
    async with running(answers) as hook:
        office.recipients = {
            1: [mailbox.url("officer")],
            2: [f"{hook.replace('http', 'json')}/hook"],
            3: [mailbox.url("head")],
        }
        told = await office.run(office.watch().report_gaps, report(gap(1)))
        assert (told.level, answers.asked) == (3, ["/hook"])
        answers.answers["/hook"] = Answer(status=200)
        assert (await office.run(office.watch().report_gaps, report(gap(2)))).level == 2
    (letter,) = mailbox.letters()
    assert str(letter["To"]) == "head@trade.gov.example"


async def test_where_nobody_at_all_is_reached_it_is_tried_again_and_nothing_counts_as_told(office: Office) -> None:
    office.recipients = {2: ["json://user:hunter2@127.0.0.1:9/secret"]}
    for _ in range(2):
        with pytest.raises(ApplicationError, match="reaches nobody: level 2, recipient 1") as raised:
            await office.run(office.watch().report_gaps, report(gap(1)))
        assert raised.value.type == ErrorKind.UNREACHABLE
        assert "hunter2" not in str(raised.value)
        assert "secret" not in str(raised.value)


async def test_a_register_out_of_reach_keeps_nobody_from_being_told(
    dev_server: WorkflowEnvironment, sqlite_url: str, tmp_path: Path, mailbox: Mailbox, task_queue: str
) -> None:
    (tmp_path / "var").mkdir(exist_ok=True)
    office = Office(dev_server.client, open_register(sqlite_url), task_queue)  # not migrated
    office.recipients[2] = [mailbox.url("on-call")]
    told = await office.run(office.watch().report_gaps, report(gap(1)))
    office.register.dispose()
    assert (told.level, len(mailbox.letters())) == (2, 1)


# -- all is well ------------------------------------------------------------------------------------------------------


async def test_the_heartbeat_is_called_where_one_is_set(office: Office) -> None:
    outside = Host({"/ping/T0KEN": Answer()})
    async with running(outside) as url:
        assert await office.run(office.watch(heartbeat_url=f"{url}/ping/T0KEN").say_all_well, AllWell(at=NOW)) is True
    assert outside.asked == ["/ping/T0KEN"]
    assert await office.run(office.watch().say_all_well, AllWell(at=NOW)) is False


@pytest.mark.parametrize(("status", "kind"), [(500, ErrorKind.UNREACHABLE), (404, ErrorKind.REFUSED)])
async def test_a_heartbeat_that_is_not_taken_is_an_error_without_its_token(
    office: Office, status: int, kind: ErrorKind
) -> None:
    async with running(Host({"/ping/T0KEN": Answer(status=status)})) as url:
        with pytest.raises(ApplicationError, match=f"REXV_HEARTBEAT_URL.* answered {status}") as raised:
            await office.run(office.watch(heartbeat_url=f"{url}/ping/T0KEN").say_all_well, AllWell(at=NOW))
    assert raised.value.type == kind
    assert "T0KEN" not in str(raised.value)
