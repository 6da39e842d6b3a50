"""The book of letters, and a way to send the customs a reply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.customs import CustomsActivities
from activities.document_store import DocumentStore
from activities.letter_book import LetterBook
from activities.outgoing import CustomsReply, Sent
from tests.activities.mailing import NOW, PDF, Send


@pytest.fixture
def book(sqlite_register: Engine, tmp_path: Path) -> LetterBook:
    """The book in which the letters get their numbers."""
    return LetterBook(sqlite_register, DocumentStore(str(tmp_path / "documents")), clock=lambda: NOW)


@pytest.fixture
async def send(book: LetterBook) -> Send:
    """Sends a reply through the mail server of a URL; what is not given is as usual."""
    document_id = await book.store.put(PDF)

    async def sending(url: str, **changes: Any) -> Sent:
        given = {
            "key": "rex-ch-2026-0042.reply.1",
            "case_id": "rex-ch-2026-0042",
            "to_name": "Ursprungsnachprüfung",
            "to_email": "origin@customs.example",
            "language": "en",
            "reference": "2026/0042",
            "rex_number": "KZREX990440000385",
            "exporter": {"name": "ТОО «Өндіріс»", "bin": "990440000385"},
            "country": "CH",
            "authority": "Bundesamt für Zoll und Grenzsicherheit",
            "received_on": "2026-02-27",
            "result": "valid",
            "conclusion_number": "REX-CH-2026-0042",
            "conclusion_date": "2026-03-01",
            "conclusion_document_id": document_id,
            "conclusion_media_type": "application/pdf",
            **changes,
        }
        activities = CustomsActivities(url, book, clock=lambda: NOW)
        result: Sent = await ActivityEnvironment().run(activities.send_reply, CustomsReply.model_validate(given))
        return result

    return sending
