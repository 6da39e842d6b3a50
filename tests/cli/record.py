"""A record of two cases that needs no Temporal: a register, a document store and a file of daily heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from activities.document_store import DocumentStore
from audit.chains import read_chains
from audit.heads import HeadsFile
from register.database import open_register
from register.heads import record_sent_head
from register.record import write
from register.rows import RegisterEntries
from tests.register import examples
from tests.register.examples import CASE_ID

OTHER = "rex-no-1"
DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, 4, tzinfo=UTC)


@dataclass
class Record:
    """A register with two cases, a document of each in the store, and a file with one daily head."""

    url: str
    folder: Path
    documents: dict[str, str]

    def sql(self, *statements: str) -> None:
        engine = open_register(self.url)
        with engine.begin() as connection:
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            for each in statements:
                connection.exec_driver_sql(each)
        engine.dispose()

    def stored(self, case_id: str = CASE_ID) -> Path:
        sha256 = self.documents[case_id].removeprefix("sha256-")
        return self.folder / "documents" / "sha256" / sha256[:2] / sha256

    @property
    def heads(self) -> Path:
        return self.folder / "chain_heads.jsonl"


async def keep(sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Make one, and let the settings name it."""
    found = Record(sqlite_register_url, tmp_path, {})
    monkeypatch.setenv("REXV_DATABASE_URL", sqlite_register_url)
    monkeypatch.setenv("REXV_DOCUMENT_STORE", str(tmp_path / "documents"))
    monkeypatch.setenv("REXV_CHAIN_HEADS", str(found.heads))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)  # away from anybody's .env
    engine = open_register(sqlite_register_url)
    store = DocumentStore(str(tmp_path / "documents"))
    for case_id in (CASE_ID, OTHER):
        document_id = found.documents[case_id] = await store.put(f"an invoice of {case_id}".encode())
        document = examples.document(document_id=document_id, sha256=document_id[7:], filename="invoice.pdf")
        details = {"filename": "invoice.pdf", "document_id": document_id}
        lines = [examples.log("opened"), examples.log("document", what="document_stored", details=details)]
        lines += [
            examples.log("draft 1", what="conclusion_drafted", details={"document_id": document_id, "version": 1})
        ]
        letters = [examples.letter(document_id=document_id)]
        case = examples.case(case_id=case_id)
        write(engine, RegisterEntries(case=case, documents=[document], letters=letters, log=lines))
    daily = HeadsFile(found.heads).add(DAY, AT, read_chains(engine))
    record_sent_head(engine, DAY, "a1b2c3", head=daily.head, scheme="mailto", now=AT)
    engine.dispose()
    return found
