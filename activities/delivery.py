"""Delivering the rungs of ladders: each recipient by itself, agreed with other workers through the register's outbox.

A kill at any moment loses nothing: a notification stands in the outbox before it is sent, and who dies while sending
takes it up again under the same id. Where the register is out of reach it is sent all the same, and recorded later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import broken, unreachable
from activities.interface import Activity, Telling, Told
from escalation.kinds import Escalation
from escalation.ladder import Recipient
from escalation.ladder_file import Ladders
from notifications.channel import LONGEST_CALL, send
from notifications.notice import Notice, bundle_of, notice_of
from register.database import OutOfReach, RegisterError
from register.outbox import (
    ASK_AGAIN,
    Claimed,
    Item,
    Settled,
    Wait,
    begin,
    claim,
    record_sent,
    settle,
    withdraw,
    write_ladder,
)
from register.rows import LadderEntry

PAUSES: Final = (timedelta(seconds=1), timedelta(seconds=3))
"""Between the tries of one attempt: a server that hiccups is no reason to call the next level at night."""

SENDER_HAS: Final = LONGEST_CALL + timedelta(seconds=30)
"""For so long nobody else sends what somebody has begun to send: the call, and writing it down on a busy machine."""

_Result = TypeVar("_Result")

log = logging.getLogger(__name__)

_PRESSING: Final = frozenset({Escalation.STEP_OVERDUE, Escalation.LIMIT_EXCEEDED, Escalation.ACTION_FAILED})


@dataclass(frozen=True)
class _Outcome:
    """What became of one recipient; ``waits_until`` and ``failure`` exclude each other."""

    waits_until: datetime | None = None
    failure: str | None = None
    recorded: bool = True


class DeliveryActivities:
    """Tells the recipients of a rung, and writes how ladders stand."""

    def __init__(
        self,
        register: Engine,
        ladders: Ladders,
        ui_url: str,
        namespace: str,
        *,
        sender_has: timedelta = SENDER_HAS,
    ) -> None:
        """:param ladders: the addresses behind the recipients, the bundling and the limit.
        :param ui_url: base of the Temporal UI.
        :param namespace: the Temporal namespace, for the link to the case.
        :param sender_has: for so long nobody else sends what a worker has begun to send, also if it has died.
        """
        self._register = register
        self._ladders = ladders
        self._ui_url = ui_url
        self._namespace = namespace
        self._sender_has = sender_has

    @activity.defn(name=Activity.TELL_RUNG)
    async def tell_rung(self, telling: Telling) -> Told:
        """Tell each recipient, or say until when it waits or why it is not reached. Told once, however often called.

        :raises ApplicationError: ``UNREACHABLE``, with ``persist`` only, while somebody is not reached or not recorded.
        """
        reached = {str(each) for each in activity.info().heartbeat_details} | set(telling.recorded_later)
        recipients: Sequence[Recipient] = telling.recipients
        if telling.settled is not None:
            called = await self._called(telling)
            recipients = [each for each in recipients if each.id in called]
        calls = [asyncio.create_task(self._tell(telling, each, reached)) for each in recipients]
        try:
            outcomes = await asyncio.gather(*calls)
        except BaseException:  # of several that are cancelled each is to write down what it has sent
            await asyncio.wait(calls)
            raise
        told = Told()
        for recipient, outcome in zip(recipients, outcomes, strict=True):
            if outcome.waits_until is not None:
                told.waiting[recipient.id] = outcome.waits_until
            elif outcome.failure is not None:
                told.failed[recipient.id] = outcome.failure
            else:
                told.sent.append(recipient.id)
                if not outcome.recorded:
                    told.unrecorded.append(recipient.id)
        told.sent.extend(each.id for each in telling.recipients if each not in recipients)  # never called
        if telling.persist and (told.failed or told.waiting or told.unrecorded):
            activity.heartbeat(*sorted(reached))
            raise self._again(telling, told)
        return told

    @activity.defn(name=Activity.WRITE_LADDER)
    async def write_ladder(self, entry: LadderEntry) -> None:
        """Write how a ladder stands; doing it again, or late, changes nothing.

        :raises ApplicationError: ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
        """
        try:
            await asyncio.to_thread(write_ladder, self._register, entry)
        except OutOfReach as error:
            raise unreachable(str(error)) from None
        except RegisterError as error:
            raise broken(str(error)) from None

    def _again(self, telling: Telling, told: Told) -> Exception:
        reasons = [f"recipient {each}: {why}" for each, why in told.failed.items()]
        reasons += [f"recipient {each} was told, and it is not recorded yet" for each in told.unrecorded]
        reasons += [f"recipient {each} waits until {until.isoformat()}" for each, until in told.waiting.items()]
        message = f"level {telling.level}: {'; '.join(reasons)}"
        waits = [until - datetime.now(UTC) for until in told.waiting.values()] if not told.failed else []
        return unreachable(message, min(waits, default=None))

    async def _called(self, telling: Telling) -> set[str]:
        """Withdraw what waits. Those who were called: by the register, or where it is out of reach by the ladder."""
        about = telling.notification
        try:
            called = await asyncio.to_thread(withdraw, self._register, about.case_id, about.escalation_id)
        except RegisterError as error:
            if not telling.recipients:  # asked for this alone
                raise unreachable(str(error)) from None
            return set(telling.called)
        return called | set(telling.called)

    async def _tell(self, telling: Telling, recipient: Recipient, reached: set[str]) -> _Outcome:
        notice = notice_of(telling, self._ui_url, self._namespace)
        item = Item(
            case_id=telling.notification.case_id,
            escalation_id=telling.notification.escalation_id,
            rung=telling.rung,
            recipient=recipient.id,
            level=telling.level,
            scheme=recipient.scheme,
            urgent=telling.urgent,
            words=notice.words(),
        )
        if recipient.id in reached:
            return await self._record(item)
        url = self._ladders.address(recipient)
        if url is None:
            return _Outcome(failure="is no longer in the ladder file")
        info = activity.info()
        claimant = f"{item.id}.{recipient.id}#{info.activity_id}.{info.attempt}"
        try:
            decided = await self._claim(item, claimant)
        except RegisterError:
            return await self._send_unrecorded(telling, url, notice, item, reached)
        if isinstance(decided, Settled):
            return _Outcome()
        if isinstance(decided, Wait):
            return _Outcome(waits_until=decided.until)
        return await self._send(telling, url, decided, claimant, reached, recipient.id)

    async def _claim(self, item: Item, claimant: str) -> Claimed | Wait | Settled:
        """As ``claim``; a register that is out of reach gets as many tries as a channel does."""
        for pause in (*PAUSES, None):
            try:
                return await asyncio.to_thread(
                    claim,
                    self._register,
                    item,
                    now=datetime.now(UTC),
                    claimant=claimant,
                    bundle=self._ladders.bundle,
                    per_hour=self._ladders.per_hour,
                )
            except OutOfReach:
                if pause is None:
                    raise
                await asyncio.sleep(pause.total_seconds())
        raise AssertionError("the last try returns or raises")

    async def _send(
        self, telling: Telling, url: str, claimed: Claimed, claimant: str, reached: set[str], recipient: str
    ) -> _Outcome:
        notices = [Notice(**item.words) for item in claimed.items]
        limited = any(item.limited for item in claimed.items)
        # What the limit held back is a summary even where it is a single notice: that notice itself says it best.
        message = notices[0] if len(notices) == 1 else bundle_of(notices, limited=limited)
        pressing = _pressing(telling)
        loop = asyncio.get_running_loop()

        def note_sent() -> None:
            reached.add(recipient)
            activity.heartbeat(*sorted(reached))

        for pause in (*PAUSES, None):
            last = pause is None
            # At once: should this worker die now, the next attempt knows that this recipient was told.
            on_sent = partial(loop.call_soon_threadsafe, note_sent)
            tried = await _to_its_end(self._try, url, message, claimed, claimant, pressing, last, on_sent)
            if tried is None:
                return _Outcome(waits_until=datetime.now(UTC) + ASK_AGAIN)
            _count(claimed.items[0].scheme, tried.failure)
            if tried.failure is None or pause is None:
                return tried
            await asyncio.sleep(pause.total_seconds())
        raise AssertionError("the last try returns")

    def _try(
        self,
        url: str,
        message: Notice,
        claimed: Claimed,
        claimant: str,
        pressing: bool,
        last: bool,
        on_sent: Callable[[], object],
    ) -> _Outcome | None:
        """Begin, send and write it down, in one thread: between them a busy worker would let others wait for long.

        :return: None where the claim has been lost while this attempt waited for its thread.
        """
        with contextlib.suppress(RegisterError):  # who cannot ask sends
            if not begin(self._register, claimed, until=datetime.now(UTC) + self._sender_has, claimant=claimant):
                return None
        failure = send(url, message, pressing=pressing)
        if failure is None:
            on_sent()
        return _Outcome(failure=failure, recorded=self._settle(claimed, claimant, failure, again=not last))

    def _settle(self, claimed: Claimed, claimant: str, failure: str | None, *, again: bool) -> bool:
        try:
            settle(
                self._register,
                claimed,
                now=datetime.now(UTC),
                claimant=claimant,
                error=failure,
                again=again and failure is not None,
            )
        except RegisterError as error:
            log.warning("an attempt to deliver %s is not recorded: %s", claimed.message_id, error)
            return False
        return True

    async def _send_unrecorded(
        self, telling: Telling, url: str, notice: Notice, item: Item, reached: set[str]
    ) -> _Outcome:
        """Without the register nobody knows what else goes to this recipient: better one too many than none."""
        failure = await _to_its_end(partial(send, url, notice, pressing=_pressing(telling)))
        _count(item.scheme, failure)
        if failure is not None:
            return _Outcome(failure=failure)
        reached.add(item.recipient)
        activity.heartbeat(*sorted(reached))
        return _Outcome(recorded=False)

    async def _record(self, item: Item) -> _Outcome:
        try:
            await asyncio.to_thread(record_sent, self._register, item, now=datetime.now(UTC))
        except RegisterError:
            return _Outcome(recorded=False)
        return _Outcome()


async def _to_its_end(call: Callable[..., _Result], *arguments: Any) -> _Result:
    """Call in a thread. Who is cancelled meanwhile waits for its end: what is sent has to be written down."""
    thread = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise


def _pressing(telling: Telling) -> bool:
    return telling.settled is None and telling.notification.kind in _PRESSING


def _count(scheme: str, failure: str | None) -> None:
    counter = activity.metric_meter().create_counter(
        "rexv_delivery_attempts", "Attempts to deliver a notification of an escalation."
    )
    counter.add(1, {"channel": scheme, "result": "sent" if failure is None else "failed"})
