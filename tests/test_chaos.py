"""Workers that are killed, frozen and started again at random while cases go on and are looked at all the time.

Each case ends as its messages say, its history gives the same result, and register and log have all of it.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import (
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from register.database import open_register
from simulators.atameken import create_app
from tests.recipients import file_to, listening
from tests.servers import running
from tests.support.agreement import check_notices, check_register, differs_from_history, notice_keys
from tests.support.messages import documents, inspection, signature
from tests.support.requests import request
from tests.support.worker_process import TOKEN, start_worker

CASES = 20
SEED = 358
LONGEST_PAUSE = 4
"""Seconds between what a case is sent, at the most: so that there is always something going on."""

Handle = WorkflowHandle[Any, Any]
View = dict[str, Any]


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_cases_get_through_kills_and_freezes_and_all_who_know_of_them_agree(
    dev_server: WorkflowEnvironment, task_queue: str, postgresql_register_url: str, tmp_path: Path
) -> None:
    client, chance = dev_server.client, random.Random(SEED)
    ladder_file = tmp_path / "escalation.toml"
    register = open_register(postgresql_register_url)
    async with running(create_app(TOKEN)) as atameken, asyncio.timeout(90):
        with listening() as hook:
            ladder_file.write_text(file_to(hook.url(task_queue)))
            workers = Workers(
                client.service_client.config.target_host,
                (task_queue, postgresql_register_url, str(ladder_file), "--atameken", atameken, "--longest", "0.5"),
                chance,
            )
            async with workers:
                # Every other one so late that people are notified of it.
                handles = [
                    await client.start_workflow(
                        "VerificationWorkflow",
                        request(datetime.now(UTC) - timedelta(days=8 if number % 2 else 0, hours=1)),
                        id=f"{task_queue}-{number}",
                        task_queue=task_queue,
                    )
                    for number in range(CASES)
                ]
                looking = [asyncio.create_task(look(handles, chance)) for _ in range(3)]
                trouble = asyncio.create_task(workers.in_trouble())
                ways = list(WAYS.values())
                await asyncio.gather(*(ways[n % len(ways)](handle) for n, handle in enumerate(handles)))
                await trouble
                for task in looking:
                    task.cancel()
                outcomes = [(await handle.result())["outcome"] for handle in handles]
                views = [
                    await check_register(client, register, handle.id, SENT[list(WAYS)[n % len(ways)]])
                    for n, handle in enumerate(handles)
                ]
            told = notice_keys(hook.messages)
        async with httpx.AsyncClient() as web:
            letters = {
                book: [each["body"]["case_id"] for each in (await web.get(f"{atameken}/simulator/{book}")).json()]
                for book in ("requests", "appeals")
            }
    names = list(WAYS)
    assert outcomes == [names[n % len(names)] for n in range(CASES)]
    assert sorted(letters["requests"]) == sorted(handle.id for handle in handles)
    assert sorted(letters["appeals"]) == sorted(
        h.id for h, outcome in zip(handles, outcomes, strict=True) if outcome == "not_valid"
    )
    for view in views:
        assert max(check_notices(register, view, told).values(), default=0) <= 2
    differing = {handle.id: found for handle in handles if (found := await differs_from_history(handle))}
    assert differing == {}
    register.dispose()


async def valid(case: Handle) -> None:
    """All is in order; the documents come in two messages."""
    await stands(case, lambda view: view["step"] == "await_documents")
    await send(case, "documents_arrived", documents("d1", "invoice"))
    await stands(case, lambda view: len(view["documents"]) == 1)
    await send(case, "documents_arrived", documents("d2", "registration_application"))
    await stands(case, lambda view: view["step"] == "inspect")
    await send(case, "inspection_completed", inspection("i1"))
    await signed(case)


async def not_valid(case: Handle) -> None:
    """The inspection finds a ground for revocation; a message that is refused comes before."""
    await stands(case, lambda view: view["step"] == "await_documents")
    await send(case, "never_heard_of", {"message_id": "odd"})
    await send(case, "documents_arrived", documents("d1"))
    await stands(case, lambda view: view["step"] == "inspect")
    await send(case, "inspection_completed", inspection("i1", data_reliable=False, grounds=["activity_ended"]))
    await signed(case)


async def withdrawn(case: Handle) -> None:
    """The customs authority takes its request back when documents have come."""
    await stands(case, lambda view: view["step"] == "await_documents")
    await send(case, "documents_arrived", documents("d1", "invoice"))
    await stands(case, lambda view: len(view["documents"]) == 1)

    async def withdraw() -> None:
        with suppress(WorkflowUpdateFailedError):  # asked twice, it is withdrawn already
            await case.execute_update(
                "withdraw", {"by": "A. Nurlan", "reason": "not needed"}, rpc_timeout=timedelta(seconds=10)
            )

    await until_taken(withdraw)
    await stands(case, lambda view: view["step"] == "closed")


WAYS: dict[str, Callable[[Handle], Awaitable[None]]] = {"valid": valid, "not_valid": not_valid, "withdrawn": withdrawn}
"""By outcome."""

SENT = {"valid": ["d1", "d2", "i1", "s1"], "not_valid": ["d1", "i1", "s1"], "withdrawn": ["d1"]}
"""The messages of each that are accepted."""


async def signed(case: Handle) -> None:
    """From the inspection to the end."""
    await stands(case, lambda view: bool(view["conclusion"] and view["conclusion"]["document_id"]))
    await send(case, "conclusion_signed", signature("s1"))
    await stands(case, lambda view: view["step"] == "closed")


async def send(case: Handle, name: str, message: dict[str, Any]) -> None:
    """Send a message after a while."""
    await asyncio.sleep(random.Random(f"{name} {case.id[-2:]}").uniform(0, LONGEST_PAUSE))
    await until_taken(lambda: case.signal(name, message))


async def until_taken(ask: Callable[[], Awaitable[None]]) -> None:
    """As a sender would: again, where nobody answers."""
    while True:
        with suppress(RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            await ask()
            return
        await asyncio.sleep(0.5)


async def stands(case: Handle, reached: Callable[[View], bool]) -> None:
    """Ask until the case has come so far."""
    while True:
        with suppress(RPCError, WorkflowQueryFailedError):
            if reached(await case.query("case", rpc_timeout=timedelta(seconds=5))):
                return
        await asyncio.sleep(0.3)


async def look(handles: list[Handle], chance: random.Random) -> None:
    """Somebody who opens one page after the other, whether a worker answers or not."""
    while True:
        with suppress(RPCError, WorkflowQueryFailedError):
            await chance.choice(handles).query("case", rpc_timeout=timedelta(seconds=5))
        await asyncio.sleep(0.1)


class Workers:
    """Two worker processes that get into trouble."""

    def __init__(self, server: str, arguments: tuple[str, ...], chance: random.Random) -> None:
        self._server, self._arguments, self._chance = server, arguments, chance
        self._running: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Workers:
        self._running = [await self._start(ready=True) for _ in range(2)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def in_trouble(self) -> None:
        """Kill, freeze and stop them in turn, in no order, and start them again; in the end both run."""
        troubles = [*[self._kill] * 7, *[self._freeze] * 4, *[self._stop] * 2]
        self._chance.shuffle(troubles)
        for trouble in troubles:
            await asyncio.sleep(self._chance.uniform(0.5, 3))
            await trouble(self._chance.randrange(2))

    async def _kill(self, which: int) -> None:
        await self._end(which, signal.SIGKILL)

    async def _stop(self, which: int) -> None:
        await self._end(which, signal.SIGTERM)

    async def _end(self, which: int, how: signal.Signals) -> None:
        self._running[which].send_signal(how)
        await self._running[which].wait()
        self._running[which] = await self._start(ready=False)

    async def _freeze(self, which: int) -> None:
        self._running[which].send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(self._chance.uniform(2, 5))
        finally:
            self._running[which].send_signal(signal.SIGCONT)

    async def _start(self, *, ready: bool) -> asyncio.subprocess.Process:
        return await start_worker(self._server, *self._arguments, ready=ready)
