"""A worker that is killed right after an effect is committed, while messages and decisions go on arriving.

Afterwards case, history, log and register agree, and nobody was notified of what no case has.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from activities.recipients import mailbox_id
from escalation.ladder_file import recipient_id
from register.database import open_register
from simulators.atameken import create_app
from tests.recipients import file_to, listening
from tests.servers import running
from tests.support import requests
from tests.support.agreement import check_notices, check_register, differs_from_history, notice_keys
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents
from tests.support.waiting import finish, until
from tests.support.worker_process import MOMENTS, TOKEN, worker_process
from tests.support.world import World

SENT = "a message is sent"
"""The only moment at which a message goes out twice: between the channel's yes and the note of it."""

QUICKLY = "the register is written"
"""The one of them that is tried on both databases."""

KILLS = [
    pytest.param(QUICKLY, "sqlite", marks=pytest.mark.slow),
    pytest.param(QUICKLY, "postgresql", marks=pytest.mark.slow),
    *(pytest.param(moment, "sqlite", marks=pytest.mark.slow) for moment in MOMENTS if moment != QUICKLY),
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("moment", "kind"), KILLS)
async def test_after_a_kill_all_who_know_of_the_case_say_the_same(
    dev_server: WorkflowEnvironment,
    task_queue: str,
    tmp_path: Path,
    moment: str,
    kind: str,
    request: pytest.FixtureRequest,
) -> None:
    client, case_id = dev_server.client, f"rex-ch-{task_queue}"
    server = client.service_client.config.target_host
    register_url = str(request.getfixturevalue(f"{kind}_register_url"))
    register = open_register(register_url)
    mark, ladder_file = tmp_path / "killed", tmp_path / "escalation.toml"
    async with running(create_app(TOKEN)) as atameken:
        with listening() as hook:
            ladder_file.write_text(file_to(hook.url(case_id)))
            arguments = (task_queue, register_url, str(ladder_file), "--atameken", atameken)
            async with worker_process(server, *arguments, "--kill-after", moment, "--mark", str(mark)) as killed:
                case = await overdue_case(dev_server, case_id, task_queue)
                cause = asyncio.create_task(give_further_cause(case))
                assert await asyncio.wait_for(killed.wait(), 60) == -9
                cause.cancel()
            assert mark.exists()
            await case.signal("documents_arrived", documents("d1", "contract"))
            decision = asyncio.create_task(record_dispatch(case))
            async with worker_process(server, *arguments):
                await decision
                await case.at_step("await_documents")
                await finish(case)
                await until(lambda: nothing_waits(client, hook.url(case_id)))
                view = await check_register(client, register, case_id, ["d1", "last-d", "last-i", "last-s"])
            told = check_notices(register, view, notice_keys(hook.messages))
        async with httpx.AsyncClient() as web:
            letters = (await web.get(f"{atameken}/simulator/requests")).json()
    assert len(letters) <= 1
    assert await differs_from_history(case.handle) == []
    assert max(told.values()) == (2 if moment == SENT else 1)
    register.dispose()


async def overdue_case(environment: WorkflowEnvironment, case_id: str, task_queue: str) -> CaseUnderTest:
    """A case whose term of ¶7 is over when it is opened, and which somebody tries to cancel: on-call has to know."""
    given = requests.request(datetime.now(UTC) - timedelta(days=8))
    handle = await environment.client.start_workflow("VerificationWorkflow", given, id=case_id, task_queue=task_queue)
    await handle.cancel(reason="by mistake")
    return CaseUnderTest(environment, environment.client, handle, World())


async def give_further_cause(case: CaseUnderTest) -> None:
    """Have a recipient that runs handed one more notice."""
    await case.until(lambda view: any(each["notified"] for each in view["escalations"]))
    await case.signal("never_heard_of", {"message_id": "odd"})


async def record_dispatch(case: CaseUnderTest) -> None:
    """Somebody sends the request by hand; it may be known as sent by then."""
    with suppress(WorkflowUpdateFailedError):
        await case.update(
            "record_dispatch", what="request", sent_at=datetime.now(UTC).isoformat(), letter_reference="by hand 7"
        )


async def nothing_waits(client: Client, url: str) -> bool:
    """Whether the recipient has been told all that there was."""
    try:
        box = await client.get_workflow_handle(mailbox_id(recipient_id(url))).query("mailbox")
    except RPCError:
        return False
    return not box["waiting"] and box["sending"] is None
