"""A worker for cases in a world in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.replays import EACH_TASK_A_REPLAY
from tests.support.world import World
from workflows.verification import VerificationWorkflow


@asynccontextmanager
async def worker(client: Client, world: World, task_queue: str, **options: Any) -> AsyncIterator[Worker]:
    """A worker for cases in this world, as in life without a cache or a sandbox; ``options`` are the worker's own."""
    options = {**EACH_TASK_A_REPLAY, "workflow_runner": UnsandboxedWorkflowRunner(), **options}
    async with Worker(
        client, task_queue=task_queue, workflows=[VerificationWorkflow], activities=world.activities(), **options
    ) as running:
        yield running
