"""A recipient on a real server: notices reach their channel once, and each case hears what became of them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from activities.interface import Notify
from activities.recipients import NOTICES, RECIPIENT, mailbox_id
from escalation.kinds import Escalation
from escalation.ladder_file import Ladders
from escalation.notice import Notice, Withdrawn
from register.database import open_register
from register.deliveries import deliveries_of
from runtime.connection import PLUGIN
from simulators import mail
from tests import recipients
from tests.escalation.notices import matter
from tests.recipients import CaseThatNotifies, Hook, file_to, ladders_to, listening, notice_to, worker_of
from workflows.recipient import RecipientWorkflow


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as made:
        yield made


@pytest.fixture
def case_id() -> str:
    return f"rex-ch-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def engine(sqlite_register_url: str) -> Iterator[Engine]:
    made = open_register(sqlite_register_url)
    yield made
    made.dispose()


@asynccontextmanager
async def working(environment: WorkflowEnvironment, queue: str, engine: Engine, ladders: Ladders) -> AsyncIterator[Any]:
    """A worker, and a way to start cases that notify."""

    async def start(*notices: Notice, until: str = "told", withdrawn: list[Withdrawn] | None = None) -> Any:
        wanted = Notify(book_version="", notices=list(notices), withdrawn=withdrawn or [])
        return await environment.client.start_workflow(
            CaseThatNotifies.run,
            args=[wanted, until],
            id=notices[0].case_id,
            task_queue=queue,
            execution_timeout=timedelta(minutes=5),
        )

    async with worker_of(environment.client, queue, engine, ladders):
        yield start


def recipient(client: Client, ladders: Ladders, to: int = 0) -> WorkflowHandle[Any, Any]:
    return client.get_workflow_handle(mailbox_id(ladders.book.levels[2].recipients[to].id))


def letters(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [each for each in found if isinstance(each, EmailMessage)]


async def test_a_notice_becomes_an_email_a_row_and_an_outcome(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, tmp_path: Path
) -> None:
    server = await mail.start(tmp_path, 0)
    url = f"mailto://127.0.0.1:{mail.port_of(server)}?from=rex@gov.example&to={case_id}@gov.example"
    ladders = ladders_to(url)
    async with working(dev_server, task_queue, engine, ladders) as start:
        case = await start(notice_to(ladders, case=case_id))
        (outcome,) = await case.result()
    server.close()
    (letter,) = letters(tmp_path)
    assert letter["Subject"] == f"REX L2: inspection overdue since 1 Dec, {case_id}"
    assert letter["X-REX-Notice"] == f"{case_id}.1"
    assert (outcome["key"], outcome["error"], outcome["final"]) == (f"{case_id}.1", None, False)
    (row,) = deliveries_of(engine, case_id)
    assert (row.escalation_id, row.attempt, row.rung, row.notified) == ("inspect.step_overdue", 1, 1, True)
    assert row.at.isoformat() == outcome["notified_at"].replace("Z", "+00:00")


async def test_what_comes_within_the_window_goes_together_with_the_gravest_first(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    async with working(dev_server, task_queue, engine, ladders) as start:
        hook.may_answer.clear()
        cases = [await start(notice_to(ladders, case=f"{case_id}-0"))]
        assert await asyncio.to_thread(hook.arrived.acquire, timeout=20)
        cases += [
            await start(notice_to(ladders, 1, matter(kind), case=f"{case_id}-{number}"))
            for number, kind in enumerate([Escalation.LIMIT_AT_RISK, Escalation.LIMIT_EXCEEDED], 1)
        ]
        await _recorded(recipient(dev_server.client, ladders), EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED, 3)
        hook.may_answer.set()
        for case in cases:
            await case.result()
    assert len(hook.messages) == 2
    assert hook.titles[1] == f"REX L2: 30 days exceeded on 1 Dec, {case_id}-2 (+1)"


async def _recorded(mailbox: WorkflowHandle[Any, Any], kind: EventType.ValueType, count: int) -> None:
    """Until Temporal has so many such events of the recipient; no worker is asked."""
    async with asyncio.timeout(20):
        while await _count(mailbox, kind) < count:  # noqa: ASYNC110 (a server has no event to wait for)
            await asyncio.sleep(0.05)


async def _count(mailbox: WorkflowHandle[Any, Any], kind: EventType.ValueType) -> int:
    return [event.event_type for event in (await mailbox.fetch_history()).events].count(kind)


async def test_the_case_hears_of_a_failure_at_once_and_later_that_it_was_told(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    hook.answers += [500, 500]
    async with working(dev_server, task_queue, engine, ladders) as start:
        case = await start(notice_to(ladders, case=case_id))
        failed, told = await case.result()
    assert failed["error"]
    assert "hooksecret" not in failed["error"]
    assert (failed["notified_at"], failed["final"]) == (None, False)
    assert told["notified_at"]
    assert [(row.attempt, row.notified) for row in deliveries_of(engine, case_id)] == [
        (1, False),
        (2, False),
        (3, True),
    ]


async def test_what_is_not_told_in_time_comes_back_and_is_not_sent_afterwards(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    hook.answers += [500] * 9
    late = notice_to(ladders, case=case_id, hold_until=datetime.now(UTC) + timedelta(seconds=3))
    async with working(dev_server, task_queue, engine, ladders) as start:
        case = await start(late, until="final")
        outcomes = await case.result()
        assert (await recipient(dev_server.client, ladders).query("mailbox"))["waiting"] == {}
    assert [each["final"] for each in outcomes] == [False, True]


async def test_a_case_that_is_gone_holds_up_nobody(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    stray = notice_to(ladders, 1, case=f"{case_id}-gone")
    async with working(dev_server, task_queue, engine, ladders) as start:
        case = await start(notice_to(ladders, 1, case=case_id), stray)
        await case.result()
    assert len(hook.messages) == 1
    assert deliveries_of(engine, stray.case_id)


async def test_a_register_out_of_reach_neither_stops_nor_repeats_a_message(
    dev_server: WorkflowEnvironment, task_queue: str, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    nowhere = open_register("postgresql+psycopg://rex:secret@127.0.0.1:1/rex")
    async with working(dev_server, task_queue, nowhere, ladders) as start:
        case = await start(notice_to(ladders, case=case_id))
        assert len(await case.result()) == 1
    assert len(hook.messages) == 1


async def test_what_cannot_be_read_is_ignored(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    mailbox = recipient(dev_server.client, ladders)
    await dev_server.client.start_workflow(
        RECIPIENT, {}, id=mailbox.id, task_queue=task_queue, start_signal=NOTICES, start_signal_args=["no", 1]
    )
    unreadable: list[Any] = [{}, {"notices": 3}, None, {"rules": {}, "notices": [{}]}]
    for strange in unreadable:
        await mailbox.signal(NOTICES, strange)
    async with working(dev_server, task_queue, engine, ladders) as start:
        case = await start(notice_to(ladders, case=case_id))
        await case.result()
    assert len(hook.messages) == 1


async def test_a_recipient_ends_an_hour_after_its_last_message(
    time_skipping: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id))
    now = await time_skipping.get_current_time()
    async with working(time_skipping, task_queue, engine, ladders) as start:
        case = await start(notice_to(ladders, case=case_id, now=now, hold_until=now + timedelta(days=1)))
        await case.result()
        mailbox = recipient(time_skipping.client, ladders)
        await time_skipping.sleep(timedelta(minutes=50))
        assert (await mailbox.describe()).status is WorkflowExecutionStatus.RUNNING
        await time_skipping.sleep(timedelta(minutes=15))
        await _recorded(mailbox, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "messages"), [("it is noted that it was sent", 1), ("the channel has said yes", 2)])
async def test_a_worker_that_dies_right_after_sending_leaves_one_message_and_the_outcome_arrives(
    dev_server: WorkflowEnvironment,
    task_queue: str,
    sqlite_register_url: str,
    engine: Engine,
    case_id: str,
    hook: Hook,
    tmp_path: Path,
    moment: str,
    messages: int,
) -> None:
    """Between the channel's yes and the note of it lie milliseconds; who dies there sends again, under the same id."""
    file, mark = tmp_path / "escalation.toml", tmp_path / "killed"
    file.write_text(file_to(hook.url(case_id)))
    ladders = ladders_to(hook.url(case_id))
    server = dev_server.client.service_client.config.target_host
    arguments = [task_queue, sqlite_register_url, str(file), "--kill-after", moment, "--mark", str(mark)]
    processes = [await recipients.start(arguments, server) for _ in range(2)]
    try:
        wanted = Notify(book_version="", notices=[notice_to(ladders, case=case_id)])
        case = await dev_server.client.start_workflow(
            CaseThatNotifies.run, args=[wanted, "told"], id=case_id, task_queue=task_queue
        )
        async with asyncio.timeout(60):
            outcomes = await case.result()
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
    assert mark.exists()
    assert len(hook.messages) == messages
    assert len({outcome["notified_at"] for outcome in outcomes}) == 1  # it may hear the same thing twice
    assert [row.notified for row in deliveries_of(engine, case_id)] == [True]


