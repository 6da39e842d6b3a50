"""The views that we hand out: Temporal takes each, and each shows cases and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment

from activities.signals import CASE
from runtime import search_attributes as attributes
from runtime.views import DUE_THIS_WEEK, DUE_TODAY, OPEN_CASES, VIEWS, View
from tests.support.waiting import until

TODAY = date(2026, 11, 27)


async def found(client: Client, view: View, task_queue: str) -> set[str]:
    query = f"{view.query_on(TODAY)} AND TaskQueue = '{task_queue}'"
    return {each.id.removeprefix(f"{task_queue}-") async for each in client.list_workflows(query)}


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
async def test_temporal_takes_each_view(dev_server: WorkflowEnvironment, view: View, task_queue: str) -> None:
    assert await found(dev_server.client, view, task_queue) == set()


async def test_a_view_shows_the_cases_that_are_due_and_no_recipient_and_no_self_check(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    client = dev_server.client
    started = {"today": "2026-11-27", "overdue": "2026-11-20", "next-week": "2026-12-04", "later": "2026-12-05"}
    for name, last_day in started.items():
        await start(client, CASE, f"{task_queue}-{name}", task_queue, last_day)
    for kind in ("Recipient", "SelfCheck"):
        await start(client, kind, f"{task_queue}-{kind}", task_queue, "2026-11-27")

    async def listed() -> bool:
        return len([each async for each in client.list_workflows(f"TaskQueue = '{task_queue}'")]) == 6

    await until(listed)
    assert await found(client, OPEN_CASES, task_queue) == set(started)
    assert await found(client, DUE_TODAY, task_queue) == {"today", "overdue"}
    assert await found(client, DUE_THIS_WEEK, task_queue) == {"today", "overdue", "next-week"}
    for name in (*started, "Recipient", "SelfCheck"):
        await client.get_workflow_handle(f"{task_queue}-{name}").terminate()


async def start(client: Client, kind: str, workflow_id: str, task_queue: str, last_day: str) -> None:
    key: SearchAttributeKey[str] = attributes.REX_LAST_DAY
    await client.start_workflow(
        kind,
        id=workflow_id,
        task_queue=task_queue,
        search_attributes=TypedSearchAttributes([SearchAttributePair(key, last_day)]),
    )


def test_a_link_on_a_page_of_the_ui_starts_where_the_page_is() -> None:
    link = OPEN_CASES.link(".", "office 1", TODAY)
    assert link.startswith("./namespaces/office%201/workflows?query=WorkflowType%20%3D%20%27VerificationWorkflow%27")


def test_every_view_begins_by_leaving_out_what_is_no_case() -> None:
    assert all(view.query.startswith(f"WorkflowType = '{CASE}'") for view in VIEWS)
    assert len({view.name for view in VIEWS}) == len(VIEWS)
