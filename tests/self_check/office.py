"""A register and a few cases of one task queue, for the self-check to look at.

A case here answers the two queries that the self-check asks, with what the test says: the self-check knows no more of
a case than that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.recipients import RECIPIENT
from activities.self_check import SelfCheckActivities
from register.record import write
from rules.case_view import CaseView
from runtime.replays import EACH_TASK_A_REPLAY
from self_check.interface import Checked, CheckWanted
from self_check.temporal import CASE
from tests.self_check import examples

NOW = datetime.now(UTC)
YESTERDAY = NOW - timedelta(days=1)
TOMORROW = NOW + timedelta(days=1)
EVERYBODY = {1: ["json://127.0.0.1:9/1"], 2: ["json://127.0.0.1:9/2"], 3: ["json://127.0.0.1:9/3"]}


@workflow.defn(name=CASE)
class FakeCase:
    """Answers ``case`` and ``record`` with its start argument, and runs until it is asked to close."""

    defect = False
    """Of the code, as a careless change brings one: ``not-replayed`` loses its timer, ``defective`` fails its tasks."""

    @workflow.init
    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = answers
        self._closing = False

    @workflow.run
    async def run(self, answers: dict[str, Any]) -> None:
        if workflow.info().workflow_id.endswith("not-replayed") and not FakeCase.defect:
            await workflow.sleep(0.01)
        if FakeCase.defect and workflow.info().workflow_id.endswith("defective"):
            raise RuntimeError("a defect")
        if answers.get("refused"):
            raise ApplicationError("reason: expected sample or doubt", type="Refusal", non_retryable=True)
        if answers.get("fetches"):
            await workflow.execute_activity("fetch_documents", schedule_to_close_timeout=timedelta(minutes=5))
        await workflow.wait_condition(lambda: self._closing)

    @workflow.signal
    def close(self) -> None:
        self._closing = True

    @workflow.query
    def case(self) -> Any:
        if "fails" in self._answers:
            raise ApplicationError(self._answers["fails"])
        return self._answers["case"]

    @workflow.query
    def record(self) -> Any:
        return self._answers["record"]


@workflow.defn(name=RECIPIENT)
class FakeRecipient:
    """A recipient that waits, or fails its tasks."""

    @workflow.run
    async def run(self) -> None:
        if FakeCase.defect and workflow.info().workflow_id.endswith("defective"):
            raise RuntimeError("a defect")
        await workflow.wait_condition(lambda: False)


class Office:
    """A register, cases in Temporal, and what the self-check finds."""

    def __init__(self, client: Client, register: Engine, task_queue: str) -> None:
        self.client, self.register, self.task_queue = client, register, task_queue
        self.recipients: dict[int, list[str]] = dict(EVERYBODY)

    def worker(self) -> AbstractAsyncContextManager[Any]:
        """The worker for the cases; each question costs a replay, as in production."""
        return Worker(
            self.client,
            task_queue=self.task_queue,
            workflows=[FakeCase, FakeRecipient],
            workflow_runner=UnsandboxedWorkflowRunner(),
            **EACH_TASK_A_REPLAY,
        )

    def activities(self, grace: timedelta = timedelta(0), heartbeat_url: str | None = None) -> SelfCheckActivities:
        """The activities, which grant no grace unless asked to."""
        return SelfCheckActivities(
            self.client,
            self.register,
            self.recipients,
            ui_url="https://temporal.example",
            heartbeat_url=heartbeat_url,
            grace=grace,
        )

    async def run(self, activity: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """Run an activity on the task queue of the cases."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, task_queue=self.task_queue)
        return await environment.run(activity, *arguments)

    async def check(self, scope: str = "cases", at: datetime | None = None, **options: Any) -> Checked:
        """One check."""
        wanted = CheckWanted.model_validate({"scope": scope, "at": at or datetime.now(UTC)})
        checked: Checked = await self.run(self.activities(**options).check, wanted)
        assert len(checked.findings) == checked.total
        return checked

    async def keys(self, scope: str = "cases", at: datetime | None = None, **options: Any) -> list[str]:
        """The keys of the findings, without this test's own part of the workflow ids."""
        checked = await self.check(scope, at, **options)
        return [finding.key.replace(f"{self.task_queue}-", "") for finding in checked.findings]

    def id(self, name: str) -> str:
        """A workflow id that no other test on the same server has."""
        return f"{self.task_queue}-{name}"

    def view(self, name: str, **changes: Any) -> CaseView:
        """A case in order: opened yesterday, an inspection that runs until tomorrow."""
        running = examples.step("inspect", 9, 7, "running", started_at=YESTERDAY, due_at=TOMORROW)
        given: dict[str, Any] = {"case_id": self.id(name), "limit_at": NOW + timedelta(days=30), "steps": [running]}
        return examples.view(**given | changes)

    def record(self, name: str, *, case: CaseView | None = None, closed_at: datetime | None = None) -> CaseView:
        """Write a case to the register as it gives an account of itself."""
        case = case or self.view(name)
        write(self.register, examples.kept(case, closed_at=closed_at))
        return case

    async def start(
        self, name: str, *, case: CaseView | None = None, busy: bool = False, answers: dict[str, Any] | None = None
    ) -> str:
        """Have Temporal run a case, and wait until its lists show it."""
        given = {
            "case": (case or self.view(name)).model_dump(mode="json"),
            "record": {"accepted": ["m-1"], "busy": busy},
        }
        return await self.start_workflow(CASE, self.id(name), given | (answers or {}))

    async def start_workflow(self, workflow_type: str, workflow_id: str, *arguments: Any) -> str:
        """Start any workflow on the task queue, and wait until Temporal's lists show it."""
        await self.client.start_workflow(workflow_type, args=arguments, id=workflow_id, task_queue=self.task_queue)
        await self.until_listed(workflow_id, "Running")
        return workflow_id

    async def open(self, name: str, *, case: CaseView | None = None, busy: bool = False) -> str:
        """A case on both sides, alike."""
        return await self.start(name, case=self.record(name, case=case), busy=busy)

    async def close(self, name: str) -> None:
        """Have Temporal end a case as a case ends."""
        await self.client.get_workflow_handle(self.id(name)).signal("close")
        await self.until_listed(self.id(name), "Completed")

    async def until_listed(self, workflow_id: str, status: str) -> None:
        """Wait for Temporal's lists, which run a little behind."""
        end = time.monotonic() + 20
        query = f"WorkflowId = '{workflow_id}' AND ExecutionStatus = '{status}'"
        while not [each async for each in self.client.list_workflows(query)]:
            assert time.monotonic() < end, f"Temporal does not list {workflow_id} as {status}"
            await asyncio.sleep(0.05)
