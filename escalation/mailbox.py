"""The mailbox of one recipient: what waits, what goes together as one message, and when it is tried again. Pure.

Urgent notices: the first goes at once; what comes while it is sent, or within half a minute after, goes together as
the next message. Others: the same with two minutes, and never more than so many messages in any hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from escalation.notice import Matter, Notice, Outcome, Withdrawn
from rules.instant import Instant

HOUR: Final = timedelta(hours=1)

MEMORY: Final = HOUR
"""How long the key of a notice is remembered once it was sent: a caller that repeats itself does so within minutes."""

MOST_REMEMBERED: Final = 2_000
"""Keys; some 150 kB."""

MOST_NOTICES: Final = 300
"""In one message: so many lines a person can still scroll through; the rest follows in the next message at once."""

MOST_BYTES: Final = 1_000_000
"""Of one message's notices as JSON; Temporal takes payloads up to 2 MB."""

FIRST_PAUSE: Final = timedelta(seconds=2)
LONGEST_PAUSE: Final = timedelta(minutes=10)


class DeliveryRules(BaseModel):
    """How messages to one recipient are gathered and limited, as the ladder file says. Windows in seconds."""

    model_config = ConfigDict(frozen=True)

    bundle: float = Field(default=120, ge=0)
    urgent_bundle: float = Field(default=30, ge=0)
    per_hour: int = Field(default=20, ge=1)


class Handed(BaseModel):
    """What reaches a recipient at one moment: notices for it, and what it is not to be notified of any more."""

    model_config = ConfigDict(frozen=True)

    rules: DeliveryRules
    notices: list[Notice] = Field(default_factory=list)
    withdrawn: list[Withdrawn] = Field(default_factory=list)


class Waiting(BaseModel):
    """A notice that is not sent yet. ``size`` in bytes as JSON; ``attempts`` counts those that failed."""

    notice: Notice
    size: int
    attempts: int = 0
    error: str | None = None


class Outgoing(BaseModel):
    """A message that is being sent: its notices with the gravest first.

    ``limited``: held back by the limit of messages an hour. ``cut``: more waits than one message can hold.
    ``withdrawn`` came while it was being sent; it matters only where the attempt fails.
    """

    id: str
    urgent: bool
    limited: bool
    cut: bool
    items: list[Waiting]
    withdrawn: list[Withdrawn] = Field(default_factory=list)

    @property
    def notices(self) -> list[Notice]:
        """Its notices in order."""
        return [item.notice for item in self.items]

    @property
    def failed_before(self) -> dict[str, int]:
        """How often each notice failed before, by key; without those that are tried for the first time."""
        return {item.notice.key: item.attempts for item in self.items if item.attempts}


