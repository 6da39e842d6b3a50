"""The request of a customs authority, as contract, section 1, has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def request(received_at: datetime, **changes: Any) -> dict[str, Any]:
    """A request as contract, section 1, has it."""
    return {
        "requesting_country": "CH",
        "requesting_authority": "Federal Office for Customs and Border Security",
        "reference": "2026-0042",
        "received_at": received_at.isoformat(),
        "reason": "doubt",
        "indications": ["price far below the market"],
        "rex_number": "KZREX123456789012",
        "exporter": {"name": "Altyn Dan LLP", "address": "Almaty, Abay 1", "bin": "990140000384"},
        "statements": [{"document_number": "INV-7", "document_date": "2026-01-15", "goods": "wheat flour"}],
        "reply_to": {"name": "A. Keller", "email": "origin@customs.example"},
        "language": "de",
        **changes,
    }
