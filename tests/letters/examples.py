"""Conclusions as cases have them drafted, and what a PDF says."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from activities.outgoing import Draft, LookedUp

KAZAKH_NAME = "«Әлем Ғылыми-Өндірістік Қоғамы Ұлттық Үлгі Іс Һәм Таңба» жауапкершілігі шектеулі серіктестігі"


def inspection(**changes: Any) -> dict[str, Any]:
    return {
        "message_id": "inspection-1",
        "sent_by": "inspection",
        "completed_at": "2026-03-20T10:00:00Z",
        "inspector": "Айгүл Өмірбекқызы Жүнісова",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "registration": "valid",
        "grounds": [],
        **changes,
    }


def documents(count: int) -> list[dict[str, Any]]:
    return [
        {
            "kind": "registration_application" if number == 0 else "invoice",
            "filename": f"paper-{number}.pdf",
            "document_id": f"sha256-{number}",
            "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            "sent_on": "2026-03-11",
        }
        for number in range(count)
    ]


RECORD: dict[str, Any] = {"rex_number": "KZREX990440000385", "status": "valid", "name": "Altyn Dan LLP"}

LOOKED_UP = LookedUp.model_validate({"record": RECORD, "at": "2026-03-24T11:05:00Z"})


def registration(**changes: Any) -> dict[str, Any]:
    """REX as it was looked up once, at the opening."""
    opening = {"at": "2026-03-02T04:31:00Z", "occasion": "opening", "status": "valid"}
    return {"record": RECORD, "lookups": [opening], "called_for": 1, **changes}


def differing(count: int) -> dict[str, Any]:
    """Look-ups with so many changes between them."""
    change = {"field": "name", "application": None, "rex": "b", "severity": "minor", "text": "differs " * 8}
    opening = {"at": "2026-03-02T04:31:00Z", "occasion": "opening", "status": "valid", "changes": [change] * count}
    return registration(lookups=[opening])


def draft(outcome: str = "valid", request: dict[str, Any] | None = None, **changes: Any) -> Draft:
    given: dict[str, Any] = {
        "case_id": "rex-ch-2026-0042",
        "number": "REX/26-ZK-0007",
        "version": 1,
        "outcome": outcome,
        "dated": "2026-03-24",
        "request": {
            "requesting_country": "CH",
            "requesting_authority": "Federal Office for Customs and Border Security",
            "reference": "2026/0042",
            "received_at": "2026-02-27T20:30:00Z",
            "reason": "doubt",
            "indications": ["the stamp differs"],
            "rex_number": "KZREX990440000385",
            "exporter": {"name": KAZAKH_NAME, "bin": "990440000385"},
            "statements": [{"document_number": "INV-7", "document_date": "2026-01-15", "hs_codes": ["7202.21"]}],
            "reply_to": {"name": "Origin desk", "email": "origin@customs.example"},
            **(request or {}),
        },
        "request_received_on": "2026-02-28",
        "inspection": inspection(),
        "inspected_on": "2026-03-20",
        "grounds": [],
        "registration": registration(),
        "application": None,
        "lacking": [],
        "documents": documents(2),
        "readings": {},
        "reason": None,
        **changes,
    }
    return Draft.model_validate(given)


TERMS = [
    {
        "step": "await_documents",
        "paragraph": 8,
        "working_days": 5,
        "began_on": "2026-03-02",
        "last_day": "2026-03-10",
        "ended_on": "2026-03-11",
        "late_days": 1,
    },
    {
        "step": "conclude",
        "paragraph": 10,
        "working_days": 7,
        "began_on": "2026-03-20",
        "last_day": "2026-04-01",
        "ended_on": None,
        "late_days": 0,
    },
]


def pages(pdf: bytes) -> list[str]:
    """The text of each page; words that may break anywhere have a mark without width in them, which is left out."""
    texts = [page.extract_text().replace("\u200b", "") for page in PdfReader(BytesIO(pdf)).pages]
    return [" ".join(text.split()) for text in texts]
