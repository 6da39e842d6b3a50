"""A case as the query ``case`` answers it and as its workflow ends (contract, section 5): built once, read everywhere.

Every key is always there, null where something is not yet known. Times are UTC, days are days in Asia/Almaty.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.comparison import Compared
from rules.conclusion import DraftVersion, FinalConclusion
from rules.documents import Kind, Signature
from rules.findings import Finding
from rules.instant import Day, Instant
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome
from rules.readings import Readings
from rules.registration import Occasion
from rules.request import VerificationRequest
from rules.roles import Role
from rules.terms import Risk, Step
from rules.text import file_stem


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StepView(_View):
    """A step in one round, with its term.

    ``from_receipt``: its start is a receipt here, so the cut-off applies. ``unproven``: it runs from our sending, as
    nothing proves when Atameken received the request.
    """

    step: Step
    round: int
    paragraph: int
    working_days: int
    state: Literal["pending", "running", "done", "skipped"]
    started_at: Instant | None
    from_receipt: bool
    due_at: Instant | None
    last_day: Day | None
    ended_at: Instant | None
    late: bool
    late_days: int
    provisional: bool
    unproven: bool


class CalendarView(_View):
    """The recorded calendar; a receipt after ``receipt_cutoff`` (``HH:MM``) counts as the next working day's."""

    version: str | None
    provisional: bool | None
    receipt_cutoff: str | None


class ConfirmationView(_View):
    """A person has confirmed that the request is official (¶4)."""

    by: str
    note: str | None
    at: Instant


class RexLookupView(_View):
    """A look-up in REX: when, why, what it showed, and what had changed since the one before."""

    at: Instant
    occasion: Occasion
    status: Literal["valid", "revoked"] | None
    by: str | None
    changes: list[str]


class DocumentView(_View):
    """An accepted document; its bytes are in the store under ``document_id``.

    ``signatures`` are those of a signed container; ``released_by`` says who let it out of quarantine.
    """

    kind: Kind
    filename: str
    document_id: str
    sha256: str
    size: int
    sent_at: Instant | None
    received_at: Instant | None
    arrived_at: Instant
    message_id: str
    signatures: list[Signature] = Field(default_factory=list)
    released_by: str | None = None
    released_because: str | None = None


class QuarantinedDocumentView(_View):
    """A document kept apart because it acts or hides something; ``released_by``: it is being put among the others."""

    kind: Kind
    filename: str
    reason: str
    document_id: str
    sha256: str
    size: int
    message_id: str
    signatures: list[Signature]
    released_by: str | None


class RefusedDocumentView(_View):
    """A document that was refused, and why."""

    kind: Kind
    filename: str
    reason: str
    message_id: str


class InspectionView(InspectionCompleted):
    """The accepted inspection result, as the message gave it, with its arrival."""

    arrived_at: Instant


class ConclusionView(_View):
    """The conclusion (¶10), under the number that it gets with its first draft.

    ``document_id`` and ``sha256`` are the present draft's, ``final`` is what leaves once it is signed.
    """

    number: str | None
    outcome: Outcome
    document_id: str | None
    sha256: str | None
    version: int
    drafted_at: Instant | None
    drafts: list[DraftVersion] = Field(default_factory=list)
    returned_because: str | None
    signed_by: str | None
    position: str | None = None
    signed_at: Instant | None
    signature_arrived_at: Instant | None
    signature_reference: str | None
    message_id: str | None
    final: FinalConclusion | None = None
    held_because: str | None
    released_by: str | None

    @property
    def filename(self) -> str:
        """What it is called as a file, as it stands: a draft is named as one."""
        if self.final is None:
            return self.draft_name(self.version)
        return f"conclusion-{file_stem(self.number or '')}{self.final.ending}"

    def draft_name(self, version: int) -> str:
        """What a draft is called as a file."""
        return f"conclusion-{file_stem(self.number or '')}-draft-{version}.pdf"


class AppealView(_View):
    """The appeal for revocation (¶10), sent by interface, or by hand by ``by``."""

    sent_at: Instant
    received_at: Instant | None
    reference: str | None
    by: str | None
    grounds: list[Ground]


class ReplyView(_View):
    """The reply to the customs, sent by e-mail, or by hand by ``by``."""

    sent_at: Instant
    received_at: Instant | None
    reference: str | None
    by: str | None
    email: str


class LetterView(_View):
    """A letter or paper of ours that has left, or is filed; in the store under ``document_id`` where we made it."""

    what: str
    number: str
    addressee: str
    sent_at: Instant
    reference: str | None
    document_id: str | None
    by: str | None

    @property
    def filename(self) -> str:
        """What it is called as a file."""
        return f"{self.what.replace('_', '-')}-{file_stem(self.number)}.pdf"


