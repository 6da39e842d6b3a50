"""What a case gives a recipient to be notified of: facts as they stand now. The words are chosen when it is sent."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from escalation.kinds import KINDS, Escalation
from escalation.ladder import Language, Recipient
from escalation.resolution import Resolution
from rules.instant import Day, Instant

NO_STEP: Final = "none"
"""As ``step`` of a notice: there is no case, so no step."""


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class Earlier(_Fact):
    """A level that was notified before, and when; nobody of it has acknowledged."""

    level: int
    at: Instant


class Next(_Fact):
    """Which level is notified next, and when, if nobody acknowledges."""

    level: int
    at: Instant


class Matter(_Fact):
    """One escalation in a notice.

    ``since`` is when the matter arose, ``delayed_since`` when this notice was due, where it comes late. ``step`` and
    ``paragraph`` are None for what concerns the whole case. ``rung`` counts the notices of this escalation from 1.
    """

    escalation_id: str
    kind: Escalation
    level: int
    rung: int
    repeat: int
    step: str | None
    paragraph: int | None
    summary: str
    what_to_do: str
    due_at: Instant | None
    last_day: Day | None
    working_days_left: int | None
    late_days: int
    provisional: bool
    since: Instant
    delayed_since: Instant | None
    earlier: list[Earlier]
    next: Next | None

    @property
    def gravity(self) -> int:
        """The higher, the graver."""
        return KINDS[self.kind].gravity


class Resolved(_Fact):
    """The matters of a notice are resolved: nothing is to be done any more."""

    by: Resolution
    who: str | None
    at: Instant


class Notice(_Fact):
    """What one case has to say to one recipient at one moment; ``matters`` with the gravest first, at least one.

    ``key`` is derived from the case and unique: sending one key twice notifies once. It may be sent from ``not_before``
    on, and its words hold until ``hold_until``: what is not sent by then comes back to the case as not reached.
    ``acknowledge_until`` is the day that an acknowledgement is proposed for, None where no case takes one.
    """

    key: str
    recipient: Recipient
    case_id: str
    exporter: str
    reference: str
    responsible: str | None = None
    step: str
    language: Language
    level: int
    urgent: bool
    today: Day
    limit_last_day: Day | None
    risk: str | None
    reserve_days: int | None
    matters: list[Matter] = Field(min_length=1)
    acknowledge_until: Day | None
    resolved: Resolved | None = None
    not_before: Instant
    hold_until: Instant

    @property
    def can_be_acknowledged(self) -> bool:
        """Whether somebody is to acknowledge it, and a case takes that."""
        return self.acknowledge_until is not None and not self.resolved

    @property
    def gravity(self) -> int:
        """Of its gravest matter; what is resolved is the least."""
        return 0 if self.resolved else max(matter.gravity for matter in self.matters)


class Withdrawn(_Fact):
    """Escalations of a case that a recipient is not to be notified of any more, as far as nothing was sent yet."""

    recipient: Recipient
    case_id: str
    escalation_ids: list[str]


class Outcome(_Fact):
    """What became of a notice: sent at ``notified_at``, or not reached yet, and why. Sent to the case as a signal.

    ``final``: it is not tried any more, because its words no longer hold.
    """

    key: str
    recipient_id: str
    notified_at: Instant | None = None
    error: str | None = None
    at: Instant
    final: bool = False
