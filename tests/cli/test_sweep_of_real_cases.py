"""The sweep over cases as they really run: what works is no gap, and each thing that breaks is one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update
from temporalio.testing import ActivityEnvironment

from activities.interface import Look, Looked
from activities.ladders import ladder_id
from activities.self_check import WatchActivities
from register.database import migrate, open_register, writing
from register.tables import CaseRow, EscalationRow, StepRow
from tests.cli.conftest import Office

ESCALATION = "await_documents.message_rejected"


class Sweeping:
    """An office with one case that has an open escalation, and a sweep that grants no grace."""

    def __init__(self, office: Office, register: Engine, case_id: str) -> None:
        self.office, self.register, self.case_id = office, register, case_id

    async def gaps(self) -> list[str]:
        watch = WatchActivities(
            self.office.client,
            self.register,
            self.office.settings.recipients,
            ui_url="https://temporal.example",
            grace=timedelta(0),
        )
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, task_queue=self.office.settings.task_queue)
        looked: Looked = await environment.run(watch.look_for_gaps, Look(through="cases", at=datetime.now(UTC)))
        return [gap.key.replace(self.case_id, "CASE") for gap in looked.gaps]

    async def until_gaps(self, expected: list[str]) -> None:
        """Look until it is so: the register and Temporal's lists run a little behind the cases."""
        async with asyncio.timeout(30):
            while await self.gaps() != expected:  # noqa: ASYNC110 - each look asks both
                await asyncio.sleep(0.1)


@pytest.fixture
def register(office: Office) -> Iterator[Engine]:
    engine = open_register(office.database_url)
    yield engine
    engine.dispose()


@pytest.fixture
async def sweeping(office: Office, register: Engine) -> Sweeping:
    case_id = await office.open()
    while (await office.case(case_id))["step"] != "await_documents":
        pass
    await office.client.get_workflow_handle(case_id).signal("no_such_signal", {"message_id": "m1"})
    while [each["id"] for each in (await office.case(case_id))["escalations"]] != [ESCALATION]:
        pass
    return Sweeping(office, register, case_id)


async def test_a_case_at_work_with_its_ladder_has_no_gap(sweeping: Sweeping) -> None:
    await sweeping.until_gaps([])


async def test_a_ladder_that_somebody_terminated_is_a_gap(sweeping: Sweeping) -> None:
    await sweeping.until_gaps([])
    ladder = sweeping.office.client.get_workflow_handle(ladder_id(sweeping.case_id, ESCALATION))
    await ladder.terminate()
    await sweeping.until_gaps([f"ladder_gone CASE {ESCALATION}"])


async def test_a_case_that_somebody_terminated_is_a_gap(sweeping: Sweeping) -> None:
    await sweeping.until_gaps([])
    await sweeping.office.client.get_workflow_handle(sweeping.case_id).terminate()
    await sweeping.until_gaps(["case_not_in_temporal CASE"])


async def test_another_register_than_the_one_that_the_cases_write_to_is_a_gap(
    sweeping: Sweeping, tmp_path: Path
) -> None:
    await sweeping.until_gaps([])
    theirs, sweeping.register = sweeping.register, open_register(f"sqlite:///{tmp_path / 'restored.db'}")
    migrate(sweeping.register)
    await sweeping.until_gaps(["case_not_in_register CASE"])
    sweeping.register.dispose()
    sweeping.register = theirs
    await sweeping.until_gaps([])


async def test_a_term_that_passed_in_silence_is_a_gap(sweeping: Sweeping) -> None:
    await sweeping.until_gaps([])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with writing(sweeping.register) as connection:
        late = update(StepRow).where(StepRow.case_id == sweeping.case_id, StepRow.state == "running")
        connection.execute(late.values(due_at=yesterday))
        connection.execute(update(CaseRow).values(limit_at=yesterday))
    await sweeping.until_gaps(["term_not_escalated CASE await_documents", "term_not_escalated CASE whole"])
    with writing(sweeping.register) as connection:
        escalated = update(EscalationRow).where(EscalationRow.id == ESCALATION)
        connection.execute(escalated.values(kind="step_overdue"))
        connection.execute(update(CaseRow).values(limit_at=datetime.now(UTC) + timedelta(days=1)))
    await sweeping.until_gaps([])
