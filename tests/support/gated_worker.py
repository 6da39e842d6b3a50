"""A worker as ``worker.py`` builds and serves it, with one activity that waits for a file; run by ``test_worker``.

python -m tests.support.gated_worker TASK_QUEUE FOLDER
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow

from runtime.connection import connect
from runtime.logs import log_plainly
from runtime.process import leave
from runtime.settings import WorkerSettings
from worker import build_worker, serve, workers_beside


@activity.defn
async def pass_gate(folder: str) -> str:
    """Says that it has begun, waits for the file ``gate``, and gives its text."""
    (Path(folder) / "begun").touch()
    gate = Path(folder) / "gate"
    while not gate.exists():  # noqa: ASYNC110 - the gate is opened by another process
        await asyncio.sleep(0.02)
    return gate.read_text()


# This file is a script: the sandbox, which is not the subject here, would import all of it anew.
@workflow.defn(sandboxed=False)
class Gated:
    @workflow.run
    async def run(self, folder: str) -> str:
        return await workflow.execute_activity(pass_gate, folder, start_to_close_timeout=timedelta(seconds=60))

    @workflow.query
    def meets(self, folder: str, own: str, other: str) -> bool:
        """Whether the same question to another case, under the other name, is answered at the same time."""
        (Path(folder) / own).touch()
        for _ in range(75):  # 1.5 s: the SDK takes a task for deadlocked after 2
            if (Path(folder) / other).exists():
                return True
            time.sleep(0.02)
        return False


async def main(task_queue: str) -> None:
    log_plainly([])
    settings = WorkerSettings.model_construct(task_queue=task_queue)
    beside = await workers_beside(settings, workflows=[Gated])
    await serve(build_worker(await connect(), settings, [pass_gate], [Gated]), *beside)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
    leave(0)
