"""Records a history of every path, for ``test_replay``: ``python -m tests.workflows.record_histories [PATH ...]``.

To be run where a change of the workflow is meant to change what open cases do, and no case is open anywhere that
began before; otherwise the change needs ``workflow.patched`` and the recorded histories stay.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from runtime.connection import client_options
from runtime.namespace import adding
from runtime.process import leave
from tests.conftest import BIN
from tests.support.calendars import ALMATY, at
from tests.support.cases import open_case
from tests.support.continuing import CONTINUED, continuing_server, runs_of
from tests.support.requests import request
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.paths import PATHS, world_of

FOLDER = Path(__file__).parent / "histories"


async def record(path: str) -> list[WorkflowHistory]:
    """Run a path on a server that skips time; the history of its one run."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BIN / "temporal-test-server"), **client_options()
    ) as environment:
        await environment.client.operator_service.add_search_attributes(adding(environment.client.namespace))
        now = await environment.get_current_time()
        today = (now + ALMATY).date()
        monday = today + timedelta(days=7 - today.weekday())
        await environment.sleep(at(monday) - now)
        world = world_of(path, World(environment.client))
        async with worker(environment.client, world, path):
            given = request(await environment.get_current_time())
            case = await open_case(environment, world, path, given, case_id=f"rex-ch-{path}", opened_on=monday)
            await PATHS[path](case)
            return [await case.history()]


async def record_continued() -> list[WorkflowHistory]:
    """Run one case on a server that has it go on in new runs often; the histories of all its runs."""
    async with continuing_server() as environment:
        world = World(environment.client)
        async with worker(environment.client, world, CONTINUED.__name__):
            given = request(await environment.get_current_time())
            case_id = f"rex-ch-continued-{uuid.uuid4().hex[:8]}"
            case = await open_case(environment, world, CONTINUED.__name__, given, case_id=case_id)
            await CONTINUED(case)
            return await runs_of(case)


def write(name: str, histories: list[WorkflowHistory]) -> None:
    """One file a run, on one line, so that a difference of histories is not mistaken for one of text."""
    for old in FOLDER.glob(f"{name}.*json"):
        old.unlink()
    for number, history in enumerate(histories, 1):
        suffix = f".{number}" if len(histories) > 1 else ""
        compact = json.dumps(json.loads(history.to_json()), separators=(",", ":"), ensure_ascii=False)
        (FOLDER / f"{name}{suffix}.json").write_text(compact + "\n")
        print(f"{name}{suffix}: {len(history.events)} events, {len(compact) // 1000} kB")


async def main(wanted: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    for path in wanted or [*PATHS, CONTINUED.__name__]:
        write(path, await (record(path) if path in PATHS else record_continued()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    leave(0)
