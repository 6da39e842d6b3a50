"""A worker process with real ladders whose outside world is in memory; it may kill itself once, at a given moment."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import activities.delivery
import activities.ladders
from activities.delivery import DeliveryActivities
from activities.ladders import LadderActivities
from sqlalchemy import Engine
from temporalio.client import Client

from activities.interface import Activity
from activities.register import RegisterActivities
from escalation.ladder_file import Ladders, read_ladders
from register.database import open_register
from rules.calendar import CalendarDays, Offset
from runtime.connection import connect
from runtime.settings import WorkerSettings
from tests.conftest import ROOT
from tests.support.world import World
from worker import THREADS, build_worker, serve

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


def ladders_to(port: int) -> Ladders:
    """The example's ladder, with one recipient per level."""
    example = Path(__file__).resolve().parent.parent / "escalation/default.toml"
    urls = {f"REXV_ESCALATE_{level}": f"json://127.0.0.1:{port}/{level}" for level in (1, 2, 3)}
    return read_ladders(example.read_text(encoding="utf-8"), example.name, urls)


def midnight_at(instant: datetime) -> Callable[[int, int], CalendarDays]:
    """A calendar on which that instant is midnight and every day counts."""
    ahead = (-(instant.hour * 60 + instant.minute + instant.second / 60)) % (24 * 60)
    minutes = ahead if ahead <= 14 * 60 else ahead - 24 * 60

    def days(first_year: int, last_year: int) -> CalendarDays:
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
        every = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return CalendarDays(
            version="every day",
            first=first,
            last=last,
            days_off={},
            working_weekend_days={"test": [day for day in every if day.weekday() >= 5]},
            offsets=[Offset(since=datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=2), minutes=minutes)],
        )

    return days


def activities_of(
    client: Client, world: World, register: Engine, ladders: Ladders, **delivering: Any
) -> list[Callable[..., Any]]:
    """The world's activities, with the real ladders, delivery and register in place of its own."""
    to_ladders = LadderActivities(client, register, ladders)
    delivery = DeliveryActivities(register, ladders, "http://localhost:8233", client.namespace, **delivering)
    ours = (Activity.START_LADDER, Activity.TELL_LADDER, Activity.WRITE_REGISTER)
    outside = [each for each in world.activities() if each.__name__ not in {name.value for name in ours}]
    return [
        *outside,
        to_ladders.start_ladder,
        to_ladders.tell_ladder,
        delivery.tell_rung,
        delivery.write_ladder,
        RegisterActivities(register).write_register,
    ]


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


async def start(arguments: list[str], server: str) -> Process:
    """Start such a worker as a process."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.ladder_worker",
        *arguments,
        env={"PYTHONPATH": str(ROOT), "TEMPORAL_ADDRESS": server, "TEMPORAL_CONFIG_FILE": "/none.toml"},
        cwd=ROOT,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )


async def main(arguments: argparse.Namespace) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    client = await connect()
    if arguments.kill_after in MOMENTS:
        module, name = MOMENTS[arguments.kill_after]
        setattr(module, name, killing_after(getattr(module, name), arguments.mark))
    elif arguments.kill_after == STARTED:
        start_workflow = client.start_workflow

        async def started(*given: Any, **named: Any) -> Any:
            handle = await start_workflow(*given, **named)
            kill_once(arguments.mark)
            return handle

        client.start_workflow = started  # type: ignore[method-assign] # the kill belongs just after the real call
    world = World(client)
    world.lose(Activity.REQUEST_DOCUMENTS)  # the request is never sent: ¶7 ends at the deadline
    if arguments.midnight:
        world.calendar = midnight_at(arguments.midnight)
    register = open_register(arguments.register_url)
    own = {"sender_has": SENDER_HAS} if arguments.kill_after else {}
    activities = activities_of(client, world, register, ladders_to(arguments.hook_port), **own)
    await serve(build_worker(client, WorkerSettings.model_construct(task_queue=arguments.task_queue), activities))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.ladder_worker", description=__doc__)
    parser.add_argument("task_queue")
    parser.add_argument("register_url")
    parser.add_argument("hook_port", type=int)
    parser.add_argument("--kill-after", choices=[*MOMENTS, STARTED], help="kills itself once after this")
    parser.add_argument("--mark", type=Path, help="the file that says that it has killed itself before")
    parser.add_argument("--midnight", type=datetime.fromisoformat, help="where midnight is, and every day counts")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(arguments()))
