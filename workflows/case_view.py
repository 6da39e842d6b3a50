"""Builds the one view of a case (``rules.case_view``): the answer of the query ``case`` and the workflow's result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from escalation.resolution import resolved_by
from rules.calendar import WorkingCalendar
from rules.case_view import (
    AppealView,
    CalendarView,
    CameView,
    CaseView,
    ConclusionView,
    ConfirmationView,
    DocumentView,
    EscalationView,
    FailedActionView,
    InspectionView,
    LetterView,
    NotifiedView,
    QuarantinedDocumentView,
    RefusedDocumentView,
    RejectedMessageView,
    ReplyView,
    RetryingView,
    RexLookupView,
    StatedView,
    StepView,
)
from rules.terms import TERMS, Step
from workflows.alerts import upcoming
from workflows.case import Case, StepState
from workflows.escalation_state import EscalationState
from workflows.next_action import next_action
from workflows.to_do_by import to_do_by
from workflows.to_send import to_send
from workflows.wording import DOES


def case_view(case: Case, calendar: WorkingCalendar | None, now: datetime) -> CaseView:
    """The case as it stands; null where something is not yet known."""
    return CaseView(
        case_id=case.case_id,
        step=case.step,
        to_do=next_action(case),
        to_do_by=to_do_by(case),
        to_send=to_send(case, calendar, now),
        risk=case.risk if case.limit_at else None,
        reserve_days=case.reserve_days,
        received_at=case.request.received_at,
        limit_at=case.limit_at,
        limit_last_day=case.limit_last_day,
        limit_ended_at=case.limit_ended_at,
        limit_met=case.limit_met,
        outcome=case.outcome,
        responsible=case.responsible,
        request=case.request,
        steps=[_step(state) for state in case.steps],
        calendar=_calendar(case),
        readings=case.readings,
        request_confirmed=_confirmation(case),
        require_signed_file=case.require_signed_file,
        documents=[
            DocumentView(
                kind=document.kind,
                filename=document.filename,
                document_id=document.document_id,
                sha256=document.sha256,
                size=document.size,
                sent_at=delivery.sent_at,
                received_at=delivery.received_at,
                arrived_at=delivery.arrived_at,
                message_id=delivery.message_id,
                signatures=document.signatures,
                released_by=document.released_by,
                released_because=document.released_because,
            )
            for delivery, document in case.papers.stored
        ],
        refused_documents=[
            RefusedDocumentView(
                kind=document.kind, filename=document.filename, reason=document.reason, message_id=delivery.message_id
            )
            for delivery, document in case.papers.refused
        ],
        quarantined_documents=[
            QuarantinedDocumentView(
                kind=document.kind,
                filename=document.filename,
                reason=document.reason,
                document_id=document.document_id,
                sha256=document.sha256,
                size=document.size,
                message_id=delivery.message_id,
                signatures=document.signatures,
                released_by=document.released_by,
            )
            for delivery, document in case.papers.quarantined
        ],
        missing_documents=case.papers.missing(),
        findings=case.findings,
        comparison=list(case.registration.comparison(case.request, case.papers.application)),
        rex_lookups=[
            RexLookupView(
                at=each.at,
                occasion=each.occasion,
                status=each.status,
                by=each.by,
                changes=[change.text for change in each.changes],
            )
            for each in case.registration.lookups
        ],
        inspection=_inspection(case),
        conclusion=_conclusion(case),
        appeal=AppealView(**case.appeal.model_dump(), grounds=case.grounds) if case.appeal else None,
        reply=ReplyView(**case.reply.model_dump(), email=case.request.reply_to.email) if case.reply else None,
        letters=[LetterView(**each.model_dump()) for each in case.letters],
        failed_actions=[
            FailedActionView(action=action.key, what=DOES[action.activity], error=action.error, since=action.since)
            for action in case.failed_actions
        ],
        stated_earlier=_stated_earlier(case, calendar) if calendar is not None else [],
        retrying=[
            RetryingView(
                action=action.key,
                what=DOES[action.activity],
                error=action.error or "",
                attempts=action.attempts,
                since=action.begun_at,
            )
            for action in case.retried_actions
        ],
        escalations=[_escalation(case, calendar, each, now) for each in case.escalations],
        rejected_messages=[
            RejectedMessageView(**each.model_dump(exclude={"number", "digest"})) for each in case.rejected
        ],
        rejected_count=case.rejected_count,
        authenticated=[CameView(**each.model_dump()) for each in case.door.came],
    )


def verdict(case: Case, message_id: str) -> dict[str, Any]:
    """What became of a message: accepted, refused (and why), or not judged yet; ``judged`` counts all that were.

    ``content``: the digest of what was accepted under this id, as ``rules.messages.digest_of`` gives it.
    ``refused_content``: the digest of what was refused last, seal and all, as canonical JSON.
    """
    accepted = case.accepted.get(message_id)
    refused = next((each for each in reversed(case.rejected) if each.message_id == message_id), None)
    latest_refused = refused is not None and (accepted is None or refused.number > accepted.number)
    return {
        "state": "refused" if latest_refused else "accepted" if accepted else "unknown",
        "reason": refused.reason if refused is not None and latest_refused else None,
        "judged": case.judged_count,
        "content": accepted.digest if accepted is not None else None,
        "refused_content": refused.digest if refused is not None and latest_refused else None,
    }


def _step(state: StepState) -> StepView:
    return StepView(
        step=state.step,
        round=state.round,
        paragraph=TERMS[state.step].paragraph,
        working_days=TERMS[state.step].working_days,
        state=state.state,
        started_at=state.started_at,
        from_receipt=state.from_receipt,
        due_at=state.due_at,
        last_day=state.last_day,
        ended_at=state.ended_at,
        late=state.late,
        late_days=state.late_days,
        provisional=state.provisional,
        unproven=state.start_provisional,
    )


def _stated_earlier(case: Case, calendar: WorkingCalendar) -> list[StatedView]:
    """Times that a sender stated and that arrived more than one working day later (contract, section 2)."""
    found: list[tuple[str, datetime | None, datetime | None]] = [
        ("Atameken's receipt of our request", each.proof_of_receipt, each.proof_arrived_at)
        for each in case.papers.requests
    ]
    found += [
        (f"{each.kind.value.replace('_', ' ')} {each.filename}", came.sent_at or came.received_at, came.arrived_at)
        for came, each in case.papers.stored
    ]
    if case.inspection is not None:
        found.append(("the inspection's result", case.inspection.result.completed_at, case.inspection.arrived_at))
    if case.conclusion is not None:
        found.append(("the signature", case.conclusion.signed_at, case.conclusion.signature_arrived_at))
    return [
        StatedView(what=what, stated_at=at, arrived_at=came)
        for what, at, came in found
        if at and came and calendar.between(calendar.day_of(at), calendar.day_of(came)) > 1
    ]


def _calendar(case: Case) -> CalendarView:
    if case.calendar is None:
        return CalendarView(version=None, provisional=None, receipt_cutoff=None)
    provisional = case.days_provisional or any(state.days_provisional for state in case.steps)
    return CalendarView(
        version=case.calendar.version, provisional=provisional, receipt_cutoff=case.calendar.receipt_cutoff
    )


def _confirmation(case: Case) -> ConfirmationView | None:
    confirmed = case.confirmed
    return ConfirmationView(by=confirmed.by, note=confirmed.note, at=confirmed.at) if confirmed is not None else None


def _inspection(case: Case) -> InspectionView | None:
    if case.inspection is None:
        return None
    return InspectionView(**case.inspection.result.model_dump(), arrived_at=case.inspection.arrived_at)


def _conclusion(case: Case) -> ConclusionView | None:
    conclusion = case.conclusion
    if conclusion is None or case.step in (Step.AWAIT_DOCUMENTS, Step.INSPECT):
        return None  # There is none yet; or it is void, while documents are awaited and inspected anew.
    known = conclusion.model_dump(exclude={"reason", "signature_message_id", "source"})
    return ConclusionView(**known, message_id=conclusion.signature_message_id)


def _escalation(case: Case, calendar: WorkingCalendar | None, each: EscalationState, now: datetime) -> EscalationView:
    coming = upcoming(case, calendar, each, now)
    return EscalationView(
        id=each.id,
        kind=each.kind.value,
        step=each.step,
        level=each.level,
        summary=each.summary,
        due_at=each.due_at,
        raised_at=each.raised_at,
        acknowledged_by=each.acknowledged_by,
        acknowledged_until=each.acknowledged_until,
        resolved_at=each.resolved_at,
        resolved_by=resolved_by(each.resolution, each.resolved_who) if each.resolution else None,
        overtaken_by=each.overtaken_by,
        nobody_reached_since=each.nobody_since,
        notified=[
            NotifiedView(
                rung=notification.rung.number,
                level=notification.rung.level,
                recipient=notification.recipient.id,
                scheme=notification.recipient.scheme,
                handed_at=notification.handed_at,
                notified_at=notification.notified_at,
                error=notification.error,
            )
            for notification in each.notified
        ],
        next_level=coming.level if coming is not None else None,
        next_at=coming.due_at if coming is not None else None,
    )
