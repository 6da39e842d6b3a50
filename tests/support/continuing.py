"""A server that has cases go on in a new run every few dozen events, and a case that shows what must survive it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from runtime import search_attributes
from runtime.connection import client_options
from tests.conftest import BIN
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.waiting import judged

EVENTS = 30
"""After so many events in a run the server suggests to go on in a new one; in life after some thousands."""


@asynccontextmanager
async def continuing_server() -> AsyncIterator[WorkflowEnvironment]:
    """A dev server of its own."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"),
        dev_server_log_level="error",
        dev_server_extra_args=("--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={EVENTS}"),
        search_attributes=search_attributes.ALL,
        **client_options(),
    ) as environment:
        yield environment


async def runs_of(case: CaseUnderTest) -> list[WorkflowHistory]:
    """The histories of all runs of the case, the first one first."""
    run_id: str | None = case.handle.first_execution_run_id
    found = []
    while run_id:
        history = await case.client.get_workflow_handle(case.handle.id, run_id=run_id).fetch_history()
        found.append(history)
        last = history.events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None
    return found


async def continued(case: CaseUnderTest) -> None:
    """Messages early, refused, repeated and in parts, a cancel, a failed action, a returned draft; then the end."""
    world = case.world
    await case.until(lambda view: view["step"] == "await_documents")
    await case.signal("inspection_completed", inspection("i1", grounds=["scheme_terms"], documents_complete=True))
    await judged(case, 1)
    first = documents("d1", "invoice", application={"name": "Altyn Dan"}, via_representative=True)
    await case.signal("documents_arrived", first)
    await case.until(lambda view: len(view["documents"]) == 1)
    for n in range(3):
        await case.signal("documents_arrived", {"message_id": f"bad{n}"})
        await judged(case, 3 + n)
    await case.handle.cancel(reason="by mistake")
    await case.until(lambda view: any("cancel" in each["summary"] for each in view["escalations"]))
    await case.signal("documents_arrived", first)
    await judged(case, 6)
    world.refuse(Activity.FETCH_DOCUMENTS, "not today")
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await case.until(lambda view: view["failed_actions"])
    for n in range(3):
        await case.signal("never_heard_of", {"message_id": f"unknown{n}"})
        await judged(case, 8 + n)
    world.mend(Activity.FETCH_DOCUMENTS)
    await case.update("retry_action")
    await case.until(lambda view: view["missing_documents"] == ["power_of_attorney"])
    world.refuse(Activity.DRAFT_CONCLUSION, "not today")
    await case.signal("documents_arrived", documents("d3", "power_of_attorney"))
    await case.until(lambda view: view["step"] == "conclude" and view["failed_actions"])
    world.mend(Activity.DRAFT_CONCLUSION)
    await case.update("retry_action", action="draft_conclusion")
    await case.until(lambda view: view["conclusion"]["document_id"])
    await case.update("return_conclusion", reason="a misprint")
    view = await case.until(lambda view: view["conclusion"]["document_id"])
    await case.signal("documents_arrived", documents("d1", "contract"))
    await judged(case, 12)
    await case.signal("conclusion_signed", signature(document_id=view["conclusion"]["document_id"]))
    await case.result()


CONTINUED = continued