async def test_a_recipient_continues_as_new_and_forgets_nothing(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id), urgent_seconds=0)
    mailbox = recipient(dev_server.client, ladders)
    async with working(dev_server, task_queue, engine, ladders) as start:
        for number in range(20):
            case = await start(notice_to(ladders, case=f"{case_id}-{number}"))
            await case.result()
        again = await start(notice_to(ladders, case=f"{case_id}-0", key=f"{case_id}-0.1"), until="told")
        stands = await mailbox.query("mailbox")
        page = (await mailbox.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)).current_details
        await again.terminate()
    first = (await mailbox.describe()).raw_description.workflow_execution_info
    assert first.first_run_id != first.execution.run_id
    assert len(stands["known"]) == 20
    assert "**Sent within an hour**: 20 messages, the last at " in page
    assert len(hook.messages) == 20


async def test_hundreds_of_notices_at_once_are_one_message_and_a_history_that_replays(
    dev_server: WorkflowEnvironment, task_queue: str, engine: Engine, case_id: str, hook: Hook
) -> None:
    ladders = ladders_to(hook.url(case_id), urgent_seconds=2)
    mailbox = recipient(dev_server.client, ladders)
    async with working(dev_server, task_queue, engine, ladders) as start:
        await start(*(notice_to(ladders, 1, case=f"{case_id}-{number}") for number in range(200)), until="failed")
        assert await asyncio.to_thread(hook.arrived.acquire, timeout=20)
        await _recorded(mailbox, EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, 1)
    assert len(hook.messages) == 1
    assert sum(message.count("Notice ") for message in hook.messages) == 200
    history = await mailbox.fetch_history()
    replayer = Replayer(workflows=[RecipientWorkflow], plugins=[PLUGIN])
    assert (await replayer.replay_workflow(history)).replay_failure is None
    kinds = [event.event_type for event in history.events]
    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1
