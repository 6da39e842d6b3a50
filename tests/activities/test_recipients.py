"""Handing notices over, and sending one message: what a repeated or interrupted call does, on a real server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.interface import ErrorKind, Notified, Notify, Sending, SendingDone
from activities.recipients import RecipientActivities, mailbox_id
from escalation.ladder import Recipient
from escalation.ladder_file import Ladders
from escalation.notice import Withdrawn
from register.database import open_register
from register.deliveries import deliveries_of
from runtime.connection import client_options
from tests.escalation.notices import matter, resolved
from tests.recipients import Hook, ladders_to, listening, notice_to


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as made:
        yield made


@pytest.fixture
def engine(sqlite_register_url: str) -> Iterator[Engine]:
    made = open_register(sqlite_register_url)
    yield made
    made.dispose()


@pytest.fixture
def case_id() -> str:
    return f"rex-ch-{uuid.uuid4().hex[:8]}"


def activities_of(client: Client, ladders: Ladders, engine: Engine) -> RecipientActivities:
    return RecipientActivities(client, ladders, engine, "http://ui.example", client.namespace)


def environment(task_queue: str = "none", *heartbeat: Any) -> ActivityEnvironment:
    made = ActivityEnvironment()
    made.info = replace(made.info, task_queue=task_queue, heartbeat_details=list(heartbeat))
    return made


async def test_notices_and_withdrawals_of_one_case_reach_each_recipient_as_one_signal(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str
) -> None:
    ladders = ladders_to(f"json://host/{case_id}-a", f"json://host/{case_id}-b")
    first, second = ladders.book.levels[2].recipients
    wanted = Notify(
        book_version=ladders.book.version,
        notices=[notice_to(ladders, 1, case=case_id), notice_to(ladders, 2, case=case_id, to=1)],
        withdrawn=[Withdrawn(recipient=first, case_id=case_id, escalation_ids=["inspect.step_due_soon"])],
    )
    ours = activities_of(dev_server.client, ladders, engine)
    answer: Notified = await environment(task_queue).run(ours.notify, wanted)
    assert answer == Notified()
    signals = [await _signals(dev_server.client, each) for each in (first, second)]
    assert [len(each) for each in signals] == [1, 1]
    assert [each["key"] for each in signals[0][0]["notices"]] == [f"{case_id}.1"]
    assert [each["escalation_ids"] for each in signals[0][0]["withdrawn"]] == [["inspect.step_due_soon"]]
    assert signals[1][0]["withdrawn"] == []
    assert signals[0][0]["rules"]["urgent_bundle"] == 1


async def _signals(client: Client, recipient: Recipient) -> list[dict[str, Any]]:
    handle = client.get_workflow_handle(mailbox_id(recipient.id))
    history = await handle.fetch_history()
    await handle.terminate()
    given = [
        event.workflow_execution_signaled_event_attributes.input.payloads
        for event in history.events
        if event.HasField("workflow_execution_signaled_event_attributes")
    ]
    return [(await client.data_converter.decode(payloads))[0] for payloads in given]


async def test_a_recipient_that_the_file_no_longer_has_is_named_by_its_hash_and_the_newer_book_is_given(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str
) -> None:
    before, after = ladders_to(f"json://host/{case_id}"), ladders_to(f"json://host/{case_id}-new")
    gone = before.book.levels[2].recipients[0]
    wanted = Notify(book_version=before.book.version, notices=[notice_to(before, case=case_id)])
    answer: Notified = await environment(task_queue).run(activities_of(dev_server.client, after, engine).notify, wanted)
    assert answer == Notified(book=after.book, unknown=[gone.id])


async def test_the_ladders_are_read_without_an_address(dev_server: WorkflowEnvironment, engine: Engine) -> None:
    ladders = ladders_to("json://user:s3cret@host/T0KEN")
    book = await environment().run(activities_of(dev_server.client, ladders, engine).read_ladders)
    assert book == ladders.book
    assert "s3cret" not in book.model_dump_json()


async def test_what_was_noted_as_sent_is_not_sent_again_and_the_rest_is_done(
    dev_server: WorkflowEnvironment, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url())
    at = datetime.now(UTC)
    noted = SendingDone(notified_at=at, error=None, at=at)
    sending = _sending(notice_to(ladders, case=case_id))
    ours = activities_of(dev_server.client, ladders, engine)
    for _ in range(2):
        assert await environment("none", noted.model_dump(mode="json")).run(ours.send_notices, sending) == noted
    assert hook.messages == []
    assert [(row.at, row.notified) for row in deliveries_of(engine, case_id)] == [(at, True)]


def _sending(*notices: Any, **changes: Any) -> Sending:
    return Sending(id=notices[0].key, recipient=notices[0].recipient, notices=list(notices), **changes)


async def test_each_matter_of_each_notice_is_in_the_log_with_its_rung_and_attempt(
    dev_server: WorkflowEnvironment, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url())
    hook.answers.append(500)
    two = notice_to(ladders, 1, matter(rung=2), matter(rung=1, escalation_id="case.limit_at_risk"), case=case_id)
    done = resolved(2, case=case_id, recipient=two.recipient)
    ours = activities_of(dev_server.client, ladders, engine)
    failed = await environment().run(ours.send_notices, _sending(two, done, failed_before={two.key: 3}))
    assert failed.notified_at is None
    rows = {(row.notice, row.escalation_id): row for row in deliveries_of(engine, case_id)}
    assert {key: (row.rung, row.attempt, row.notified) for key, row in rows.items()} == {
        (f"{case_id}.1", "inspect.step_overdue"): (2, 4, False),
        (f"{case_id}.1", "case.limit_at_risk"): (1, 4, False),
        (f"{case_id}.2", "inspect.step_overdue"): (0, 1, False),
    }
    assert all("hooksecret" not in str(row) for row in rows.values())


async def test_a_call_that_is_cancelled_while_it_sends_finishes_what_it_began(
    dev_server: WorkflowEnvironment, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url())
    hook.may_answer.clear()
    interrupted = environment()
    ours = activities_of(dev_server.client, ladders, engine)
    call = asyncio.create_task(interrupted.run(ours.send_notices, _sending(notice_to(ladders, case=case_id))))
    assert await asyncio.to_thread(hook.arrived.acquire, timeout=20)
    interrupted.cancel()
    hook.may_answer.set()
    assert (await call).notified_at is not None
    assert [row.notified for row in deliveries_of(engine, case_id)] == [True]


async def test_where_temporal_does_not_take_the_notices_the_call_is_tried_again(
    dev_server: WorkflowEnvironment, engine: Engine, case_id: str
) -> None:
    ladders = ladders_to("json://host/T0KEN")
    address = dev_server.client.service_client.config.target_host
    nowhere = await Client.connect(address, namespace="no-such-namespace", **client_options())
    wanted = Notify(book_version="", notices=[notice_to(ladders, case=case_id)])
    with pytest.raises(ApplicationError) as raised:
        await environment("queue").run(activities_of(nowhere, ladders, engine).notify, wanted)
    assert raised.value.type == ErrorKind.UNREACHABLE.value
    assert not raised.value.non_retryable
    assert "T0KEN" not in str(raised.value)
