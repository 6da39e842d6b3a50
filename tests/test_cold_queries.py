"""Queries that reach workers without the case while a workflow task is pending leave the case as its history has it.

With a cache such a query lets a case run ahead of its history, with a clock that stands still (docs/design.md).
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.recipients import file_to, listening
from tests.support.agreement import differs_from_history
from tests.support.cases import CaseUnderTest
from tests.support.requests import request
from tests.support.waiting import finish, until
from tests.support.worker_process import worker_process
from tests.support.world import World

CASES = 16
ASKED = 12

STALE = 3
"""Seconds that the tasks wait for a worker: so far behind is a clock that stands still."""


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_cases_whose_tasks_wait_while_they_are_asked_come_to_what_their_histories_give(
    dev_server: WorkflowEnvironment, task_queue: str, sqlite_register_url: str, tmp_path: Path
) -> None:
    client = dev_server.client
    server = client.service_client.config.target_host
    gate, ladder_file = tmp_path / "gate", tmp_path / "escalation.toml"
    with listening() as hook:
        ladder_file.write_text(file_to(hook.url(task_queue)))
        arguments = (task_queue, sqlite_register_url, str(ladder_file), "--gate", str(gate))
        async with worker_process(server, *arguments) as killed:
            given = request(datetime.now(UTC) - timedelta(days=8))  # so late that its breach is raised, and resolved
            handles = [
                await client.start_workflow(
                    "VerificationWorkflow", given, id=f"{task_queue}-{number}", task_queue=task_queue
                )
                for number in range(CASES)
            ]
            for handle in handles:
                await until(partial(tries, handle, 2), 60)
            killed.kill()
        asks = [asyncio.create_task(ask(handle)) for handle in handles[:ASKED]]
        gate.touch()
        async with worker_process(server, *arguments, "--activities-only"):
            for handle in handles:
                await until(partial(has_answers, handle), 60)
            await asyncio.sleep(STALE)
        async with worker_process(server, *arguments):
            await asyncio.gather(*asks)
            cases = [CaseUnderTest(dev_server, client, handle, World()) for handle in handles]
            for case in cases:
                await case.until(lambda view: view["step"] == "await_documents")
                await finish(case)
    differing = {handle.id: found for handle in handles if (found := await differs_from_history(handle))}
    assert differing == {}, f"{len(differing)} of {CASES} differ: {differing}"


async def tries(handle: WorkflowHandle[Any, Any], count: int) -> bool:
    """Whether both pending activities have been tried so often."""
    pending = (await handle.describe()).raw_description.pending_activities
    gated = [each for each in pending if each.activity_type.name in ("request_documents", "look_up_registration")]
    return len(gated) == 2 and all(each.attempt >= count for each in gated)


async def has_answers(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether the activities have ended and the case's task waits for a worker."""
    pending = (await handle.describe()).raw_description
    last = [event.event_type async for event in handle.fetch_history_events()][-1]
    waits = pending.HasField("pending_workflow_task")
    return not pending.pending_activities and waits and last != EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED


async def ask(handle: WorkflowHandle[Any, Any]) -> None:
    """Ask how the case stands, and wait for a worker that can say it."""
    await handle.query("case", rpc_timeout=timedelta(seconds=90))
