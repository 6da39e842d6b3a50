"""The activities by name, with what each takes and gives: all that a workflow may know of the outside world.

Light on purpose: workflows import this module, so it imports no HTTP, database or mail library.
Every ``key`` is derived from the case, the step and a counter; calling twice with one key changes nothing.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from activities.opening import CalendarWanted as CalendarWanted
from activities.opening import DoorKeys as DoorKeys
from activities.opening import Recorded as Recorded
from activities.opening import SealedRequest as SealedRequest
from activities.opening import year_span as year_span
from activities.outgoing import (
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Draft,
    Reminder,
    Seal,
    Withdrawal,
)
from activities.payload import Payload
from escalation.ladder import LadderBook, Recipient
from escalation.notice import Notice, Withdrawn
from register.rows import RefusedMessageEntry, RegisterEntries
from rules.conclusion import DraftVersion, FinalConclusion, SignedFile
from rules.documents import OfferedDocument, RecordedDocument, Signature
from rules.instant import Instant
from rules.registration import Occasion


class Activity(StrEnum):
    """The names under which a worker registers its activities."""

    RECORD_CALENDAR = "record_calendar"
    READ_ARRIVALS = "read_arrivals"
    WRITE_REGISTER = "write_register"
    KEEP_REFUSED_REQUEST = "keep_refused_request"
    ACKNOWLEDGE_RECEIPT = "acknowledge_receipt"
    REQUEST_DOCUMENTS = "request_documents"
    REMIND_ATAMEKEN = "remind_atameken"
    WITHDRAW_REQUEST = "withdraw_request"
    LOOK_UP_REGISTRATION = "look_up_registration"
    FETCH_DOCUMENTS = "fetch_documents"
    RELEASE_DOCUMENT = "release_document"
    DRAFT_CONCLUSION = "draft_conclusion"
    CHECK_SIGNED_FILE = "check_signed_file"
    SEAL_CONCLUSION = "seal_conclusion"
    APPEAL_FOR_REVOCATION = "appeal_for_revocation"
    SEND_REPLY = "send_reply"
    READ_LADDERS = "read_ladders"
    READ_DOOR_KEYS = "read_door_keys"
    NOTIFY = "notify"
    SEND_NOTICES = "send_notices"
    CHECK = "check"
    REPORT_FINDINGS = "report_findings"
    CALL_HEARTBEAT = "call_heartbeat"
    SEND_ACCOUNT = "send_account"
    RECORD_DAILY_HEAD = "record_daily_head"
    SEND_DAILY_HEAD = "send_daily_head"


class ErrorKind(StrEnum):
    """The ``type`` of every application error that an activity raises (design: errors are kept apart)."""

    REFUSED = "Refused"
    UNREACHABLE = "Unreachable"
    BROKEN = "Broken"
    CLOSED = "Closed"
    """The case number is used up: the register has a closed case under it (contract, section 1)."""
    NOT_AUTHENTICATED = "NotAuthenticated"
    """The request did not come through the gateway, or its seal does not hold (contract, section 13)."""


NOTICE_OUTCOME = "notice_outcome"
"""The signal by which a recipient reports to a case what became of a notice (``escalation.notice.Outcome``)."""


class ArrivalsWanted(Payload):
    """``read_arrivals`` -> list of instants: when Temporal recorded the signals.

    ``numbers`` count the run's signals from 1, those in ``INTERNAL_SIGNALS`` left out; the answer has one instant for
    each, in their order.
    """

    workflow_id: str
    run_id: str
    numbers: list[int]


class Lookup(Payload):
    """``look_up_registration`` -> ``LookedUp`` (¶6, ¶9). ``number`` counts those that the case has called for."""

    rex_number: str
    occasion: Occasion
    number: int


class Fetch(Payload):
    """``fetch_documents`` -> ``Fetched`` as soon as anything is settled; it fails where all are out of reach.

    What a person records is in the store already, and is looked at there.
    """

    case_id: str
    message_id: str
    documents: list[OfferedDocument | RecordedDocument]
    arrival: ArrivalsWanted | None = Field(default=None, description="the one message, where its arrival counts")


class StoredDocument(Payload):
    """``index`` is the place in ``Fetch.documents``; ``document_id`` names the bytes in the store."""

    index: int
    document_id: str
    sha256: str
    size: int
    media_type: str
    signatures: list[Signature] = Field(default_factory=list, description="of a signed container")


class QuarantinedDocument(StoredDocument):
    """A document that is kept apart until a person releases it, with the id that it then has; one line says why."""

    reason: str


class RefusedDocument(Payload):
    """A document that is not what it says, or that its host does not give out; ``reason`` is one line."""

    index: int
    reason: str


class Fetched(Payload):
    """``out_of_reach`` holds the places of documents still to be fetched."""

    stored: list[StoredDocument]
    refused: list[RefusedDocument]
    out_of_reach: list[int]
    quarantined: list[QuarantinedDocument] = Field(default_factory=list)
    arrived_at: Instant | None = Field(default=None, description="when Temporal recorded the message, where asked for")


class Release(Payload):
    """``release_document`` -> None: put the bytes of a document that a person has released among the others."""

    sha256: str


class SignedFileCheck(Payload):
    """``check_signed_file`` -> ``SignedFileChecked``: fetch a signed conclusion, look into it and store it (¶10).

    ``drafts``: every one, the last being the one that was to be signed.
    """

    case_id: str
    file: SignedFile
    drafts: list[DraftVersion] = Field(min_length=1)


class SignedFileChecked(Payload):
    """The signed conclusion as it can leave; or, in one line, why it cannot."""

    final: FinalConclusion | None
    refused: str | None = None


class Notify(Payload):
    """``notify`` -> ``Notified``: give recipients their notices, and withdraw what is not to be sent any more.

    ``book_version`` is of the ladders that the case knows.
    """

    book_version: str
    notices: list[Notice] = Field(default_factory=list)
    withdrawn: list[Withdrawn] = Field(default_factory=list)


class Notified(Payload):
    """Every recipient has its notices, durably. ``book``: newer ladders than the case knows, else None.

    ``unknown``: ids of recipients that the worker's ladder file does not have any more; they got nothing.
    """

    book: LadderBook | None = None
    unknown: list[str] = Field(default_factory=list)


class Sending(Payload):
    """``send_notices`` -> ``SendingDone``: one message to one recipient, with one notice or several of them.

    ``id`` is the key of its gravest notice. ``failed_before`` says by key how often a notice failed before: a case
    hears of the first failure only.
    """

    id: str
    recipient: Recipient
    notices: list[Notice] = Field(min_length=1)
    failed_before: dict[str, int] = Field(default_factory=dict)
    limited: bool = Field(default=False, description="held back by the limit of messages an hour")


class SendingDone(Payload):
    """What became of a message; each case has been sent its ``Outcome`` already."""

    notified_at: Instant | None
    error: str | None
    at: Instant


class RefusedRequest(Payload):
    """``keep_refused_request`` -> ``RefusedRequestKept``: a request that opens no case, and what was sent to it."""

    case_id: str
    request: RefusedMessageEntry
    messages: list[RefusedMessageEntry] = Field(default_factory=list)


class RefusedRequestKept(Payload):
    """The register has it under this escalation. ``raised``: it is the first, so that people are to be notified."""

    escalation_id: str
    raised: bool


class CaseRecord(Payload):
    """What a case answers to the query ``record``: what the register should have of it by now.

    ``accepted`` holds the ids of all messages it has accepted. ``busy``: a write to the register is under way or
    wanted, so a difference means nothing yet.
    """

    accepted: list[str]
    busy: bool


PAYLOADS: dict[Activity, type[Payload] | type[RegisterEntries]] = {
    Activity.RECORD_CALENDAR: CalendarWanted,
    Activity.READ_ARRIVALS: ArrivalsWanted,
    Activity.WRITE_REGISTER: RegisterEntries,
    Activity.ACKNOWLEDGE_RECEIPT: Acknowledgement,
    Activity.REQUEST_DOCUMENTS: DocumentRequest,
    Activity.REMIND_ATAMEKEN: Reminder,
    Activity.WITHDRAW_REQUEST: Withdrawal,
    Activity.LOOK_UP_REGISTRATION: Lookup,
    Activity.FETCH_DOCUMENTS: Fetch,
    Activity.RELEASE_DOCUMENT: Release,
    Activity.DRAFT_CONCLUSION: Draft,
    Activity.CHECK_SIGNED_FILE: SignedFileCheck,
    Activity.SEAL_CONCLUSION: Seal,
    Activity.APPEAL_FOR_REVOCATION: Appeal,
    Activity.SEND_REPLY: CustomsReply,
    Activity.NOTIFY: Notify,
}
"""What each activity of a case takes; ``read_ladders`` and ``read_door_keys`` take nothing."""
