"""A worker with real ladders that kills itself once, at a given moment; run by ``test_kills``.

python -m tests.ladder_worker TASK_QUEUE REGISTER_URL HOOK_PORT MOMENT MARK
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import activities.delivery
import activities.ladders
from activities.calls import Activity
from connection import connect
from register.database import open_register
from settings import WorkerSettings
from tests.storm import activities_of, ladders_to
from tests.workflows.world import World
from worker import build_worker, serve

MOMENTS = {
    "the row is written and the ladder not started": (activities.ladders, "write_ladder"),
    "claimed and not sent": (activities.delivery, "claim"),
    "sent and not recorded": (activities.delivery, "send"),
    "recorded and not answered": (activities.delivery, "settle"),
}
"""After which call the worker is killed."""

SENDER_HAS = timedelta(seconds=5)
"""In place of a minute: for so long a worker that has died while it sent is waited for."""

STARTED = "the ladder is started and the case does not know"


def kill_once(mark: Path) -> None:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def killing_after(call: Callable[..., Any], mark: Path) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        result = call(*arguments, **named)
        kill_once(mark)
        return result

    return called


async def main(task_queue: str, register_url: str, port: str, moment: str, mark: str) -> None:
    client = await connect()
    if moment in MOMENTS:
        module, name = MOMENTS[moment]
        setattr(module, name, killing_after(getattr(module, name), Path(mark)))
    elif moment == STARTED:
        start = client.start_workflow

        async def started(*arguments: Any, **named: Any) -> Any:
            handle = await start(*arguments, **named)
            kill_once(Path(mark))
            return handle

        client.start_workflow = started  # type: ignore[method-assign] # the kill belongs just after the real call
    world = World(client)
    world.lose(Activity.REQUEST_DOCUMENTS)
    ladders = ladders_to(int(port))
    activities = activities_of(client, world, open_register(register_url), ladders, sender_has=SENDER_HAS)
    await serve(build_worker(client, WorkerSettings.model_construct(task_queue=task_queue), activities))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
