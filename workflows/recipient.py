"""A recipient of notices as an entity workflow: one writer for each person, whatever cases have to say.

It holds what waits (``escalation.mailbox``), sends one message at a time, and ends when nothing waits and nothing has
to be remembered. The activity ``notify`` starts it with the signal that brings its first notice.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, FailureError

from activities.interface import NOTICE_OUTCOME, Activity, Sending, SendingDone
from escalation.mailbox import HOUR, Handed, Mailbox, Outgoing, Waiting
from escalation.notice import Outcome
from rules.clock import PRESENT
from rules.refusal import Refusal
from workflows.markdown import plain

RECIPIENT: Final = "Recipient"
"""The workflow type."""

LONGEST_HISTORY: Final = 150
"""Events, from which a recipient continues as new: some dozens of messages. Each of its tasks is a replay."""

MOST_CARRIED: Final = 1_000_000
"""Bytes of what waits that a new run may begin with; Temporal takes payloads up to 2 MB."""

SHOWN: Final = 20
"""Notices on the page in the Temporal UI."""


class RecipientStart(BaseModel):
    """The start argument: nothing, or what an earlier run carries over."""

    box: Mailbox | None = None


@workflow.defn(name=RECIPIENT)
class RecipientWorkflow:
    """Sends one recipient its messages, one at a time."""

    @workflow.init
    def __init__(self, start: RecipientStart) -> None:
        self._box = start.box or Mailbox()
        self._arrived: list[tuple[Any, ...]] = []
        self._call: workflow.ActivityHandle[SendingDone] | None = None
        self._reports: list[asyncio.Task[None]] = []
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None

    @workflow.signal(description="Notices of a case for this recipient, and what is withdrawn. Sent by the worker.")
    def notices(self, *arguments: Any) -> None:
        """Only kept: read in ``run``, where what cannot be read stops nothing."""
        self._arrived.append(arguments)

    @workflow.query(description="What waits, what is being sent, what was sent in the last hour, what fails and why.")
    def mailbox(self) -> dict[str, Any]:
        """As ``escalation.mailbox.Mailbox``."""
        return self._box.model_dump(mode="json")

    def page(self) -> str:
        """The recipient's page in the Temporal UI, in Markdown."""
        return _page(self._box, workflow.now())

    @workflow.run
    async def run(self, start: RecipientStart) -> None:
        """Send what there is, until nothing waits and nothing has to be remembered."""
        await workflow.wait_condition(lambda: bool(self._arrived or start.box))
        while True:
            self._clear_what_is_over()
            took = self._take_in()
            await self._take_answer()
            now = workflow.now()
            for case_id, outcome in self._box.expire(now):
                self._report(case_id, outcome)
            self._box.forget(now)
            if self._call is None and not self._has_to_continue() and (message := self._box.next_message(now)):
                self._call = self._send(message)
            self._set_alarm(now)
            if self._at_rest() and self._box.is_idle(now):
                return
            # Not while notices pour in: Temporal takes no new run while a signal is on its way, and it would be tried
            # over and over in place of sending.
            if self._at_rest() and (self._has_to_continue() or (not took and self._wants_to_continue())):
                workflow.continue_as_new(RecipientStart(box=self._box))
            await workflow.wait_condition(self._has_something_to_do)

    # -- turns --------------------------------------------------------------------------------------------------------

    def _clear_what_is_over(self) -> None:
        if self._alarm is not None and self._alarm.done():
            self._alarm, self._alarm_at = None, None
        self._reports = [report for report in self._reports if not report.done()]

    def _take_in(self) -> bool:
        arrived, self._arrived = self._arrived, []
        for arguments in arrived:
            try:
                if len(arguments) != 1:
                    raise ValueError(f"{len(arguments)} arguments")
                self._box.take(Handed.model_validate(arguments[0]), workflow.now())
            except (ValidationError, ValueError, Refusal):
                workflow.logger.warning("%s was sent something that is no notice", workflow.info().workflow_id)
        return bool(arrived)

    async def _take_answer(self) -> None:
        call = self._call
        if call is None or not call.done():
            return
        self._call = None
        sending = self._box.sending
        assert sending is not None  # it is what the call sends
        try:
            done = await call
        except ActivityError as error:
            # The attempt itself broke down, again and again: nobody but us can inform the cases.
            why = " ".join(str(error.cause or error).split())[:200]
            for outcome in self._box.failed(why, workflow.now()):
                self._report(_case_of(sending, outcome), outcome)
            return
        if done.notified_at is None:
            self._box.failed(done.error or "not sent", done.at)
        else:
            self._box.delivered(done.notified_at)

    def _send(self, message: Outgoing) -> workflow.ActivityHandle[SendingDone]:
        about = message.notices
        what = f"{len(about)} notices, the gravest of {about[0].case_id}" if len(about) > 1 else about[0].case_id
        call: workflow.ActivityHandle[SendingDone] = workflow.start_activity(
            Activity.SEND_NOTICES.value,
            Sending(
                id=message.id,
                recipient=about[0].recipient,
                notices=about,
                failed_before=message.failed_before,
                limited=message.limited,
            ),
            result_type=SendingDone,
            summary=f"send by {about[0].recipient.scheme}: {what}",
            # Half a minute for the channel, then a log entry and a signal to each of up to 300 cases.
            start_to_close_timeout=timedelta(minutes=5),
            # Beats every 3 s: what a dead worker had in hand is taken up within 15 s.
            heartbeat_timeout=timedelta(seconds=8),
            # An attempt answers what the channel says. One that breaks down, as when its worker dies, is tried again;
            # five times in a row is a defect of ours, which the cases hear of.
            retry_policy=RetryPolicy(
                initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30), maximum_attempts=5
            ),
        )
        return call

    def _report(self, case_id: str, outcome: Outcome) -> None:
        """Inform a case; one that is closed needs it no more."""

        async def signal() -> None:
            with contextlib.suppress(FailureError):
                await workflow.get_external_workflow_handle(case_id).signal(NOTICE_OUTCOME, outcome)

        self._reports.append(asyncio.create_task(signal()))

    def _set_alarm(self, now: datetime) -> None:
        """One timer, moved only where it has to ring earlier: what arrives meanwhile costs no events."""
        at = self._box.wakes_at()
        if at is None or (self._alarm_at is not None and now < self._alarm_at <= at):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.create_task(
            workflow.sleep(max(at - now, timedelta()), summary=f"{_why(self._box)} {_clock(at)}")
        )

    def _has_something_to_do(self) -> bool:
        over = [self._call, self._alarm, *self._reports]
        return bool(self._arrived) or any(each is not None and each.done() for each in over)

    def _at_rest(self) -> bool:
        return not self._arrived and self._call is None and not self._reports

    def _wants_to_continue(self) -> bool:
        """Whether the history is long enough, and what waits small enough to be carried."""
        return workflow.info().get_current_history_length() >= LONGEST_HISTORY and self._box.size <= MOST_CARRIED

    def _has_to_continue(self) -> bool:
        """Whether the server says so, of a history ten times as long: then nothing is sent before."""
        return workflow.info().is_continue_as_new_suggested() and self._box.size <= MOST_CARRIED


