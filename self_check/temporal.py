"""What the self-check asks Temporal: its lists, single workflows, and the cases themselves. It changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowQueryFailedError,
)
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from activities.interface import Activity, CaseRecord
from activities.recipients import RECIPIENT, mailbox_id
from rules.case_view import CaseView
from rules.text import one_line
from self_check.findings import CaseRun

CASE: Final = "VerificationWorkflow"

DESCRIBED_AT_ONCE: Final = 20

PATIENCE: Final = timedelta(seconds=30)
"""For one query. A worker answers within a second; at 00:00 it may be busy with many cases first."""

LONGEST_ERROR: Final = 300

_PROBLEMS: Final = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
_TASK_PROBLEMS: Final = '("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut")'

Answer = TypeVar("Answer", bound=BaseModel)


class NoAnswer(Exception):
    """A case that does not answer a query as it should. One line."""


class TemporalSide:
    """Temporal, as far as the workflows of one task queue go: another office may share the namespace.

    Every method raises ``RPCError`` if Temporal does not answer.
    """

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self.task_queue = task_queue

    async def cases(self) -> dict[str, WorkflowExecution]:
        """Our cases by id, open and closed, but for those whose request was refused."""
        return await self._list(f"WorkflowType = '{CASE}' AND ExecutionStatus NOT IN ('Failed', 'ContinuedAsNew')")

    async def refused(self) -> dict[str, str]:
        """The runs whose request was refused, each with its case number."""
        failed = f"WorkflowType = '{CASE}' AND ExecutionStatus = 'Failed' AND TaskQueue = '{self.task_queue}'"
        return {each.run_id: each.id async for each in self._client.list_workflows(failed)}

    async def running_recipients(self) -> frozenset[str]:
        """The short hashes of the recipients whose workflow runs, for whichever office: they share a person's."""
        running = self._client.list_workflows(f"WorkflowType = '{RECIPIENT}' AND ExecutionStatus = 'Running'")
        return frozenset([each.id.removeprefix(mailbox_id("")) async for each in running])

    async def reports_failing_tasks(self) -> bool:
        """Whether the server marks workflows that fail their tasks, which ``failing`` relies on."""
        namespace = await self._client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self._client.namespace)
        )
        return namespace.namespace_info.capabilities.reported_problems_search_attribute

    async def failing(self) -> dict[str, Sequence[str]]:
        """Our workflows that fail their tasks, whatever their type, each with its problems."""
        found = await self._list(f"ExecutionStatus = 'Running' AND {_PROBLEMS.name} IN {_TASK_PROBLEMS}")
        return {each: run.typed_search_attributes.get(_PROBLEMS) or () for each, run in found.items()}

    async def describe(self, case_ids: Iterable[str]) -> dict[str, CaseRun | None]:
        """Single cases, now: the lists run a little behind. None for one that Temporal does not have."""
        wanted = sorted(case_ids)
        gate = asyncio.Semaphore(DESCRIBED_AT_ONCE)

        async def one(case_id: str) -> CaseRun | None:
            async with gate:
                try:
                    return _run_of(await self._client.get_workflow_handle(case_id).describe())
                except RPCError as error:
                    if error.status is RPCStatusCode.NOT_FOUND:
                        return None
                    raise

        return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))

    async def view(self, case_id: str) -> CaseView | None:
        """The case by its own account, which costs a worker one replay; None if Temporal does not have it any more.

        :raises NoAnswer: if the case cannot be replayed or answers in another form.
        """
        return await self._ask(case_id, "case", CaseView)

    async def record(self, case_id: str) -> CaseRecord | None:
        """What the register should have of the case; as ``view`` does otherwise."""
        return await self._ask(case_id, "record", CaseRecord)

    async def _ask(self, case_id: str, query: str, answer: type[Answer]) -> Answer | None:
        case = self._client.get_workflow_handle(case_id)
        try:
            found: Answer = await case.query(query, result_type=answer, rpc_timeout=PATIENCE)
            return found
        except ValidationError as error:
            raise NoAnswer(f"the query {query} was answered in an unexpected form: {_one_line(error)}") from None
        except WorkflowQueryFailedError as error:
            raise NoAnswer(f"the query {query} failed: {_one_line(error)}") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            if error.status is RPCStatusCode.UNAVAILABLE:
                raise  # Temporal itself is out of reach.
            raise NoAnswer(f"the query {query} failed: {_one_line(error)}") from None

    async def _list(self, query: str) -> dict[str, WorkflowExecution]:
        found = self._client.list_workflows(f"{query} AND TaskQueue = '{self.task_queue}'")
        return {each.id: each async for each in found}


def _one_line(error: Exception) -> str:
    words = error.message if isinstance(error, RPCError) else ""
    status = error.status.name.lower() if isinstance(error, RPCError) else str(error)
    return one_line(words or status, LONGEST_ERROR)


def _run_of(described: WorkflowExecutionDescription) -> CaseRun:
    pending = [each.activity_type.name for each in described.raw_description.pending_activities]
    return CaseRun(
        status=described.status.name.lower() if described.status else "unknown",
        task_queue=described.task_queue,
        opened_at=described.start_time,
        closed_at=described.close_time,
        fetching=Activity.FETCH_DOCUMENTS.value in pending,
        busy=bool(pending),
    )
