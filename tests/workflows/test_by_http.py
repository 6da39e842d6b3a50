"""A case by Temporal's own HTTP API, as a system without an SDK speaks to it. It turns an empty list into null."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection
from tests.support.requests import request
from tests.support.waiting import until
from tests.support.workers import worker
from tests.support.world import World


@pytest_asyncio.fixture
async def http(dev_server: WorkflowEnvironment, dev_server_http: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client at the workflows of the namespace."""
    base = f"{dev_server_http}/api/v1/namespaces/{dev_server.client.namespace}/workflows/"
    async with httpx.AsyncClient(base_url=base) as client:
        yield client


async def send(http: httpx.AsyncClient, case: CaseUnderTest, name: str, message: dict[str, Any]) -> dict[str, Any]:
    """Send a message; what became of it."""
    answer = await http.post(f"{case.handle.id}/signal/{name}", json={"input": [message]})
    answer.raise_for_status()

    async def judged() -> dict[str, Any] | None:
        told = await case.message(message["message_id"])
        return told if told["state"] != "unknown" else None

    verdict: dict[str, Any] = await until(judged)
    return verdict


async def test_a_request_with_empty_lists_opens_its_case(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str, http: httpx.AsyncClient
) -> None:
    statement = {"document_number": "INV-7", "document_date": "2026-01-15", "hs_codes": []}
    given = request(datetime.now(UTC) - timedelta(hours=1), indications=[], statements=[statement])
    started = await http.post(
        f"rex-ch-{task_queue}",
        json={
            "workflowType": {"name": "VerificationWorkflow"},
            "taskQueue": {"name": task_queue},
            "input": [given],
        },
    )
    started.raise_for_status()
    handle = dev_server.client.get_workflow_handle(f"rex-ch-{task_queue}")
    case = CaseUnderTest(dev_server, dev_server.client, handle, live_world)
    async with worker(dev_server.client, live_world, task_queue):
        read = (await case.at_step("await_documents"))["request"]
    assert (read["indications"], read["statements"][0]["hs_codes"]) == ([], [])


async def test_messages_with_empty_lists_are_taken(live_case: CaseUnderTest, http: httpx.AsyncClient) -> None:
    application = {"name": "Altyn Dan LLP", "hs_codes": []}
    arrived = await send(http, live_case, "documents_arrived", documents(application=application))
    assert (arrived["state"], arrived["reason"]) == ("accepted", None)
    await live_case.at_step("inspect")
    inspected = await send(http, live_case, "inspection_completed", inspection(grounds=[]))
    assert (inspected["state"], inspected["reason"]) == ("accepted", None)
    view = await live_case.drafted()
    assert view["conclusion"]["outcome"] == "valid"


async def test_the_same_message_by_http_and_by_the_sdk_is_one(
    live_case: CaseUnderTest, http: httpx.AsyncClient
) -> None:
    await send(http, live_case, "documents_arrived", documents())
    await live_case.at_step("inspect")
    await send(http, live_case, "inspection_completed", inspection(grounds=[]))
    await live_case.drafted()
    await live_case.signal("inspection_completed", inspection(grounds=[]))
    view = await live_case.until(lambda view: view["step"] == "conclude")
    assert view["rejected_count"] == 0


async def test_documents_that_are_none_are_refused_as_an_empty_list(
    live_case: CaseUnderTest, http: httpx.AsyncClient
) -> None:
    refused = await send(http, live_case, "documents_arrived", documents(documents=[]))
    assert (refused["state"], refused["reason"]) == ("refused", "documents: expected at least 1 entry")


@pytest.mark.parametrize(
    ("name", "decision", "reason"),
    [
        ("request_missing_documents", {"missing": [], "remarks": "all"}, "missing: expected at least 1 entry"),
        (
            "record_lookup",
            {"record": {"rex_number": "KZREX1", "status": "valid", "hs_codes": []}, "reason": "REX is down"},
            "record.rex_number: ",  # of another exporter: all else fits
        ),
    ],
)
async def test_decisions_with_empty_lists_are_read(
    live_case: CaseUnderTest, http: httpx.AsyncClient, name: str, decision: dict[str, Any], reason: str
) -> None:
    answer = await http.post(
        f"{live_case.handle.id}/update/{name}",
        json={
            "request": {"meta": {}, "input": {"args": [{"by": "A. Nurlan", **decision}]}},
            "waitPolicy": {"lifecycleStage": "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED"},
        },
    )
    answer.raise_for_status()
    assert answer.json()["outcome"]["failure"]["message"].startswith(reason)
