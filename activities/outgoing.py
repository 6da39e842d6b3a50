"""What the activities that make and send our letters and papers take and give; light, as ``interface`` is."""

from __future__ import annotations

from pydantic import Field

from activities.payload import Payload
from rules.documents import Application, Kind, Signature
from rules.findings import RexRecord
from rules.instant import Day, Instant
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome as CaseOutcome
from rules.readings import Readings
from rules.registration import Registration
from rules.request import Exporter, VerificationRequest


class Letter(Payload):
    """The number and day of an outgoing letter."""

    number: str
    date: Day


class DocumentRequest(Payload):
    """``request_documents`` -> ``Taken``: ask Atameken for the documents (¶7)."""

    key: str
    case_id: str
    rex_number: str
    exporter: Exporter
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
    """``remind_atameken`` -> ``Taken`` with the time of sending."""

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
    grounds: list[Ground]
    conclusion_number: str
    conclusion_date: Day
    conclusion_sha256: str


class LookedUp(Payload):
    """The REX record, or None where REX does not have the number."""

    record: RexRecord | None
    at: Instant


class DraftDocument(Payload):
    """A document of the set, as the conclusion lists it; ``sent_on`` is the day in Asia/Almaty."""

    kind: Kind
    filename: str
    document_id: str
    sha256: str
    signatures: list[Signature] = Field(default_factory=list, description="of a signed container")
    sent_on: Day


class Draft(Payload):
    """``draft_conclusion`` -> ``Drafted``: the conclusion as a PDF in the store (¶10).

    REX is looked up once more for it. Everything else printed, ``dated`` too, comes from here. ``lacking``: what the
    set lacks.
    """

    case_id: str
    number: str
    version: int
    outcome: CaseOutcome
    dated: Day
    request: VerificationRequest
    request_received_on: Day
    inspection: InspectionCompleted | None
    inspected_on: Day | None
    grounds: list[Ground]
    registration: Registration
    application: Application | None
    lacking: list[str]
    documents: list[DraftDocument]
    readings: Readings
    reason: str | None = Field(description="why it is concluded without documents")


class Drafted(Payload):
    """The draft in the store; ``at`` is when it was made, by the clock of whoever made it.

    ``looked_up`` is what REX showed for it; None where REX could not be reached, which the draft then says.
    """

    document_id: str
    sha256: str
    size: int
    at: Instant
    looked_up: LookedUp | None


class Signed(Payload):
    """Who has signed a conclusion, when, in what position, and under what reference of the signature."""

    by: str
    at: Instant
    position: str | None = None
    reference: str | None = None


class CustomsReply(Payload):
    """``send_reply`` -> ``Sent``: inform the requesting customs of the outcome, with the conclusion attached."""

    key: str
    case_id: str
    to_name: str
    to_email: str
    language: str
    reference: str
    rex_number: str
    exporter: str
    outcome: CaseOutcome
    conclusion_number: str
    conclusion_date: Day
    conclusion_document_id: str


class Sent(Payload):
    """A letter has left by e-mail."""

    sent_at: Instant
    message_id: str
