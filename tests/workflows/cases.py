"""One case under test: opened on a real server, sent the contract's raw JSON, and asked how it stands."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.workflows.world import World
from workflows.verification import VerificationWorkflow

ALMATY = timedelta(hours=5)

PATIENCE = 30
"""Seconds of the real clock after which a case that does not answer is one that is stuck."""


def request(received_at: datetime, **changes: Any) -> dict[str, Any]:
    """A request as contract, section 1, has it."""
    return {
        "requesting_country": "CH",
        "requesting_authority": "Federal Office for Customs and Border Security",
        "reference": "2026-0042",
        "received_at": received_at.isoformat(),
        "reason": "doubt",
        "indications": ["price far below the market"],
        "rex_number": "KZREX123456789012",
        "exporter": {"name": "Altyn Dan LLP", "address": "Almaty, Abay 1", "bin": "990140000384"},
        "statements": [{"document_number": "INV-7", "document_date": "2026-01-15", "goods": "wheat flour"}],
        "reply_to": {"name": "A. Keller", "email": "origin@customs.example"},
        "language": "de",
        **changes,
    }


def document(kind: str, filename: str | None = None) -> dict[str, Any]:
    """A document as a message offers it."""
    name = filename or f"{kind}.pdf"
    return {
        "kind": kind,
        "filename": name,
        "url": f"https://atameken.example/documents/{name}",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
    }


def documents(message_id: str = "d1", *kinds: str, **changes: Any) -> dict[str, Any]:
    """A ``documents_arrived`` message; without kinds a complete set."""
    return {
        "message_id": message_id,
        "sent_by": "Atameken",
        "documents": [document(kind) for kind in kinds or ("registration_application", "invoice")],
        **changes,
    }


def inspection(message_id: str = "i1", **changes: Any) -> dict[str, Any]:
    """An ``inspection_completed`` message; without changes everything is in order."""
    return {
        "message_id": message_id,
        "sent_by": "registry desk",
        "inspector": "G. Serikova",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "grounds": [],
        **changes,
    }


def signature(message_id: str = "s1", **changes: Any) -> dict[str, Any]:
    """A ``conclusion_signed`` message."""
    return {"message_id": message_id, "sent_by": "signing desk", "signed_by": "B. Omarov", **changes}


def at(day: date, hour: int = 10) -> datetime:
    """An hour of a day in Almaty, as an aware instant in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC) - ALMATY


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

    async def until(self, reached: Callable[[dict[str, Any]], bool], tries: int = 400) -> dict[str, Any]:
        """Ask how the case stands until it has come so far; each question is a round trip to the worker."""
        for _ in range(tries):
            view = await self.view()
            if reached(view):
                return view
        raise AssertionError(f"the case does not get there: {view}")

    async def at_step(self, step: str) -> dict[str, Any]:
        return await self.until(lambda view: view["step"] == step)

    async def drafted(self) -> dict[str, Any]:
        return await self.until(lambda view: bool(view["conclusion"] and view["conclusion"]["document_id"]))

    async def result(self) -> dict[str, Any]:
        ended: dict[str, Any] = await asyncio.wait_for(self.handle.result(), PATIENCE)
        return ended

    async def history(self) -> WorkflowHistory:
        return await self.handle.fetch_history()


def step_of(view: dict[str, Any], step: str, round: int = 1) -> dict[str, Any]:
    """A step of the view, in one of its rounds."""
    return next(each for each in view["steps"] if (each["step"], each["round"]) == (step, round))


def escalation(view: dict[str, Any], escalation_id: str) -> dict[str, Any]:
    """An escalation of the view."""
    return next(each for each in view["escalations"] if each["id"] == escalation_id)


def instant(text: str) -> datetime:
    """A time of the view."""
    return datetime.fromisoformat(text)


def escalation_ids(view: dict[str, Any], *, open_only: bool = False) -> list[str]:
    """The ids of the escalations, in the order in which they were raised."""
    return [each["id"] for each in view["escalations"] if not (open_only and each["resolved_at"])]


@asynccontextmanager
async def worker(client: Client, world: World, task_queue: str, **options: Any) -> AsyncIterator[Worker]:
    """A worker for cases in this world; ``options`` are the worker's own."""
    async with Worker(
        client, task_queue=task_queue, workflows=[VerificationWorkflow], activities=world.activities(), **options
    ) as running:
        yield running


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
