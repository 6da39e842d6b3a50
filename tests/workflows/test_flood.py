"""Many and large messages continue the case as new with all its state; every one is counted (contract, section 3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents
from tests.support.requests import request
from tests.support.waiting import finish, judged, refused_in_register
from tests.support.workers import worker
from tests.support.world import World

MEGABYTE = 1_000_000


@pytest_asyncio.fixture
async def flooded(dev_server: WorkflowEnvironment, live_world: World, task_queue: str) -> AsyncIterator[CaseUnderTest]:
    """A case that awaits documents. Each workflow task has a minute, for this machine runs other tests beside."""
    async with worker(dev_server.client, live_world, task_queue):
        handle = await dev_server.client.start_workflow(
            "VerificationWorkflow",
            request(datetime.now(UTC) - timedelta(hours=1)),
            id=f"rex-ch-{task_queue}",
            task_queue=task_queue,
            task_timeout=timedelta(minutes=1),
        )
        case = CaseUnderTest(dev_server, dev_server.client, handle, live_world)
        await case.until(lambda view: view["step"] == "await_documents")
        yield case


async def send(case: CaseUnderTest, messages: list[dict[str, Any]], at_a_time: int) -> None:
    """Send signals, so many of them under way at once."""
    under_way = asyncio.Semaphore(at_a_time)

    async def one(message: dict[str, Any]) -> None:
        async with under_way:
            await case.signal("documents_arrived", message)

    await asyncio.gather(*map(one, messages))


async def runs(case: CaseUnderTest, client: Client) -> list[WorkflowHistory]:
    """The histories of all runs of the case, the first one first."""
    run_id: str | None = case.handle.first_execution_run_id
    found = []
    while run_id:
        history = await client.get_workflow_handle(case.handle.id, run_id=run_id).fetch_history()
        found.append(history)
        last = history.events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None
    return found


@pytest.mark.parametrize("at_a_time", [1, 20])
@pytest.mark.slow
async def test_a_hundred_messages_of_a_megabyte_are_counted_and_the_case_can_be_finished(
    flooded: CaseUnderTest, at_a_time: int
) -> None:
    ballast = "x" * MEGABYTE
    messages = [{"message_id": f"m{n}", "sent_by": "x", "ballast": ballast} for n in range(100)]
    await send(flooded, messages, at_a_time)
    view = await judged(flooded, 100, seconds=60)
    assert (view["rejected_count"], view["step"]) == (100, "await_documents")
    refused = await refused_in_register(flooded, 100)
    assert {entry.message_id for entry in refused} == {f"m{n}" for n in range(100)}
    assert len(refused) == 100
    assert all(entry.body is None and entry.size > MEGABYTE for entry in refused)
    view = await finish(flooded)
    assert (view["rejected_count"], len(view["documents"])) == (100, 2)
    assert len(flooded.world.calls[Activity.REQUEST_DOCUMENTS]) == 1
    all_runs = await runs(flooded, flooded.client)
    assert len(all_runs) > 1
    signals = sum(
        event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        for history in all_runs
        for event in history.events
    )
    assert signals == 103
    print(f"{len(all_runs)} runs, of {[len(history.events) for history in all_runs]} events")


@pytest.mark.slow
async def test_two_thousand_small_messages_are_counted_and_the_case_can_be_finished(flooded: CaseUnderTest) -> None:
    bad = [{"message_id": f"bad{n}"} for n in range(1000)]
    good = [documents(f"good{n}", "invoice") for n in range(20)]
    again = [message for message in good for _ in range(49)]
    await send(flooded, [*bad, *good, *again], 50)
    view = await judged(flooded, 2000, seconds=60)
    assert view["rejected_count"] == 1000
    assert len({entry.message_id for entry in await refused_in_register(flooded, 1000)}) == 1000
    view = await flooded.until(lambda view: len(view["documents"]) == 20)
    assert (await finish(flooded))["rejected_count"] == 1000


async def test_refused_messages_that_the_register_cannot_take_yet_do_not_stop_the_case(
    flooded: CaseUnderTest,
) -> None:
    """They wait in the case; were all of them kept whole, its state would outgrow what Temporal takes (2 MB)."""
    world = flooded.world
    world.lose(Activity.WRITE_REGISTER)
    messages = [{"message_id": f"m{n}", "sent_by": "x", "ballast": "y" * 60_000} for n in range(150)]
    await send(flooded, messages, 10)
    view = await judged(flooded, 150, seconds=60)
    assert view["rejected_count"] == 150
    assert len(await runs(flooded, flooded.client)) > 1
    world.mend(Activity.WRITE_REGISTER)
    refused = await refused_in_register(flooded, 150, seconds=60)
    kept = [entry for entry in refused if entry.body is not None]
    assert len(kept) >= 6
    assert {entry.message_id for entry in refused} == {f"m{n}" for n in range(150)}
    await finish(flooded)
