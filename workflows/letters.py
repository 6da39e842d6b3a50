"""What the case sends out: to Atameken (¶7, ¶8, ¶10) and to the requesting customs.

Each function changes the state of the case only; the actions that it wants are carried out at the end of the turn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from activities.interface import Activity
from activities.outgoing import Appeal, CustomsReply, DocumentRequest, Draft, DraftDocument, Letter, Withdrawal
from register.rows import LetterEntry
from rules.calendar import WorkingCalendar
from rules.documents import NO_EVIDENCE, ORIGIN_EVIDENCE, Kind
from rules.outcome import Outcome
from rules.terms import TERMS, Step
from workflows.case import Case, ConclusionState
from workflows.papers import Dispatch, RequestRound

ATAMEKEN: Final = "Atameken"


def add_request(case: Case, wanted: list[str] | None = None, *, has_term: bool = True) -> None:
    """¶7: a request to Atameken for the application and the documents of origin, or a later one for what is missing."""
    case.papers.requests.append(
        RequestRound(
            round=len(case.papers.requests) + 1,
            wanted=wanted or [Kind.REGISTRATION_APPLICATION.value, ORIGIN_EVIDENCE],
            letter_number=case.next_letter_number(),
            has_term=has_term,
        )
    )


def ask_for_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Send the latest request to Atameken."""
    asked = case.papers.request
    if asked is None:
        return
    today = calendar.day_of(now)
    kinds = [kind.value for kind in Kind if kind.value in asked.wanted]
    if ORIGIN_EVIDENCE in asked.wanted:
        kinds += [kind.value for kind in Kind if kind not in NO_EVIDENCE and kind.value not in kinds]
    case.want(
        Activity.REQUEST_DOCUMENTS,
        DocumentRequest(
            key=f"{case.case_id}.{Activity.REQUEST_DOCUMENTS.value}.{asked.round}",
            case_id=case.case_id,
            rex_number=case.request.rex_number,
            exporter=case.request.exporter,
            documents_wanted=kinds,
            respond_by=calendar.after(today, TERMS[Step.AWAIT_DOCUMENTS].working_days),
            letter=Letter(number=asked.letter_number, date=today),
        ),
    )


def request_sent(case: Case, dispatch: Dispatch) -> None:
    """Our request has left: by interface, or by hand under a letter's own number."""
    asked = case.papers.request
    if asked is None:
        return
    asked.dispatch = dispatch
    number = dispatch.reference if dispatch.by and dispatch.reference else asked.letter_number
    _send(case, f"request.{asked.round}", "document_request", ATAMEKEN, number, dispatch)
    key = f"request {asked.round} sent"
    case.note(
        key, dispatch.sent_at, dispatch.by or "case", "request_sent", round=asked.round, reference=dispatch.reference
    )


def propose(case: Case, outcome: Outcome, reason: str | None = None) -> None:
    """Give the conclusion its outcome; its number stays through every draft."""
    if case.conclusion is None:
        case.conclusion = ConclusionState(number=f"{case.case_id}-C", outcome=outcome, reason=reason)
    else:
        case.conclusion.outcome, case.conclusion.reason = outcome, reason


