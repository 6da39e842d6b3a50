"""A case by its own account, and the rows that a register without fault has of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from register.rows import CaseEntry, DocumentEntry, EscalationEntry, LogEntry, RegisterEntries, StepEntry
from rules.case_view import CaseView, EscalationView, NotifiedView
from rules.readings import Readings
from tests.conftest import ROOT

CASE_ID = "rex-ch-1"
RECEIVED_AT = datetime(2026, 3, 2, 4, 30, 0, 123456, tzinfo=UTC)
REQUEST: dict[str, Any] = json.loads((ROOT / "samples" / "request-ch.json").read_text()) | {
    "received_at": RECEIVED_AT.isoformat()
}


def view(**changes: Any) -> CaseView:
    """A case that inspects: two steps done, one document accepted, one escalation resolved."""
    given: dict[str, Any] = {
        "case_id": CASE_ID,
        "step": "inspect",
        "to_do": "Record the inspection.",
        "to_do_by": "inspector",
        "responsible": None,
        "to_send": [],
        "risk": "on_track",
        "reserve_days": 5,
        "received_at": RECEIVED_AT,
        "limit_at": RECEIVED_AT + timedelta(days=45),
        "limit_last_day": date(2026, 4, 16),
        "limit_ended_at": None,
        "limit_met": None,
        "outcome": None,
        "request": REQUEST,
        "steps": [
            step("request_documents", 7, 3, "done", ended_at=RECEIVED_AT + timedelta(days=1)),
            step("inspect", 9, 7, "running", due_at=RECEIVED_AT + timedelta(days=20), last_day=date(2026, 3, 22)),
            step("conclude", 10, 7, "pending", started_at=None),
        ],
        "calendar": {"version": "a1b2", "provisional": False, "receipt_cutoff": None},
        "readings": Readings().model_dump(mode="json"),
        "request_confirmed": None,
        "rex_lookups": [],
        "documents": [document()],
        "refused_documents": [],
        "missing_documents": [],
        "findings": [],
        "inspection": None,
        "conclusion": None,
        "appeal": None,
        "reply": None,
        "stated_earlier": [],
        "failed_actions": [],
        "retrying": [],
        "escalations": [escalation(resolved_at=RECEIVED_AT + timedelta(days=4), resolved_by="the step is done")],
        "rejected_messages": [],
        "rejected_count": 0,
    }
    return CaseView.model_validate(given | changes)


def step(name: str, paragraph: int, working_days: int, state: str, **changes: Any) -> dict[str, Any]:
    """A step as the query gives it."""
    given: dict[str, Any] = {"step": name, "round": 1, "paragraph": paragraph, "working_days": working_days}
    times: dict[str, Any] = {"started_at": RECEIVED_AT, "due_at": None, "last_day": None, "ended_at": None}
    rest: dict[str, Any] = {"from_receipt": False, "late": False, "late_days": 0}
    rest |= {"provisional": False, "unproven": False}
    return given | {"state": state} | times | rest | changes


def document(**changes: Any) -> dict[str, Any]:
    """An accepted document as the query gives it."""
    return {
        "kind": "invoice",
        "filename": "шот-фактура.pdf",
        "document_id": "sha256-aa",
        "sha256": "aa" * 32,
        "size": 50_000,
        "sent_at": None,
        "received_at": RECEIVED_AT + timedelta(days=2),
        "arrived_at": RECEIVED_AT + timedelta(days=3),
        "message_id": "m-1",
    } | changes


def escalation(**changes: Any) -> EscalationView:
    """An overdue inspection, raised yesterday by the clock of these tests, of which everybody was notified."""
    given: dict[str, Any] = {
        "id": "inspect.step_overdue",
        "kind": "step_overdue",
        "step": "inspect",
        "level": 3,
        "summary": "the inspection is overdue (¶9)",
        "due_at": RECEIVED_AT + timedelta(days=3),
        "raised_at": RECEIVED_AT + timedelta(days=3),
        "acknowledged_by": None,
        "acknowledged_until": None,
        "resolved_at": None,
        "resolved_by": None,
        "overtaken_by": None,
        "nobody_reached_since": None,
        "notified": [notified()],
        "next_level": None,
        "next_at": None,
    }
    return EscalationView.model_validate(given | changes)


def notified(**changes: Any) -> NotifiedView:
    """A recipient of the seventh notification who has it."""
    given: dict[str, Any] = {
        "rung": 7,
        "level": 3,
        "recipient": "4f2a",
        "scheme": "mailto",
        "handed_at": RECEIVED_AT + timedelta(days=3),
        "notified_at": RECEIVED_AT + timedelta(days=3),
        "error": None,
    }
    return NotifiedView.model_validate(given | changes)


def kept(case: CaseView, accepted: list[str] | None = None, closed_at: datetime | None = None) -> RegisterEntries:
    """What a register without fault has of the case."""
    request = case.request
    whole = CaseEntry(
        case_id=case.case_id,
        as_of=RECEIVED_AT,
        country=request.requesting_country.value,
        reference=request.reference,
        rex_number=request.rex_number,
        exporter=request.exporter.name,
        received_at=case.received_at,
        limit_at=case.limit_at,
        limit_last_day=case.limit_last_day,
        limit_met=case.limit_met,
        limit_ended_at=case.limit_ended_at,
        step=case.step.value,
        risk=case.risk.value if case.risk else "on_track",
        reserve_days=case.reserve_days,
        outcome=case.outcome.value if case.outcome else None,
        calendar_version=case.calendar.version,
        request=request.model_dump(mode="json"),
        opened_at=case.received_at,
        closed_at=closed_at,
    )
    return RegisterEntries(
        case=whole,
        steps=[StepEntry.model_validate(each.model_dump()) for each in case.steps],
        documents=[
            DocumentEntry.model_validate(each.model_dump() | {"media_type": "application/pdf"})
            for each in case.documents
        ],
        escalations=[EscalationEntry.model_validate(each.model_dump()) for each in case.escalations],
        log=[
            LogEntry(key=f"message {message_id}", at=RECEIVED_AT, who="Atameken", what="documents_arrived")
            for message_id in (["m-1"] if accepted is None else accepted)
        ],
    )
