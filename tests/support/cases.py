"""One case under test, on a server or in memory: sent the contract's raw JSON, and asked how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from rules.refusal import Refusal
from tests.support.calendars import at
from tests.support.driver import Driver
from tests.support.messages import documents, inspection, signature
from tests.support.requests import request
from tests.support.waiting import until
from tests.support.world import World
from workflows.case_view import verdict

PATIENCE = 30
"""Seconds of the real clock after which a case that does not answer is one that is stuck."""


class CaseUnderTest:
    """A case and the world around it."""

    def __init__(
        self,
        environment: WorkflowEnvironment,
        client: Client,
        handle: WorkflowHandle[Any, Any],
        world: World,
        opened_on: date | None = None,
    ):
        self.environment = environment
        self.client = client
        self.handle = handle
        self.world = world
        self.opened_on = opened_on

    def day(self, n: int) -> date:
        """The n-th working day after the Monday of the opening, by Mondays to Fridays; before it for n below 0."""
        assert self.opened_on is not None
        assert self.opened_on.weekday() == 0
        return self.opened_on + timedelta(days=7 * (n // 5) + n % 5)

    def end_of(self, n: int) -> datetime:
        """24:00 of that day in Almaty."""
        return at(self.day(n), 0) + timedelta(days=1)

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def sleep_until(self, instant: datetime) -> None:
        await asyncio.wait_for(self.environment.sleep(instant - await self.now()), PATIENCE)

    async def sleep_to(self, n: int, hour: int = 10) -> None:
        """To an hour of the n-th working day, in Almaty."""
        await self.sleep_until(at(self.day(n), hour))

    async def sleep_days(self, days: float) -> None:
        await self.sleep_until(await self.now() + timedelta(days=days))

    async def signal(self, name: str, *arguments: Any) -> None:
        await self.handle.signal(name, args=list(arguments))

    async def update(self, update_name: str, **fields: Any) -> dict[str, Any]:
        asked = self.handle.execute_update(update_name, {"by": "A. Nurlan", **fields})
        told: dict[str, Any] = await asyncio.wait_for(asked, PATIENCE)
        return told

    async def refused(self, update_name: str, **fields: Any) -> str:
        """Why a decision is refused; it must be."""
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await self.update(update_name, **fields)
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.type == "Refusal"
        return failed.value.cause.message

    async def rejected(self, name: str, message: dict[str, Any]) -> str:
        """Why a message is refused; it must be."""
        before = (await self.view())["rejected_count"]
        await self.signal(name, message)
        view = await self.until(lambda view: view["rejected_count"] > before)
        reason: str = view["rejected_messages"][-1]["reason"]
        return reason

    async def bring_to(self, step: str, **inspected: Any) -> dict[str, Any]:
        """Have everything done at once until the case stands at a step; ``inspected`` changes the inspection."""
        view = await self.at_step("await_documents")
        if step == "await_documents":
            return view
        await self.signal("documents_arrived", documents())
        view = await self.at_step("inspect")
        if step == "inspect":
            return view
        await self.signal("inspection_completed", inspection(**inspected))
        view = await self.drafted()
        if step == "conclude":
            return view
        await self.signal("conclusion_signed", signature())
        return await self.at_step(step)

    async def bring_to_end(self) -> dict[str, Any]:
        """From the awaited documents to the end of a case in which all is in order."""
        await self.signal("documents_arrived", documents())
        await self.at_step("inspect")
        await self.signal("inspection_completed", inspection())
        await self.drafted()
        await self.signal("conclusion_signed", signature())
        return await self.result()

    async def view(self) -> dict[str, Any]:
        shown: dict[str, Any] = await self.handle.query("case")
        return shown

    async def message(self, message_id: str) -> dict[str, Any]:
        """What became of a message."""
        told: dict[str, Any] = await self.handle.query("message", message_id)
        return told

    async def until(self, reached: Callable[[dict[str, Any]], object], seconds: float = 20) -> dict[str, Any]:
        """Ask how the case stands until it has come so far."""
        view: dict[str, Any] = {}

        async def shown() -> bool:
            view.update(await self.view())
            return bool(reached(view))

        await until(shown, seconds, says=lambda: _shortly(view))
        await until(self.nothing_pending, seconds, says=lambda: "a task of the case waits for a worker")
        return view

    async def nothing_pending(self) -> bool:
        """Whether the case has lived what a query shows.

        A query answers by all that is in the history, and in the task that is yet to come a signal or an update is
        taken before what an activity has answered, though it came after.
        """
        # Asked of the service itself: the SDK cannot read a search attribute that the time-skipping server has unset.
        described = await self.client.workflow_service.describe_workflow_execution(
            DescribeWorkflowExecutionRequest(
                namespace=self.client.namespace, execution=WorkflowExecution(workflow_id=self.handle.id)
            )
        )
        return not described.HasField("pending_workflow_task")

    async def at_step(self, step: str) -> dict[str, Any]:
        return await self.until(lambda view: view["step"] == step)

    async def drafted(self) -> dict[str, Any]:
        return await self.until(lambda view: bool(view["conclusion"] and view["conclusion"]["document_id"]))

    async def result(self) -> dict[str, Any]:
        ended: dict[str, Any] = await asyncio.wait_for(self.handle.result(), PATIENCE)
        return ended

    async def history(self) -> WorkflowHistory:
        return await self.handle.fetch_history()


class CaseInMemory(CaseUnderTest):
    """The same case without a server: what tests ask and do is the same (``tests.support.driver``)."""

    def __init__(self, driver: Driver, opened_on: date | None = None) -> None:
        self.driver, self.world, self.opened_on = driver, driver.world, opened_on

    async def now(self) -> datetime:
        return self.driver.now

    async def sleep_until(self, instant: datetime) -> None:
        await self.driver.sleep_until(instant)

    def stop(self) -> None:
        """The workers die."""
        self.driver.stop()

    async def start(self) -> None:
        """The workers are back."""
        await self.driver.start()

    async def signal(self, name: str, *arguments: Any) -> None:
        await self.driver.signal(name, *arguments)

    async def update(self, update_name: str, **fields: Any) -> dict[str, Any]:
        return await self.driver.update(update_name, {"by": "A. Nurlan", **fields})

    async def refused(self, update_name: str, **fields: Any) -> str:
        with pytest.raises(Refusal) as refused:
            await self.update(update_name, **fields)
        return str(refused.value)

    async def view(self) -> dict[str, Any]:
        await self.driver.settle(woken=False)
        return self.driver.view()

    async def message(self, message_id: str) -> dict[str, Any]:
        return verdict(self.driver.turns.case, message_id)

    async def until(self, reached: Callable[[dict[str, Any]], object], seconds: float = 20) -> dict[str, Any]:
        view = await self.view()
        if not reached(view):
            # What a server would do by itself meanwhile: a few seconds, so that a first retry comes.
            await self.driver.sleep_until(self.driver.now + timedelta(seconds=10))
            view = await self.view()
        assert reached(view), f"the case does not get there: {_shortly(view)}"
        return view

    async def result(self) -> dict[str, Any]:
        await self.driver.settle(woken=False)
        if self.driver.failed is not None:
            raise self.driver.failed
        assert self.driver.finished, f"the case has not ended: {self.driver.view()}"
        return self.driver.view()


async def open_case(
    environment: WorkflowEnvironment,
    world: World,
    task_queue: str,
    request_: Any = None,
    *,
    case_id: str | None = None,
    opened_on: date | None = None,
) -> CaseUnderTest:
    """Start the workflow as any client would, by its name."""
    given = request(await environment.get_current_time()) if request_ is None else request_
    handle = await environment.client.start_workflow(
        "VerificationWorkflow", given, id=case_id or f"rex-ch-{task_queue}", task_queue=task_queue
    )
    return CaseUnderTest(environment, environment.client, handle, world, opened_on)


def _shortly(view: dict[str, Any]) -> str:
    """Where a case stands, in one line."""
    shown = {key: view[key] for key in ("step", "risk", "reserve_days", "rejected_count", "failed_actions")}
    escalations = [(each["id"], each["resolved_by"], each["overtaken_by"]) for each in view["escalations"]]
    return f"{shown} {escalations}"
