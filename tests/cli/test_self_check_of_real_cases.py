"""The self-check of cases as they really run: what works is no finding, and each thing that breaks is one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, text, update
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.self_check import SelfCheckActivities
from notifications.dates import almaty_day
from register.accounts import read_standing
from register.database import migrate, open_register, writing
from register.tables import CaseRow, LogRow, StepRow
from reports.counting import count
from reports.period import Period
from rules.outcome import Outcome
from self_check.interface import Checked, CheckWanted
from tests.cli.conftest import SAMPLES, Office

ESCALATION = "await_documents.message_rejected"


@pytest.fixture
def dev_server(dev_server_of_self_checks: WorkflowEnvironment) -> WorkflowEnvironment:
    return dev_server_of_self_checks


class Checking:
    """An office with one case that has an open escalation, and a self-check without any grace."""

    def __init__(self, office: Office, register: Engine, case_id: str) -> None:
        self.office, self.register, self.case_id = office, register, case_id

    async def findings(self) -> list[str]:
        activities = SelfCheckActivities(
            self.office.client,
            self.register,
            self.office.settings.recipients,
            ui_url="https://temporal.example",
            grace=timedelta(0),
        )
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, task_queue=self.office.settings.task_queue)
        checked: Checked = await environment.run(activities.check, CheckWanted(scope="cases", at=datetime.now(UTC)))
        return [finding.key.replace(self.case_id, "CASE") for finding in checked.findings]

    async def until_findings(self, expected: list[str]) -> None:
        """Check until these are all."""
        await self.until(lambda found: found == expected)

    async def until(self, there: Callable[[list[str]], bool]) -> None:
        """Check until it is so: the register and Temporal's lists run a little behind the cases."""
        async with asyncio.timeout(30):
            while not there(await self.findings()):  # noqa: ASYNC110 - each check asks both
                await asyncio.sleep(0.1)


@pytest.fixture
def register(office: Office) -> Iterator[Engine]:
    engine = open_register(office.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
async def checking(office: Office, register: Engine) -> Checking:
    case_id = await office.open()
    while (await office.case(case_id))["step"] != "await_documents":
        pass
    await office.client.get_workflow_handle(case_id).signal("no_such_signal", {"message_id": "m1"})
    while [each["id"] for each in (await office.case(case_id))["escalations"]] != [ESCALATION]:
        pass
    return Checking(office, register, case_id)


async def test_a_case_at_work_with_an_open_escalation_has_no_finding(checking: Checking) -> None:
    await checking.until_findings([])


async def test_a_case_that_somebody_terminated_is_a_finding(checking: Checking) -> None:
    await checking.until_findings([])
    await checking.office.client.get_workflow_handle(checking.case_id).terminate()
    await checking.until_findings(["case_not_in_temporal CASE"])


async def test_another_register_than_the_one_that_the_cases_write_to_is_a_finding(
    checking: Checking, tmp_path: Path
) -> None:
    await checking.until_findings([])
    theirs, checking.register = checking.register, open_register(f"sqlite:///{tmp_path / 'restored.db'}")
    migrate(checking.register)
    await checking.until_findings(["case_not_in_register CASE"])
    checking.register.dispose()
    checking.register = theirs
    await checking.until_findings([])


async def test_a_register_that_was_changed_by_hand_is_a_finding(checking: Checking) -> None:
    await checking.until_findings([])
    with writing(checking.register) as connection:
        running = update(StepRow).where(StepRow.case_id == checking.case_id, StepRow.state == "running")
        connection.execute(running.values(late_days=3))
    await checking.until(lambda found: any(each.startswith("register_differs CASE") for each in found))


async def until(office: Office, case_id: str, there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask until the case is where it has to be and has written all of it to the register."""
    handle = office.client.get_workflow_handle(case_id)
    async with asyncio.timeout(30):
        while True:
            case = await office.case(case_id)
            if there(case) and not (await handle.query("record"))["busy"]:
                return case
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_whole_case_is_no_finding_at_any_step_nor_when_it_is_closed(
    checking: Checking, register: Engine
) -> None:
    office, case_id = checking.office, checking.case_id
    handle = office.client.get_workflow_handle(case_id)
    await handle.signal("documents_arrived", await office.documents(case_id))
    await until(office, case_id, lambda case: case["step"] == "inspect")
    await checking.until_findings([])
    inspection = json.loads((SAMPLES / "inspection-ground.json").read_text(encoding="utf-8"))
    await handle.signal("inspection_completed", inspection | {"message_id": "inspection-1"})
    drafted = await until(office, case_id, lambda case: case["conclusion"] and case["conclusion"]["document_id"])
    await checking.until_findings([])
    signature = {"message_id": "signature-1", "sent_by": "case-management", "signed_by": "Д. Омаров"}
    await handle.signal("conclusion_signed", signature | {"document_id": drafted["conclusion"]["document_id"]})
    ended = await handle.result()
    await checking.until_findings([])

    [row] = read_standing(register).cases
    assert row.limit_met is ended["limit_met"] is True
    assert row.limit_ended_at == datetime.fromisoformat(ended["limit_ended_at"])
    today = almaty_day(datetime.now(UTC))
    account = count(read_standing(register), Period(almaty_day(row.received_at), today), datetime.now(UTC))
    of_switzerland = next(each for each in account.cases if each.country == "CH")
    assert (of_switzerland.received, of_switzerland.outcomes[Outcome.NOT_VALID], of_switzerland.open_after) == (1, 1, 0)
    assert [(each.kept, each.broken) for each in account.terms] == [(1, 0)] * 6  # each step, and the thirty days

    with writing(register) as connection:
        connection.execute(text("DROP TRIGGER log_refuses_delete"))
        connection.execute(delete(LogRow).where(LogRow.key == "message inspection-1"))
        connection.execute(update(CaseRow).values(outcome="valid"))
    await checking.until_findings(
        ["register_differs CASE cases CASE outcome", "register_differs CASE log message inspection-1"]
    )


async def test_a_term_that_passed_in_silence_is_a_finding(checking: Checking) -> None:
    await checking.until_findings([])
    with writing(checking.register) as connection:
        connection.execute(update(CaseRow).values(limit_at=datetime.now(UTC) - timedelta(days=1)))
    await checking.until(lambda found: "term_not_escalated CASE limit" in found)
