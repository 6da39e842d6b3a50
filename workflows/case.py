"""The state of one case: everything that is known, in one serialisable object, and its reckoning of time.

Nothing here touches Temporal: handlers and steps change this object, and a new run of the same case carries it on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from activities.interface import Activity, Payload
from escalation.kinds import FIRST_LEVEL, Escalation, escalation_id
from register.rows import LetterEntry, LogEntry, RefusedMessageEntry
from rules.calendar import CalendarDays, WorkingCalendar
from rules.documents import ORIGIN_EVIDENCE, Application, Kind, missing_documents
from rules.findings import Finding, RexRecord, application_findings, registration_findings
from rules.instant import Day, Instant
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome, appeal_is_due
from rules.request import VerificationRequest
from rules.terms import TERMS, WHOLE, Due, Risk, Step, days_after, due, reserve, risk_of

SHOWN_REJECTIONS = 50
"""How many refused messages the case itself lists; the register keeps them all (contract, section 3)."""


class StepState(BaseModel):
    """One step in one round, and its term."""

    step: Step
    round: int = 1
    state: Literal["pending", "running", "done", "skipped"] = "pending"
    started_at: Instant | None = None
    from_receipt: bool = Field(default=False, description="started by a receipt at our office: its cut-off applies")
    due_at: Instant | None = None
    last_day: Day | None = None
    ended_at: Instant | None = None
    late: bool = False
    late_days: int = 0
    start_provisional: bool = Field(default=False, description="started by our sending, for want of a proof of receipt")
    days_provisional: bool = False
    count: int = Field(default=1, description="rises when a recount makes a late term run on; its warnings begin anew")

    @property
    def provisional(self) -> bool:
        """Whether the term may still move by itself: an unproven start or an unconfirmed calendar."""
        return self.start_provisional or self.days_provisional


class Document(BaseModel):
    """An accepted document: its bytes are in the store under ``document_id``."""

    kind: Kind
    filename: str
    document_id: str
    sha256: str
    size: int
    media_type: str
    sent_at: Instant | None
    received_at: Instant | None
    arrived_at: Instant
    message_id: str

    @property
    def sent(self) -> datetime:
        """When Atameken sent it: as stated, else as received, else on arrival (contract, section 2)."""
        return self.sent_at or self.received_at or self.arrived_at

    @property
    def received(self) -> datetime:
        """When it was received here: as stated, else on arrival."""
        return self.received_at or self.arrived_at


class Offer(BaseModel):
    """What a message offered and is being fetched, with the message's times."""

    kinds: list[Kind]
    sent_at: Instant | None
    received_at: Instant | None
    arrived_at: Instant

    @property
    def sent(self) -> datetime:
        """As ``Document.sent``."""
        return self.sent_at or self.received_at or self.arrived_at


class RefusedDocumentState(BaseModel):
    """A document that could not be taken."""

    kind: Kind
    filename: str
    reason: str
    message_id: str


class InspectionState(BaseModel):
    """An accepted inspection result."""

    result: InspectionCompleted
    arrived_at: Instant

    @property
    def completed(self) -> datetime:
        """When the inspection ended: as stated, else on arrival."""
        return self.result.completed_at or self.arrived_at


class ConclusionState(BaseModel):
    """The conclusion (¶10) from its first draft to its signature. The number stays through every draft."""

    number: str
    outcome: Outcome
    reason: str | None = None
    version: int = 1
    document_id: str | None = None
    sha256: str | None = None
    drafted_at: Instant | None = None
    returned_because: str | None = None
    signed_by: str | None = None
    signed_at: Instant | None = None
    signature_arrived_at: Instant | None = None
    signature_reference: str | None = None
    signature_message_id: str | None = None


class Dispatch(BaseModel):
    """A letter that has left: by interface (``reference`` is the other side's) or by hand (``by`` says whose)."""

    sent_at: Instant
    received_at: Instant | None = None
    reference: str | None = None
    by: str | None = None


class RequestRound(BaseModel):
    """One request to Atameken: the first, or one for missing documents, which counts only what comes after it."""

    round: int
    wanted: list[str]
    documents_from: int = 0
    dispatch: Dispatch | None = None
    proof_of_receipt: Instant | None = None
    proof_arrived_at: Instant | None = None
    reminders: int = Field(default=0, description="the number of the last reminder that was called for")


