"""What a case tells the ladders of its escalations, and what a ladder tells its case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities.calls import Activity
from tests.workflows.cases import ALMATY, CaseUnderTest, documents, escalation, open_case, worker
from tests.workflows.world import World

OVERDUE = "await_documents.step_overdue"


@pytest_asyncio.fixture
async def late(time_skipping: WorkflowEnvironment, task_queue: str) -> AsyncIterator[CaseUnderTest]:
    """A case whose documents are late."""
    world = World(time_skipping.client)
    async with worker(time_skipping.client, world, task_queue):
        case = await open_case(time_skipping, world, task_queue)
        await case.at_step("await_documents")
        await case.sleep_days(10)
        await case.until(lambda view: any(each["id"] == OVERDUE for each in view["escalations"]))
        yield case


def news(case: CaseUnderTest) -> list[tuple[str, str]]:
    return [(each.escalation_id, each.what) for each in case.world.calls[Activity.TELL_LADDER]]


async def test_an_escalation_gets_its_ladder_with_the_calendar_of_the_case(late: CaseUnderTest) -> None:
    [raised] = [each for each in late.world.calls[Activity.START_LADDER] if each.escalation_id == OVERDUE]
    assert raised.days is not None
    assert raised.since == raised.due_at
    assert raised.raised_at >= raised.since


async def test_a_ladder_is_told_who_has_taken_it_on_and_again_only_when_that_changes(late: CaseUnderTest) -> None:
    today = (await late.now() + ALMATY).date().isoformat()
    for _ in range(2):
        await late.update("acknowledge_escalation", escalation_id=OVERDUE, until=today)
    await late.until(lambda _: (OVERDUE, "acknowledged") in news(late))
    assert news(late).count((OVERDUE, "acknowledged")) == 1


async def test_a_ladder_is_told_that_the_step_is_done(late: CaseUnderTest) -> None:
    await late.signal("documents_arrived", documents())
    await late.at_step("inspect")
    await late.until(lambda _: (OVERDUE, "resolved") in news(late))


async def test_a_case_that_closes_has_told_every_ladder_that_it_is_settled(late: CaseUnderTest) -> None:
    await late.update("withdraw", reason="by the customs")
    view = await late.result()
    started = {each.escalation_id for each in late.world.calls[Activity.START_LADDER]}
    assert started <= {each["id"] for each in view["escalations"]}
    assert {name for name, what in news(late) if what == "resolved"} == started


async def test_that_nobody_can_be_reached_is_shown_until_somebody_is(late: CaseUnderTest) -> None:
    since = (await late.now()).isoformat()
    await late.handle.signal("ladder_reports", {"escalation_id": OVERDUE, "nobody_since": since})
    await late.until(lambda view: escalation(view, OVERDUE)["nobody_reached_since"] is not None)
    await late.handle.signal("ladder_reports", {"escalation_id": OVERDUE, "nobody_since": None})
    view = await late.until(lambda view: escalation(view, OVERDUE)["nobody_reached_since"] is None)
    assert view["rejected_count"] == 0
