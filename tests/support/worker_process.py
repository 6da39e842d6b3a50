"""A worker process as in life: real recipients, register and letters to Atameken; the rest of its world is in memory.

    python -m tests.support.worker_process QUEUE REGISTER_URL LADDER_FILE [--atameken URL] [...]

It can kill itself once, right after an effect is committed, and take its time for each activity.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError

import activities.atameken
import activities.recipients
import activities.register
from activities.atameken import AtamekenActivities, atameken_client
from activities.document_store import DocumentStore
from activities.interface import Activity, ErrorKind
from activities.letter_book import LetterBook
from activities.recipients import RecipientActivities
from activities.register import RegisterActivities
from escalation.ladder_file import read_ladders
from register.database import open_register
from rules.calendar import CalendarDays
from rules.clock import Offset
from runtime.connection import connect
from runtime.logs import log_plainly
from runtime.settings import WorkerSettings
from tests.conftest import ROOT
from tests.support.world import World
from worker import THREADS, build_worker, serve

TOKEN = "token-of-the-tests"
"""What the simulated Atameken asks for."""


@dataclass(frozen=True)
class Moment:
    """A call, of an object that holds it by name, after which the worker kills itself; ``nth`` counts from 1."""

    holder: Any
    name: str
    nth: int = 1


MOMENTS = {
    "the register is written": Moment(activities.register, "write"),
    "a letter is taken": Moment(activities.atameken, "call"),
    "a recipient is started": Moment(Client, "start_workflow"),
    "a recipient is handed a further notice": Moment(Client, "start_workflow", nth=2),
    "a message is sent": Moment(activities.recipients, "send"),
    "a case hears of its notice": Moment(WorkflowHandle, "signal"),
}
"""One for each kind of effect that a worker has on the world."""


class Outside(World):
    """What is in memory. Everything may take a moment, never the same one, and be out of reach until a file is there.

    ``longest`` in seconds.
    """

    longest = 0.0
    gate: Path | None = None

    async def _asked(self, which: Activity, payload: Any) -> None:
        if self.longest:
            await asyncio.sleep(random.random() * self.longest)
        gated = which in (Activity.REQUEST_DOCUMENTS, Activity.LOOK_UP_REGISTRATION)
        if gated and self.gate is not None and not self.gate.exists():
            raise ApplicationError("out of reach", type=ErrorKind.UNREACHABLE)
        await super()._asked(which, payload)


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


@asynccontextmanager
async def worker_process(
    server: str, *arguments: str, ready: bool = True, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Such a worker, killed at the end; ``ready``: once it polls."""
    process = await start_worker(server, *arguments, ready=ready, settings=settings)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def start_worker(
    server: str, *arguments: str, ready: bool = True, settings: Mapping[str, str] | None = None
) -> Process:
    """Start such a worker, which the caller has to end.

    :param server: Temporal's address.
    :param ready: return only once it polls.
    :param settings: further variables of its environment.
    """
    given = {"PYTHONPATH": str(ROOT), "TEMPORAL_ADDRESS": server, "TEMPORAL_CONFIG_FILE": "/none.toml"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.worker_process", *arguments),
        env={**given, **(settings or {})},
        cwd=ROOT,
        stdout=PIPE if ready else DEVNULL,
        stderr=None if "WORKERS_SPEAK" in os.environ else DEVNULL,
    )
    if ready:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        assert b"worker ready" in line, f"the worker ended: {await process.wait()}"
    return process


def _kill_after(moment: Moment, mark: Path) -> None:
    """Have this process kill itself right after the call, unless one before it has."""
    call = getattr(moment.holder, moment.name)
    calls = 0

    def kill() -> None:
        nonlocal calls
        calls += 1
        if calls == moment.nth and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)

    async def awaited(*arguments: Any, **named: Any) -> Any:
        result = await call(*arguments, **named)
        kill()
        return result

    def called(*arguments: Any, **named: Any) -> Any:
        result = call(*arguments, **named)
        kill()
        return result

    setattr(moment.holder, moment.name, awaited if asyncio.iscoroutinefunction(call) else called)


async def main(given: argparse.Namespace) -> None:
    """Serve until stopped."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    if given.kill_after:
        _kill_after(MOMENTS[given.kill_after], given.mark)
    client = await connect()
    world = Outside(client)
    world.longest, world.gate = given.longest, given.gate
    if given.midnight:
        world.calendar = midnight_at(given.midnight)
    register = open_register(given.register_url)
    ladders = read_ladders(given.ladder_file.read_text(encoding="utf-8"), given.ladder_file.name, os.environ)
    recipients = RecipientActivities(client, ladders, register, "http://localhost:8233", client.namespace)
    real: list[Callable[..., Any]] = [
        recipients.notify,
        recipients.read_ladders,
        recipients.send_notices,
        RegisterActivities(register).write_register,
    ]
    if given.atameken:
        book = LetterBook(register, DocumentStore(f"{given.ladder_file.parent}/documents"))
        atameken = AtamekenActivities(atameken_client(given.atameken, TOKEN), book)
        real += [
            atameken.request_documents,
            atameken.remind_atameken,
            atameken.withdraw_request,
            atameken.appeal_for_revocation,
        ]
    names = {each.__name__ for each in real}
    in_memory = [each for each in world.activities() if each.__name__ not in names]
    settings = WorkerSettings.model_construct(task_queue=given.task_queue)
    if given.activities_only:
        async with build_worker(client, settings, [*real, *in_memory], workflows=[]):
            print("worker ready", flush=True)
            await asyncio.Event().wait()
    await serve(build_worker(client, settings, [*real, *in_memory]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.worker_process", description=__doc__)
    parser.add_argument("task_queue")
    parser.add_argument("register_url")
    parser.add_argument("ladder_file", type=Path)
    parser.add_argument("--atameken", metavar="URL", help="who takes the letters, in place of the memory")
    parser.add_argument("--gate", type=Path, help="Atameken and REX are out of reach until this file is there")
    parser.add_argument("--activities-only", action="store_true", help="works on no workflow")
    parser.add_argument("--kill-after", choices=MOMENTS, help="kills itself once right after this")
    parser.add_argument("--mark", type=Path, help="the file that says that it has killed itself before")
    parser.add_argument("--midnight", type=datetime.fromisoformat, help="when midnight is; every day counts then")
    parser.add_argument("--longest", type=float, default=0.0, help="seconds that an activity takes at the most")
    return parser.parse_args()


if __name__ == "__main__":
    log_plainly([])
    asyncio.run(main(_arguments()))
