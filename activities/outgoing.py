"""What the activities that make and send our letters and papers take and give; light, as ``interface`` is."""

from __future__ import annotations

from pydantic import Field

from activities.payload import Payload
from rules.conclusion import FinalConclusion
from rules.documents import Application, Kind, Signature
from rules.findings import RexRecord
from rules.instant import Day, Instant
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome as CaseOutcome
from rules.outcome import Result
from rules.readings import Readings
from rules.registration import Registration
from rules.request import Country, Exporter, VerificationRequest


class Letter(Payload):
    """The number and day of an outgoing letter."""

    number: str
    date: Day


class MadeLetter(Letter):
    """A letter that is in the store, with its outgoing number and day."""

    document_id: str
    sha256: str


class AboutRequest(Payload):
    """What each letter says of the customs' request and of the exporter; ``received_on`` is the day in Asia/Almaty.

    ``exporter_in_rex`` is the name that REX shows, in Latin letters as a rule; None where REX has not been looked up.
    """

    case_id: str
    rex_number: str
    exporter: Exporter
    exporter_in_rex: str | None = None
    country: Country
    authority: str
    reference: str
    received_on: Day


class DocumentRequest(AboutRequest):
    """``request_documents`` -> ``Taken``: ask Atameken for the documents (¶7)."""

    key: str
    documents_wanted: list[str]
    respond_by: Day


class Taken(Payload):
    """Atameken has taken our letter: under ``reference`` (its own id), received by it at ``received_at``.

    ``sent_at`` is our own clock when the answer was in; where Atameken gives no time, ``received_at`` is None.
    """

    reference: str
    sent_at: Instant
    received_at: Instant | None
    letter: MadeLetter


class Reminder(AboutRequest):
    """``remind_atameken`` -> ``Taken`` with the time of sending. ``count`` is 1 for the first reminder."""

    key: str
    request_id: str
    request_letter: Letter | None
    last_day: Day
    late_days: int
    count: int
    missing: list[str]
    message: str


class Withdrawal(AboutRequest):
    """``withdraw_request`` -> ``Withdrawn``."""

    key: str
    request_id: str
    request_letter: Letter | None
    reason: str


class Withdrawn(Payload):
    """Atameken knows that a request is withdrawn; ``sent_at`` is our own clock."""

    sent_at: Instant
    letter: MadeLetter


class Appeal(AboutRequest):
    """``appeal_for_revocation`` -> ``Taken`` (¶10)."""

    key: str
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


class DraftTerm(Payload):
    """A term of the order as it was kept; days are days in Asia/Almaty. ``ended_on`` is None while it runs."""

    step: str
    paragraph: int
    working_days: int
    began_on: Day | None
    last_day: Day | None
    ended_on: Day | None
    late_days: int


class Draft(Payload):
    """``draft_conclusion`` -> ``Drafted``: the conclusion as a PDF in the store (¶10).

    REX is looked up once more for it. Everything else printed, ``dated`` too, comes from here. ``lacking``: what the
    set lacks.
    """

    case_id: str
    number: str | None = Field(description="None for the first draft, for which it is drawn")
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
    terms: list[DraftTerm] = Field(default_factory=list)
    readings: Readings
    reason: str | None = Field(description="why it is concluded without documents")


class Drafted(Payload):
    """The draft in the store, under its outgoing number; ``at`` is when it was made, by its maker's clock.

    ``looked_up`` is what REX showed for it; None where REX could not be reached, which the draft then says. ``source``
    is the document id of the facts that it was made from (``DraftSource``), ``to_sign`` that of the copy to be signed,
    which does not bear the mark of a draft.
    """

    number: str
    document_id: str
    sha256: str
    size: int
    source: str
    to_sign: str
    at: Instant
    looked_up: LookedUp | None
    record: MadeLetter | None = Field(default=None, description="of the inspection that it follows from (¶9)")


class DraftSource(Payload):
    """The facts that a draft was made from, kept beside it in the store: the final paper is made from the same."""

    draft: Draft
    looked_up: LookedUp | None


class Signed(Payload):
    """Who has signed a conclusion, when, in what position, and under what reference of the signature."""

    by: str
    at: Instant
    position: str | None = None
    reference: str | None = None


class Seal(Payload):
    """``seal_conclusion`` -> ``Sealed``: the final paper of a conclusion that was signed without a signed file (¶10).

    REX is looked up beside it, the last time (¶9). ``source`` is ``Drafted.source`` of the draft that was signed.
    """

    case_id: str
    source: str
    signed: Signed
    rex_number: str
    lookup_number: int


class Sealed(Payload):
    """The final paper in the store; ``looked_up`` is None where REX could not be reached."""

    final: FinalConclusion
    looked_up: LookedUp | None


class ToCustoms(AboutRequest):
    """To whom at the customs a letter goes, and in which language."""

    key: str
    to_name: str
    to_email: str
    language: str


class Acknowledgement(ToCustoms):
    """``acknowledge_receipt`` -> ``Sent``: say to the customs that their request is in, and until when it is answered.

    ``limit_last_day`` is the last of the 30 working days of ¶5; ``statements`` are named by their numbers.
    """

    reason: str
    statements: list[str]
    limit_last_day: Day


class CustomsReply(ToCustoms):
    """``send_reply`` -> ``Sent``: inform the requesting customs of the outcome, with the conclusion attached."""

    result: Result
    conclusion_number: str
    conclusion_date: Day
    conclusion_document_id: str
    conclusion_media_type: str


class Sent(Payload):
    """A letter has left by e-mail."""

    sent_at: Instant
    message_id: str
    letter: MadeLetter
