from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Interceptor, UnsandboxedWorkflowRunner, Worker

from activities.heartbeat import HEARTBEAT_EVERY, HeartbeatInterceptor
from workflows import profiles
from workflows.profiles import Profile

TIMEOUT = timedelta(seconds=1)
LONGER = 1.8


@activity.defn
async def long_in_the_loop() -> int:
    """Says which attempt it is; the first takes longer than the heartbeat timeout."""
    await asyncio.sleep(LONGER if activity.info().attempt == 1 else 0)
    return activity.info().attempt


@activity.defn
def long_in_a_thread() -> int:
    """The same in a thread."""
    time.sleep(LONGER if activity.info().attempt == 1 else 0)
    return activity.info().attempt


@workflow.defn
class OneActivity:
    """Runs one activity and gives its answer."""

    @workflow.run
    async def run(self, name: str) -> int:
        attempt: int = await workflow.execute_activity(
            name,
            start_to_close_timeout=timedelta(seconds=20),
            heartbeat_timeout=TIMEOUT,
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50)),
            result_type=int,
        )
        return attempt


async def attempts(environment: WorkflowEnvironment, queue: str, name: str, interceptors: list[Interceptor]) -> int:
    # A plain client: the project's own brings the interceptor with it.
    client = await Client.connect(environment.client.service_client.config.target_host)
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[OneActivity],
            activities=[long_in_the_loop, long_in_a_thread],
            activity_executor=threads,
            interceptors=interceptors,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            return await environment.client.execute_workflow(
                OneActivity.run, name, id=f"{queue}-{name}", task_queue=queue
            )


@pytest.mark.parametrize("name", ["long_in_the_loop", "long_in_a_thread"])
async def test_an_activity_that_runs_long_beats_and_is_not_taken_for_dead(
    dev_server: WorkflowEnvironment, task_queue: str, name: str
) -> None:
    assert await attempts(dev_server, task_queue, name, [HeartbeatInterceptor()]) == 1


async def test_one_that_does_not_beat_is_taken_up_again(dev_server: WorkflowEnvironment, task_queue: str) -> None:
    assert await attempts(dev_server, task_queue, "long_in_the_loop", []) == 2


PROFILES = {name: each for name, each in vars(profiles).items() if isinstance(each, Profile)}


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES.keys())
def test_silence_and_the_first_retry_stay_within_15_seconds(profile: Profile) -> None:
    heartbeat = profile.options()["heartbeat_timeout"]
    assert heartbeat + profile.first_retry < timedelta(seconds=15)
    assert heartbeat > HEARTBEAT_EVERY * 2
