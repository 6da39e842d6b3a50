"""Opening the case of a request: once, under its own number (contract, section 1)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.signals import CASE
from calendars.time_zone import almaty_clock
from cases.asking import NobodyAnswers, UnknownCase, ask_case, describe, in_words, read_case
from cases.errors import Conflict, OutOfReach
from cases.static_texts import static_details, static_summary
from pages.words import moment, words
from register.database import open_register
from register.record import find_case
from rules.case_number import case_number
from rules.case_view import CaseView
from rules.instant import rfc_3339
from rules.refusal import Refusal
from rules.request import LONGEST_REFERENCE, VerificationRequest, read_request
from rules.terms import Step
from runtime import search_attributes as attributes
from runtime.commands import STARTER

Seal = Callable[[dict[str, Any], str], dict[str, Any]]
"""Gives the content with the gateway's seal, for the number of a case."""

_USED_UP = "this case number cannot be used again; add a suffix to the reference, e.g. 2026-0042/2"

_FIRST_TERM = 5.0
"""Seconds within which a worker counts the first term of a new case; without one the case stands open all the same."""


@dataclass(frozen=True)
class Opened:
    """What ``open`` answers. ``case`` is None where no worker runs that could answer."""

    case_id: str
    new: bool
    case: CaseView | None

    def as_json(self, link: str) -> dict[str, Any]:
        """As ``open --json`` prints it; null where no worker has answered yet."""
        running = self.case.running if self.case else None
        return {
            "case_id": self.case_id,
            "opened": self.new,
            "step": self.case.step if self.case else None,
            "due_at": rfc_3339(running.due_at) if running and running.due_at else None,
            "last_day": running.last_day.isoformat() if running and running.last_day else None,
            "limit_last_day": self.case.limit_last_day.isoformat() if self.case and self.case.limit_last_day else None,
            "link": link,
        }


async def open_case(
    client: Client,
    task_queue: str,
    database_url: str,
    data: dict[str, Any],
    *,
    seal: Seal | None = None,
    look: bool = True,
) -> Opened:
    """Open the case of a request, or answer with the one that runs for the very same request.

    :param data: the request as JSON (contract, section 1).
    :param seal: gives the request with the gateway's seal, for the number of its case.
    :param look: whether to wait for the first term of a new case.
    :raises rules.refusal.Refusal: for a request that does not fit, before anything is started.
    :raises Conflict: where the number is used up, or is open for another request.
    """
    request = read_request(data, datetime.now(UTC))
    case_id = case_number(request.requesting_country, request.reference)
    if not await _runs(client, case_id):
        await asyncio.to_thread(_refuse_remembered, database_url, case_id)
        try:
            await _start(client, task_queue, case_id, request, seal)
        except WorkflowAlreadyStartedError:
            # Closed, or opened by somebody else in the very moment.
            if not await _runs(client, case_id):
                raise Conflict(f"{case_id}: the case is closed; {_USED_UP}") from None
        else:
            return Opened(case_id, True, await _first_look(client, case_id) if look else None)
    return Opened(case_id, False, await _same_request(client, case_id, request))


async def _runs(client: Client, case_id: str) -> bool:
    try:
        return (await describe(client, case_id)).status is WorkflowExecutionStatus.RUNNING
    except UnknownCase:
        return False


def _refuse_remembered(database_url: str, case_id: str) -> None:
    """The register remembers a case longer than Temporal does.

    :raises Conflict: for a number that it has, and where it cannot be asked: then nobody knows.
    """
    engine = open_register(database_url)
    try:
        known = find_case(engine, case_id)
    finally:
        engine.dispose()
    if known is None:
        return
    if known.closed_at is None:
        # Terminated in Temporal, or Temporal's own data are lost. A second case of this number would meet the first
        # one's rows, so its number stays used.
        raise Conflict(
            f"{case_id}: the register has the case at step {known.step}, but Temporal does not run it; {_USED_UP}"
        )
    raise Conflict(
        f"{case_id}: by the register, closed {moment(almaty_clock(), known.closed_at)} "
        f"({words(known.outcome or 'no outcome')}); {_USED_UP}"
    )


async def _start(
    client: Client, task_queue: str, case_id: str, request: VerificationRequest, seal: Seal | None
) -> None:
    content = request.model_dump(mode="json", exclude_none=True)
    try:
        await client.start_workflow(
            CASE,
            content if seal is None else seal(content, case_id),
            id=case_id,
            task_queue=task_queue,
            # A failed case is one whose request was refused (contract, section 1): its number is free again.
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            static_summary=static_summary(request),
            static_details=static_details(request),
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(attributes.REX_STEP, Step.REQUEST_DOCUMENTS.value),
                    SearchAttributePair(attributes.REX_COUNTRY, request.requesting_country.value),
                    SearchAttributePair(attributes.REX_NUMBER, request.rex_number),
                    SearchAttributePair(attributes.REX_EXPORTER, request.exporter.name),
                ]
            ),
        )
    except RPCError as error:
        hint = f"; run: {STARTER} setup" if "search attribute" in error.message.lower() else ""
        raise OutOfReach(f"{case_id}: not opened; {in_words(error)}{hint}") from None


async def _first_look(client: Client, case_id: str) -> CaseView | None:
    """The new case once its first term is counted, or as far as it is when the patience for that is over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _FIRST_TERM
    while True:
        try:
            case = read_case(await ask_case(client, case_id))
        except NobodyAnswers:
            return None
        if (case.running and case.running.due_at) or loop.time() >= until:
            return case
        await asyncio.sleep(0.1)


async def _same_request(client: Client, case_id: str, request: VerificationRequest) -> CaseView:
    """The running case, if it was opened for this request. :raises Conflict: naming both requests where not."""
    case = read_case(await ask_case(client, case_id))
    ours = (request.reference, request.rex_number, request.received_at)
    theirs = (case.request.reference, case.request.rex_number, case.request.received_at)
    if ours != theirs:
        raise Conflict(
            f"{case_id}: is open for another request: {_named(*theirs)}; this one is {_named(*ours)}; "
            "for several exporters in one letter add /2, /3 to the reference"
        )
    return case


def _named(reference: str, rex_number: str, received_at: datetime) -> str:
    return f"reference {reference}, {rex_number}, received_at {rfc_3339(received_at)}"


async def hand_in_refused(client: Client, task_queue: str, data: dict[str, Any]) -> None:
    """Hand in a request that does not fit, under the number that it would have had, so that it is kept (section 1).

    One whose country or reference give no number is kept nowhere; one whose number is taken says nothing new.

    :raises OutOfReach: where Temporal does not take it.
    """
    country, reference = data.get("requesting_country"), data.get("reference")
    if not isinstance(country, str) or not isinstance(reference, str) or len(reference) > LONGEST_REFERENCE:
        return
    if not re.fullmatch(r"[A-Z]{2}", country):
        return
    try:
        case_id = case_number(country, reference)
    except Refusal:
        return
    try:
        await client.start_workflow(
            CASE,
            data,
            id=case_id,
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        )
    except WorkflowAlreadyStartedError:
        return
    except RPCError as error:
        raise OutOfReach(f"{case_id}: not kept; {in_words(error)}") from None
