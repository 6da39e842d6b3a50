"""The messages of outside systems, as contract, section 3, has them."""

from __future__ import annotations

import hashlib
from typing import Any


def document(kind: str, filename: str | None = None) -> dict[str, Any]:
    """A document as a message offers it."""
    name = filename or f"{kind}.pdf"
    return {
        "kind": kind,
        "filename": name,
        "url": f"https://atameken.example/documents/{name}",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
    }


def documents(message_id: str = "d1", *kinds: str, **changes: Any) -> dict[str, Any]:
    """A ``documents_arrived`` message; without kinds a complete set."""
    return {
        "message_id": message_id,
        "sent_by": "Atameken",
        "documents": [document(kind) for kind in kinds or ("registration_application", "invoice")],
        **changes,
    }


def inspection(message_id: str = "i1", **changes: Any) -> dict[str, Any]:
    """An ``inspection_completed`` message; without changes everything is in order."""
    return {
        "message_id": message_id,
        "sent_by": "registry desk",
        "inspector": "G. Serikova",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "grounds": [],
        **changes,
    }


def signature(message_id: str = "s1", **changes: Any) -> dict[str, Any]:
    """A ``conclusion_signed`` message."""
    return {"message_id": message_id, "sent_by": "signing desk", "signed_by": "B. Omarov", **changes}
