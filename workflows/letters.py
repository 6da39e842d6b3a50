"""What the case sends out: to Atameken (¶7, ¶8, ¶10) and to the requesting customs.

Each function changes the state of the case only; the actions that it wants are carried out at the end of the turn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from activities.interface import Activity
from activities.outgoing import (
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Draft,
    DraftDocument,
    DraftTerm,
    MadeLetter,
    Seal,
    Signed,
    Withdrawal,
)
from register.rows import LetterEntry
from rules.calendar import WorkingCalendar
from rules.documents import NO_EVIDENCE, ORIGIN_EVIDENCE, Kind
from rules.outcome import Outcome, result_of
from rules.terms import TERMS, Step
from workflows.case import Case, ConclusionState
from workflows.papers import Dispatch, RequestRound

ATAMEKEN: Final = "Atameken"
OWN_FILE: Final = "our file"
"""Where a paper goes that leaves nobody's house."""


def add_request(case: Case, wanted: list[str] | None = None, *, has_term: bool = True) -> None:
    """¶7: a request to Atameken for the application and the documents of origin, or a later one for what is missing."""
    case.papers.requests.append(
        RequestRound(
            round=len(case.papers.requests) + 1,
            wanted=wanted or [Kind.REGISTRATION_APPLICATION.value, ORIGIN_EVIDENCE],
            has_term=has_term,
        )
    )


def about(case: Case, key: str) -> dict[str, Any]:
    """What every letter of the case says: its key, the request, the exporter."""
    record = case.registration.record
    return {
        "key": f"{case.case_id}.{key}",
        "case_id": case.case_id,
        "rex_number": case.request.rex_number,
        "exporter": case.request.exporter,
        "exporter_in_rex": record.name if record is not None else None,
        "country": case.request.requesting_country,
        "authority": case.request.requesting_authority,
        "reference": case.request.reference,
        "received_on": case.clock.day_of(case.request.received_at),
    }


def acknowledge_receipt(case: Case) -> None:
    """Say to the customs that their request is in, and until when the thirty days run (¶5). Nothing waits for it."""
    request = case.request
    if case.limit_last_day is None or case.acknowledgement is not None:
        return
    case.want(
        Activity.ACKNOWLEDGE_RECEIPT,
        Acknowledgement(
            **_to_customs(case, Activity.ACKNOWLEDGE_RECEIPT),
            reason=request.reason,
            statements=[each.document_number for each in request.statements],
            limit_last_day=case.limit_last_day,
        ),
    )


def receipt_acknowledged(case: Case, dispatch: Dispatch) -> None:
    """The customs have been told that their request is in."""
    case.acknowledgement = dispatch
    _send(case, "acknowledgement", "acknowledgement", case.request.reply_to.email, dispatch)
    case.note("receipt acknowledged", dispatch.sent_at, dispatch.by or "case", "receipt_acknowledged")


def _to_customs(case: Case, activity: Activity) -> dict[str, Any]:
    reply_to = case.request.reply_to
    told = {"to_name": reply_to.name, "to_email": reply_to.email, "language": case.request.language}
    return about(case, activity.value) | told


def ask_for_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Send the latest request to Atameken."""
    asked = case.papers.request
    if asked is None:
        return
    kinds = [kind.value for kind in Kind if kind.value in asked.wanted]
    if ORIGIN_EVIDENCE in asked.wanted:
        kinds += [kind.value for kind in Kind if kind not in NO_EVIDENCE and kind.value not in kinds]
    case.want(
        Activity.REQUEST_DOCUMENTS,
        DocumentRequest(
            **about(case, f"{Activity.REQUEST_DOCUMENTS.value}.{asked.round}"),
            documents_wanted=kinds,
            respond_by=calendar.after(calendar.day_of(now), TERMS[Step.AWAIT_DOCUMENTS].working_days),
        ),
    )


def request_sent(case: Case, dispatch: Dispatch) -> None:
    """Our request has left: by interface, or by hand under a letter's own number."""
    asked = case.papers.request
    if asked is None:
        return
    asked.dispatch = dispatch
    _send(case, f"request.{asked.round}", "document_request", ATAMEKEN, dispatch)
    key = f"request {asked.round} sent"
    case.note(
        key, dispatch.sent_at, dispatch.by or "case", "request_sent", round=asked.round, reference=dispatch.reference
    )


