"""What the list of cases in the Temporal UI is searched by (contract, section 7), on a server that has a list."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime import search_attributes as names
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import inspection, signature
from tests.support.requests import request
from tests.support.views import escalation_ids, step_of
from tests.support.waiting import judged, until
from tests.support.workers import worker
from tests.support.world import World


async def attributes(case: CaseUnderTest) -> dict[str, Any]:
    """The case's search attributes as the server has them."""
    described = await case.handle.describe()
    every = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    return {name: value for name, value in every.items() if name.startswith("Rex")}


async def found(client: Client, query: str) -> set[str]:
    return {each.id async for each in client.list_workflows(query)}


async def test_a_case_is_found_by_what_it_is_and_how_it_stands(live_case: CaseUnderTest) -> None:
    view = await live_case.view()
    due_at = datetime.fromisoformat(step_of(view, "await_documents")["due_at"])
    limit_at, last_day = datetime.fromisoformat(view["limit_at"]), step_of(view, "await_documents")["last_day"]
    assert await attributes(live_case) == {
        "RexStep": "await_documents",
        "RexRisk": "on_track",
        "RexCountry": "CH",
        "RexNumber": "KZREX123456789012",
        "RexLastDay": last_day,
        "RexLimitLastDay": view["limit_last_day"],
        "RexExporter": "Altyn Dan LLP",
        "RexStepDueAt": due_at,
        "RexLimitAt": limit_at,
        "RexReserveDays": view["reserve_days"],
        "RexOpenEscalations": 0,
        "RexRejectedMessages": 0,
    }
    await live_case.signal("gibberish")
    await judged(live_case, 1)
    shown = await attributes(live_case)
    assert (shown["RexRejectedMessages"], shown["RexOpenEscalations"]) == (1, 1)
    asked = [
        "RexStep = 'await_documents' AND RexCountry = 'CH' AND RexRejectedMessages = 1 AND RexReserveDays >= 3",
        f"RexExporter = 'Altyn' AND RexStepDueAt < '{(due_at + timedelta(minutes=1)).isoformat()}'",
        f"RexLastDay <= '{last_day}' AND RexLimitLastDay = '{view['limit_last_day']}'",
        f"RexLastDay BETWEEN '2026-01-01' AND '{view['limit_last_day']}'",
        f"RexNumber = 'KZREX123456789012' AND RexLimitAt >= '{limit_at.isoformat()}' AND RexOpenEscalations > 0",
    ]
    for query in asked:
        async with asyncio.timeout(10):
            while live_case.handle.id not in await found(live_case.client, query):  # noqa: ASYNC110 - another process's list
                await asyncio.sleep(0.05)
    assert live_case.handle.id not in await found(live_case.client, "RexStep = 'inspect'")


async def test_what_no_longer_applies_is_taken_away_and_the_outcome_stays(live_case: CaseUnderTest) -> None:
    await live_case.update("conclude_without_documents", reason="there are none")
    await live_case.until(lambda view: view["conclusion"] and view["conclusion"]["document_id"])
    assert (await attributes(live_case))["RexStep"] == "conclude"
    await live_case.signal("conclusion_signed", signature())
    view = await live_case.result()
    shown = await attributes(live_case)
    assert (shown["RexStep"], shown["RexOutcome"], shown["RexOpenEscalations"]) == ("closed", "not_confirmed", 0)
    assert not {"RexStepDueAt", "RexLastDay"} & set(shown)
    assert shown["RexReserveDays"] == view["reserve_days"]


async def counted_as_open(case: CaseUnderTest) -> bool:
    """Whether the list counts the open escalations as the view has them."""
    open_ = len(escalation_ids(await case.view(), open_only=True))
    shown: int = (await attributes(case))["RexOpenEscalations"]
    return open_ == shown > 0


async def test_a_case_at_risk_is_listed_as_such(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> None:
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC) - timedelta(days=60)))
        view = await case.until(lambda view: view["step"] == "await_documents")
        await until(lambda: counted_as_open(case))
        shown = await attributes(case)
        assert shown["RexRisk"] == view["risk"] == "exceeded"
        assert shown["RexReserveDays"] == view["reserve_days"] < 0
        await case.signal("inspection_completed", inspection())
        await case.update("withdraw", reason="too late")
        await case.result()
        assert (await attributes(case))["RexOutcome"] == "withdrawn"


async def test_only_what_changed_is_written_and_no_more_of_a_kind_than_sql_visibility_holds(
    live_case: CaseUnderTest,
) -> None:
    await live_case.signal("gibberish")
    await judged(live_case, 1)
    upserts = [
        dict(event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields)
        for event in (await live_case.history()).events
        if event.event_type == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES
    ]
    assert set(upserts[-1]) == {"RexRejectedMessages", "RexOpenEscalations"}
    of_kind: dict[Any, int] = {}
    for key in names.ALL:
        of_kind[key.indexed_value_type] = of_kind.get(key.indexed_value_type, 0) + 1
    for kind, count in of_kind.items():
        assert count <= (10 if kind.name == "KEYWORD" else 3), "the most that SQL visibility holds"
