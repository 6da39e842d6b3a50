"""A case as the workflow has it written, with one row of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from register.desk_acts import DeskAct
from register.rows import (
    CaseEntry,
    DeliveryEntry,
    DocumentEntry,
    EscalationEntry,
    LetterEntry,
    LogEntry,
    RefusedMessageEntry,
    RegisterEntries,
    StepEntry,
)

CASE_ID = "rex-ch-2026-0042"
RECEIVED_AT = datetime(2026, 3, 2, 4, 30, 0, 123456, tzinfo=UTC)
DUE_AT = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


def minute(number: int) -> datetime:
    """A moment of a write: the later, the higher the number."""
    return RECEIVED_AT + timedelta(hours=1, minutes=number)


def case(write: int = 1, **changes: Any) -> CaseEntry:
    return CaseEntry(
        **{
            "case_id": CASE_ID,
            "as_of": minute(write),
            "country": "CH",
            "reference": "2026/0042",
            "rex_number": "KZREX0000123",
            "exporter": "ТОО «Қазақ Экспорт»",
            "received_at": RECEIVED_AT,
            "limit_at": RECEIVED_AT + timedelta(days=45),
            "limit_last_day": date(2026, 4, 16),
            "limit_met": None,
            "limit_ended_at": None,
            "step": "request_documents",
            "risk": "on_track",
            "reserve_days": 5,
            "outcome": None,
            "calendar_version": "a1b2",
            "request": {"reference": "2026/0042", "statements": [{"goods": "құрма ␀ 3 kg"}]},
            "opened_at": RECEIVED_AT + timedelta(hours=1),
            "closed_at": None,
        }
        | changes
    )


def step(**changes: Any) -> StepEntry:
    return StepEntry(
        **{
            "step": "request_documents",
            "round": 1,
            "paragraph": 7,
            "working_days": 3,
            "state": "running",
            "started_at": RECEIVED_AT,
            "due_at": DUE_AT,
            "last_day": date(2026, 3, 5),
            "ended_at": None,
            "late": False,
            "late_days": 0,
            "provisional": False,
        }
        | changes
    )


def document(**changes: Any) -> DocumentEntry:
    return DocumentEntry(
        **{
            "document_id": "sha256-aa",
            "kind": "invoice",
            "filename": "шот-фактура.pdf",
            "sha256": "aa" * 32,
            "size": 50_000_000,
            "media_type": "application/pdf",
            "sent_at": None,
            "received_at": RECEIVED_AT,
            "arrived_at": RECEIVED_AT + timedelta(days=3),
            "message_id": "m-1",
        }
        | changes
    )


def letter(**changes: Any) -> LetterEntry:
    return LetterEntry(
        **{
            "key": f"{CASE_ID}.request.1",
            "what": "request",
            "addressee": "Atameken",
            "number": "REX-2026-0042/1",
            "sent_at": RECEIVED_AT + timedelta(days=1),
            "reference": None,
        }
        | changes
    )


def escalation(**changes: Any) -> EscalationEntry:
    return EscalationEntry(
        **{
            "id": "request_documents.step_overdue",
            "kind": "step_overdue",
            "step": "request_documents",
            "level": 2,
            "summary": "the request to Atameken is late (¶7)",
            "due_at": DUE_AT,
            "raised_at": DUE_AT,
            "acknowledged_by": None,
            "acknowledged_until": None,
            "resolved_at": None,
            "resolved_by": None,
            "overtaken_by": None,
        }
        | changes
    )


def delivery(**changes: Any) -> DeliveryEntry:
    return DeliveryEntry(
        **{
            "case_id": CASE_ID,
            "escalation_id": "request_documents.step_overdue",
            "notice": f"{CASE_ID}.notice.1.a1b2c3",
            "message": "a1b2c3.1",
            "attempt": 1,
            "rung": 1,
            "level": 2,
            "recipient": "a1b2c3",
            "scheme": "mailto",
            "at": DUE_AT + timedelta(minutes=1),
            "notified": True,
            "error": None,
            "next_level": 3,
            "next_at": DUE_AT + timedelta(days=1),
        }
        | changes
    )


def refused_message(**changes: Any) -> RefusedMessageEntry:
    return RefusedMessageEntry(
        **{
            "key": "refused.1",
            "name": "documents_arived",
            "message_id": None,
            "reason": "unknown message",
            "at": RECEIVED_AT + timedelta(days=2),
            "sha256": "bb" * 32,
            "size": 2_000_000,
            "body": None,
        }
        | changes
    )


def log(key: str = "opened", **changes: Any) -> LogEntry:
    return LogEntry(
        **{"key": key, "at": RECEIVED_AT, "who": "Temporal", "what": "case opened", "details": {"days": [1]}} | changes
    )


def everything(write: int = 1) -> RegisterEntries:
    return RegisterEntries(
        case=case(write),
        steps=[step()],
        documents=[document()],
        letters=[letter()],
        escalations=[escalation()],
        refused_messages=[refused_message()],
        log=[log()],
    )


def desk_act(**other: Any) -> DeskAct:
    """An act at the desk."""
    act = {
        "id": "act-1",
        "outcome": "done",
        "at": RECEIVED_AT,
        "who": "A. Officer",
        "how": "password",
        "address": "10.0.0.7",
        "act": "acknowledge_escalation",
        "case_id": CASE_ID,
        "details": {"until": "2026-03-09"},
    }
    return DeskAct.model_validate(act | other)
