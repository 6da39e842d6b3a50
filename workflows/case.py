"""The state of one case: everything that is known, in one serialisable object.

Nothing here touches Temporal or counts a day: a new run of the same case carries this object on.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, SerializeAsAny, ValidationInfo, field_validator

from activities.interface import PAYLOADS, Activity
from activities.payload import Payload
from escalation.ladder import LadderBook
from register.rows import LetterEntry, LogEntry, RefusedMessageEntry, RegisterEntries
from rules.calendar import CalendarDays
from rules.clock import PRESENT, Clock
from rules.conclusion import DraftVersion, FinalConclusion
from rules.findings import Finding, lacking, signature_findings, signed_file_findings
from rules.instant import Day, Instant
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome, appeal_is_due
from rules.readings import Readings, WithoutProof
from rules.registration import Registration
from rules.request import VerificationRequest
from rules.seal import Seal
from rules.terms import TERMS, Risk, Step
from workflows.door_state import Door
from workflows.escalation_state import EscalationState
from workflows.papers import Dispatch, Papers

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
    episode: int = Field(default=1, description="rises when a late term runs on after all: its warnings begin anew")

    @property
    def provisional(self) -> bool:
        """Whether the term may still move by itself: an unproven start or an unconfirmed calendar."""
        return self.start_provisional or self.days_provisional


class InspectionState(BaseModel):
    """An accepted inspection result."""

    result: InspectionCompleted
    arrived_at: Instant

    @property
    def completed(self) -> Instant:
        """When the inspection ended: as stated, else on arrival."""
        return self.result.completed_at or self.arrived_at


class ConclusionState(BaseModel):
    """The conclusion (¶10) from its first draft to its signature. The number stays through every draft."""

    number: str | None = Field(default=None, description="drawn for the first draft")
    outcome: Outcome
    reason: str | None = None
    version: int = 1
    document_id: str | None = None
    sha256: str | None = None
    source: str | None = Field(default=None, description="document id of the facts that the draft was made from")
    drafted_at: Instant | None = None
    drafts: list[DraftVersion] = Field(default_factory=list, description="every one, the present one last")
    returned_because: str | None = None
    signed_by: str | None = None
    position: str | None = None
    signed_at: Instant | None = None
    signature_arrived_at: Instant | None = None
    signature_reference: str | None = None
    signature_message_id: str | None = None
    final: FinalConclusion | None = Field(default=None, description="what leaves, once it is signed and made")
    held_because: str | None = Field(default=None, description="why reply and appeal wait for a person's decision")
    released_by: str | None = None


class Confirmation(BaseModel):
    """A person has confirmed that the request is official (¶4)."""

    by: str
    note: str | None
    at: Instant


class Action(BaseModel):
    """Something to be done in the outside world; it waits here until it is through.

    ``stopping``: its attempt is being cancelled, to be begun anew at once.
    """

    key: str
    activity: Activity
    payload: SerializeAsAny[Payload | RegisterEntries] | None
    state: Literal["wanted", "running", "stopping", "failed"] = "wanted"
    error: str | None = None
    begun_at: Instant | None = None
    since: Instant | None = None
    failures: int = Field(default=0, description="how often it gave up")
    activity_id: str | None = Field(default=None, description="of its activity, while that is under way")
    attempts: int = Field(default=0, description="that have failed, as far as its activity has told; the last by error")

    @field_validator("payload", mode="before")
    @classmethod
    def _of_its_activity(cls, value: Any, info: ValidationInfo) -> Any:
        model = PAYLOADS.get(info.data["activity"])
        return model.model_validate(value) if model is not None and isinstance(value, dict) else value

    @property
    def failed(self) -> bool:
        """Whether it gave up and waits for a person."""
        return self.state == "failed"


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
    digest: str = Field(default="", description="of all that came, seal and all")
    number: int = Field(description="counts the messages judged")


class Parcel(BaseModel):
    """A signal as it came, not yet judged. ``number`` counts the messages of the run ``run_id``."""

    name: str
    run_id: str
    number: int
    seen_at: Instant
    arrived_at: Instant | None = Field(default=None, description="when Temporal recorded it, once that is known")
    provisional: bool = Field(default=False, description="arrived_at is when the case saw it; asked with its documents")
    message_id: str | None
    seal: Seal | None = None
    content: str = Field(default="", description="the digest of what is sealed")
    digest: str
    size: int
    body: str | None
    data: dict[str, Any] | None
    fault: str | None


class Unwritten(BaseModel):
    """What the register is still to be given and the state does not keep."""

    log: list[LogEntry] = Field(default_factory=list)
    letters: list[LetterEntry] = Field(default_factory=list)
    refused_messages: list[RefusedMessageEntry] = Field(default_factory=list)


class Case(BaseModel):
    """A case. What changes it stands in the modules by subject; here is what any of them may ask."""

    case_id: str
    request: VerificationRequest
    opened_at: Instant
    seen_at: Instant = Field(description="when the case last looked at what had come")
    calendar: CalendarDays | None = None
    readings: Readings = Field(default_factory=Readings, description="recorded at the opening, with the calendar")
    confirm_first: bool = Field(default=False, description="a person confirms the request before our letter leaves")
    door: Door = Field(default_factory=Door)
    require_signed_file: bool = Field(default=False, description="recorded at the opening: signed with its file only")
    confirmed: Confirmation | None = None
    responsible: str | None = Field(default=None, description="the officer to whom the case is assigned, by name")
    book: LadderBook | None = Field(default=None, description="the ladders of escalation, once they are needed")
    step: Step = Step.REQUEST_DOCUMENTS
    steps: list[StepState] = Field(default_factory=lambda: [StepState(step=step) for step in TERMS])
    limit_at: Instant | None = None
    limit_last_day: Day | None = None
    limit_warning_at: Instant | None = None
    limit_ended_at: Instant | None = Field(default=None, description="what ended the thirty days, kept or not")
    limit_met: bool | None = None
    limit_episode: int = 1
    days_provisional: bool = False
    risk: Risk = Risk.ON_TRACK
    reserve_days: int | None = None
    outcome: Outcome | None = None
    papers: Papers = Field(default_factory=Papers)
    registration: Registration = Field(default_factory=Registration)
    inspection: InspectionState | None = None
    inspection_reopened: bool = False
    conclusion: ConclusionState | None = None
    without_documents: bool = False
    acknowledgement: Dispatch | None = Field(default=None, description="of the request's receipt, to the customs")
    appeal: Dispatch | None = None
    reply: Dispatch | None = None
    actions: dict[str, Action] = Field(default_factory=dict)
    escalations: list[EscalationState] = Field(default_factory=list)
    accepted: dict[str, Accepted] = Field(default_factory=dict)
    rejected: list[Rejected] = Field(default_factory=list)
    rejected_count: int = 0
    judged_count: int = 0
    inbox: list[Parcel] = Field(default_factory=list)
    kept: list[Parcel] = Field(default_factory=list, description="messages that overtook what they speak of")
    unseen: list[Parcel] = Field(default_factory=list, description="signatures whose file is still being looked into")
    letters: list[LetterEntry] = Field(default_factory=list, description="our papers that have left, or are filed")
    rounds_of_notices: int = 0
    unwritten: Unwritten = Field(default_factory=Unwritten)
    closed_at: Instant | None = None

    def current(self, step: Step) -> StepState:
        """The latest round of a step of the order."""
        return next(each for each in reversed(self.steps) if each.step is step)

    @property
    def running(self) -> StepState | None:
        """The running step of the order; None in ``reply`` and ``closed``."""
        return self.current(self.step) if self.step in TERMS else None

    @property
    def running_terms(self) -> list[StepState]:
        """Every term that runs: that of the step, and the appeal's where it runs beside the conclusion."""
        return [each for each in self.steps if each.state == "running"]

    @property
    def open_step(self) -> Step | None:
        """The step to which something that happens now belongs; None once the case is closed."""
        return self.step if self.step is not Step.CLOSED else None

    @property
    def clock(self) -> Clock:
        """The clock of Almaty: by the recorded calendar, and without one as it goes at present."""
        return Clock(self.calendar.offsets) if self.calendar is not None else PRESENT

    @property
    def signed(self) -> bool:
        """Whether the conclusion is signed."""
        return self.conclusion is not None and self.conclusion.signed_at is not None

    @property
    def drafted(self) -> bool:
        """Whether there is a draft to read, sign or return."""
        return self.conclusion is not None and self.conclusion.document_id is not None

    @property
    def appeal_due(self) -> bool:
        """Whether the conclusion, drafted or signed, calls for an appeal (¶10)."""
        if self.conclusion is None:
            return False
        result = self.inspection.result if self.inspection else None
        return appeal_is_due(self.conclusion.outcome, result, self.readings.grounds)

    @property
    def grounds(self) -> list[Ground]:
        """The grounds of ¶10 that the inspection found."""
        return self.inspection.result.grounds if self.inspection else []

    @property
    def findings(self) -> list[Finding]:
        """What the inspector has to look at: REX, the application, what the set lacks, signatures that fail (¶9)."""
        found = self.registration.findings(self.request, self.papers.application) + lacking(self.lacking)
        found += signature_findings(self.papers.signatures)
        final = self.conclusion.final if self.conclusion else None
        return found + (signed_file_findings(final) if final is not None else [])

    @property
    def lacking(self) -> list[str]:
        """What the set lacks though it is being inspected, or was."""
        begun = self.current(Step.INSPECT).state in ("running", "done")
        return self.papers.missing() if begun else []

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether the letter of ¶7 waits until a person confirms that the request is official (¶4)."""
        return self.confirm_first and self.confirmed is None and self.step is Step.REQUEST_DOCUMENTS

    def counts_as_late(self, state: StepState) -> bool:
        """Whether a term can be overdue: not while nothing proves that it has begun, where the office reads ¶8 so."""
        return not (state.start_provisional and self.readings.without_proof is WithoutProof.NOT_OVERDUE)

    # -- actions, letters, log ------------------------------------------------------------------------------------

    def want(self, activity: Activity, payload: Payload | RegisterEntries | None, *, key: str | None = None) -> None:
        """Have an action done; a key that waits already is not asked for twice."""
        key = key or activity.value
        if key not in self.actions:
            self.actions[key] = Action(key=key, activity=activity, payload=payload)

    def doing(self, activity: Activity) -> bool:
        """Whether an action is wanted or under way, and has not given up."""
        return any(each.activity is activity and not each.failed for each in self.actions.values())

    @property
    def failed_actions(self) -> list[Action]:
        """Actions that gave up and wait for a person."""
        return [each for each in self.actions.values() if each.failed]

    @property
    def fetching_given_up(self) -> list[str]:
        """Ids of messages whose documents are not fetched until a person has them tried again."""
        prefix = f"{Activity.FETCH_DOCUMENTS.value} "
        return [each.key.removeprefix(prefix) for each in self.failed_actions if each.key.startswith(prefix)]

    @property
    def retried_actions(self) -> list[Action]:
        """Actions that are being tried again."""
        return [each for each in self.actions.values() if each.attempts and not each.failed]

    @property
    def open_escalations(self) -> list[EscalationState]:
        """Escalations about which something is still to be done: neither resolved nor overtaken."""
        return [each for each in self.escalations if each.open]

    def note(self, key: str, at: Instant, who: str, what: str, /, **details: Any) -> None:
        """Write a line of the case's log. ``key`` names the fact; ``details`` may have any name, as fields do."""
        self.unwritten.log.append(LogEntry(key=key, at=at, who=who, what=what, details=details))
