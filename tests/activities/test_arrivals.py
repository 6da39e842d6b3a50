"""When messages arrived, read from real histories."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.arrivals import PAGE, ArrivalActivities
from activities.interface import NOTICE_OUTCOME, ArrivalsWanted
from activities.signals import STILL_TRYING


@pytest.fixture
async def case(dev_server: WorkflowEnvironment, task_queue: str) -> WorkflowHandle[object, object]:
    """A workflow that no worker takes up: its messages only arrive."""
    return await dev_server.client.start_workflow("Nobody", id=f"case-{uuid.uuid4().hex}", task_queue=task_queue)


async def read(environment: WorkflowEnvironment, case: WorkflowHandle[object, object], *numbers: int) -> list[datetime]:
    wanted = ArrivalsWanted(workflow_id=case.id, run_id=str(case.first_execution_run_id), numbers=list(numbers))
    return await ActivityEnvironment().run(ArrivalActivities(environment.client).read_arrivals, wanted)


async def test_each_number_asked_for_gets_the_time_at_which_its_signal_was_recorded_in_the_order_asked(
    dev_server: WorkflowEnvironment, case: WorkflowHandle[object, object]
) -> None:
    before = datetime.now(UTC)
    for number in range(3):
        await case.signal("message", number)
    first, second, third = await read(dev_server, case, 1, 2, 3)
    assert before - timedelta(seconds=1) < first < second < third < datetime.now(UTC) + timedelta(seconds=1)
    assert await read(dev_server, case, 3, 1) == [third, first]
    assert await read(dev_server, case) == []


@pytest.mark.parametrize("ours", [NOTICE_OUTCOME, STILL_TRYING])
async def test_signals_of_our_own_are_not_counted(
    dev_server: WorkflowEnvironment, case: WorkflowHandle[object, object], ours: str
) -> None:
    await case.signal(ours)
    await case.signal("message", 1)
    between = datetime.now(UTC)
    await case.signal(ours)
    await case.signal("message", 2)
    first, second = await read(dev_server, case, 1, 2)
    assert first < between + timedelta(milliseconds=500)
    assert second > between - timedelta(milliseconds=500)
    with pytest.raises(ApplicationError, match="no signals 3; expected numbers from 1 to 2"):
        await read(dev_server, case, 3)


async def test_signals_beyond_a_page_and_large_ones_are_read(
    dev_server: WorkflowEnvironment, case: WorkflowHandle[object, object]
) -> None:
    count = 2 * PAGE + 3
    await asyncio.gather(*[case.signal("message", "x" * 700_000) for _ in range(count)])
    times = await read(dev_server, case, *range(1, count + 1))
    assert len(times) == count
    assert times == sorted(times)


async def test_a_number_that_the_history_does_not_have_is_broken_and_named(
    dev_server: WorkflowEnvironment, case: WorkflowHandle[object, object]
) -> None:
    await case.signal("message")
    for number in (0, 2):
        with pytest.raises(ApplicationError, match=rf"no signals {number}; expected numbers from 1 to 1") as raised:
            await read(dev_server, case, 1, number)
        assert (raised.value.type, raised.value.non_retryable) == ("Broken", True)


@pytest.mark.parametrize("run_id", ["5a3b5e0e-6a52-4d0f-9b1e-3d1c1f2f7a11", "no-run"])
async def test_a_run_that_is_not_there_is_broken(dev_server: WorkflowEnvironment, run_id: str) -> None:
    wanted = ArrivalsWanted(workflow_id="nowhere", run_id=run_id, numbers=[1])
    with pytest.raises(ApplicationError, match=f"there is no run {run_id}") as raised:
        await ActivityEnvironment().run(ArrivalActivities(dev_server.client).read_arrivals, wanted)
    assert raised.value.type == "Broken"
