"""Preparing a database and a Temporal namespace, at first and after each upgrade (contract, section 9)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client

from cli.connected import connected
from cli.printing import console, print_json
from cli.schedules import put_schedules
from register.database import migrate, open_register, place
from runtime.namespace import add_search_attributes
from runtime.search_attributes import ALL

_STATES = {"made": "added", "there": "up to date", "paused": "is paused; unpause it in Temporal"}


@dataclass(frozen=True)
class SetUp:
    """What there is now; ``added`` names the search attributes that were missing before.

    ``schedules`` has for each ``made``, ``there`` or ``paused``.
    """

    register: str
    namespace: str
    added: list[str]
    schedules: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """As ``setup --json`` prints it."""
        return {**vars(self), "search_attributes": [key.name for key in ALL]}


async def setup(*, as_json: bool) -> None:
    """Prepare everything and print what is there now."""
    world = await connected()
    done = await set_up(world.client, world.database_url, world.settings.task_queue)
    if as_json:
        print_json(done.as_json())
        return
    added = f"added {', '.join(done.added)}" if done.added else f"all {len(ALL)} are there"
    console().print(f"{done.register}: its tables are up to date", soft_wrap=True)
    console().print(f"namespace {done.namespace}, search attributes: {added}", soft_wrap=True)
    for schedule, state in done.schedules.items():
        console().print(f"schedule {schedule}: {_STATES[state]}", soft_wrap=True)


async def set_up(client: Client, database_url: str, task_queue: str) -> SetUp:
    """Migrate the register, add the search attributes that are missing and put the schedules; may be run again.

    :raises register.database.RegisterError: where the database cannot be used.
    :raises runtime.namespace.NotSetUp: where the namespace cannot, or has a search attribute of another type.
    """
    engine = open_register(database_url)
    try:
        await asyncio.to_thread(migrate, engine)
        added = await add_search_attributes(client)
        return SetUp(place(engine), client.namespace, added, await put_schedules(client, task_queue))
    finally:
        engine.dispose()
