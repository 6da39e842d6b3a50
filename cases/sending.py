"""Sending a case its messages as a system would, and waiting for its verdict (contract, section 3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from calendars.time_zone import almaty_clock
from cases import asking
from cases.asking import UnknownCase, ask, describe, in_words
from cases.errors import CannotDo, OutOfReach
from pages.words import moment
from rules.messages import read_message
from rules.text import canonical_json, sha256_of

WAIT = timedelta(seconds=30)
"""How long a command waits for the case's answer: far longer than a worker takes, short for whoever waits."""

_FIRST_LOOK, _LONGEST_PAUSE = 0.1, 1.0

_ANY_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the case made of a message. ``state``: ``accepted``, ``refused``, or ``unknown`` where time ran out."""

    case_id: str
    name: str
    message_id: str
    state: str
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return dict(vars(self))


class Verdict(BaseModel):
    """What the query ``message`` answers (``workflows.case_view.verdict``)."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    state: Literal["accepted", "refused", "unknown"]
    reason: str | None
    judged: int
    content: str | None = None
    refused_content: str | None = None


class NotSent(OutOfReach):
    """Temporal did not take the message, or did not say whether it has: it may be sent again."""


class Undelivered(CannotDo):
    """Temporal takes no message for the case, which is closed or unknown: the sender must not count it as delivered."""

    def __init__(self, case_id: str, name: str, message: dict[str, Any], why: str, *, closed: bool) -> None:
        super().__init__(why)
        self.case_id, self.name, self.message, self.closed = case_id, name, message, closed


def with_message_id(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message with a ``message_id`` derived from the rest of it, unless it has one.

    The same content gives the same id, so that sending twice changes nothing.
    """
    if "message_id" in message:
        return dict(message)
    return {"message_id": f"sha256-{sha256_of(canonical_json(message))}", **message}


async def send(client: Client, case_id: str, name: str, message: dict[str, Any], *, wait: timedelta = WAIT) -> Answer:
    """Send one message and wait until the case has accepted or refused it.

    :param message: what the contract asks for, with its ``message_id``.
    :raises Refusal: before anything is sent, naming the field that does not fit.
    :raises Undelivered: where Temporal has no open case of this number.
    """
    # How early a time may be depends on the case, which judges that itself; the rest needs no case.
    message_id = read_message(name, [message], received_at=_ANY_TIME, now=datetime.now(UTC)).message_id
    before = await verdict(client, case_id, message_id)

    def judged(told: Verdict) -> bool:
        # What the case made of an earlier message under this id says nothing about this one.
        return told.state != "unknown" and (before.state == "unknown" or told.judged > before.judged)

    told = await hand_over(client, case_id, name, message, judged, wait)
    return Answer(case_id, name, message_id, told.state if judged(told) else "unknown", told.reason)


async def hand_over(
    client: Client,
    case_id: str,
    name: str,
    message: dict[str, Any],
    judged: Callable[[Verdict], bool],
    wait: timedelta,
) -> Verdict:
    """Hand a message to Temporal, which keeps it until the case judges it, and ask what became of it.

    The first question goes out with the message, so that a worker as a rule answers it in the very task that judges:
    asked afterwards, it is a replay of its own.

    :param message: with its ``message_id``.
    :param judged: whether a verdict is that of this message.
    :param wait: how long it is asked; the last answer then counts.
    :raises Undelivered: where Temporal has no open case of this number.
    :raises NotSent: where Temporal did not take it, or did not say so.
    """
    told = asyncio.create_task(_judgement(client, case_id, str(message["message_id"]), judged, wait))
    try:
        await _signal(client, case_id, name, message)
        return await told
    finally:
        told.cancel()
        await asyncio.gather(told, return_exceptions=True)  # it is of no interest where the message was not taken


async def _signal(client: Client, case_id: str, name: str, message: dict[str, Any]) -> None:
    try:
        await client.get_workflow_handle(case_id).signal(name, message, rpc_timeout=asking.PATIENCE)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            closed, why = await _why(client, case_id)
            raise Undelivered(case_id, name, message, why, closed=closed) from None
        raise NotSent(f"{case_id}: the message was not sent; {in_words(error)}") from None


async def _judgement(
    client: Client, case_id: str, message_id: str, judged: Callable[[Verdict], bool], wait: timedelta
) -> Verdict:
    """Ask what became of a message until it is judged, a little less often each time, or until ``wait`` is over."""
    loop = asyncio.get_running_loop()
    until, pause = loop.time() + wait.total_seconds(), _FIRST_LOOK
    while True:
        left = timedelta(seconds=max(until - loop.time(), 0.1))
        told = await verdict(client, case_id, message_id, patience=min(left, asking.PATIENCE))
        if judged(told) or loop.time() >= until:
            return told
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


async def verdict(client: Client, case_id: str, message_id: str, *, patience: timedelta | None = None) -> Verdict:
    """What became of a message so far; ``unknown`` also where nobody answers, for then it may have been taken."""
    try:
        return Verdict.model_validate(await ask(client, case_id, "message", message_id, patience=patience))
    except OutOfReach as error:
        return Verdict(state="unknown", reason=str(error), judged=0)
    except UnknownCase:
        return Verdict(state="unknown", reason=None, judged=0)  # sending it will show


async def _why(client: Client, case_id: str) -> tuple[bool, str]:
    """Why Temporal takes no message for the case: whether it is closed, and in words."""
    try:
        described = await describe(client, case_id)
    except CannotDo:
        return False, f"Temporal has no case {case_id} in namespace {client.namespace}"
    closed = f" since {moment(almaty_clock(), described.close_time)}" if described.close_time else ""
    return True, f"case {case_id} is closed{closed}"
