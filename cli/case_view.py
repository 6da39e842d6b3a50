"""A case as the query ``case`` answers it, in the parts that a page or a table of it shows (contract, section 5)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cli.errors import CannotDo
from rules.instant import Day, Instant
from rules.refusal import reasons


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ExporterView(_Part):
    """The exporter in question."""

    name: str
    bin: str | None = None


class RequestView(_Part):
    """The request of the customs."""

    requesting_country: str
    requesting_authority: str
    reference: str
    received_at: Instant
    rex_number: str
    exporter: ExporterView
    reply_by: Day | None = None


class StepView(_Part):
    """A step in its round, with its term."""

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


class DocumentView(_Part):
    """A document that was accepted."""

    kind: str
    filename: str
    document_id: str
    size: int
    arrived_at: Instant
    message_id: str


class RefusedDocumentView(_Part):
    """A document that was refused, and why."""

    kind: str
    filename: str
    reason: str
    message_id: str


class FindingView(_Part):
    """A difference between the application and the REX record."""

    application: str | None
    rex: str | None
    severity: str
    text: str


class ConclusionView(_Part):
    """The conclusion, drafted or signed."""

    number: str
    outcome: str
    document_id: str | None
    signed_by: str | None
    signed_at: Instant | None


class FailedActionView(_Part):
    """An action that gave up and waits for a person."""

    action: str
    error: str | None
    since: Instant | None


class EscalationView(_Part):
    """An escalation; open while ``resolved_at`` is None."""

    id: str
    kind: str
    level: int
    summary: str
    due_at: Instant | None
    raised_at: Instant
    acknowledged_by: str | None
    acknowledged_until: Day | None
    resolved_at: Instant | None


class RefusedMessageView(_Part):
    """A message that was refused, and why."""

    name: str
    message_id: str | None
    reason: str
    at: Instant


class CaseView(_Part):
    """The whole object, without what no page shows."""

    case_id: str
    step: str
    risk: str | None
    reserve_days: int | None
    limit_last_day: Day | None
    limit_met: bool | None
    outcome: str | None
    request: RequestView
    steps: list[StepView]
    documents: list[DocumentView]
    refused_documents: list[RefusedDocumentView]
    missing_documents: list[str]
    findings: list[FindingView]
    inspection: dict[str, Any] | None = Field(description="as the message said it")
    conclusion: ConclusionView | None
    appeal: dict[str, Any] | None
    reply: dict[str, Any] | None
    failed_actions: list[FailedActionView]
    escalations: list[EscalationView]
    rejected_messages: list[RefusedMessageView]
    rejected_count: int

    @property
    def running(self) -> StepView | None:
        """The step that runs, or None before the first term is counted and after the last."""
        return next((step for step in reversed(self.steps) if step.state == "running"), None)

    @property
    def open_escalations(self) -> list[EscalationView]:
        """Those that no fact has resolved yet, the most serious first."""
        return sorted((each for each in self.escalations if each.resolved_at is None), key=lambda each: -each.level)


def read_case(answer: dict[str, Any]) -> CaseView:
    """The answer of the query, typed. :raises CannotDo: where a worker of another version answers something else."""
    try:
        return CaseView.model_validate(answer)
    except ValidationError as error:
        raise CannotDo(f"the case answers in another form than the contract's: {reasons(error)}") from None
