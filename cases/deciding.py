"""People's decisions, sent to a case as updates: it answers at once (contract, section 4)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from cases.asking import NobodyAnswers, describe, in_words, message_of, unknown
from cases.errors import CannotDo, CaseClosed, OutOfReach, RefusedByCase
from rules.decisions import DECISIONS, read_decision
from rules.refusal import Refusal
from runtime.commands import WORKER

WAIT = timedelta(seconds=30)
"""How long a command waits for the case's answer: far longer than a worker takes, short for whoever waits."""

_ANY_TIME = datetime.min.replace(tzinfo=UTC)


async def decide(
    client: Client,
    case_id: str,
    name: str,
    decision: dict[str, Any],
    *,
    update_id: str | None = None,
    wait: timedelta | None = None,
) -> Any:
    """Send a decision to a case.

    :param update_id: of Temporal's update: the same one again gets the first answer, and changes nothing.
    :param wait: how long to wait for the answer; ``WAIT`` by default.
    :return: the case's own answer, JSON.
    :raises Refusal: for an unknown decision or a field that does not fit, before anything is sent.
    :raises CannotDo: where the case refuses, or does not answer.
    """
    if name not in DECISIONS:
        raise Refusal(f"unknown decision {name}; expected one of {', '.join(DECISIONS)}")
    # How early a time may be depends on the case, which judges that itself; the rest needs no case.
    read_decision(name, [decision], received_at=_ANY_TIME, now=datetime.now(UTC))
    await describe(client, case_id)
    patience = wait or WAIT
    handle = client.get_workflow_handle(case_id)
    try:
        asked = handle.execute_update(name, decision, id=update_id)
        return await asyncio.wait_for(asked, patience.total_seconds())
    except WorkflowUpdateFailedError as error:
        raise RefusedByCase(case_id, message_of(error.cause)) from None
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise NobodyAnswers(
            f"{case_id}: no worker answered within {patience.seconds} s, so the decision did not take effect; "
            f"start one: {WORKER}"
        ) from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise await _closed(client, case_id) from None
        raise OutOfReach(f"{case_id}: {in_words(error)}") from None


async def _closed(client: Client, case_id: str) -> CannotDo:
    described = await describe(client, case_id)
    if described.close_time is None:
        return unknown(client, case_id)
    return CaseClosed(f"{case_id}: is closed: no further decisions are possible")
