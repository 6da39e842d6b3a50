"""A request that is refused at its start is kept and people are notified before its workflow fails (contract, 1)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.errors import broken, closed
from activities.interface import Activity, RefusedRequest
from register.rows import LARGEST_BODY
from rules.text import canonical_json
from tests.support.messages import documents
from tests.support.requests import request
from tests.support.waiting import until
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.conftest import ServedOpening
from tests.workflows.test_bad_messages import raw

Handle = WorkflowHandle[Any, Any]


async def start(environment: WorkflowEnvironment, task_queue: str, *given: Any) -> Handle:
    """Start the workflow as any client would."""
    return await environment.client.start_workflow(
        "VerificationWorkflow", args=given, id=f"rex-ch-{task_queue}", task_queue=task_queue
    )


async def refusal(handle: Handle) -> str:
    """Why it has failed; it must."""
    with pytest.raises(WorkflowFailureError) as failed:
        await asyncio.wait_for(handle.result(), 30)
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.type == "Refusal"
    return failed.value.cause.message


def kept(world: World) -> list[RefusedRequest]:
    calls: list[RefusedRequest] = world.calls[Activity.KEEP_REFUSED_REQUEST]
    return calls


BAD = request(datetime(2026, 3, 2, tzinfo=UTC), reason="curiosity", exporter={"name": "Altyn Dan LLP", "bin": "1"})
REASON = "reason: expected sample or doubt; exporter.bin: expected 12 digits"


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ([BAD], canonical_json(BAD)),
        ([], "[]"),
        ([None], "null"),
        ([BAD, BAD], canonical_json([BAD, BAD])),
        ([raw(b"{not json")], None),
        ([raw(b'{"reference": "\\ud800"}')], None),
    ],
    ids=["an object", "nothing", "null", "two", "no JSON", "half a surrogate pair"],
)
async def test_it_is_kept_whole_with_the_reason_and_level_1_is_notified_once(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str, given: list[Any], body: str | None
) -> None:
    async with worker(dev_server.client, live_world, task_queue):
        handle = await start(dev_server, task_queue, *given)
        reason = await refusal(handle)
    [entry] = kept(live_world)
    assert (entry.case_id, entry.request.key) == (handle.id, f"request {handle.first_execution_run_id}")
    assert (entry.request.name, entry.request.reason, entry.messages) == ("request", reason, [])
    if body is not None:
        assert (entry.request.body, entry.request.size) == (body, len(body.encode()))
        assert entry.request.sha256 == hashlib.sha256(body.encode()).hexdigest()
    assert entry.request.body is not None
    [notice] = live_world.notices()
    assert (notice.level, notice.recipient.level, notice.case_id) == (1, 1, handle.id)
    [matter] = notice.matters
    assert (matter.kind, matter.escalation_id, matter.summary) == ("request_refused", "case.request_refused", reason)
    if given == [BAD]:
        assert reason.startswith(REASON)
        assert (notice.exporter, notice.reference) == ("Altyn Dan LLP", "2026-0042")


async def test_of_one_over_64_kb_digest_and_size_are_kept(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    large = BAD | {"indications": ["x" * LARGEST_BODY]}
    async with worker(dev_server.client, live_world, task_queue):
        await refusal(await start(dev_server, task_queue, large))
    [entry] = kept(live_world)
    text = canonical_json(large)
    assert (entry.request.body, entry.request.size) == (None, len(text))
    assert entry.request.sha256 == hashlib.sha256(text.encode()).hexdigest()


async def test_who_was_notified_of_an_open_one_is_not_notified_again(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    live_world.refusals_raised = False
    async with worker(dev_server.client, live_world, task_queue):
        await refusal(await start(dev_server, task_queue, BAD))
    assert len(kept(live_world)) == 1
    assert live_world.notices() == []


async def test_a_message_and_a_decision_that_come_meanwhile_are_kept_and_refused(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    gate = live_world.gates[Activity.KEEP_REFUSED_REQUEST] = asyncio.Event()
    async with worker(dev_server.client, live_world, task_queue):
        handle = await start(dev_server, task_queue, BAD)
        await until(lambda: live_world.attempts[Activity.KEEP_REFUSED_REQUEST])
        await handle.signal("documents_arrived", documents("d1"))
        await handle.signal("nonsense", 5)
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update("withdraw", {"by": "A. Nurlan", "reason": "a test"})
        assert "the request was refused: reason: expected" in str(failed.value.cause)
        gate.set()
        await refusal(handle)
    first, *others = kept(live_world)
    messages = [message for each in (first, *others) for message in each.messages]
    assert [(each.name, each.message_id) for each in messages] == [("documents_arrived", "d1"), ("nonsense", None)]
    assert len({each.key for each in messages}) == 2
    assert {each.reason for each in messages} == {"the request of this case was refused"}
    assert json.loads(messages[0].body or "") == documents("d1")


@pytest.mark.slow
@pytest.mark.parametrize("register", ["is out of reach", "says no"])
async def test_while_the_register_does_not_take_it_people_are_notified_and_it_waits(
    time_skipping: WorkflowEnvironment, task_queue: str, register: str
) -> None:
    world = World(time_skipping.client)
    if register == "says no":
        world.failing[Activity.KEEP_REFUSED_REQUEST] = lambda: broken("the register refuses: a missing right")
    else:
        world.lose(Activity.KEEP_REFUSED_REQUEST)
    async with worker(time_skipping.client, world, task_queue):
        handle = await start(time_skipping, task_queue, BAD)
        await time_skipping.sleep(timedelta(hours=30))
        await handle.cancel()
        await time_skipping.sleep(timedelta(hours=3))
        described = await handle.describe()
        assert described.status is WorkflowExecutionStatus.RUNNING, "neither time nor a click on Cancel loses it"
        assert len(world.notices()) == 1
        assert kept(world) == []
        world.mend(Activity.KEEP_REFUSED_REQUEST)
        await time_skipping.sleep(timedelta(hours=2))
        assert (await refusal(handle)).startswith(REASON)
    assert len(kept(world)) == 1
    assert len(world.notices()) == 1, "the same people are not notified of the same thing again"


async def test_where_nobody_can_be_notified_it_is_kept_all_the_same(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    live_world.refuse(Activity.READ_LADDERS)
    async with worker(dev_server.client, live_world, task_queue):
        await refusal(await start(dev_server, task_queue, BAD))
    assert len(kept(live_world)) == 1


async def test_one_whose_number_is_closed_is_kept_with_the_messages_that_it_had_taken(
    served_opening: ServedOpening, served_world: World
) -> None:
    served_world.gates[Activity.RECORD_CALENDAR] = asyncio.Event()
    served_world.failing[Activity.RECORD_CALENDAR] = lambda: closed("the case number is closed")
    case = await served_opening()
    await until(lambda: served_world.attempts[Activity.RECORD_CALENDAR])
    await case.signal("documents_arrived", documents("d1"))
    served_world.gates[Activity.RECORD_CALENDAR].set()
    assert await refusal(case.handle) == "the case number is closed"
    [entry] = kept(served_world)
    assert json.loads(entry.request.body or "")["reference"] == "2026-0042"
    assert [each.message_id for each in entry.messages] == ["d1"]
    assert [each.matters[0].kind for each in served_world.notices()] == ["request_refused"]


async def test_the_page_says_why_and_whether_the_register_has_it(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    async def page() -> str:
        metadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
        return str(metadata.current_details)

    gate = live_world.gates[Activity.KEEP_REFUSED_REQUEST] = asyncio.Event()
    async with worker(dev_server.client, live_world, task_queue):
        handle = await start(dev_server, task_queue, BAD)
        await until(lambda: live_world.attempts[Activity.KEEP_REFUSED_REQUEST])
        before = await page()
        gate.set()
        await refusal(handle)
        after = await page()
    assert "- exporter.bin: expected 12 digits\n" in before
    assert "The register does not have it yet" in before
    assert "The register has it." in after
