"""A worker that is killed between raising and delivering: nothing is lost, and nothing told more than twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from register.outbox import attempts_of, notifications_of
from temporalio.testing import WorkflowEnvironment

from register.database import open_register
from tests.ladder_worker import MOMENTS, STARTED, start
from tests.storm import Heard, listening
from tests.support.requests import request


async def until_told(heard: Heard, identity: str) -> None:
    async with asyncio.timeout(60):
        while identity not in heard.ids():  # noqa: ASYNC110 - it is told by another process
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("moment", [*MOMENTS, STARTED])
async def test_a_kill_loses_nothing_and_tells_it_at_most_twice_under_the_same_id(
    dev_server: WorkflowEnvironment, task_queue: str, sqlite_register_url: str, tmp_path: Path, moment: str
) -> None:
    register = open_register(sqlite_register_url)
    case_id = f"rex-ch-{task_queue}"
    # Received so long ago that the term of ¶7 is over when the case is opened: its breach is raised at once.
    received_at = await dev_server.get_current_time() - timedelta(days=8)
    with listening() as heard:
        mark = tmp_path / "killed"
        arguments = [task_queue, sqlite_register_url, str(heard.port), "--kill-after", moment, "--mark", str(mark)]
        server = dev_server.client.service_client.config.target_host
        worker = await start(arguments, server)
        try:
            handle = await dev_server.client.start_workflow(
                "VerificationWorkflow", request(received_at), id=case_id, task_queue=task_queue
            )
            assert await asyncio.wait_for(worker.wait(), 60) == -9
            assert mark.exists()
            worker = await start(arguments, server)
            identity = f"{case_id}.request_documents.step_overdue.1"
            await until_told(heard, identity)
            async with asyncio.timeout(60):
                while True:
                    rows = notifications_of(register, case_id)
                    if rows and all(row["state"] == "sent" for row in rows if row["escalation_id"].endswith("overdue")):
                        break
                    await asyncio.sleep(0.1)
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
            await handle.terminate()
    told = heard.ids().count(identity)
    assert 1 <= told <= 2
    assert told == (2 if moment == "sent and not recorded" else 1)
    assert sum(each["sent"] for each in attempts_of(register, case_id)) == 1
    register.dispose()