class EscalationState(BaseModel):
    """An escalation. ``cause`` tells apart what may be raised again from what is raised once."""

    id: str
    kind: Escalation
    step: Step | None
    level: int
    summary: str
    cause: str
    due_at: Instant | None = None
    raised_at: Instant
    acknowledged_by: str | None = None
    acknowledged_until: Day | None = None
    resolved_at: Instant | None = None
    resolved_by: str | None = None
    since: Instant | None = Field(default=None, description="when the matter arose; None where it was found at once")
    sent: bool = Field(default=False, description="its ladder is started, or none is to be")
    ladder_knows: str | None = Field(default=None, description="what its ladder was last told; None where it has none")
    nobody_since: Instant | None = Field(default=None, description="its ladder reaches nobody of the last level")


class Action(BaseModel):
    """Something to be done in the outside world; it waits here until it is through."""

    key: str
    activity: Activity
    input: dict[str, Any]
    state: Literal["wanted", "running", "failed"] = "wanted"
    error: str | None = None
    since: Instant | None = None


class Accepted(BaseModel):
    """An accepted message: its id is used up, for this content."""

    name: str
    digest: str
    at: Instant
    number: int = Field(description="counts the messages judged")


class Rejected(BaseModel):
    """A refused message, as the case lists it."""

    name: str
    message_id: str | None
    reason: str
    at: Instant
    number: int = Field(description="counts the messages judged")


class Parcel(BaseModel):
    """A signal as it came, not yet judged. ``number`` counts the signals of the run ``run_id``."""

    name: str
    run_id: str
    number: int
    seen_at: Instant
    message_id: str | None
    digest: str
    size: int
    body: str | None
    data: dict[str, Any] | None
    fault: str | None


class Unwritten(BaseModel):
    """What the register has yet to be told and the state does not keep."""

    log: list[LogEntry] = Field(default_factory=list)
    letters: list[LetterEntry] = Field(default_factory=list)
    refused_messages: list[RefusedMessageEntry] = Field(default_factory=list)


