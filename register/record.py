"""Writes what cases have done into the permanent record, and reads it back.

Rows go in and come out as the entries of ``register/rows.py``. Every function raises ``OutOfReach`` where the
database does not answer and ``RefusedByDatabase`` where it says no (``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, SQLColumnExpression, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from register.database import reading, writing
from register.rows import (
    CaseEntry,
    DocumentEntry,
    Entry,
    EscalationEntry,
    LetterEntry,
    LogEntry,
    RefusedMessageEntry,
    RegisterEntries,
)
from register.tables import (
    Base,
    CaseRow,
    DocumentRow,
    EscalationRow,
    LetterRow,
    LogRow,
    RefusedMessageRow,
    StepRow,
)

SomeEntry = TypeVar("SomeEntry", bound=Entry)


def write(engine: Engine, entries: RegisterEntries) -> None:
    """Write everything one change of a case has done, in one transaction; doing it again changes nothing.

    Rows that stand for the present carry the case's revision, and a row of a later revision stays: a retry that comes
    late must not turn a case back. What has happened (the log, refused messages) stays as it was first written.
    """
    case_id, revision = entries.case.case_id, entries.case.revision
    key = {"case_id": case_id}
    with writing(engine) as connection:
        # The case comes first: its row is then locked, so writes of one case wait for each other.
        _put(connection, CaseRow, {}, [entries.case])
        of_revision = key | {"revision": revision}
        _put(connection, StepRow, of_revision, entries.steps)
        _put(connection, DocumentRow, of_revision, entries.documents)
        _put(connection, LetterRow, of_revision, entries.letters)
        _put(connection, EscalationRow, of_revision, entries.escalations)
        _add(connection, RefusedMessageRow, key, entries.refused_messages)
        _add(connection, LogRow, key, entries.log)


def write_undelivered_message(engine: Engine, case_id: str, entry: RefusedMessageEntry) -> None:
    """Keep a message that Temporal did not take, because the case is closed or unknown (contract, section 3).

    The case need not be in the register. Doing it again changes nothing.
    """
    with writing(engine) as connection:
        _add(connection, RefusedMessageRow, {"case_id": case_id}, [entry])


def find_case(engine: Engine, case_id: str) -> CaseEntry | None:
    """The case as it stands, or None where the register has never heard of it."""
    found = _read(engine, CaseRow, CaseEntry, CaseRow.case_id == case_id)
    return found[0] if found else None


def list_open_cases(engine: Engine) -> list[CaseEntry]:
    """The cases that are not closed, the one whose thirty days end first at the head."""
    order = (CaseRow.limit_at.asc().nulls_last(), CaseRow.case_id)
    return _read(engine, CaseRow, CaseEntry, CaseRow.closed_at.is_(None), *order)


def documents_of(engine: Engine, case_id: str) -> list[DocumentEntry]:
    """The accepted documents of a case, as they arrived."""
    order = (DocumentRow.arrived_at, DocumentRow.message_id, DocumentRow.kind, DocumentRow.sha256)
    return _read(engine, DocumentRow, DocumentEntry, DocumentRow.case_id == case_id, *order)


def letters_of(engine: Engine, case_id: str) -> list[LetterEntry]:
    """The outgoing letters of a case, as they were sent."""
    return _read(engine, LetterRow, LetterEntry, LetterRow.case_id == case_id, LetterRow.sent_at, LetterRow.key)


def escalations_of(engine: Engine, case_id: str) -> list[EscalationEntry]:
    """The escalations of a case, as they were raised."""
    order = (EscalationRow.raised_at, EscalationRow.id)
    return _read(engine, EscalationRow, EscalationEntry, EscalationRow.case_id == case_id, *order)


def refused_messages_of(engine: Engine, case_id: str) -> list[RefusedMessageEntry]:
    """The messages for a case that were not accepted, delivered or not, as they came."""
    order = (RefusedMessageRow.at, RefusedMessageRow.key)
    return _read(engine, RefusedMessageRow, RefusedMessageEntry, RefusedMessageRow.case_id == case_id, *order)


def log_of(engine: Engine, case_id: str) -> list[LogEntry]:
    """What happened in a case, in order."""
    return _read(engine, LogRow, LogEntry, LogRow.case_id == case_id, LogRow.number)


def _put(connection: Connection, table: type[Base], shared: dict[str, Any], entries: Sequence[Entry]) -> None:
    """Insert, or bring up to date where the row is not of a later revision."""
    if not entries:
        return
    key = _key(table)
    statement = _insert(connection, table)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={column.name: column for column in new if column.name not in key},
            where=new.revision >= inspect(table).columns["revision"],
        ),
        [entry.model_dump() | shared for entry in entries],
    )


def _add(connection: Connection, table: type[Base], shared: dict[str, Any], entries: Sequence[Entry]) -> None:
    """Insert what is not there yet."""
    if entries:
        statement = _insert(connection, table).on_conflict_do_nothing(index_elements=_key(table))
        connection.execute(statement, [entry.model_dump() | shared for entry in entries])


def _insert(connection: Connection, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _key(table: type[Base]) -> list[str]:
    return [column.name for column in inspect(table).primary_key]


def _read(
    engine: Engine,
    table: type[Base],
    entry: type[SomeEntry],
    where: ColumnElement[bool],
    *order: SQLColumnExpression[Any],
) -> list[SomeEntry]:
    with reading(engine) as connection:
        rows = connection.execute(select(inspect(table).local_table).where(where).order_by(*order)).mappings().all()
    return [entry.model_validate(dict(row)) for row in rows]
