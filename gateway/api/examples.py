"""An example of each body, for the description of the interface; the tests read each by its model."""

from __future__ import annotations

from typing import Any, Final

_SHA = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "request": {
        "requesting_country": "CH",
        "requesting_authority": "Federal Office for Customs and Border Security",
        "reference": "2026-0042",
        "received_at": "2026-03-02T09:30:00+05:00",
        "reason": "doubt",
        "rex_number": "KZREX18034001",
        "exporter": {"name": "Altyn Dan LLP", "bin": "990140000384"},
        "statements": [{"document_number": "INV-7", "document_date": "2026-01-15", "goods": "wheat flour"}],
        "reply_to": {"name": "A. Keller", "email": "origin@customs.example"},
        "language": "de",
    },
    "document_request_received": {"message_id": "receipt-118", "received_at": "2026-03-03T10:15:00+05:00"},
    "documents_arrived": {
        "message_id": "parcel-31",
        "sent_at": "2026-03-05T16:40:00+05:00",
        "documents": [
            {
                "kind": "invoice",
                "filename": "invoice.pdf",
                "url": "https://atameken.example/documents/invoice.pdf",
                "sha256": _SHA,
            }
        ],
    },
    "inspection_completed": {
        "message_id": "inspection-7",
        "inspector": "A. Nurlan",
        "completed_at": "2026-03-12T15:30:00+05:00",
        "documents_complete": True,
        "data_reliable": False,
        "rex_data_match": True,
        "grounds": ["registration_obligations"],
    },
    "conclusion_signed": {
        "message_id": "signing-desk-77",
        "signed_by": "B. Omarov",
        "signed_at": "2026-03-27T11:00:00+05:00",
    },
    "acknowledge_escalation": {"escalation_id": "await_documents.step_overdue", "until": "2026-03-12"},
    "assign": {"to": "A. Serikova"},
    "confirm_request": {"note": "signed and sealed by the FOCBS"},
    "record_documents": {
        "sent_at": "2026-03-05T16:40:00+05:00",
        "documents": [{"kind": "invoice", "filename": "invoice.pdf", "document_id": f"sha256-{_SHA}"}],
    },
    "record_inspection": {"documents_complete": True, "data_reliable": True, "rex_data_match": True, "grounds": []},
    "sign_conclusion": {"signature_reference": "14-02/31"},
    "record_dispatch": {
        "what": "request",
        "sent_at": "2026-03-03T10:00:00+05:00",
        "letter_reference": "12-03/118",
    },
    "record_lookup": {
        "record": {
            "rex_number": "KZREX18034001",
            "status": "valid",
            "registered_on": "2020-02-01",
            "valid_from": "2020-02-01",
            "name": "Altyn Dan LLP",
        },
        "reason": "REX was down; looked up on its page",
    },
    "retry_action": {"action": "send_reply"},
    "release_document": {"sha256": _SHA, "reason": "seen on a machine apart"},
    "request_missing_documents": {"missing": ["invoice"], "remarks": "page 2 is missing"},
    "return_conclusion": {"reason": "the address is wrong", "reopen_inspection": False},
    "release_conclusion": {"reason": "the new address in REX changes nothing"},
    "conclude_without_documents": {"reason": "Atameken has none"},
    "withdraw": {"reason": "the customs took the request back"},
    "change_reading": {"reading": "grounds", "option": "all", "reason": "letter 14-02/7 of the legal department"},
    "recount": {"reason": "decree No. 903"},
}
"""By the name of the message or decision, ``request`` for the request."""