class FailedActionView(_View):
    """An action that gave up and waits for a person; ``what`` it does is in words."""

    action: str
    what: str
    error: str | None
    since: Instant | None


class RetryingView(_View):
    """An action that has failed and is tried again. At least ``attempts`` have failed ``since`` it began."""

    action: str
    what: str
    error: str
    attempts: int
    since: Instant | None


class StatedView(_View):
    """A time that a sender stated more than a working day before it arrived (contract, section 2)."""

    what: str
    stated_at: Instant
    arrived_at: Instant


class ToSend(_View):
    """An update that a person may send next, with its fields to paste; what is to be decided is empty or null.

    ``about`` is the escalation that it acknowledges, or the SHA-256 of the document that it releases.
    """

    update: str
    about: str | None
    fields: dict[str, Any]


class NotifiedView(_View):
    """One recipient of one notification: notified at ``notified_at``, else not reached yet, and why.

    ``recipient`` is the short hash of the address, ``scheme`` the kind of channel, as in ``mailto``.
    """

    rung: int
    level: int
    recipient: str
    scheme: str
    handed_at: Instant
    notified_at: Instant | None
    error: str | None


class EscalationView(_View):
    """An escalation: open while it is neither resolved nor overtaken by its breach."""

    id: str
    kind: str
    step: Step | None
    level: int
    summary: str
    due_at: Instant | None
    raised_at: Instant
    acknowledged_by: str | None
    acknowledged_until: Day | None
    resolved_at: Instant | None
    resolved_by: str | None
    overtaken_by: str | None
    nobody_reached_since: Instant | None
    notified: list[NotifiedView]
    next_level: int | None
    next_at: Instant | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.resolved_at is None and self.overtaken_by is None


class RejectedMessageView(_View):
    """A message that was refused, and why."""

    name: str
    message_id: str | None
    reason: str
    at: Instant


class CameView(_View):
    """A message, a decision or the request that came through the gateway: who was authenticated, how, and when."""

    name: str
    message_id: str | None
    client: str
    how: str
    received_at: Instant


class CaseView(_View):
    """The whole case. ``to_do`` says in one or two sentences what is to be done next, ``to_do_by`` by whom."""

    case_id: str
    step: Step
    to_do: str
    to_do_by: Role | None
    to_send: list[ToSend]
    risk: Risk | None
    reserve_days: int | None
    received_at: Instant
    limit_at: Instant | None
    limit_last_day: Day | None
    limit_ended_at: Instant | None
    limit_met: bool | None
    outcome: Outcome | None
    responsible: str | None
    request: VerificationRequest
    steps: list[StepView]
    calendar: CalendarView
    readings: Readings
    request_confirmed: ConfirmationView | None
    require_signed_file: bool = False
    documents: list[DocumentView]
    refused_documents: list[RefusedDocumentView]
    quarantined_documents: list[QuarantinedDocumentView] = Field(default_factory=list)
    missing_documents: list[str]
    findings: list[Finding]
    comparison: list[Compared] = Field(default_factory=list)
    rex_lookups: list[RexLookupView]
    inspection: InspectionView | None
    conclusion: ConclusionView | None
    appeal: AppealView | None
    reply: ReplyView | None
    letters: list[LetterView] = Field(default_factory=list)
    stated_earlier: list[StatedView]
    failed_actions: list[FailedActionView]
    retrying: list[RetryingView]
    escalations: list[EscalationView]
    rejected_messages: list[RejectedMessageView]
    rejected_count: int
    authenticated: list[CameView] = Field(default_factory=list)

    @property
    def running(self) -> StepView | None:
        """The step that runs, or None before the first term is counted and after the last."""
        return next((step for step in reversed(self.steps) if step.state == "running" and step.step is self.step), None)

    @property
    def documents_once(self) -> list[tuple[DocumentView, int]]:
        """Each accepted document once, as it came first, with how often it came; as another kind it is another."""
        often = Counter((each.document_id, each.kind) for each in self.documents)
        first = {(each.document_id, each.kind): each for each in reversed(self.documents)}
        return [(first[key], count) for key, count in often.items()]

    @property
    def thirty_run(self) -> bool:
        """Whether the thirty days of ¶5 still run, late or not."""
        return self.limit_ended_at is None and self.step is not Step.CLOSED

    @property
    def open_escalations(self) -> list[EscalationView]:
        """Those about which something is still to be done, the highest level first."""
        return sorted((each for each in self.escalations if each.open), key=lambda each: -each.level)
