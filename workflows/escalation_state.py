"""An escalation of a case with its ladder: who was notified when, who comes next, who acknowledged."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, Field

from escalation.kinds import KIND_NAMES, KINDS, Escalation
from escalation.ladder import Recipient, Rung
from escalation.resolution import Resolution
from rules.instant import Day, Instant
from rules.terms import STEP_NAMES, Step


class Identity(NamedTuple):
    """What distinguishes an escalation from every other of its case: each is raised once.

    ``episode`` rises when the same term is late, is late no more and may be late again; ``about`` names the action, the
    message or the run that a kind may have several of.
    """

    kind: Escalation
    step: Step | None = None
    round: int = 1
    episode: int = 1
    about: str = ""


class Notification(BaseModel):
    """One recipient of one rung. ``handed_at``: given to the recipient; ``notified_at``: the message has left.

    ``final``: it is not tried any more, because it is withdrawn or its words hold no longer; ``gone``: the ladder file
    has no such recipient any more. ``knows_the_end``: it hears that the matter is resolved, too.
    """

    key: str
    recipient: Recipient
    rung: Rung
    handed_at: Instant
    notified_at: Instant | None = None
    error: str | None = None
    final: bool = False
    gone: bool = False
    knows_the_end: bool = False

    @property
    def waits(self) -> bool:
        """Whether the recipient still has it to send."""
        return self.notified_at is None and not self.final and not self.gone

    @property
    def expired(self) -> bool:
        """Whether it has to be said anew, in words of another moment."""
        return self.notified_at is None and self.final and not self.gone


class EscalationState(BaseModel):
    """An escalation. ``since`` is when the matter arose, ``raised_at`` when it was found."""

    id: str
    identity: Identity
    summary: str
    due_at: Instant | None = None
    raised_at: Instant
    since: Instant
    found_late: bool = Field(default=False, description="a warning of what was over when it was found: on record only")
    acknowledged_by: str | None = None
    acknowledged_until: Day | None = None
    rests_until: Instant | None = None
    resolved_at: Instant | None = None
    resolution: Resolution | None = None
    resolved_who: str | None = None
    overtaken_by: str | None = None
    last_rung: Rung | None = None
    notified: list[Notification] = Field(default_factory=list)
    nobody_since: Instant | None = Field(default=None, description="nobody of the last rung is reached")
    ended: bool = Field(default=False, description="its recipients know, or need not know, that it is resolved")

    @property
    def kind(self) -> Escalation:
        """Why people are notified."""
        return self.identity.kind

    @property
    def step(self) -> Step | None:
        """The step that it belongs to; None for the whole case."""
        return self.identity.step

    @property
    def name(self) -> str:
        """In words: ``term overdue: documents from Atameken``."""
        return KIND_NAMES[self.kind] + (f": {STEP_NAMES[self.step]}" if self.step else "")

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.resolved_at is None and self.overtaken_by is None

    @property
    def level(self) -> int:
        """The level that was notified last, and before any the kind's first."""
        return self.last_rung.level if self.last_rung is not None else KINDS[self.kind].first_level

    def of_last_rung(self) -> list[Notification]:
        """The notifications of the last rung, by recipient, the latest of each."""
        if self.last_rung is None:
            return []
        latest = {each.recipient.id: each for each in self.notified if each.rung == self.last_rung}
        return list(latest.values())

    def rests(self, now: datetime) -> bool:
        """Whether somebody has acknowledged it, until later than now."""
        return self.rests_until is not None and now < self.rests_until
