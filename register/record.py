"""Writes what cases have done into the permanent record, and reads it back.

Rows go in and come out as the entries of ``register/rows.py``. Every function raises ``OutOfReach`` where the
database does not answer and ``RefusedByDatabase`` where it says no (``register/database.py``).
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, and_, func, select

from escalation.kinds import Escalation
from register.chain import append_lines
from register.database import RefusedByDatabase, reading, writing
from register.refused_requests import CORRECTED, resolve_refused_request
from register.rows import (
    CaseEntry,
    DocumentEntry,
    EscalationEntry,
    LetterEntry,
    LogEntry,
    RefusedMessageEntry,
    RegisterEntries,
    StepEntry,
)
from register.statements import append, insert_missing, put, read
from register.tables import (
    CaseRow,
    DocumentRow,
    EscalationRow,
    LetterRow,
    LogRow,
    RefusedMessageRow,
    StepRow,
)
from rules.text import canonical_json, sha256_of


def write(engine: Engine, entries: RegisterEntries) -> None:
    """Write everything one change of a case has done, in one transaction; doing it again changes nothing.

    Rows that stand for the present carry the case's ``as_of``, and a row of a later one stays: a retry that comes late
    must not turn a case back. What has happened stays as it was first written: a line of the log under a key that is
    there with another content is a further line, and such a refused message is an error.

    :raises RefusedByDatabase: also where a refused message is there already with another content.
    """
    # An instant decides, not a counter: a workflow task that is run anew, or a reset, counts the same number again with
    # another content, but each later task has a later time.
    case = {"case_id": entries.case.case_id}
    present = case | {"as_of": entries.case.as_of}
    with writing(engine) as connection:
        _refuse_another_case(connection, entries.case)
        # The case comes first: its row is then locked, so writes of one case wait for each other.
        put(connection, CaseRow, [entries.case.model_dump()])
        put(connection, StepRow, [each.model_dump() | present for each in entries.steps])
        put(connection, DocumentRow, [each.model_dump() | present for each in entries.documents])
        put(connection, LetterRow, [each.model_dump() | present for each in entries.letters])
        put(connection, EscalationRow, [each.model_dump() | present for each in entries.escalations])
        append(connection, RefusedMessageRow, [each.model_dump() | case for each in entries.refused_messages])
        lines = [
            line.model_dump() | present | {"place": place, "digest": _digest(line)}
            for place, line in enumerate(entries.log)
        ]
        append_lines(connection, entries.case.case_id, lines)


def open_case(engine: Engine, entry: CaseEntry) -> CaseEntry | None:
    """Insert a case that is being opened, where the register does not have it; doing it again changes nothing.

    Where its request was refused before, that is resolved: it came corrected.

    :return: the closed case that has the number already, None where the number is free or its case is open.
    """
    with writing(engine) as connection:
        insert_missing(connection, CaseRow, [entry.model_dump()])
        (found,) = read(connection, CaseRow, CaseEntry, CaseRow.case_id == entry.case_id)
        if found.closed_at is not None:
            return found
        resolve_refused_request(connection, entry.case_id, at=entry.opened_at, resolved_by=CORRECTED)
        return None


def _refuse_another_case(connection: Connection, entry: CaseEntry) -> None:
    """A closed case stays what it was: another one under its number writes nothing.

    :raises RefusedByDatabase: where the register has a closed case under the number that was opened at another time.
    """
    query = select(CaseRow.opened_at, CaseRow.closed_at).where(CaseRow.case_id == entry.case_id)
    before = connection.execute(query).one_or_none()
    if before is not None and before.closed_at is not None and before.opened_at != entry.opened_at:
        raise RefusedByDatabase(f"the case number {entry.case_id} is closed; expected a number not yet used")


def write_undelivered_message(engine: Engine, case_id: str, entry: RefusedMessageEntry) -> None:
    """Keep a message that Temporal did not take, because the case is closed or unknown (contract, section 3).

    The case need not be in the register. The same message once more changes nothing: when it came and why it was
    refused stay as they were first written.

    :raises RefusedByDatabase: also where another message is there under the key.
    """
    with writing(engine) as connection:
        row = entry.model_dump() | {"case_id": case_id}
        append(connection, RefusedMessageRow, [row], but_for=("at", "reason"))


def find_case(engine: Engine, case_id: str) -> CaseEntry | None:
    """The case as it stands, or None where the register has never heard of it."""
    with reading(engine) as connection:
        found = read(connection, CaseRow, CaseEntry, CaseRow.case_id == case_id)
    return found[0] if found else None


def find_present(engine: Engine, case_id: str) -> RegisterEntries | None:
    """Everything that stands for the present of a case, as of one moment, or None where the register has no such case.

    Without the log and the refused messages, which say what happened.
    """
    with reading(engine) as connection:
        found = read(connection, CaseRow, CaseEntry, CaseRow.case_id == case_id)
        if not found:
            return None
        return RegisterEntries(
            case=found[0],
            steps=read(connection, StepRow, StepEntry, StepRow.case_id == case_id, StepRow.round, StepRow.step),
            documents=_documents(connection, case_id),
            letters=_letters(connection, case_id),
            escalations=_escalations(connection, case_id),
        )


def list_open_cases(engine: Engine) -> list[CaseEntry]:
    """The cases that are not closed, the one whose thirty days end first at the head."""
    with reading(engine) as connection:
        order = (CaseRow.limit_at.asc().nulls_last(), CaseRow.case_id)
        return read(connection, CaseRow, CaseEntry, CaseRow.closed_at.is_(None), *order)


def documents_of(engine: Engine, case_id: str) -> list[DocumentEntry]:
    """The accepted documents of a case, as they arrived."""
    with reading(engine) as connection:
        return _documents(connection, case_id)


def letters_of(engine: Engine, case_id: str) -> list[LetterEntry]:
    """The outgoing letters of a case, as they were sent."""
    with reading(engine) as connection:
        return _letters(connection, case_id)


def escalations_of(engine: Engine, case_id: str) -> list[EscalationEntry]:
    """The escalations of a case, as they were raised."""
    with reading(engine) as connection:
        return _escalations(connection, case_id)


def refused_messages_of(engine: Engine, case_id: str) -> list[RefusedMessageEntry]:
    """The messages for a case that were not accepted, delivered or not, as they came."""
    with reading(engine) as connection:
        order = (RefusedMessageRow.at, RefusedMessageRow.key)
        return read(connection, RefusedMessageRow, RefusedMessageEntry, RefusedMessageRow.case_id == case_id, *order)


def log_of(engine: Engine, case_id: str) -> list[LogEntry]:
    """What happened in a case, in order."""
    with reading(engine) as connection:
        order = (LogRow.as_of, LogRow.place, LogRow.at, LogRow.key, LogRow.digest)
        return read(connection, LogRow, LogEntry, LogRow.case_id == case_id, *order)


def disagreeing_log_keys(engine: Engine) -> list[tuple[str, str]]:
    """Case and key of the facts that the log has with two contents, each once: one of them is not what happened."""
    several = (
        select(LogRow.case_id, LogRow.key)
        .group_by(LogRow.case_id, LogRow.key)
        .having(func.count() > 1)
        .order_by(LogRow.case_id, LogRow.key)
    )
    with reading(engine) as connection:
        return [(row.case_id, row.key) for row in connection.execute(several)]


def _documents(connection: Connection, case_id: str) -> list[DocumentEntry]:
    order = (DocumentRow.arrived_at, DocumentRow.message_id, DocumentRow.kind, DocumentRow.sha256)
    return read(connection, DocumentRow, DocumentEntry, DocumentRow.case_id == case_id, *order)


def _letters(connection: Connection, case_id: str) -> list[LetterEntry]:
    return read(connection, LetterRow, LetterEntry, LetterRow.case_id == case_id, LetterRow.sent_at, LetterRow.key)


def _escalations(connection: Connection, case_id: str) -> list[EscalationEntry]:
    order = (EscalationRow.raised_at, EscalationRow.id)
    # What was refused under its number before is no part of a case (``register/refused_requests.py``).
    its_own = and_(EscalationRow.case_id == case_id, EscalationRow.kind != Escalation.REQUEST_REFUSED.value)
    return read(connection, EscalationRow, EscalationEntry, its_own, *order)


def _digest(line: LogEntry) -> str:
    return sha256_of(canonical_json([line.at.isoformat(), line.who, line.what, line.details]))
