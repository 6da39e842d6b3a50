"""Two workers on one queue, as deployed: no case notices which of them works on it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from runtime.connection import client_options
from tests.support.cases import open_case
from tests.support.requests import request
from tests.support.views import escalation_ids
from tests.support.waiting import finish, judged
from tests.support.workers import worker
from tests.support.world import World


async def test_two_workers_on_one_queue_tell_each_escalation_once_and_act_once(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    """Neither keeps a case in memory: every task replays it whole, on whichever of them."""
    other = await Client.connect(dev_server.client.service_client.config.target_host, **client_options())
    clients = [dev_server.client, other]
    worlds = [World(client) for client in clients]
    first, second = (worker(client, world, task_queue) for client, world in zip(clients, worlds, strict=True))
    async with first, second:
        given = request(datetime.now(UTC) - timedelta(days=20))
        case = await open_case(dev_server, worlds[0], task_queue, given)
        await case.until(lambda view: view["step"] == "await_documents")
        for n in range(5):
            await case.signal("documents_arrived", {"message_id": f"bad{n}"})
        await judged(case, 5)
        view = await finish(case)
    calls: dict[Activity, list[Any]] = {
        which: [call for world in worlds for call in world.calls[which]] for which in Activity
    }
    told = Counter(
        (matter.escalation_id, notice.resolved is not None)
        for world in worlds
        for notice in world.notices()
        for matter in notice.matters
    )
    assert len(view["escalations"]) >= 3
    assert {escalation_id for escalation_id, _ in told} <= set(escalation_ids(view))
    assert "request_documents.step_overdue" in {escalation_id for escalation_id, _ in told}
    assert set(told.values()) == {1}
    for which in (Activity.REQUEST_DOCUMENTS, Activity.SEND_REPLY, Activity.FETCH_DOCUMENTS):
        assert len(calls[which]) == 1, which
    assert all(world.attempts.total() for world in worlds), "both have worked"
