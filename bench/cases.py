"""Whole cases a second against a bare workflow of five activities and three signals, in one run, round by round.

    python -m bench.cases [--rounds 5] [--at-once 20]

Both run on one real Temporal server with workers that keep no workflow in their cache; activities answer at once from
memory. Prints both rates and their ratio, and exits with 1 where the ratio is below what is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from bench.bare import Bare
from register.rows import RegisterEntries
from runtime import search_attributes
from runtime.connection import client_options
from runtime.process import leave
from runtime.replays import EACH_TASK_A_REPLAY
from tests.support.messages import documents, inspection, signature
from tests.support.requests import request
from tests.support.world import World
from workflows.verification import VerificationWorkflow

ASKED = 0.4
"""Whole cases for each bare workflow, at least."""

NO_CACHE: dict[str, Any] = {**EACH_TASK_A_REPLAY, "workflow_runner": UnsandboxedWorkflowRunner()}


class Seen:
    """What has become of each workflow, as its activities see it; who waits for it is woken."""

    def __init__(self) -> None:
        self._events: dict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    def note(self, workflow_id: str, what: str) -> None:
        self._events[workflow_id, what].set()

    async def until(self, workflow_id: str, what: str) -> None:
        await self._events[workflow_id, what].wait()


bare_seen = Seen()


@activity.defn
async def step(number: int) -> int:
    """One step of the bare workflow."""
    bare_seen.note(activity.info().workflow_id or "", str(number))
    return number


async def one_bare(client: Client, queue: str) -> None:
    """A bare workflow, its signals one by one."""
    workflow_id = f"bare-{uuid.uuid4().hex}"
    handle = await client.start_workflow(Bare.run, id=workflow_id, task_queue=queue)
    for number in range(1, 4):
        await bare_seen.until(workflow_id, str(number))
        await handle.signal(Bare.go_on)
    await handle.result()


class NotingWorld(World):
    """The world of the tests, which also says to whoever waits how far a case has come."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.seen = Seen()

    @activity.defn(name="write_register")
    async def write_register(self, entries: RegisterEntries) -> None:
        await super().write_register(entries)
        self.written.clear()
        self.calls.clear()
        self.seen.note(entries.case.case_id, entries.case.step)


async def one_case(client: Client, queue: str, world: NotingWorld) -> None:
    """A case that ends valid, its messages one by one."""
    case_id = f"rex-ch-{uuid.uuid4().hex}"
    given = request(datetime.now(UTC) - timedelta(hours=1))
    handle = await client.start_workflow(VerificationWorkflow.run, args=[given], id=case_id, task_queue=queue)
    for step_name, signal, message in (
        ("await_documents", "documents_arrived", documents()),
        ("inspect", "inspection_completed", inspection()),
        ("conclude", "conclusion_signed", signature()),
    ):
        await world.seen.until(case_id, step_name)
        await handle.signal(signal, message)
    await handle.result()


async def rate(one: Callable[[], Awaitable[None]], count: int) -> tuple[float, float]:
    """Workflows a second with so many at once, and milliseconds of this process's CPU for each."""
    begun, cpu = perf_counter(), process_time()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (perf_counter() - begun), (process_time() - cpu) / count * 1000


async def measure(rounds: int, at_once: int, *, sandboxed: bool) -> float:
    """Measure and print; the median ratio.

    :param sandboxed: the bare workflow runs in the sandbox, as the SDK has it by default.
    """
    runner = SandboxedWorkflowRunner() if sandboxed else UnsandboxedWorkflowRunner()
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_log_level="error",
        search_attributes=search_attributes.ALL,
        **client_options(),
    ) as environment:
        client = environment.client
        world = NotingWorld(client)
        async with (
            Worker(
                client,
                task_queue="bare",
                workflows=[Bare],
                activities=[step],
                workflow_runner=runner,
                **EACH_TASK_A_REPLAY,
            ),
            Worker(
                client,
                task_queue="cases",
                workflows=[VerificationWorkflow],
                activities=world.activities(),
                **NO_CACHE,
            ),
        ):
            found = []
            for number in range(rounds + 1):
                bare, bare_cpu = await rate(lambda: one_bare(client, "bare"), at_once)
                ours, our_cpu = await rate(lambda: one_case(client, "cases", world), at_once)
                if number:  # the first warms up
                    found.append(ours / bare)
                    print(
                        f"bare {bare:.1f}/s ({bare_cpu:.0f} ms CPU), cases {ours:.1f}/s ({our_cpu:.0f} ms CPU): "
                        f"{ours / bare:.2f}"
                    )
    ratio = median(found)
    print(f"whole cases for each bare workflow: {ratio:.2f} (asked: at least {ASKED})")
    return ratio


def main() -> int:
    """0 where the ratio is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=20)
    parser.add_argument(
        "--without-sandbox", action="store_true", help="the bare workflow too, as our workers run cases"
    )
    given = parser.parse_args()
    ratio = asyncio.run(measure(given.rounds, given.at_once, sandboxed=not given.without_sandbox))
    return 0 if ratio >= ASKED else 1


if __name__ == "__main__":
    leave(main())