def draft(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """¶10: have the conclusion drafted. Every day that it prints is counted here, by the recorded calendar."""
    conclusion, inspection = case.conclusion, case.inspection
    if conclusion is None:
        return
    case.want(
        Activity.DRAFT_CONCLUSION,
        Draft(
            case_id=case.case_id,
            number=conclusion.number,
            version=conclusion.version,
            outcome=conclusion.outcome,
            dated=calendar.day_of(now),
            request=case.request,
            request_received_on=calendar.day_of(case.request.received_at),
            inspection=inspection.result if inspection else None,
            inspected_on=calendar.day_of(inspection.completed) if inspection else None,
            grounds=case.grounds,
            registration=case.registration,
            application=case.papers.application,
            lacking=case.lacking,
            documents=[
                DraftDocument(
                    kind=document.kind,
                    filename=document.filename,
                    document_id=document.document_id,
                    sha256=document.sha256,
                    signatures=document.signatures,
                    sent_on=calendar.day_of(delivery.sent),
                )
                for delivery, document in case.papers.stored
            ],
            readings=case.readings,
            reason=conclusion.reason,
        ),
    )


def void_draft(case: Case) -> None:
    """The draft is one no longer; the next is another version under the same number."""
    if case.conclusion is not None and case.conclusion.document_id is not None:
        case.conclusion.version += 1
        case.conclusion.document_id = case.conclusion.sha256 = case.conclusion.drafted_at = None


def send_appeal(case: Case, calendar: WorkingCalendar) -> None:
    """¶10: appeal to Atameken for revocation of the registration."""
    conclusion = case.conclusion
    if conclusion is None or conclusion.signed_at is None or case.appeal is not None:
        return
    case.want(
        Activity.APPEAL_FOR_REVOCATION,
        Appeal(
            key=f"{case.case_id}.{Activity.APPEAL_FOR_REVOCATION.value}",
            case_id=case.case_id,
            rex_number=case.request.rex_number,
            grounds=case.grounds,
            conclusion_number=conclusion.number,
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_sha256=conclusion.sha256 or "",
        ),
    )


def appeal_sent(case: Case, dispatch: Dispatch, number: str) -> None:
    """The appeal has left."""
    case.appeal = dispatch
    _send(case, "appeal", "appeal", ATAMEKEN, number, dispatch)
    case.note("appeal sent", dispatch.sent_at, dispatch.by or "case", "appeal_sent", reference=dispatch.reference)


def send_reply(case: Case, calendar: WorkingCalendar) -> None:
    """Reply to the requesting customs, once the conclusion is signed; the order sets no term for it."""
    conclusion = case.conclusion
    if conclusion is None or conclusion.signed_at is None or case.reply is not None:
        return
    request = case.request
    case.want(
        Activity.SEND_REPLY,
        CustomsReply(
            key=f"{case.case_id}.{Activity.SEND_REPLY.value}",
            case_id=case.case_id,
            to_name=request.reply_to.name,
            to_email=request.reply_to.email,
            language=request.language,
            reference=request.reference,
            rex_number=request.rex_number,
            exporter=request.exporter.name,
            outcome=conclusion.outcome,
            conclusion_number=conclusion.number,
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_document_id=conclusion.document_id or "",
        ),
    )


def reply_sent(case: Case, dispatch: Dispatch, number: str) -> None:
    """The reply to the customs has left."""
    case.reply = dispatch
    _send(case, "reply", "reply", case.request.reply_to.email, number, dispatch)
    case.note("reply sent", dispatch.sent_at, dispatch.by or "case", "reply_sent", reference=dispatch.reference)


def withdraw_requests(case: Case, reason: str) -> None:
    """Withdraw every request that Atameken has taken by its interface."""
    for asked in case.papers.requests:
        if asked.dispatch is not None and asked.dispatch.reference is not None and asked.dispatch.by is None:
            case.want(
                Activity.WITHDRAW_REQUEST,
                Withdrawal(
                    key=f"{case.case_id}.{Activity.WITHDRAW_REQUEST.value}.{asked.round}",
                    case_id=case.case_id,
                    request_id=asked.dispatch.reference,
                    reason=reason,
                ),
                key=f"{Activity.WITHDRAW_REQUEST.value} {asked.round}",
            )


def requests_by_hand(case: Case) -> list[str]:
    """The letters by which a withdrawn request had gone to Atameken by hand: no interface can take those back."""
    if case.outcome is not Outcome.WITHDRAWN:
        return []
    return [
        asked.dispatch.reference or ""
        for asked in case.papers.requests
        if asked.dispatch is not None and asked.dispatch.by is not None
    ]


def reminder_sent(case: Case, key: str, dispatch: Dispatch) -> None:
    """Atameken has taken a reminder: it is a letter in the register."""
    number = case.next_letter_number()
    _send(case, key.removeprefix(f"{case.case_id}."), "reminder", ATAMEKEN, number, dispatch)
    case.note(f"reminder {key}", dispatch.sent_at, "case", "reminder_sent", key=key, letter=number)


def _send(case: Case, key: str, what: str, addressee: str, number: str, dispatch: Dispatch) -> None:
    case.unwritten.letters.append(
        LetterEntry(
            key=f"{case.case_id}.{key}",
            what=what,
            addressee=addressee,
            number=number,
            sent_at=dispatch.sent_at,
            reference=dispatch.reference,
            document_id=case.conclusion.document_id if case.conclusion and what in ("appeal", "reply") else None,
            by=dispatch.by,
        )
    )
