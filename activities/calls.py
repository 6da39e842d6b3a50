"""The activities by name, with what each takes and gives: all that a workflow may know of the outside world.

Light on purpose: workflows import this module, so it imports no HTTP, database or mail library.
Every ``key`` is derived from the case, the step and a counter; calling twice with one key changes nothing.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rules.calendar import CalendarDays
from rules.documents import OfferedDocument
from rules.instant import Day, Instant
from rules.ladder import Language, Plan, Recipient


class Activity(StrEnum):
    """The names under which a worker registers its activities."""

    RECORD_CALENDAR = "record_calendar"
    READ_ARRIVALS = "read_arrivals"
    WRITE_REGISTER = "write_register"
    REQUEST_DOCUMENTS = "request_documents"
    REMIND_ATAMEKEN = "remind_atameken"
    WITHDRAW_REQUEST = "withdraw_request"
    LOOK_UP_REGISTRATION = "look_up_registration"
    FETCH_DOCUMENTS = "fetch_documents"
    DRAFT_CONCLUSION = "draft_conclusion"
    APPEAL_FOR_REVOCATION = "appeal_for_revocation"
    SEND_REPLY = "send_reply"
    START_LADDER = "start_ladder"
    TELL_LADDER = "tell_ladder"
    TELL_RUNG = "tell_rung"
    WRITE_LADDER = "write_ladder"
    LOOK_FOR_GAPS = "look_for_gaps"
    REPORT_GAPS = "report_gaps"
    SAY_ALL_WELL = "say_all_well"


class ErrorKind(StrEnum):
    """The ``type`` of every application error that an activity raises (design: errors are told apart)."""

    REFUSED = "Refused"
    UNREACHABLE = "Unreachable"
    BROKEN = "Broken"
    CLOSED = "Closed"
    """The case number is used up: the register has a closed case under it (contract, section 1)."""


class Payload(BaseModel):
    """What crosses into a history: small, and never a secret."""

    model_config = ConfigDict(frozen=True)


class CalendarWanted(Payload):
    """``record_calendar`` -> ``rules.calendar.CalendarDays`` for whole years.

    From 1 January of the first year to 31 December of the last. ``opening`` is the number of a case that is being
    opened: it fails as ``ErrorKind.CLOSED`` where the register, which remembers longer than Temporal, has it closed.
    """

    first_year: int
    last_year: int
    opening: str | None = None


class ArrivalsWanted(Payload):
    """``read_arrivals`` -> list of instants: when Temporal recorded the signals.

    ``numbers`` count the run's signal events from 1; the answer has one instant for each, in their order.
    """

    workflow_id: str
    run_id: str
    numbers: list[int]


class Letter(Payload):
    """The number and day of an outgoing letter."""

    number: str
    date: Day


class DocumentRequest(Payload):
    """``request_documents`` -> ``Taken``: ask Atameken for the documents (¶7)."""

    key: str
    case_id: str
    rex_number: str
    exporter: dict[str, Any]
    documents_wanted: list[str]
    respond_by: Day
    letter: Letter


class Taken(Payload):
    """Atameken has taken our letter: under ``reference`` (its own id), received by it at ``received_at``.

    ``sent_at`` is our own clock when the answer was in; where Atameken gives no time, ``received_at`` is None.
    """

    reference: str
    sent_at: Instant
    received_at: Instant | None


class Reminder(Payload):
    """``remind_atameken`` -> None."""

    key: str
    case_id: str
    request_id: str
    last_day: Day
    message: str


class Withdrawal(Payload):
    """``withdraw_request`` -> None."""

    key: str
    case_id: str
    request_id: str
    reason: str


class Appeal(Payload):
    """``appeal_for_revocation`` -> ``Taken`` (¶10)."""

    key: str
    case_id: str
    rex_number: str
    grounds: list[str]
    conclusion_number: str
    conclusion_date: Day
    conclusion_sha256: str


class Lookup(Payload):
    """``look_up_registration`` -> ``LookedUp`` (¶6, ¶9)."""

    rex_number: str


class LookedUp(Payload):
    """The REX record as JSON (``rules.findings.RexRecord``), or None where REX does not have the number."""

    record: dict[str, Any] | None
    at: Instant


class Fetch(Payload):
    """``fetch_documents`` -> ``Fetched``: fetch, check and store what a message offers.

    It answers as soon as anything is settled; only where every document is out of reach does it fail and is retried.
    """

    case_id: str
    message_id: str
    documents: list[OfferedDocument]


class StoredDocument(Payload):
    """``index`` is the place in ``Fetch.documents``; ``document_id`` names the bytes in the store."""

    index: int
    document_id: str
    sha256: str
    size: int
    media_type: str


class RefusedDocument(Payload):
    """A document that is not what it says, or that its host does not give out; ``reason`` is one line."""

    index: int
    reason: str


class Fetched(Payload):
    """``out_of_reach`` holds the places of documents still to be fetched."""

    stored: list[StoredDocument]
    refused: list[RefusedDocument]
    out_of_reach: list[int]


class Draft(Payload):
    """``draft_conclusion`` -> ``Drafted``: the conclusion as a PDF in the store (¶10).

    ``dated`` and everything else printed comes from here, so that the same draft is the same bytes.
    """

    case_id: str
    number: str
    version: int
    outcome: str
    dated: Day
    request: dict[str, Any]
    inspection: dict[str, Any] | None
    grounds: list[str]
    findings: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    reason: str | None = Field(description="why it is concluded without documents")


class Drafted(Payload):
    """The draft in the store."""

    document_id: str
    sha256: str
    size: int


class CustomsReply(Payload):
    """``send_reply`` -> ``Sent``: tell the requesting customs the outcome, with the conclusion attached."""

    key: str
    case_id: str
    to_name: str
    to_email: str
    language: str
    reference: str
    rex_number: str
    exporter: str
    outcome: str
    conclusion_number: str
    conclusion_date: Day
    conclusion_document_id: str


class Sent(Payload):
    """A letter has left by e-mail."""

    sent_at: Instant
    message_id: str


class Notification(Payload):
    """An escalation as it stood when it was raised: what people are told of."""

    key: str
    case_id: str
    escalation_id: str
    kind: str
    level: int
    step: str | None
    paragraph: int | None
    summary: str
    what_to_do: str
    due_at: Instant | None
    last_day: Day | None
    risk: str
    reserve_days: int | None
    exporter: str
    reference: str


class Raised(Notification):
    """``start_ladder`` -> None: an escalation, with what its ladder has to know of the case.

    ``since`` is when the matter arose and ``raised_at`` when it was found. ``days`` is the calendar that the case
    counts by, None where it is not recorded yet.
    """

    since: Instant
    raised_at: Instant
    days: CalendarDays | None


class LadderNews(Payload):
    """``tell_ladder`` -> None: somebody has taken the matter on until the end of a day, or it is settled.

    Overtaken is a warning whose breach has been raised: its ladder ends and tells nobody, for the breach has its own.
    """

    case_id: str
    escalation_id: str
    what: Literal["acknowledged", "resolved", "overtaken"]
    by: str
    at: Instant
    until: Day | None = None


class Climb(Payload):
    """The start argument of the workflow ``EscalationLadder``; ``state`` is what a run before this one knew."""

    raised: Raised
    plan: Plan
    state: dict[str, Any] | None = None


class Settlement(Payload):
    """How an escalation was settled."""

    by: str
    at: Instant


class Telling(Payload):
    """``tell_rung`` -> ``Told``: one rung to some of its recipients. Rung 0 tells that the matter is settled.

    ``late_since`` is when the rung was due, where it comes late. With ``persist`` the call ends only when all are told.
    ``recorded_later`` are those told while the register was out of reach; ``called`` matters to rung 0 only.
    """

    notification: Notification
    rung: int
    level: int
    repeat: int = 0
    recipients: tuple[Recipient, ...]
    language: Language
    urgent: bool
    told_on: Day
    since: Instant
    late_since: Instant | None = None
    working_days_left: int | None = None
    settled: Settlement | None = None
    called: tuple[str, ...] = ()
    persist: bool = False
    recorded_later: tuple[str, ...] = ()


class Told(Payload):
    """What became of each recipient, by id: told; waiting until a time; not reached, and why; told but not recorded."""

    sent: list[str] = Field(default_factory=list)
    waiting: dict[str, Instant] = Field(default_factory=dict)
    failed: dict[str, str] = Field(default_factory=dict)
    unrecorded: list[str] = Field(default_factory=list)


class GapKind(StrEnum):
    """What the watch over the watch finds."""

    NOT_IN_TEMPORAL = "case_not_in_temporal"
    NOT_IN_REGISTER = "case_not_in_register"
    TERM_NOT_ESCALATED = "term_not_escalated"
    LADDER_ENDED = "ladder_ended"
    LADDER_GONE = "ladder_gone"
    NOBODY_REACHED = "nobody_reached"
    TASKS_FAIL = "tasks_fail"
    TASKS_NOT_WATCHED = "tasks_not_watched"
    LEVEL_WITHOUT_RECIPIENT = "level_without_recipient"
    YEAR_NOT_CONFIRMED = "year_not_confirmed"
    CANNOT_LOOK = "cannot_look"


class Gap(Payload):
    """A gap in the watch: something that would make a warning silently never come.

    ``about`` tells apart what one workflow has several of (a step, an escalation), or names a level or a year.
    ``workflow_id`` is where the link leads: the case, or the workflow itself. ``what`` and ``what_to_do`` are one line.
    """

    kind: GapKind
    workflow_id: str | None = None
    about: str = ""
    what: str
    what_to_do: str

    @property
    def key(self) -> str:
        """The same gap has the same key, today and tomorrow."""
        return " ".join(part for part in (self.kind.value, self.workflow_id, self.about) if part)


class Look(Payload):
    """``look_for_gaps`` -> ``Looked``: through the cases, or only whether the years of the calendar are confirmed."""

    through: Literal["cases", "calendar"]
    at: Instant


class Looked(Payload):
    """``gaps`` are at most as many as a message can hold; ``gaps_in_all`` counts them all."""

    gaps: list[Gap]
    gaps_in_all: int
    open_cases: int

    @property
    def blind(self) -> bool:
        """Whether nothing could be compared: then nothing is known to be well either."""
        return any(gap.kind is GapKind.CANNOT_LOOK for gap in self.gaps)


class GapReport(Payload):
    """``report_gaps`` -> ``GapsTold``: one message to on-call (level 2). ``at`` gives the day: each gap once a day."""

    through: Literal["cases", "calendar"]
    at: Instant
    gaps: list[Gap]
    gaps_in_all: int


class GapsTold(Payload):
    """How many were told now and how many had been told that day; ``level`` is who was reached, None for nobody."""

    told: int
    told_before: int
    level: int | None


class AllWell(Payload):
    """``say_all_well`` -> whether there is a heartbeat URL, which then has been called."""

    at: Instant


def year_span(received_on: date, until: date, opening: str | None = None) -> CalendarWanted:
    """The years a case's calendar holds: from the year of receipt to the end of the year after ``until``."""
    return CalendarWanted(first_year=received_on.year, last_year=until.year + 1, opening=opening)