# -- what the Temporal UI shows ---------------------------------------------------------------------------------------


def _page(box: Mailbox, now: datetime) -> str:
    lines = ["**Nothing waits.**"] if not box.waiting and box.sending is None else []
    if box.failing_since is not None:
        again = f" Next try at {_clock(box.retry_at)}." if box.retry_at else ""
        lines.append(
            f"**Cannot be reached** since {_clock(box.failing_since)}, {_count(box.failures, 'failed attempt')}:"
            f" {plain(box.error or '')}.{again}"
        )
    if box.sending is not None:
        lines += [f"**Being sent**: {_count(len(box.sending.items), 'notice')}.", _list(box.sending.items, now)]
    if box.waiting:
        lines += [f"**Waiting**: {_count(len(box.waiting), 'notice')}.", _list(list(box.waiting.values()), now)]
    if box.sent:
        recent = [at for at in box.sent if at > box.sent[-1] - HOUR]
        lines.append(f"**Sent within an hour**: {_count(len(recent), 'message')}, the last at {_clock(box.sent[-1])}.")
    return "\n\n".join([*lines, "Times are Almaty time."])


def _list(items: list[Waiting], now: datetime) -> str:
    lines = [f"- `{item.notice.case_id}`: {_words(item, now)}" for item in items[:SHOWN]]
    if len(items) > SHOWN:
        lines.append(f"- and {len(items) - SHOWN} more")
    return "\n".join(lines)


def _words(item: Waiting, now: datetime) -> str:
    notice = item.notice
    words = [", ".join(matter.escalation_id for matter in notice.matters) + (" (resolved)" if notice.resolved else "")]
    if notice.not_before > now:
        words.append(f"not before {_clock(notice.not_before)}")
    if item.attempts:
        words.append(_count(item.attempts, "failed attempt"))
    return "; ".join(words)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _why(box: Mailbox) -> str:
    """What the timer is for."""
    if not box.waiting:
        return "nothing waits; this recipient's page ends at"
    waits = _count(len(box.waiting), "notice")
    return f"{waits}: tried again at" if box.failing_since is not None else f"{waits}: sent together at"


def _clock(at: datetime) -> str:
    return f"{PRESENT.local(at):%d %b %Y, %H:%M:%S}"


def _case_of(sending: Outgoing, outcome: Outcome) -> str:
    return next(notice.case_id for notice in sending.notices if notice.key == outcome.key)
