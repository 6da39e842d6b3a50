"""Recipients on a real Temporal server: their worker, a workflow that plays a case, and who is told at the other end.

As a program, ``python -m tests.recipients QUEUE REGISTER LADDERS``, it is a worker process that may kill itself once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

import activities.recipients
from activities.heartbeat import HEARTBEAT_EVERY
from activities.interface import Activity, Notified, Notify
from activities.recipients import RecipientActivities
from escalation.ladder_file import Ladders, read_ladders
from escalation.notice import Notice
from register.database import open_register
from runtime.connection import connect
from runtime.replays import EACH_TASK_A_REPLAY
from tests.conftest import ROOT
from tests.escalation.notices import notice
from workflows.recipient import RecipientWorkflow


@workflow.defn(name="CaseThatNotifies", sandboxed=False)  # its module imports servers
class CaseThatNotifies:
    """Plays a case: hands over its notices, and keeps what it hears of them until it has heard enough."""

    def __init__(self) -> None:
        self._outcomes: list[dict[str, Any]] = []

    @workflow.signal
    def notice_outcome(self, outcome: dict[str, Any]) -> None:
        self._outcomes.append(outcome)

    @workflow.query
    def outcomes(self) -> list[dict[str, Any]]:
        return self._outcomes

    @workflow.run
    async def run(self, wanted: Notify, until: str) -> list[dict[str, Any]]:
        """:param until: "told", "failed" or "final": the outcome that it waits for, of each of its own notices."""
        await workflow.execute_activity(
            Activity.NOTIFY.value, wanted, result_type=Notified, start_to_close_timeout=timedelta(seconds=30)
        )
        field = {"told": "notified_at", "failed": "error", "final": "final"}[until]
        mine = {each.key for each in wanted.notices if each.case_id == workflow.info().workflow_id}
        await workflow.wait_condition(lambda: mine <= {each["key"] for each in self._outcomes if each[field]})
        return self._outcomes


class Hook:
    """A chat service: answers ``answers`` in turn, then 200, and keeps what it was told."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.titles: list[str] = []
        self.answers: list[int] = []
        self.arrived = threading.Semaphore(0)
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.port = 0

    def url(self, name: str = "T0KEN") -> str:
        return f"json://hookuser:hooksecret@127.0.0.1:{self.port}/{name}"


class _Server(ThreadingHTTPServer):
    request_queue_size = 512


@contextmanager
def listening() -> Iterator[Hook]:
    """A web service on the loopback that takes every message."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hook.messages.append(told["message"])
            hook.titles.append(told["title"])
            hook.arrived.release()
            hook.may_answer.wait(20)
            self.send_response(hook.answers.pop(0) if hook.answers else 200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stay quiet."""

    server = _Server(("127.0.0.1", 0), Handler)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        hook.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join()


def ladders_to(*urls: str, urgent_seconds: float = 1) -> Ladders:
    """Ladders whose every level is these recipients; windows of a second."""
    return read_ladders(file_to(*urls, urgent_seconds=urgent_seconds), "escalation.toml", {})


def file_to(*urls: str, urgent_seconds: float = 1) -> str:
    levels = "".join(f"[levels.{level}]\nrecipients = {json.dumps(list(urls))}\n" for level in (1, 2, 3))
    return f"{levels}[delivery]\nbundle_minutes = 0.05\nurgent_bundle_seconds = {urgent_seconds}\n"


def notice_to(ladders: Ladders, number: int = 1, *matters: Any, to: int = 0, **changes: Any) -> Notice:
    """A notice for now to one of level 2."""
    now = datetime.now(UTC)
    return notice(number, *matters, **{"recipient": ladders.book.levels[2].recipients[to], "now": now, **changes})


def worker_of(client: Client, task_queue: str, register: Engine, ladders: Ladders, **options: Any) -> Worker:
    """A worker for recipients and for those who play cases, as in production: no case in a cache."""
    ours = RecipientActivities(client, ladders, register, "http://localhost:8233", client.namespace)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[RecipientWorkflow, CaseThatNotifies],
        activities=[ours.notify, ours.read_ladders, ours.send_notices],
        **EACH_TASK_A_REPLAY,
        max_heartbeat_throttle_interval=HEARTBEAT_EVERY,
        **options,
    )


MOMENTS = {
    "the channel has said yes": ("send",),
    "it is noted that it was sent": ("append_deliveries",),
}
"""Right after which the worker is killed; the second by the call that follows."""


def _killing(call: Callable[..., Any], mark: Path, *, before: bool) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        result = None if before else call(*arguments, **named)
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named) if before else result

    return called


async def start(arguments: list[str], server: str) -> Process:
    """Start such a worker as a process."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.recipients",
        *arguments,
        env={"PYTHONPATH": str(ROOT), "TEMPORAL_ADDRESS": server, "TEMPORAL_CONFIG_FILE": "/none.toml"},
        cwd=ROOT,
        stdout=DEVNULL,
    )


async def main(given: argparse.Namespace) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(64))
    if given.kill_after:
        (name,) = MOMENTS[given.kill_after]
        call = getattr(activities.recipients, name)
        setattr(activities.recipients, name, _killing(call, given.mark, before=name != "send"))
    client = await connect()
    ladders = read_ladders(given.ladders.read_text(encoding="utf-8"), given.ladders.name, {})
    await worker_of(client, given.task_queue, open_register(given.register_url), ladders).run()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.recipients", description=__doc__)
    parser.add_argument("task_queue")
    parser.add_argument("register_url")
    parser.add_argument("ladders", type=Path)
    parser.add_argument("--kill-after", choices=MOMENTS, help="kills itself once after this")
    parser.add_argument("--mark", type=Path, help="the file that says that it has killed itself before")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main(_arguments()))