class Mailbox(BaseModel):
    """All that is known of one recipient's messages. Methods change it; every ``now`` is aware.

    ``sent`` are the times of messages that were sent, ``known`` the keys of notices that need nothing more, ``heard``
    the escalations (``case/escalation``) that were in a message, sent or tried: all of them of the last hour or two.
    """

    rules: DeliveryRules = DeliveryRules()
    waiting: dict[str, Waiting] = Field(default_factory=dict)
    sending: Outgoing | None = None
    sent: list[Instant] = Field(default_factory=list)
    known: dict[str, Instant] = Field(default_factory=dict)
    heard: dict[str, Instant] = Field(default_factory=dict)
    quiet_until: Instant | None = None
    urgent_quiet_until: Instant | None = None
    failures: int = Field(default=0, description="attempts that failed since the last message that was sent")
    failing_since: Instant | None = None
    retry_at: Instant | None = None
    error: str | None = None

    # -- what comes in ----------------------------------------------------------------------------------------------

    def take(self, handed: Handed, now: datetime) -> None:
        """Take in all that was handed over at one moment."""
        self.rules = handed.rules
        for notice in handed.notices:
            if notice.resolved:
                self.put(notice, now)
        for withdrawn in handed.withdrawn:
            self.withdraw(withdrawn, now)
        for notice in handed.notices:
            if not notice.resolved:
                self.put(notice, now)

    def put(self, notice: Notice, now: datetime) -> None:
        """A notice to be sent; the same key twice is taken once.

        That something is resolved goes nowhere where nobody tried to notify this recipient of the matter itself.
        """
        if notice.key in self.known or notice.key in self.waiting or self._is_sent(notice.key):
            return
        if notice.resolved:
            ids = [matter.escalation_id for matter in notice.matters]
            unheard = self._strike(notice.case_id, ids, now)
            matters = [each for each in notice.matters if each.escalation_id not in unheard]
            if not matters:
                self.known[notice.key] = now
                return
            notice = notice.model_copy(update={"matters": matters})
        self.waiting[notice.key] = Waiting(notice=notice, size=len(notice.model_dump_json().encode()))

    def withdraw(self, withdrawn: Withdrawn, now: datetime) -> None:
        """Strike escalations out of what waits; a notice without matters goes. What is being sent is not stopped."""
        self._strike(withdrawn.case_id, withdrawn.escalation_ids, now)
        if self.sending is not None:
            self.sending.withdrawn.append(withdrawn)

    def _strike(self, case_id: str, escalation_ids: Iterable[str], now: datetime) -> set[str]:
        """Returns the escalations of which this recipient surely never heard."""
        struck, unheard = set(escalation_ids), set[str]()
        for item in [each for each in self.waiting.values() if each.notice.case_id == case_id]:
            notice = item.notice
            if notice.resolved or not any(matter.escalation_id in struck for matter in notice.matters):
                continue
            left: list[Matter] = []
            for matter in notice.matters:
                if matter.escalation_id not in struck:
                    left.append(matter)
                elif matter.rung == 1 and f"{case_id}/{matter.escalation_id}" not in self.heard:
                    unheard.add(matter.escalation_id)
            if left:
                item.notice = notice.model_copy(update={"matters": left})
            else:
                del self.waiting[notice.key]
                self.known[notice.key] = now
        return unheard

    def _is_sent(self, key: str) -> bool:
        return self.sending is not None and any(item.notice.key == key for item in self.sending.items)

    # -- what goes out ------------------------------------------------------------------------------------------------

    def next_message(self, now: datetime) -> Outgoing | None:
        """The message to send now, urgent ones first; it then counts as being sent. None while there is none."""
        if self.sending is not None:
            return None
        for urgent in (True, False):
            lane = [item for item in self._lane(urgent) if item.notice.not_before <= now]
            if any(self._ready_at(item) <= now for item in lane):
                self.sending = self._message(lane, urgent=urgent)
                for item in self.sending.items:
                    del self.waiting[item.notice.key]
                    for matter in item.notice.matters:
                        self.heard[f"{item.notice.case_id}/{matter.escalation_id}"] = now
                return self.sending
        return None

    def _message(self, lane: list[Waiting], *, urgent: bool) -> Outgoing:
        # Where the channel refuses, ever smaller messages: one notice that it cannot take must not hold up the others.
        most = max(1, MOST_NOTICES >> self.failures)
        chosen: list[Waiting] = []
        size = 0
        for item in sorted(lane, key=lambda each: (each.attempts if self.failures else 0, _order(each))):
            size += item.size
            if chosen and (len(chosen) == most or size > MOST_BYTES):
                break
            chosen.append(item)
        chosen.sort(key=_order)
        freed_at = None if urgent else self._full_until()
        return Outgoing(
            id=chosen[0].notice.key,
            urgent=urgent,
            limited=freed_at is not None and any(self._due_at(item) < freed_at for item in chosen),
            cut=len(chosen) < len(lane),
            items=chosen,
        )

    def delivered(self, at: datetime) -> None:
        """The message that was being sent has left."""
        sending = self._end_sending()
        self.sent.append(at)
        self._quiet(at, urgent=sending.urgent, gathers=not sending.cut)
        for item in sending.items:
            self.known[item.notice.key] = at
        self.failures, self.failing_since, self.retry_at, self.error = 0, None, None, None

    def failed(self, error: str, at: datetime) -> list[Outcome]:
        """The message that was being sent did not leave: its notices wait again, but for what was withdrawn meanwhile.

        :return: for the cases whose notice failed for the first time.
        """
        sending = self._end_sending()
        self.failures += 1
        self.failing_since = self.failing_since or at
        self.error = error
        # The shift is bounded: after ten failures the pause is the longest anyway.
        self.retry_at = at + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures - 1, 10))
        self._quiet(at, urgent=sending.urgent, gathers=True)
        first = [item.notice for item in sending.items if not item.attempts]
        for item in sending.items:
            item.attempts += 1
            item.error = error
            self.waiting[item.notice.key] = item
        for withdrawn in sending.withdrawn:
            self._strike(withdrawn.case_id, withdrawn.escalation_ids, at)
        return [Outcome(key=each.key, recipient_id=each.recipient.id, error=error, at=at) for each in first]

    def expire(self, now: datetime) -> list[tuple[str, Outcome]]:
        """Take out what waits and whose words no longer hold; with the case of each and what it is to hear."""
        expired = [item for item in self.waiting.values() if item.notice.hold_until <= now]
        for item in expired:
            del self.waiting[item.notice.key]
            self.known[item.notice.key] = now
        return [
            (
                item.notice.case_id,
                Outcome(
                    key=item.notice.key,
                    recipient_id=item.notice.recipient.id,
                    error=item.error or "its words no longer held before it could be sent",
                    at=now,
                    final=True,
                ),
            )
            for item in expired
        ]

    def _end_sending(self) -> Outgoing:
        sending, self.sending = self.sending, None
        assert sending is not None  # what ends was begun
        return sending

    def _quiet(self, at: datetime, *, urgent: bool, gathers: bool) -> None:
        if urgent:
            self.urgent_quiet_until = at + timedelta(seconds=self.rules.urgent_bundle) if gathers else None
        else:
            self.quiet_until = at + timedelta(seconds=self.rules.bundle) if gathers else None

    # -- when ---------------------------------------------------------------------------------------------------------

    def wakes_at(self) -> datetime | None:
        """When something is to be done next: a message to go, words that no longer hold, or the end. None when idle."""
        times: list[datetime] = [item.notice.hold_until for item in self.waiting.values()]
        if self.sending is None:
            times += [self._ready_at(item) for item in self.waiting.values()]
            if not times and (self.known or self.sent):
                times.append(max([*self.known.values(), *self.sent[-1:]]) + MEMORY)
        return min(times, default=None)

    def is_idle(self, now: datetime) -> bool:
        """Whether nothing waits, no window is open and nothing has to be remembered."""
        at = self.wakes_at()
        return not self.waiting and self.sending is None and (at is None or at <= now)

    def forget(self, now: datetime) -> None:
        """Drop what is remembered for longer than it can matter."""
        for memory in (self.known, self.heard):
            old = [key for key, at in memory.items() if at + MEMORY <= now]
            old += list(memory)[len(old) : len(memory) - MOST_REMEMBERED]
            for key in old:
                memory.pop(key, None)
        # The limit looks back an hour; whether it held something back is asked up to an hour later.
        self.sent = [at for at in self.sent if at + 2 * HOUR > now]

    @property
    def size(self) -> int:
        """Of what waits, in bytes as JSON."""
        return sum(item.size for item in self.waiting.values())

    def _lane(self, urgent: bool) -> Iterator[Waiting]:
        return (item for item in self.waiting.values() if item.notice.urgent is urgent)

    def _ready_at(self, item: Waiting) -> datetime:
        at = self._due_at(item)
        full_until = None if item.notice.urgent else self._full_until()
        return at if full_until is None else max(at, full_until)

    def _due_at(self, item: Waiting) -> datetime:
        """When it would go, but for the limit. What failed waits for its next try, what is new for its window only."""
        notice = item.notice
        quiet = self.urgent_quiet_until if notice.urgent else self.quiet_until
        waits = self.retry_at if item.attempts else quiet
        return notice.not_before if waits is None else max(notice.not_before, waits)

    def _full_until(self) -> datetime | None:
        """Until when the limit holds back, or held back; None where it does not apply."""
        if len(self.sent) < self.rules.per_hour:
            return None
        return self.sent[-self.rules.per_hour] + HOUR


def _order(item: Waiting) -> tuple[int, str, str]:
    """The gravest first, then what is due longest."""
    notice = item.notice
    last_day = next((each.last_day for each in notice.matters if each.last_day), notice.today)
    return -notice.gravity, last_day.isoformat(), notice.key
