"""Handing notices to recipients, and sending a recipient its messages (contract, section 6).

A case hands its notices over with ``notify``, which starts each recipient's own workflow where none runs
(``workflows/recipient.py``). That workflow sends one message at a time with ``send_notices``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import AsyncActivityCancelledError, Client
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import unreachable
from activities.interface import NOTICE_OUTCOME, Activity, Notified, Notify, Sending, SendingDone
from escalation.ladder import LadderBook, Recipient
from escalation.ladder_file import Ladders
from escalation.mailbox import Handed
from escalation.notice import Notice, Outcome, Withdrawn
from notifications.channel import send
from notifications.notice import is_pressing, message_of
from register.database import RegisterError
from register.deliveries import append_deliveries
from register.rows import DeliveryEntry
from runtime.answer_links import AnswerLinks

RECIPIENT: Final = "Recipient"
"""The workflow type of ``workflows/recipient.py``."""

NOTICES: Final = "notices"
"""Its signal."""

CASES_AT_ONCE: Final = 16
"""Signals under way at the same moment: after a storm one message concerns hundreds of cases."""

_Result = TypeVar("_Result")

log = logging.getLogger(__name__)


def mailbox_id(recipient_id: str) -> str:
    """The workflow id of a recipient; no case id begins so (contract, section 1)."""
    return f"recipient-{recipient_id}"


class RecipientActivities:
    """What cases and recipients call; every call may be repeated and then changes nothing, but for one thing.

    A worker that dies between the channel's yes and the note of it, some milliseconds, sends that message again.
    """

    def __init__(
        self,
        client: Client,
        ladders: Ladders,
        register: Engine,
        ui_url: str,
        namespace: str,
        links: AnswerLinks | None = None,
    ) -> None:
        """:param client: connected to the namespace of the cases.
        :param ladders: as this worker read them: the addresses behind the recipients, which are secrets.
        :param ui_url: base of the Temporal UI, for the links in messages.
        :param links: to the desk; None where there is no gateway.
        """
        self._client = client
        self._ladders = ladders
        self._register = register
        self._ui_url = ui_url
        self._namespace = namespace
        self._links = links

    # -- called by cases ----------------------------------------------------------------------------------------------

    @activity.defn(name=Activity.NOTIFY)
    async def notify(self, wanted: Notify) -> Notified:
        """Hand over notices and withdrawals, so that each recipient has them durably.

        :raises ApplicationError: ``UNREACHABLE`` where Temporal does not answer.
        """
        named = [*(each.recipient for each in wanted.notices), *(each.recipient for each in wanted.withdrawn)]
        recipients = {each.id: each for each in named}
        known = [each for each in recipients.values() if self._ladders.address(each) is not None]
        queue = activity.info().task_queue
        await asyncio.gather(*(self._hand_over(each, _for(each, wanted), queue) for each in known))
        book = self._ladders.book
        return Notified(
            book=None if book.version == wanted.book_version else book,
            unknown=[each for each in recipients if recipients[each] not in known],
        )

    @activity.defn(name=Activity.READ_LADDERS)
    async def read_ladders(self) -> LadderBook:
        """The ladders of this worker's file, for a case to record."""
        return self._ladders.book

    async def _hand_over(
        self, recipient: Recipient, wanted: tuple[list[Notice], list[Withdrawn]], task_queue: str
    ) -> None:
        notices, withdrawn = wanted
        try:
            await self._client.start_workflow(
                RECIPIENT,
                {},
                id=mailbox_id(recipient.id),
                task_queue=task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                # Before the cases: after a storm hundreds of their tasks wait, and people wait for this one.
                priority=Priority(priority_key=1),
                start_signal=NOTICES,
                start_signal_args=[Handed(rules=self._ladders.rules, notices=notices, withdrawn=withdrawn)],
                static_summary=f"Notices by {recipient.scheme} to {recipient.id}, level {recipient.level}",
                static_details="Sends one recipient its notices, over all cases. Ends by itself; leave it alone.",
            )
        except RPCError as error:
            reason = error.status.name.lower()
            raise unreachable(f"the recipient {recipient.id} cannot be handed its notices: {reason}") from None

    # -- called by recipients -----------------------------------------------------------------------------------------

    @activity.defn(name=Activity.SEND_NOTICES)
    async def send_notices(self, sending: Sending) -> SendingDone:
        """Send one message, write it to the log of deliveries and report to each case.

        Never cut off: what has been sent is written down, even where the worker is stopped meanwhile.

        :raises ApplicationError: ``UNREACHABLE`` where Temporal does not take the word for a case; what was sent is
            not sent again.
        """
        return await _to_its_end(self._see_through(sending))

    async def _see_through(self, sending: Sending) -> SendingDone:
        done = _noted()
        if done is None:
            done = await self._send(sending)
            await self._note(done)
        outcomes = self._tell_cases(sending, done)
        await asyncio.gather(asyncio.to_thread(self._log, sending, done), outcomes)
        return done

    async def _send(self, sending: Sending) -> SendingDone:
        url = self._ladders.address(sending.recipient)
        if url is None:
            error: str | None = "is not in the ladder file any more"
        else:
            write = partial(
                message_of,
                ui_url=self._ui_url,
                namespace=self._namespace,
                limited=sending.limited,
                links=self._links,
            )
            message = await asyncio.to_thread(write, sending.notices, sent_at=datetime.now(UTC))
            error = await asyncio.to_thread(send, url, message, pressing=is_pressing(sending.notices))
        activity.metric_meter().create_counter(
            "rexv_delivery_attempts", "Attempts to deliver a message to a recipient of escalations."
        ).add(1, {"channel": sending.recipient.scheme, "result": "failed" if error else "sent"})
        at = datetime.now(UTC)
        return SendingDone(notified_at=None if error else at, error=error, at=at)

    async def _note(self, done: SendingDone) -> None:
        """Note what the channel said, so that the next attempt of a worker's successor does not send again.

        By a call of our own, as the SDK passes on heartbeats only now and then; and to the SDK, whose next beat would
        otherwise wipe it out.
        """
        details = done.model_dump(mode="json")
        activity.heartbeat(details)
        try:
            await self._client.get_async_activity_handle(task_token=activity.info().task_token).heartbeat(details)
        except (RPCError, AsyncActivityCancelledError) as error:
            log.warning("what became of a message is not noted yet: %s", type(error).__name__)

    def _log(self, sending: Sending, done: SendingDone) -> None:
        """A register that is out of reach never stops or repeats a message."""
        try:
            append_deliveries(self._register, list(_entries(sending, done)))
        except RegisterError as error:
            log.warning("the delivery of %s is not in the register: %s", sending.id, error)

    async def _tell_cases(self, sending: Sending, done: SendingDone) -> None:
        gate = asyncio.Semaphore(CASES_AT_ONCE)

        async def report(notice: Notice) -> None:
            outcome = Outcome(
                key=notice.key,
                recipient_id=sending.recipient.id,
                notified_at=done.notified_at,
                error=done.error,
                at=done.at,
            )
            async with gate:
                try:
                    await self._client.get_workflow_handle(notice.case_id).signal(NOTICE_OUTCOME, outcome)
                except RPCError as error:
                    if error.status is not RPCStatusCode.NOT_FOUND:  # a case that is closed needs it no more
                        raise

        # A case hears of the first failure, not of each try.
        hear = [each for each in sending.notices if done.error is None or each.key not in sending.failed_before]
        results = await asyncio.gather(*map(report, hear), return_exceptions=True)
        for result in results:
            if isinstance(result, RPCError):
                raise unreachable(f"a case does not take the outcome of a notice: {result.status.name.lower()}")
            if isinstance(result, BaseException):
                raise result


