"""A case as its query ``case`` answers, at several moments."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from rules.readings import Readings

REQUEST: dict[str, Any] = {
    "requesting_country": "CH",
    "requesting_authority": "Federal Office for Customs and Border Security",
    "reference": "2026/0042",
    "received_at": "2026-03-02T04:30:00Z",
    "reason": "doubt",
    "indications": ["The weight on the invoice differs from the one declared"],
    "rex_number": "KZREX00012345",
    "exporter": {"name": "Altyn Dan LLP", "address": "Abay Avenue 10, Almaty", "bin": "050640001840"},
    "statements": [{"document_number": "INV-2026/17", "document_date": "2026-01-20", "goods": "Wheat flour"}],
    "reply_to": {"name": "Origin section", "email": "origin@customs.example.ch"},
    "reply_by": "2026-05-04",
    "language": "de",
}


def _step(step: str, paragraph: int, days: int, **more: Any) -> dict[str, Any]:
    return {
        "step": step,
        "round": 1,
        "paragraph": paragraph,
        "working_days": days,
        "state": "pending",
        "started_at": None,
        "from_receipt": step == "request_documents",
        "due_at": None,
        "last_day": None,
        "ended_at": None,
        "late": False,
        "late_days": 0,
        "provisional": False,
        "unproven": False,
    } | more


def _escalation(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"await_documents.{kind}",
        "kind": kind,
        "step": "await_documents",
        "level": 1,
        "summary": "¶8: the last day of the documents",
        "due_at": None,
        "raised_at": "2026-03-11T19:00:00Z",
        "acknowledged_by": None,
        "acknowledged_until": None,
        "resolved_at": None,
        "resolved_by": None,
        "overtaken_by": None,
        "nobody_reached_since": None,
        "notified": [],
        "next_level": None,
        "next_at": None,
    } | more


def _notified(level: int, **more: Any) -> dict[str, Any]:
    return {
        "rung": level,
        "level": level,
        "recipient": "1f2e3d4c",
        "scheme": "mailto",
        "handed_at": "2026-03-12T19:00:00Z",
        "notified_at": None,
        "error": None,
    } | more


NEW: dict[str, Any] = {
    "case_id": "rex-ch-2026-0042",
    "step": "request_documents",
    "to_do": "No action needed: the request is being sent to Atameken.",
    "to_do_by": None,
    "responsible": None,
    "to_send": [],
    "risk": None,
    "reserve_days": None,
    "received_at": "2026-03-02T04:30:00Z",
    "limit_at": None,
    "limit_last_day": None,
    "limit_ended_at": None,
    "limit_met": None,
    "outcome": None,
    "request": REQUEST,
    "steps": [
        _step("request_documents", 7, 3),
        _step("await_documents", 8, 5),
        _step("inspect", 9, 7),
        _step("conclude", 10, 7),
        _step("appeal", 10, 3),
    ],
    "calendar": {"version": None, "provisional": None, "receipt_cutoff": None},
    "readings": Readings().model_dump(mode="json"),
    "request_confirmed": None,
    "documents": [],
    "refused_documents": [],
    "missing_documents": ["registration_application", "origin_evidence"],
    "rex_lookups": [],
    "findings": [],
    "comparison": [],
    "inspection": None,
    "conclusion": None,
    "appeal": None,
    "reply": None,
    "stated_earlier": [],
    "failed_actions": [],
    "retrying": [],
    "escalations": [],
    "rejected_messages": [],
    "rejected_count": 0,
}
"""The first moment: nothing is counted yet, and every key is there all the same."""


_LETTER = {"sent_at": "2026-04-01T06:00:00Z", "received_at": None, "reference": None, "by": None}


def waiting_late() -> dict[str, Any]:
    """Atameken is late, one document and one message were refused, and nobody has acknowledged the escalation."""
    case = deepcopy(NEW)
    case |= {
        "step": "await_documents",
        "risk": "tight",
        "reserve_days": 2,
        "limit_at": "2026-04-16T19:00:00Z",
        "limit_last_day": "2026-04-16",
        "calendar": {"version": "2026-2027.1a2b3c", "provisional": True, "receipt_cutoff": None},
        "to_do": "Wait for Atameken to send origin evidence and power of attorney.",
        "to_do_by": "atameken",
        "to_send": [],
        "missing_documents": ["origin_evidence", "power_of_attorney"],
        "documents": [
            {
                "kind": "registration_application",
                "filename": "application.pdf",
                "document_id": "sha256-" + "3f" * 32,
                "sha256": "3f" * 32,
                "size": 182_044,
                "sent_at": None,
                "received_at": None,
                "arrived_at": "2026-03-13T05:00:00Z",
                "message_id": "atameken-1",
                "signatures": [
                    {
                        "signer": "Akhmetova A. N., Altyn Dan LLP",
                        "issuer": "National certification authority",
                        "signed_at": "2026-03-02T09:00:00Z",
                        "holds": False,
                        "fault": "the content has changed since it was signed",
                    }
                ],
                "released_by": None,
                "released_because": None,
            }
        ],
        "quarantined_documents": [
            {
                "kind": "contract",
                "filename": "contract.pdf",
                "reason": "it runs a script",
                "document_id": "sha256-" + "9c" * 32,
                "sha256": "9c" * 32,
                "size": 91_200,
                "message_id": "atameken-1",
                "signatures": [],
                "released_by": None,
            }
        ],
        "refused_documents": [
            {
                "kind": "invoice",
                "filename": "invoice[1].pdf",
                "reason": "sha256: differs from the bytes that came",
                "message_id": "atameken-1",
            }
        ],
        "findings": [
            {
                "field": "name",
                "application": "Altyn Dän LLP",
                "rex": "Altyn Dan LLP",
                "severity": "minor",
                "text": "the name in the application differs from the one in REX",
            },
            {
                "field": "registration_status",
                "application": None,
                "rex": "revoked",
                "severity": "serious",
                "text": "REX shows the registration KZREX00012345 as revoked on 2026-02-01",
            },
        ],
        "escalations": [
            _escalation(
                "step_overdue",
                level=2,
                summary="¶8: the documents of Altyn Dan LLP are overdue since 12 March 2026",
                due_at="2026-03-12T19:00:00Z",
                raised_at="2026-03-12T19:00:00Z",
                notified=[
                    _notified(2, notified_at="2026-03-12T19:00:08Z"),
                    _notified(3, error="421 no mailbox is free"),
                ],
                next_level=3,
                next_at="2026-03-16T04:00:00Z",
            ),
            _escalation(
                "message_rejected",
                level=1,
                summary="1 message was refused at this step",
                raised_at="2026-03-13T05:00:00Z",
                acknowledged_by="A. Serikova",
                acknowledged_until="2026-03-18",
            ),
            _escalation("step_due_soon", level=1, overtaken_by="await_documents.step_overdue"),
        ],
        "rejected_messages": [
            {
                "name": "documents_arrived",
                "message_id": "atameken-0",
                "reason": "documents: expected at least 1 entry",
                "at": "2026-03-13T04:00:00Z",
            }
        ],
        "rejected_count": 61,
    }
    case["steps"][0] |= {
        "state": "done",
        "started_at": "2026-03-02T04:30:00Z",
        "due_at": "2026-03-05T19:00:00Z",
        "last_day": "2026-03-05",
        "ended_at": "2026-03-04T05:00:00Z",
    }
    case["steps"][1] |= {
        "state": "running",
        "started_at": "2026-03-04T05:00:00Z",
        "due_at": "2026-03-12T19:00:00Z",
        "last_day": "2026-03-12",
        "late": True,
        "late_days": 3,
        "provisional": True,
    }
    return case


def drafted() -> dict[str, Any]:
    """The conclusion is drafted and waits for its signature; the look-up in REX has failed."""
    case = waiting_late()
    case |= {
        "step": "conclude",
        "to_do": "Read the draft, then sign it or return it.",
        "to_do_by": "signatory",
        "to_send": [],
        "missing_documents": [],
        "escalations": [],
        "inspection": {
            "message_id": "inspection-1",
            "sent_by": "inspection-desk",
            "completed_at": None,
            "inspector": "B. Akhmetov",
            "documents_complete": True,
            "data_reliable": True,
            "rex_data_match": True,
            "registration": "valid",
            "grounds": ["scheme_terms"],
            "remarks": None,
            "arrived_at": "2026-03-20T05:00:00Z",
        },
        "conclusion": {
            "number": "rex-ch-2026-0042-C1",
            "outcome": "not_valid",
            "document_id": "sha256-" + "c1" * 32,
            "sha256": "c1" * 32,
            "version": 1,
            "drafted_at": "2026-03-20T05:00:00Z",
            "drafts": [
                {
                    "version": 1,
                    "document_id": "sha256-" + "c1" * 32,
                    "sha256": "c1" * 32,
                    "to_sign": "sha256-" + "c2" * 32,
                    "drafted_at": "2026-03-20T05:00:00Z",
                    "returned_because": None,
                }
            ],
            "returned_because": None,
            "signed_by": None,
            "signed_at": None,
            "signature_arrived_at": None,
            "signature_reference": None,
            "message_id": None,
            "held_because": None,
            "released_by": None,
        },
        "failed_actions": [
            {
                "action": "look_up_registration",
                "what": "¶9: look up the registration in REX",
                "error": "REX refuses the login",
                "since": "2026-03-05T05:00:00Z",
            }
        ],
    }
    case["steps"][1] |= {"state": "done", "ended_at": "2026-03-17T05:00:00Z"}
    case["steps"][2] |= {
        "state": "done",
        "started_at": "2026-03-17T05:00:00Z",
        "from_receipt": True,
        "due_at": "2026-03-30T19:00:00Z",
        "last_day": "2026-03-30",
        "ended_at": "2026-03-20T05:00:00Z",
    }
    case["steps"][3] |= {
        "state": "running",
        "started_at": "2026-03-20T05:00:00Z",
        "due_at": "2026-04-02T19:00:00Z",
        "last_day": "2026-04-02",
    }
    return case


def closed() -> dict[str, Any]:
    """The case is closed as ``not_valid``, in time."""
    case = drafted()
    case |= {
        "step": "closed",
        "outcome": "not_valid",
        "limit_ended_at": "2026-03-20T08:00:00Z",
        "limit_met": True,
        "stated_earlier": [],
        "failed_actions": [],
        "retrying": [],
        "to_do": "No action needed: the case is closed.",
        "to_do_by": None,
        "to_send": [],
        "appeal": _LETTER | {"reference": "AP-1", "grounds": ["scheme_terms"]},
        "reply": _LETTER | {"email": "origin@customs.example.ch"},
    }
    case["conclusion"] |= {"signed_by": "D. Omarov", "signed_at": "2026-04-01T05:00:00Z"}
    case["steps"][3] |= {"state": "done", "ended_at": "2026-04-01T05:00:00Z"}
    case["steps"][4] |= {
        "state": "done",
        "started_at": "2026-04-01T05:00:00Z",
        "due_at": "2026-04-06T19:00:00Z",
        "last_day": "2026-04-06",
        "ended_at": "2026-04-01T06:00:00Z",
    }
    return case
