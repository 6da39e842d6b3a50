"""What a case has the register write: rows as plain data, so that the workflow can name them without a database.

Every entry carries the key it is written under; writing one twice changes nothing (design, section 4), and another
content under a key never takes the place of what has happened.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from rules.instant import Day, Instant


class Entry(BaseModel):
    """A row of the register. Times are UTC, days are days in Asia/Almaty."""

    model_config = ConfigDict(frozen=True)


class CaseEntry(Entry):
    """A case as it stands; key: ``case_id``."""

    case_id: str
    as_of: Instant = Field(description="when the case stood so; an older state never undoes a newer one")
    country: str
    reference: str
    rex_number: str
    exporter: str
    received_at: Instant
    limit_at: Instant | None
    limit_last_day: Day | None
    limit_met: bool | None = Field(description="whether the thirty days were kept; None while that is not known")
    limit_ended_at: Instant | None = Field(description="when they ended, as a rule with the signature")
    step: str
    risk: str
    reserve_days: int | None
    outcome: str | None
    calendar_version: str | None
    request: dict[str, Any]
    opened_at: Instant
    closed_at: Instant | None


class StepEntry(Entry):
    """A step in its round, with its term; key: case, ``step``, ``round``."""

    step: str
    round: int
    paragraph: int
    working_days: int
    state: str
    started_at: Instant | None
    due_at: Instant | None
    last_day: Day | None
    ended_at: Instant | None
    late: bool
    late_days: int
    provisional: bool


class DocumentEntry(Entry):
    """An accepted document; key: case, ``message_id``, ``sha256``, ``kind``."""

    document_id: str
    kind: str
    filename: str
    sha256: str
    size: int
    media_type: str
    sent_at: Instant | None
    received_at: Instant | None
    arrived_at: Instant
    message_id: str


class LetterEntry(Entry):
    """A letter that has left, or a paper for our own file; key: case, ``key``. ``docs/letters.md`` has the kinds."""

    key: str
    what: str
    addressee: str
    number: str
    sent_at: Instant
    reference: str | None = Field(description="the number that the other side gave it")
    document_id: str | None = None
    by: str | None = Field(default=None, description="who sent it, where it was sent by hand")


class LetterNumber(Entry):
    """The outgoing number that a letter has, and the letter; key: ``key``, the idempotency key of what makes it."""

    key: str
    case_id: str
    kind: str
    number: str
    dated: Day
    document_id: str | None = Field(description="None until the letter is in the store")


class EscalationEntry(Entry):
    """An escalation as it stands; key: case, ``id``."""

    id: str
    kind: str
    step: str | None
    level: int
    summary: str
    due_at: Instant | None
    raised_at: Instant
    acknowledged_by: str | None
    acknowledged_until: Day | None
    resolved_at: Instant | None
    resolved_by: str | None
    overtaken_by: str | None


class DeliveryEntry(Entry):
    """An attempt to notify one recipient of one escalation, and what came of it; append-only. No address, no secret.

    Key: ``notice`` (the notice's key), ``escalation_id``, ``message`` and ``attempt``. ``rung`` 0 says that the matter
    is resolved. ``next_level`` and ``next_at`` say who is notified next if nobody acknowledges.
    """

    case_id: str
    escalation_id: str
    notice: str
    message: str
    attempt: int
    rung: int
    level: int
    recipient: str
    scheme: str
    at: Instant
    notified: bool
    error: str | None
    next_level: int | None
    next_at: Instant | None


LARGEST_BODY: Final = 64 * 1024
"""Bytes up to which a refused message is kept whole; of a larger one sha256 and size (contract, section 3)."""


REQUEST_KEY: Final = "request "
"""What the key of a refused request begins with; the run that refused it follows."""


class RefusedMessageEntry(Entry):
    """A message or request that was not accepted, kept whole up to 64 kB; key: case, ``key``."""

    key: str
    name: str
    message_id: str | None
    reason: str
    at: Instant
    sha256: str
    size: int
    body: str | None = Field(description="the message as JSON; None where it is over 64 kB")


MESSAGE_KEY: Final = "message "
"""What the key of an accepted message begins with; its ``message_id`` follows."""


class LogEntry(Entry):
    """Something that happened; append-only. Key: case, ``key`` and the content itself.

    ``key`` names the fact (a message's id, an action and its attempt, a step and its round), so that a repeat is
    known as one, and nothing that differs is ever taken for a repeat.
    """

    key: str
    at: Instant
    who: str
    what: str
    details: dict[str, Any] = Field(default_factory=dict)


class RegisterEntries(Entry):
    """Everything one change of a case writes, in one transaction."""

    case: CaseEntry
    steps: list[StepEntry] = Field(default_factory=list)
    documents: list[DocumentEntry] = Field(default_factory=list)
    letters: list[LetterEntry] = Field(default_factory=list)
    escalations: list[EscalationEntry] = Field(default_factory=list)
    refused_messages: list[RefusedMessageEntry] = Field(default_factory=list)
    log: list[LogEntry] = Field(default_factory=list)
