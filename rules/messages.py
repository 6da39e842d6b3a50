"""The four messages that systems send as signals (contract, section 3), read strictly and refused in plain words."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from rules.conclusion import SignedFile
from rules.documents import AnyDocument, Application
from rules.instant import StatedInstant, stated_between
from rules.refusal import Refusal, read
from rules.request import Incoming, LongText, Text
from rules.text import canonical_json, sha256_of


class Ground(StrEnum):
    """The grounds of ¶10, any one of which is enough for an appeal."""

    SCHEME_TERMS = "scheme_terms"
    REGISTRATION_OBLIGATIONS = "registration_obligations"
    ACTIVITY_ENDED = "activity_ended"


class Message(Incoming):
    """What every message carries. ``message_id`` is unique within the case."""

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    sent_by: Text


class DocumentRequestReceived(Message):
    """Atameken's proof that it has our request: ¶8 runs from ``received_at``."""

    received_at: StatedInstant


class Delivered(Incoming):
    """What a delivery of documents says beside them (¶8), whoever reports it."""

    sent_at: StatedInstant | None = None
    received_at: StatedInstant | None = None
    via_representative: bool = False
    application: Application | None = None


class DocumentsArrived(Message, Delivered):
    """Documents that Atameken has sent (¶8); those of several messages make one set."""

    documents: Annotated[list[AnyDocument], Field(min_length=1, max_length=100)]


class Inspected(Incoming):
    """The result of the inspection (¶9), with the grounds of ¶10 that it found, whoever reports it."""

    completed_at: StatedInstant | None = None
    documents_complete: bool
    data_reliable: bool
    rex_data_match: bool
    registration: Literal["valid", "revoked", "none"] = "valid"
    grounds: Annotated[list[Ground], Field(max_length=10)]
    remarks: LongText | None = None


class InspectionCompleted(Message, Inspected):
    """The message of a system that the inspection is done."""

    inspector: Text


class Signed(Incoming):
    """The signature under the conclusion (¶10), whoever reports it. ``document_id`` names the draft that was signed.

    ``position`` is the signatory's; ``signed_file`` the signed conclusion, which is then what leaves.
    """

    signed_at: StatedInstant | None = None
    document_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    signature_reference: Text | None = None
    position: Text | None = None
    signed_file: SignedFile | None = None


class ConclusionSigned(Message, Signed):
    """The message of a system that the conclusion is signed."""

    signed_by: Text


MESSAGES: dict[str, type[Message]] = {
    "document_request_received": DocumentRequestReceived,
    "documents_arrived": DocumentsArrived,
    "inspection_completed": InspectionCompleted,
    "conclusion_signed": ConclusionSigned,
}


def read_message(name: str, arguments: list[Any], received_at: datetime, now: datetime) -> Message:
    """Read a signal as it came.

    :param name: the signal's name.
    :param arguments: its arguments, decoded where that was possible.
    :param received_at: the receipt of the request; no stated time may lie before it.
    :param now: the present; a stated time may lie at most five minutes after it.
    :raises Refusal: with one line naming the field and what is expected.
    """
    model = MESSAGES.get(name)
    if model is None:
        raise Refusal(f"unknown message {name!r}; expected one of {', '.join(MESSAGES)}")
    return read(model, only_argument(arguments), stated_between(received_at, now))


def digest_of(data: dict[str, Any]) -> str:
    """The SHA-256 of a message as it was read, in JSON mode: the same content, however it was written.

    Of what was read: Temporal's HTTP API writes null for an empty list, and that is the same content.
    """
    return sha256_of(canonical_json(data))


def only_argument(arguments: list[Any]) -> Any:
    """The one JSON object of a message or decision. :raises Refusal: for any other number or shape of arguments."""
    if len(arguments) != 1:
        raise Refusal(f"expected one JSON object, got {len(arguments)} arguments")
    if not isinstance(arguments[0], dict):
        raise Refusal("expected one JSON object (encoding json/plain)")
    return arguments[0]
