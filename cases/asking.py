"""Asking a case, and saying plainly when it does not answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowQueryFailedError,
)
from temporalio.exceptions import FailureError
from temporalio.service import RPCError, RPCStatusCode

from activities.signals import CASE
from cases.errors import CannotDo, OutOfReach
from escalation.ladder import officer_key
from rules.case_view import CaseView
from rules.refusal import reasons
from rules.text import shown
from runtime.commands import STARTER, WORKER
from runtime.search_attributes import REX_RESPONSIBLE
from runtime.views import OPEN_CASES

PATIENCE = timedelta(seconds=10)
"""How long a query waits. A worker answers within a second, also where it must replay a long case first."""

_NOBODY_ANSWERS = {
    # What Temporal says where no worker polls: it depends on whether one ever did, and how long ago.
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.RESOURCE_EXHAUSTED,
}


class NobodyAnswers(OutOfReach):
    """The case is there, but no worker runs that could answer for it."""


class RequestRefused(CannotDo):
    """The number has no case: its request was refused at the start."""


class UnknownCase(CannotDo):
    """Temporal has no case of this number, or no longer."""


async def ask(client: Client, case_id: str, query: str, *arguments: Any, patience: timedelta | None = None) -> Any:
    """Ask a case, running or closed; a worker answers.

    :param patience: how long to wait; ``PATIENCE`` by default.

    :raises UnknownCase: where Temporal does not have it.
    :raises NobodyAnswers: where no worker runs.
    :raises CannotDo: where it is not a case, or does not know the query.
    """
    try:
        return await client.get_workflow_handle(case_id).query(query, args=arguments, rpc_timeout=patience or PATIENCE)
    except WorkflowQueryFailedError as error:
        raise CannotDo(f"{case_id}: does not answer the query {query}: {error}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise unknown(client, case_id) from None
        if error.status in _NOBODY_ANSWERS:
            raise NobodyAnswers(f"{case_id}: no worker answers for it; start one: {WORKER}") from None
        raise OutOfReach(f"{case_id}: {in_words(error)}") from None


async def ask_case(client: Client, case_id: str) -> dict[str, Any]:
    """The object of the query ``case`` (contract, section 5), unchanged.

    Where no worker runs, a closed case still has it as its result.

    :raises CannotDo: as ``ask`` does; also for a case whose request was refused, with the reason.
    """
    described = await describe(client, case_id)
    if described.status is WorkflowExecutionStatus.FAILED:
        raise RequestRefused(f"{case_id}: the request was refused: {await refusal_of(client, case_id)}")
    try:
        answer = await ask(client, case_id, "case")
    except NobodyAnswers:
        if described.status is not WorkflowExecutionStatus.COMPLETED:
            raise
        answer = await client.get_workflow_handle(case_id).result()
    if not isinstance(answer, dict):
        raise CannotDo(f"{case_id}: {_UNEXPECTED}")
    return answer


_UNEXPECTED = "unexpected answer from the case (is the worker another version?)"


def read_case(answer: dict[str, Any]) -> CaseView:
    """The answer of the query ``case``, typed.

    :raises CannotDo: where it does not fit, naming the fields.
    """
    try:
        return CaseView.model_validate(answer)
    except ValidationError as error:
        raise CannotDo(f"{_UNEXPECTED}: {reasons(error)}") from None


async def open_cases(client: Client, officer: str | None = None) -> list[str]:
    """The numbers of all cases that run, or of those that are assigned to this officer, in order."""
    query = OPEN_CASES.query
    try:
        return sorted([each.id async for each in client.list_workflows(query) if _is_of(each, officer)])
    except RPCError as error:
        raise CannotDo(f"the open cases cannot be listed; {in_words(error)}") from None


def _is_of(case: WorkflowExecution, officer: str | None) -> bool:
    responsible = case.typed_search_attributes.get(REX_RESPONSIBLE)
    return officer is None or officer_key(responsible or "") == officer_key(officer)


async def describe(client: Client, case_id: str) -> WorkflowExecutionDescription:
    """The case as Temporal knows it, without asking a worker.

    :raises UnknownCase: where Temporal does not have it, or has another kind of workflow under its number.
    """
    try:
        described = await client.get_workflow_handle(case_id).describe()
    except RPCError as error:
        if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
            raise unknown(client, case_id) from None
        raise OutOfReach(f"{case_id}: {in_words(error)}") from None
    if described.workflow_type != CASE:
        raise UnknownCase(f"{case_id}: is not a case but a workflow of type {described.workflow_type}")
    return described


async def refusal_of(client: Client, case_id: str) -> str:
    """Why the request of a failed case was refused (contract, section 1)."""
    try:
        await client.get_workflow_handle(case_id).result()
    except WorkflowFailureError as error:
        return message_of(error.cause).removeprefix("the request was refused: ")
    return "no reason given"


def message_of(cause: BaseException) -> str:
    """What a failure says, without the type that Temporal's SDK sets before it."""
    text = cause.message if isinstance(cause, FailureError) else str(cause)
    return shown(text)


def unknown(client: Client, case_id: str) -> UnknownCase:
    """The refusal for a number that Temporal does not have."""
    return UnknownCase(f"{case_id}: no such case in namespace {client.namespace}; list them: {STARTER} list")


def in_words(error: RPCError) -> str:
    """What Temporal said, with its code in words."""
    return f"Temporal answers: {error.message or error.status.name.lower().replace('_', ' ')}"