def _for(recipient: Recipient, wanted: Notify) -> tuple[list[Notice], list[Withdrawn]]:
    return (
        [each for each in wanted.notices if each.recipient.id == recipient.id],
        [each for each in wanted.withdrawn if each.recipient.id == recipient.id],
    )


def _noted() -> SendingDone | None:
    """What an earlier attempt has noted: the channel has answered already."""
    for details in activity.info().heartbeat_details:
        try:
            return SendingDone.model_validate(details)
        except ValidationError:
            continue
    return None


def _entries(sending: Sending, done: SendingDone) -> Iterable[DeliveryEntry]:
    for notice in sending.notices:
        for matter in notice.matters:
            yield DeliveryEntry(
                case_id=notice.case_id,
                escalation_id=matter.escalation_id,
                notice=notice.key,
                message=sending.id,
                attempt=sending.failed_before.get(notice.key, 0) + 1,
                rung=0 if notice.resolved else matter.rung,
                level=notice.level,
                recipient=sending.recipient.id,
                scheme=sending.recipient.scheme,
                at=done.at,
                notified=done.error is None,
                error=done.error,
                next_level=matter.next.level if matter.next else None,
                next_at=matter.next.at if matter.next else None,
            )


async def _to_its_end(work: Coroutine[Any, Any, _Result]) -> _Result:
    """The result of the work, which goes on where its caller is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
        except Exception:  # raised below, by the result
            break
    return task.result()
