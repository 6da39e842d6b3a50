"""The decisions that people take as updates (contract, section 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from rules.documents import Kind, RecordedDocument, Sha256
from rules.findings import RexRecord
from rules.instant import Day, StatedInstant, stated_between
from rules.messages import (
    ConclusionSigned,
    Delivered,
    Inspected,
    InspectionCompleted,
    Signed,
    only_argument,
)
from rules.refusal import read, within
from rules.request import Incoming, LongText, Text

ALL: Final = "all"
"""As ``escalation_id``: every open escalation of the case."""


class Decision(Incoming):
    """What every decision carries: who took it."""

    by: Text


class AcknowledgeEscalation(Decision):
    """Somebody sees to an escalation, or to ``all``; notifications pause until the end of the day ``until``.

    ``take_over``: also what another holds, who has acknowledged it until a day that is not over.
    """

    escalation_id: Text
    until: Day
    take_over: bool = False


Officer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
"""A person's name; Temporal's visibility takes no more than 255 characters."""


class Assign(Decision):
    """An officer is responsible for the case from now on, by name; ``to`` null: nobody is any more."""

    to: Officer | None


class ConfirmRequest(Decision):
    """The request is official (¶4): the letter of ¶7 may leave."""

    note: LongText | None = None


class RecordDocuments(Decision, Delivered):
    """Documents came by post or courier (¶8); each has been put in the store before."""

    documents: Annotated[list[RecordedDocument], Field(min_length=1, max_length=100)]


class RecordInspection(Decision, Inspected):
    """The inspection is done (¶9); ``inspector`` is ``by`` where it is not said."""

    inspector: Text | None = None

    def as_message(self, message_id: str) -> InspectionCompleted:
        """The message by which a system would say the same."""
        told = {name: getattr(self, name) for name in Inspected.model_fields}
        return InspectionCompleted(**told, message_id=message_id, sent_by=self.by, inspector=self.inspector or self.by)


class SignConclusion(Decision, Signed):
    """The conclusion is signed (¶10); ``signed_by`` is ``by`` where it is not said."""

    signed_by: Text | None = None

    def as_message(self, message_id: str) -> ConclusionSigned:
        """The message by which a system would say the same."""
        told = {name: getattr(self, name) for name in Signed.model_fields}
        return ConclusionSigned(**told, message_id=message_id, sent_by=self.by, signed_by=self.signed_by or self.by)


class RecordDispatch(Decision):
    """A letter was sent by hand, under its number: the request, the acknowledgement, the appeal or the reply."""

    what: Literal["request", "acknowledgement", "appeal", "reply"] = "request"
    sent_at: StatedInstant
    letter_reference: Text


class RecordLookup(Decision):
    """The REX record as a person looked it up; ``record`` null where REX has none."""

    record: RexRecord | None
    reason: LongText


class RetryAction(Decision):
    """Retry an action that failed; ``action`` may be left out where only one did."""

    action: Text | None = None


class ReleaseDocument(Decision):
    """Somebody answers for a document in quarantine; with ``message_id`` as this message delivered it only."""

    sha256: Sha256
    reason: LongText
    message_id: Text | None = None


class RequestMissingDocuments(Decision):
    """Ask Atameken again (¶8 and ¶9 run anew, inside the same thirty days)."""

    missing: Annotated[list[Kind | Literal["origin_evidence"]], Field(min_length=1)]
    remarks: LongText


class ReturnConclusion(Decision):
    """Return the draft; with ``reopen_inspection`` the inspection is open again."""

    reason: LongText
    reopen_inspection: bool = False


class ReleaseConclusion(Decision):
    """The held letters leave, though REX has changed since the inspection."""

    reason: LongText


class ConcludeWithoutDocuments(Decision):
    """Conclude ``not_confirmed`` because the documents do not come or do not suffice."""

    reason: LongText


class Withdraw(Decision):
    """The request is withdrawn: the case ends without a conclusion."""

    reason: LongText


class ChangeReading(Decision):
    """The order is read otherwise in this case from now on (contract, section 12)."""

    reading: Text
    option: Text
    reason: LongText


class Recount(Decision):
    """Count every open term by the calendar as it is now."""

    reason: LongText


DECISIONS: dict[str, type[Decision]] = {
    "acknowledge_escalation": AcknowledgeEscalation,
    "assign": Assign,
    "confirm_request": ConfirmRequest,
    "record_documents": RecordDocuments,
    "record_inspection": RecordInspection,
    "sign_conclusion": SignConclusion,
    "record_dispatch": RecordDispatch,
    "record_lookup": RecordLookup,
    "retry_action": RetryAction,
    "release_document": ReleaseDocument,
    "request_missing_documents": RequestMissingDocuments,
    "return_conclusion": ReturnConclusion,
    "release_conclusion": ReleaseConclusion,
    "conclude_without_documents": ConcludeWithoutDocuments,
    "withdraw": Withdraw,
    "change_reading": ChangeReading,
    "recount": Recount,
}

LARGEST_DECISION = 64 * 1024
"""Bytes of JSON: a REX record with its longest texts takes a quarter."""

LONGEST_ACKNOWLEDGEMENT = 10
"""Working days that an acknowledgement may reach ahead (contract, section 4)."""


def read_decision(name: str, arguments: list[Any], received_at: datetime, now: datetime) -> Decision:
    """Read an update as it came; parameters and errors are those of ``read_message``."""
    bounds = stated_between(received_at, now)
    return within(LARGEST_DECISION, read(DECISIONS[name], only_argument(arguments), bounds))
