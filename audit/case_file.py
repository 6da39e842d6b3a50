"""Everything that the register has of one case, read as of one moment, and as it is handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, inspect, select

from audit.documents import id_in
from audit.heads import ChainHead, Recorded
from register.chain import ChainRow, Row, content_of, opening_of
from register.database import reading
from register.rows import (
    CaseEntry,
    DeliveryEntry,
    DocumentEntry,
    EscalationEntry,
    LetterEntry,
    RefusedMessageEntry,
    StepEntry,
)
from register.statements import SomeEntry, read
from register.tables import (
    Base,
    CaseRow,
    DeliveryRow,
    DocumentRow,
    EscalationRow,
    LetterRow,
    LogRow,
    RefusedMessageRow,
    StepRow,
)


@dataclass(frozen=True)
class CaseFile:
    """One case, whole. ``lines`` are the log's rows in the order of the chain."""

    case: CaseEntry
    steps: Sequence[StepEntry]
    documents: Sequence[DocumentEntry]
    letters: Sequence[LetterEntry]
    escalations: Sequence[EscalationEntry]
    refused_messages: Sequence[RefusedMessageEntry]
    deliveries: Sequence[DeliveryEntry]
    lines: Sequence[Row]
    chain: ChainHead

    @property
    def own_papers(self) -> dict[str, str]:
        """The papers of the ministry that the log names, the drafts of the conclusion for one: id and name of each."""
        found: dict[str, str] = {}
        documents = {each.document_id for each in self.documents}
        for line in self.lines:
            document_id = id_in(line["what"], line["details"])
            if document_id is not None and document_id not in documents:
                version = line["details"].get("version")
                name = str(line["what"]).replace("_", "-") + (f"-{version}" if version is not None else "")
                found.setdefault(document_id, name)
        return found

    def log(self) -> Iterator[dict[str, Any]]:
        """The lines of the log as JSON: all that a hash covers, and the hash."""
        for line in self.lines:
            yield content_of(line) | {"hash": line["hash"]}

    def as_json(self, recorded: Sequence[Recorded]) -> dict[str, Any]:
        """All but the log.

        :param recorded: where the chain stood by the daily heads.
        """
        return {
            "opening": opening_of(self.case.model_dump()),
            "chain": self.chain.model_dump(),
            "daily_heads": [
                {"day": each.day.isoformat(), "length": each.length, "head": each.head} for each in recorded
            ],
            "case": self.case.model_dump(mode="json", exclude={"request"}),
            "steps": [each.model_dump(mode="json") for each in self.steps],
            "documents": [each.model_dump(mode="json") for each in self.documents],
            "letters": [each.model_dump(mode="json") for each in self.letters],
            "escalations": [each.model_dump(mode="json") for each in self.escalations],
            "refused_messages": [each.model_dump(mode="json") for each in self.refused_messages],
            "deliveries": [each.model_dump(mode="json") for each in self.deliveries],
        }


def read_case_file(engine: Engine, case_id: str) -> CaseFile | None:
    """The case, or None where the register has no such case.

    :raises register.database.RegisterError: where the database does not answer or refuses.
    """
    with reading(engine) as connection:
        if not (found := read(connection, CaseRow, CaseEntry, CaseRow.case_id == case_id)):
            return None
        log = select(inspect(LogRow).local_table).where(LogRow.case_id == case_id).order_by(LogRow.sequence)
        head = select(ChainRow.length, ChainRow.head).where(ChainRow.case_id == case_id)
        chain = connection.execute(head).one_or_none()

        def of(table: type[Base], entry: type[SomeEntry]) -> list[SomeEntry]:
            columns = inspect(table).columns
            return read(
                connection, table, entry, columns["case_id"] == case_id, *(columns[each] for each in _ORDER[table])
            )

        return CaseFile(
            case=found[0],
            steps=of(StepRow, StepEntry),
            documents=of(DocumentRow, DocumentEntry),
            letters=of(LetterRow, LetterEntry),
            escalations=of(EscalationRow, EscalationEntry),
            refused_messages=of(RefusedMessageRow, RefusedMessageEntry),
            deliveries=of(DeliveryRow, DeliveryEntry),
            lines=[dict(row) for row in connection.execute(log).mappings()],
            chain=ChainHead(length=chain.length, head=chain.head) if chain else ChainHead(length=0, head=""),
        )


_ORDER: Final[dict[type[Base], tuple[str, ...]]] = {
    StepRow: ("round", "paragraph", "started_at", "step"),
    DocumentRow: ("arrived_at", "message_id", "filename", "kind", "sha256"),
    LetterRow: ("sent_at", "key"),
    EscalationRow: ("raised_at", "id"),
    RefusedMessageRow: ("at", "key"),
    DeliveryRow: ("at", "notice", "escalation_id", "message", "attempt"),
}
"""By which columns the rows are sorted: always the same rows in the same order."""