class Case(BaseModel):
    """A case. The methods are its reckoning: steps, terms, lateness, reserve, completeness, escalations."""

    case_id: str
    request: VerificationRequest
    opened_at: Instant
    calendar: CalendarDays | None = None
    step: Step = Step.REQUEST_DOCUMENTS
    steps: list[StepState] = Field(default_factory=lambda: [StepState(step=step) for step in TERMS])
    limit_at: Instant | None = None
    limit_last_day: Day | None = None
    limit_warning_at: Instant | None = None
    limit_met: bool | None = None
    limit_count: int = 1
    days_provisional: bool = False
    risk: Risk = Risk.ON_TRACK
    reserve_days: int | None = None
    outcome: Outcome | None = None
    requests: list[RequestRound] = Field(default_factory=list)
    via_representative: bool = False
    application: Application | None = None
    offers: dict[str, Offer] = Field(default_factory=dict, description="by message id, while being fetched")
    documents: list[Document] = Field(default_factory=list)
    refused_documents: list[RefusedDocumentState] = Field(default_factory=list)
    rex_record: RexRecord | None = None
    rex_looked_up: bool = False
    findings: list[Finding] = Field(default_factory=list)
    inspection: InspectionState | None = None
    inspection_reopened: bool = False
    conclusion: ConclusionState | None = None
    without_documents: bool = False
    appeal: Dispatch | None = None
    reply: Dispatch | None = None
    actions: dict[str, Action] = Field(default_factory=dict)
    escalations: list[EscalationState] = Field(default_factory=list)
    accepted: dict[str, Accepted] = Field(default_factory=dict)
    rejected: list[Rejected] = Field(default_factory=list)
    rejected_count: int = 0
    judged_count: int = 0
    inbox: list[Parcel] = Field(default_factory=list)
    kept: list[Parcel] = Field(default_factory=list, description="proofs of receipt that overtook our own record")
    letter_count: int = 0
    log_count: int = 0
    revision: int = 0
    unwritten: Unwritten = Field(default_factory=Unwritten)
    closed_at: Instant | None = None

    # -- steps and terms --------------------------------------------------------------------------------------

    def current(self, step: Step) -> StepState:
        """The latest round of a step of the order."""
        return next(each for each in reversed(self.steps) if each.step is step)

    @property
    def running(self) -> StepState | None:
        """The running step of the order; None in ``reply`` and ``closed``."""
        return self.current(self.step) if self.step in TERMS else None

    @property
    def signed(self) -> bool:
        """Whether the conclusion is signed, which keeps the thirty days (our reading of ¶5)."""
        return self.conclusion is not None and self.conclusion.signed_at is not None

    def count_whole(self, calendar: WorkingCalendar) -> None:
        """Count the thirty days of ¶5 from the receipt of the request."""
        received_on = calendar.day_of_receipt(self.request.received_at)
        whole = due(calendar, received_on, WHOLE.working_days)
        self.limit_at, self.limit_last_day = whole.due_at, whole.last_day
        self.days_provisional = whole.provisional

    def begin(self, calendar: WorkingCalendar, step: Step, at: datetime, *, is_receipt: bool = False) -> StepState:
        """Begin a step at the instant ``at`` and count its term; this is the one place where a step begins.

        :param is_receipt: the start is a receipt at our office, to which its cut-off applies.
        """
        state = self.current(step)
        self.step = step
        state.state = "running"
        self.start_term(calendar, state, at, is_receipt=is_receipt)
        return state

    def start_term(
        self, calendar: WorkingCalendar, state: StepState, at: datetime, *, is_receipt: bool = False
    ) -> None:
        """Count the term of a step from ``at``."""
        state.started_at, state.from_receipt = at, is_receipt
        self.count_term(calendar, state)

    def count_term(self, calendar: WorkingCalendar, state: StepState) -> None:
        """Set the last day and the due instant of a started step."""
        if state.started_at is None:
            return
        at = state.started_at
        day_zero = calendar.day_of_receipt(at) if state.from_receipt else calendar.day_of(at)
        term: Due = due(calendar, day_zero, TERMS[state.step].working_days)
        state.last_day, state.due_at, state.days_provisional = term.last_day, term.due_at, term.provisional

    def finish(self, calendar: WorkingCalendar, step: Step, at: datetime) -> datetime:
        """End a step at ``at``, or at its start where that is later: no step ends before it began.

        :return: the instant at which the step ended.
        """
        state = self.current(step)
        ended_at = max(at, state.started_at) if state.started_at else at
        state.state, state.ended_at = "done", ended_at
        self.judge(calendar, state, ended_at)
        return ended_at

    def skip(self, state: StepState) -> None:
        """Pass over a step; late days that it already has stay on record."""
        if state.state in ("pending", "running"):
            state.state = "skipped"

    @staticmethod
    def judge(calendar: WorkingCalendar, state: StepState, end_or_now: datetime) -> None:
        """Late or not is decided by dates: at or after ``due_at`` is late (contract, section 2)."""
        if state.due_at is None or state.last_day is None:
            return
        state.late = end_or_now >= state.due_at
        state.late_days = calendar.late_days(state.last_day, calendar.day_of(end_or_now)) if state.late else 0

    def take_stock(self, calendar: WorkingCalendar, now: datetime) -> None:
        """Bring reserve and risk up to date; both stay as they are once the conclusion is signed."""
        if self.signed or self.limit_at is None or self.limit_last_day is None or self.running is None:
            return
        self.reserve_days = reserve(calendar, self.ends_on(calendar, now), self.days_to_come(), self.limit_last_day)
        self.risk = Risk.EXCEEDED if now >= self.limit_at else risk_of(self.reserve_days)

    def take_last_stock(self, calendar: WorkingCalendar) -> None:
        """Reserve and risk at the signature: the conclusion ended then, and it is known whether an appeal follows."""
        conclusion = self.conclusion
        if conclusion is None or conclusion.signed_at is None or self.limit_at is None or self.limit_last_day is None:
            return
        signed_on = calendar.day_of(self.current(Step.CONCLUDE).ended_at or conclusion.signed_at)
        self.reserve_days = reserve(calendar, signed_on, self.days_to_come(), self.limit_last_day)
        self.limit_met = conclusion.signed_at < self.limit_at
        self.risk = risk_of(self.reserve_days) if self.limit_met else Risk.EXCEEDED

    def ends_on(self, calendar: WorkingCalendar, now: datetime) -> date:
        """The day on which the running step ends for the reserve: its last day or today, whichever is later."""
        today = calendar.day_of(now)
        state = self.running
        if state is None:
            return today
        last_day = state.last_day or calendar.after(today, TERMS[state.step].working_days)
        return max(last_day, today)

    def days_to_come(self) -> int:
        """Working days of the steps after the running one, without the appeal once there is known to be none."""
        step = self.step if self.step in TERMS else Step.CONCLUDE
        known = self.conclusion is not None and (self.inspection is not None or self.without_documents)
        return days_after(step, with_appeal=not known or self.appeal_due)

    @property
    def appeal_due(self) -> bool:
        """Whether the conclusion, drafted or signed, calls for an appeal (¶10)."""
        if self.conclusion is None:
            return False
        return appeal_is_due(self.conclusion.outcome, self.inspection.result if self.inspection else None)

    # -- documents --------------------------------------------------------------------------------------------

    @property
    def request_round(self) -> RequestRound | None:
        """The latest request to Atameken."""
        return self.requests[-1] if self.requests else None

    def missing(self, documents: list[Document] | None = None) -> list[str]:
        """What the set still lacks; in a later round also what was asked for and has not come since."""
        having = self.documents if documents is None else documents
        lacking = missing_documents((each.kind for each in having), via_representative=self.via_representative)
        asked = self.request_round
        if asked is not None and asked.round > 1:
            earlier = self.documents[: asked.documents_from]
            since = {each.kind for each in having if not any(each is old for old in earlier)}
            for kind in asked.wanted:
                there = missing_documents(since, via_representative=False) if kind == ORIGIN_EVIDENCE else []
                if (
                    ORIGIN_EVIDENCE in there or (kind != ORIGIN_EVIDENCE and kind not in since)
                ) and kind not in lacking:
                    lacking.append(kind)
        return lacking

    def set_sent_at(self) -> datetime | None:
        """When the last document of a complete set was sent: the smallest time at which it is complete (¶8)."""
        times = sorted({each.sent for each in self.documents})
        return next((at for at in times if not self.missing([d for d in self.documents if d.sent <= at])), None)

    def set_received_at(self) -> datetime | None:
        """When a complete set was received here: ¶9 runs from it."""
        times = sorted({each.received for each in self.documents})
        return next((at for at in times if not self.missing([d for d in self.documents if d.received <= at])), None)

    def compare_with_rex(self) -> None:
        """Draw up the findings from the application and the REX record (¶9)."""
        if not self.rex_looked_up:
            return
        dates = [statement.document_date for statement in self.request.statements]
        self.findings = registration_findings(self.request.rex_number, self.rex_record, dates)
        if self.application is not None:
            self.findings += application_findings(self.application, self.rex_record)

    @property
    def grounds(self) -> list[Ground]:
        """The grounds of ¶10 that the inspection found."""
        return self.inspection.result.grounds if self.inspection else []

    # -- escalations ------------------------------------------------------------------------------------------

    def escalate(
        self,
        kind: Escalation,
        at: datetime,
        summary: str,
        *,
        step: Step | None,
        cause: str,
        due_at: datetime | None = None,
        since: datetime | None = None,
    ) -> EscalationState | None:
        """Raise an escalation, once for each ``cause``; None where it has been raised before.

        :param at: when it was found; ``since``: when the matter arose, where that was earlier.
        """
        if any(each.kind is kind and each.cause == cause for each in self.escalations):
            return None
        escalation = EscalationState(
            id=self._next_id(kind, step),
            kind=kind,
            step=step,
            level=FIRST_LEVEL[kind],
            summary=summary,
            cause=cause,
            due_at=due_at,
            raised_at=at,
            since=since,
        )
        self.escalations.append(escalation)
        self.note(at, "case", "escalation_raised", id=escalation.id, summary=summary)
        return escalation

    def _next_id(self, kind: Escalation, step: Step | None) -> str:
        """Derived, and used once: numbered from the second round of a step or the second time on."""
        used = {each.id for each in self.escalations}
        time = self.current(step).round if step in TERMS else 1
        while escalation_id(kind, step, time) in used:
            time += 1
        return escalation_id(kind, step, time)

    def resolve(self, at: datetime, by: str, *kinds: Escalation, step: Step | None = None, cause: str = "") -> None:
        """Resolve the open escalations of these kinds, of one step or one cause where given."""
        for each in self.open_escalations:
            if each.kind in kinds and (step is None or each.step is step) and (not cause or each.cause == cause):
                each.resolved_at, each.resolved_by = at, by
                self.note(at, by, "escalation_resolved", id=each.id)

    @property
    def open_escalations(self) -> list[EscalationState]:
        """Escalations whose matter is not settled."""
        return [each for each in self.escalations if each.resolved_at is None]

    # -- actions, letters, log --------------------------------------------------------------------------------

    def want(self, activity: Activity, payload: Payload, *, key: str | None = None) -> None:
        """Have an action done; a key that waits already is not asked for twice."""
        key = key or activity.value
        if key not in self.actions:
            self.actions[key] = Action(key=key, activity=activity, input=payload.model_dump(mode="json"))

    @property
    def failed_actions(self) -> list[Action]:
        """Actions that gave up and wait for a person."""
        return [each for each in self.actions.values() if each.state == "failed"]

    def next_letter_number(self) -> str:
        """The number of the next outgoing letter of the case."""
        self.letter_count += 1
        return f"{self.case_id}-L{self.letter_count}"

    def note(self, at: datetime, who: str, what: str, /, **details: Any) -> None:
        """Write a line of the case's log; ``details`` may have any name, as the fields of a decision do."""
        self.log_count += 1
        self.unwritten.log.append(LogEntry(number=self.log_count, at=at, who=who, what=what, details=details))
