"""A worker that hangs in whatever activity is named, for a test to kill; run by ``test_outages``.

python -m tests.support.killable TASK_QUEUE FOLDER ACTIVITY...
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from activities.interface import Activity
from runtime.connection import connect
from tests.support.workers import worker
from tests.support.world import World


class Hanging(World):
    """Leaves a file named as the activity when it has begun, and never ends it."""

    folder: Path
    hangs_in: tuple[str, ...]

    async def _asked(self, which: Activity, payload: Any) -> None:
        await super()._asked(which, payload)
        if which.value in self.hangs_in:
            (self.folder / which.value).touch()
            await asyncio.Event().wait()


async def main(task_queue: str, folder: str, *hangs_in: str) -> None:
    client = await connect()
    world = Hanging(client)
    world.folder, world.hangs_in = Path(folder), hangs_in
    async with worker(client, world, task_queue):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