def propose(case: Case, outcome: Outcome, reason: str | None = None) -> None:
    """Give the conclusion its outcome; its number stays through every draft."""
    if case.conclusion is None:
        case.conclusion = ConclusionState(outcome=outcome, reason=reason)
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
            terms=[
                DraftTerm(
                    step=each.step,
                    paragraph=TERMS[each.step].paragraph,
                    working_days=TERMS[each.step].working_days,
                    began_on=calendar.day_of(each.started_at) if each.started_at else None,
                    last_day=each.last_day,
                    ended_on=calendar.day_of(each.ended_at) if each.ended_at else None,
                    late_days=each.late_days,
                )
                for each in case.steps
                if each.started_at is not None
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
        case.conclusion.source = None


def seal(case: Case) -> None:
    """¶10: have the final paper made, where the signature came without a signed file; REX is looked up with it."""
    conclusion = case.conclusion
    if conclusion is None or conclusion.signed_at is None or conclusion.source is None:
        return
    case.want(
        Activity.SEAL_CONCLUSION,
        Seal(
            case_id=case.case_id,
            source=conclusion.source,
            signed=Signed(
                by=conclusion.signed_by or "",
                at=conclusion.signed_at,
                position=conclusion.position,
                reference=conclusion.signature_reference,
            ),
            rex_number=case.request.rex_number,
            lookup_number=case.registration.called_for + 1,
        ),
    )


def send_appeal(case: Case, calendar: WorkingCalendar) -> None:
    """¶10: appeal to Atameken for revocation of the registration."""
    conclusion = case.conclusion
    final = conclusion.final if conclusion is not None else None  # A draft never leaves.
    if conclusion is None or conclusion.signed_at is None or final is None or case.appeal is not None:
        return
    case.want(
        Activity.APPEAL_FOR_REVOCATION,
        Appeal(
            **about(case, Activity.APPEAL_FOR_REVOCATION.value),
            grounds=case.grounds,
            conclusion_number=conclusion.number or "",
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_sha256=final.sha256,
        ),
    )


def appeal_sent(case: Case, dispatch: Dispatch) -> None:
    """The appeal has left."""
    case.appeal = dispatch
    _send(case, "appeal", "appeal", ATAMEKEN, dispatch)
    case.note("appeal sent", dispatch.sent_at, dispatch.by or "case", "appeal_sent", reference=dispatch.reference)


def send_reply(case: Case, calendar: WorkingCalendar) -> None:
    """Reply to the requesting customs, once the conclusion is signed; the order sets no term for it."""
    conclusion = case.conclusion
    final = conclusion.final if conclusion is not None else None  # A draft never leaves.
    if conclusion is None or conclusion.signed_at is None or final is None or case.reply is not None:
        return
    result = result_of(conclusion.outcome, case.inspection.result if case.inspection else None)
    if result is None:
        return
    case.want(
        Activity.SEND_REPLY,
        CustomsReply(
            **_to_customs(case, Activity.SEND_REPLY),
            result=result,
            conclusion_number=conclusion.number or "",
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_document_id=final.document_id,
            conclusion_media_type=final.media_type,
        ),
    )


def reply_sent(case: Case, dispatch: Dispatch) -> None:
    """The reply to the customs has left, and the conclusion with it."""
    case.reply = dispatch
    conclusion = case.conclusion
    final = conclusion.final if conclusion is not None else None
    if conclusion is not None and final is not None and conclusion.signed_at:
        paper = MadeLetter(
            number=conclusion.number or "",
            date=case.clock.day_of(conclusion.signed_at),
            document_id=final.document_id,
            sha256=final.sha256,
        )
        attached = dispatch.model_copy(update={"letter": paper})
        _send(case, "conclusion", "conclusion", case.request.reply_to.email, attached)
    _send(case, "reply", "reply", case.request.reply_to.email, dispatch)
    case.note("reply sent", dispatch.sent_at, dispatch.by or "case", "reply_sent", reference=dispatch.reference)


def withdraw_requests(case: Case, reason: str) -> None:
    """Withdraw every request that Atameken has taken by its interface."""
    for asked in case.papers.requests:
        if asked.dispatch is not None and asked.dispatch.reference is not None and asked.dispatch.by is None:
            case.want(
                Activity.WITHDRAW_REQUEST,
                Withdrawal(
                    **about(case, f"{Activity.WITHDRAW_REQUEST.value}.{asked.round}"),
                    request_id=asked.dispatch.reference,
                    request_letter=asked.dispatch.letter,
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


def withdrawal_sent(case: Case, key: str, dispatch: Dispatch) -> None:
    """Atameken knows that a request is withdrawn."""
    _send(case, key.removeprefix(f"{case.case_id}."), "withdrawal", ATAMEKEN, dispatch)
    case.note(f"withdrawal {key}", dispatch.sent_at, "case", "withdrawal_sent", key=key)


def reminder_sent(case: Case, key: str, dispatch: Dispatch) -> None:
    """Atameken has taken a reminder: it is a letter in the register."""
    number = _send(case, key.removeprefix(f"{case.case_id}."), "reminder", ATAMEKEN, dispatch)
    case.note(f"reminder {key}", dispatch.sent_at, "case", "reminder_sent", key=key, letter=number)


def record_made(case: Case, record: MadeLetter, at: datetime) -> None:
    """The record of the inspection is in the store (¶9): a paper for our own file."""
    if all(each.document_id != record.document_id for each in case.letters):
        _send(case, f"inspection.{record.number}", "inspection_record", OWN_FILE, Dispatch(sent_at=at, letter=record))


def _send(case: Case, key: str, what: str, addressee: str, dispatch: Dispatch) -> str:
    """A letter has left: the case and the register have it from now on. The number of one sent by hand is its own."""
    letter = dispatch.letter
    number = letter.number if letter is not None else dispatch.reference or ""
    entry = LetterEntry(
        key=f"{case.case_id}.{key}",
        what=what,
        addressee=addressee,
        number=number,
        sent_at=dispatch.sent_at,
        reference=dispatch.reference,
        document_id=letter.document_id if letter is not None else None,
        by=dispatch.by,
    )
    case.unwritten.letters.append(entry)
    case.letters.append(entry)
    return number
