"""The answer of the query ``case`` and the result of the workflow (contract, section 5): every key always present."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from rules.instant import rfc_3339
from rules.terms import TERMS, Step
from workflows.case import Case


def case_view(case: Case) -> dict[str, Any]:
    """The case as JSON; null where something is not yet known. Times in UTC, days in Asia/Almaty."""
    return {
        "case_id": case.case_id,
        "step": case.step.value,
        "risk": case.risk.value if case.limit_at else None,
        "reserve_days": case.reserve_days,
        "received_at": _time(case.request.received_at),
        "limit_at": _time(case.limit_at),
        "limit_last_day": _day(case.limit_last_day),
        "limit_met": case.limit_met,
        "outcome": case.outcome.value if case.outcome else None,
        "request": _json(case.request),
        "steps": [
            {
                "step": state.step.value,
                "round": state.round,
                "paragraph": TERMS[state.step].paragraph,
                "working_days": TERMS[state.step].working_days,
                "state": state.state,
                "started_at": _time(state.started_at),
                "due_at": _time(state.due_at),
                "last_day": _day(state.last_day),
                "ended_at": _time(state.ended_at),
                "late": state.late,
                "late_days": state.late_days,
                "provisional": state.provisional,
            }
            for state in case.steps
        ],
        "calendar": {
            "version": case.calendar.version if case.calendar else None,
            "provisional": case.days_provisional or any(state.days_provisional for state in case.steps)
            if case.calendar
            else None,
        },
        "documents": [
            {
                "kind": document.kind.value,
                "filename": document.filename,
                "document_id": document.document_id,
                "sha256": document.sha256,
                "size": document.size,
                "sent_at": _time(document.sent_at),
                "received_at": _time(document.received_at),
                "arrived_at": _time(document.arrived_at),
                "message_id": document.message_id,
            }
            for document in case.documents
        ],
        "refused_documents": [_json(each) for each in case.refused_documents],
        "missing_documents": case.missing(),
        "findings": [_json(each) for each in case.findings],
        "inspection": _inspection(case),
        "conclusion": _conclusion(case),
        "appeal": _appeal(case),
        "reply": {**_json(case.reply), "email": case.request.reply_to.email} if case.reply else None,
        "failed_actions": [
            {"action": action.key, "error": action.error, "since": _time(action.since)}
            for action in case.failed_actions
        ],
        "escalations": [
            {
                "id": each.id,
                "kind": each.kind.value,
                "step": each.step.value if each.step else None,
                "level": each.level,
                "summary": each.summary,
                "due_at": _time(each.due_at),
                "raised_at": _time(each.raised_at),
                "acknowledged_by": each.acknowledged_by,
                "acknowledged_until": _day(each.acknowledged_until),
                "resolved_at": _time(each.resolved_at),
                "resolved_by": each.resolved_by,
                "nobody_reached_since": _time(each.nobody_since),
            }
            for each in case.escalations
        ],
        "rejected_messages": [each.model_dump(mode="json", exclude={"number"}) for each in case.rejected],
        "rejected_count": case.rejected_count,
    }


def verdict(case: Case, message_id: str) -> dict[str, Any]:
    """What became of a message: accepted, refused (and why), or not judged yet; ``judged`` counts all that were."""
    accepted = case.accepted.get(message_id)
    refused = next((each for each in reversed(case.rejected) if each.message_id == message_id), None)
    latest_refused = refused is not None and (accepted is None or refused.number > accepted.number)
    state = "refused" if latest_refused else "accepted" if accepted else "unknown"
    reason = refused.reason if refused is not None and latest_refused else None
    return {"state": state, "reason": reason, "judged": case.judged_count}


def _inspection(case: Case) -> dict[str, Any] | None:
    if case.inspection is None:
        return None
    return {**_json(case.inspection.result), "arrived_at": _time(case.inspection.arrived_at)}


def _conclusion(case: Case) -> dict[str, Any] | None:
    conclusion = case.conclusion
    if conclusion is None or case.step in (Step.AWAIT_DOCUMENTS, Step.INSPECT):
        return None  # There is none yet; or it is void, while documents are awaited and inspected anew.
    return {
        "number": conclusion.number,
        "outcome": conclusion.outcome.value,
        "document_id": conclusion.document_id,
        "sha256": conclusion.sha256,
        "version": conclusion.version,
        "drafted_at": _time(conclusion.drafted_at),
        "returned_because": conclusion.returned_because,
        "signed_by": conclusion.signed_by,
        "signed_at": _time(conclusion.signed_at),
        "signature_arrived_at": _time(conclusion.signature_arrived_at),
        "signature_reference": conclusion.signature_reference,
        "message_id": conclusion.signature_message_id,
    }


def _appeal(case: Case) -> dict[str, Any] | None:
    if case.appeal is None:
        return None
    return {**_json(case.appeal), "grounds": [ground.value for ground in case.grounds]}


def _json(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _time(instant: datetime | None) -> str | None:
    return rfc_3339(instant) if instant else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
