"""What happened outside, as a system's message or a person reports it: when it makes sense, and what it changes.

One path for both: a person's decision is turned into the message by which a system would say the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from activities.interface import Activity, ArrivalsWanted, Fetch
from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.conclusion import FinalConclusion
from rules.decisions import RecordDocuments
from rules.instant import CLOCK_TOLERANCE
from rules.messages import (
    ConclusionSigned,
    DocumentRequestReceived,
    DocumentsArrived,
    InspectionCompleted,
    Message,
)
from rules.refusal import Refusal
from rules.terms import Step
from workflows import signing
from workflows.case import Case, InspectionState
from workflows.deadlines import term_moved
from workflows.order import start_of_wait
from workflows.papers import Delivery, Document
from workflows.reckoning import count_term

MOST_OFFERED: Final = 512 * 1024
"""Bytes of documents offered and not fetched yet: what a case carries has to fit into 2 MB (Temporal's limit)."""

MOST_DOCUMENTS: Final = 500
"""Documents of a case, over all its messages. An exporter's set has some dozens; a sender gone wild has no end."""


def check(case: Case, message: Message, arrived_at: datetime) -> None:
    """Whether a message makes sense now. :raises Refusal: with the reason why it does not."""
    match message:
        case DocumentRequestReceived():
            _check_proof(case, message)
        case DocumentsArrived():
            check_delivery(case, message)
            _check_offered(case, message)
        case InspectionCompleted():
            _check_inspection(case)
        case ConclusionSigned():
            _check_signature(case, message, arrived_at)


def apply(
    case: Case,
    calendar: WorkingCalendar | None,
    message: Message,
    arrived_at: datetime,
    arrival: ArrivalsWanted | None = None,
    final: FinalConclusion | None = None,
) -> None:
    """Change the case by a message. :raises Refusal: as ``check`` does, before anything is changed.

    :param arrival: of documents, the question when they arrived, where it is asked with their bytes.
    :param final: of a signature, the signed file as it leaves, where it came with one.
    """
    check(case, message, arrived_at)
    match message:
        case DocumentRequestReceived():
            _prove_receipt(case, calendar, message, arrived_at)
        case DocumentsArrived():
            deliver(case, message, message.message_id, arrived_at, arrival)
            case.want(
                Activity.FETCH_DOCUMENTS,
                Fetch(
                    case_id=case.case_id,
                    message_id=message.message_id,
                    documents=list(message.documents),
                    arrival=arrival,
                ),
                key=f"{Activity.FETCH_DOCUMENTS.value} {message.message_id}",
            )
        case InspectionCompleted():
            case.inspection = InspectionState(result=message, arrived_at=arrived_at)
        case ConclusionSigned():
            _sign(case, message, arrived_at, final)


# -- the proof of receipt (¶8) ----------------------------------------------------------------------------------------


def _check_proof(case: Case, message: DocumentRequestReceived) -> None:
    asked = case.papers.request
    if asked is None or asked.dispatch is None or case.calendar is None:
        raise Refusal("the request for documents has not been sent yet; expected the proof after our sending")
    if message.received_at < asked.dispatch.sent_at - CLOCK_TOLERANCE:
        raise Refusal("received_at: lies before our sending of the request; expected a time after it")
    if asked.proof_of_receipt is not None and asked.proof_of_receipt != message.received_at:
        raise Refusal("received_at: another time of receipt was proven before; expected the same time")


def _prove_receipt(
    case: Case, calendar: WorkingCalendar | None, message: DocumentRequestReceived, arrived_at: datetime
) -> None:
    asked = case.papers.request
    if asked is None or calendar is None:
        return
    asked.proof_of_receipt, asked.proof_arrived_at = message.received_at, arrived_at
    state = case.current(Step.AWAIT_DOCUMENTS)
    known = state.started_at, state.start_provisional
    starts_at = start_of_wait(case)
    if starts_at is not None and known != (starts_at, state.start_provisional):
        state.started_at, state.from_receipt = starts_at, False
        count_term(calendar, state)
        term_moved(case, calendar, state, arrived_at, Resolution.RECEIPT_PROVEN, message.sent_by)


# -- documents (¶8) ---------------------------------------------------------------------------------------------------


def check_delivery(case: Case, told: DocumentsArrived | RecordDocuments) -> None:
    """Whether the case can take these documents. :raises Refusal: with the reason why it cannot."""
    count = sum(len(each.documents) for each in case.papers.deliveries) + len(told.documents)
    if count > MOST_DOCUMENTS:
        raise Refusal(f"documents: the case would have {count}; expected no more than {MOST_DOCUMENTS} in all")
    if told.sent_at and told.received_at and told.received_at < told.sent_at:
        raise Refusal("received_at: lies before sent_at; expected a time from then on")


def _check_offered(case: Case, message: DocumentsArrived) -> None:
    fetching = [each.payload for each in case.actions.values() if isinstance(each.payload, Fetch)]
    offered = sum(len(each.model_dump_json().encode()) for each in (*fetching, message))
    if offered > MOST_OFFERED:
        raise Refusal(f"documents: {offered} bytes of offers wait to be fetched; expected no more than {MOST_OFFERED}")


def deliver(
    case: Case,
    told: DocumentsArrived | RecordDocuments,
    message_id: str,
    arrived_at: datetime,
    arrival: ArrivalsWanted | None = None,
) -> None:
    """Take a delivery up; its documents are still to be stored or refused."""
    application = told.application
    case.papers.via_representative |= told.via_representative or bool(application and application.via_representative)
    if application is not None:
        case.papers.application = application
    case.papers.deliveries.append(
        Delivery(
            message_id=message_id,
            sent_at=told.sent_at,
            received_at=told.received_at,
            arrived_at=arrived_at,
            arrival=arrival,
            documents=[Document(kind=each.kind, filename=each.filename) for each in told.documents],
        )
    )


# -- the inspection (¶9) and the signature (¶10) ----------------------------------------------------------------------


def _check_inspection(case: Case) -> None:
    inspected = case.current(Step.INSPECT).state in ("done", "skipped")
    if inspected and not case.inspection_reopened:
        raise Refusal("the inspection has ended; expected its result before that, or after the conclusion was returned")


def _check_signature(case: Case, message: ConclusionSigned, arrived_at: datetime) -> None:
    conclusion = case.conclusion
    if case.signed:
        raise Refusal("the conclusion is signed already")
    if conclusion is None or conclusion.document_id is None or conclusion.drafted_at is None:
        raise Refusal("there is no draft to sign")
    if message.document_id is None and conclusion.version > 1:
        raise Refusal("document_id: is required once a draft was returned; expected the present draft's")
    if message.document_id not in (None, conclusion.document_id):
        raise Refusal(f"document_id: names another draft; expected {conclusion.document_id}")
    if message.signed_at is not None and message.signed_at < conclusion.drafted_at:
        raise Refusal("signed_at: lies before the draft was made; expected a time from then on")
    if message.signed_at is None and arrived_at < conclusion.drafted_at - CLOCK_TOLERANCE:
        raise Refusal("there was no draft to sign when it came")
    signing.check_required(case, message)


def _sign(case: Case, message: ConclusionSigned, arrived_at: datetime, final: FinalConclusion | None) -> None:
    conclusion = case.conclusion
    if conclusion is None or conclusion.drafted_at is None:
        return
    conclusion.signed_at = message.signed_at or max(arrived_at, conclusion.drafted_at)
    conclusion.signature_arrived_at = arrived_at
    conclusion.signed_by = message.signed_by
    conclusion.signature_reference = message.signature_reference
    conclusion.signature_message_id = message.message_id
    conclusion.position = message.position
    if final is not None:
        signing.take_final(case, conclusion, final, arrived_at)
