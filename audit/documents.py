"""Whether the papers of the cases are what was written: named by the log, listed by the register, whole in the store.

The log names each document that was taken in and each draft, by its hash; the chain covers the log. So neither a row
of the register's list of documents nor a byte in the store can be changed without showing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, SQLColumnExpression, Text, cast, select, true

from audit.chains import Broken, case_ids
from register.database import reading
from register.tables import DocumentRow, LetterRow, LogRow
from rules.text import shown

TAKEN_IN: Final = ("document_stored", "document_released")
"""What a line of the log says that names a document which the register lists from then on."""

_ID: Final = re.compile(r"sha256-[0-9a-f]{64}")

AT_ONCE: Final = 8
"""Documents that are read at one time."""

FaultOf = Callable[[str], Awaitable[str | None]]
"""``DocumentStore.fault_of``."""


@dataclass(frozen=True)
class Named:
    """A paper that the record of a case names.

    ``by``: ``log`` (taken in), ``own`` (in the log, and ours), ``document`` or ``letter`` (in the register's lists).
    """

    case_id: str
    document_id: str
    name: str
    by: str


def named_papers(engine: Engine, case_id: str | None = None) -> list[Named]:
    """Every paper that log, documents and letters name, of all cases or of one.

    :raises register.database.RegisterError: where the database does not answer or refuses.
    """
    with reading(engine) as connection:
        try:
            return _named(connection, case_id)
        except (ValueError, TypeError):
            # A value that nothing can read: the check of the chains names its case, and here the others are left.
            ids = [case_id] if case_id is not None else sorted(case_ids(connection))
            return [each for its_id in ids for each in _readable(connection, its_id)]


async def check_papers(papers: Sequence[Named], fault_of: FaultOf) -> list[Broken]:
    """What is wrong with the papers, one line each: missing, changed, or named by one list and not by the other.

    :raises: what ``fault_of`` raises.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def fault(document_id: str) -> tuple[str, str | None]:
        async with gate:
            return document_id, await fault_of(document_id)

    faults = dict(await asyncio.gather(*map(fault, {each.document_id for each in papers})))
    whose = {(each.case_id, each.document_id): each for each in reversed(papers)}
    broken = [
        Broken(case_id, f"{_words(each)} {what}")
        for (case_id, document_id), each in whose.items()
        if (what := faults[document_id])
    ]
    return sorted([*broken, *_unlisted(papers)], key=lambda each: (each.case_id or "", each.what))


def _named(connection: Connection, case_id: str | None) -> list[Named]:
    return [*_in_log(connection, case_id), *_documents(connection, case_id), *_letters(connection, case_id)]


def _readable(connection: Connection, case_id: str) -> list[Named]:
    try:
        return _named(connection, case_id)
    except (ValueError, TypeError):
        return []


def _unlisted(papers: Sequence[Named]) -> list[Broken]:
    """Documents that the log took in and the register does not list, and the other way round."""
    in_log = {(each.case_id, each.document_id): each for each in papers if each.by == "log"}
    listed = {(each.case_id, each.document_id): each for each in papers if each.by == "document"}
    lost = [
        Broken(each.case_id, f"{_words(each)} was taken in by the log, but the register's list of documents lacks it")
        for key, each in in_log.items()
        if key not in listed
    ]
    added = [
        Broken(each.case_id, f"{_words(each)} is listed by the register, but the log never took it in")
        for each in papers
        if each.by == "document" and (each.case_id, each.document_id) not in in_log
    ]
    return lost + added


def _words(paper: Named) -> str:
    return f"{shown(paper.name, 80)} ({shown(paper.document_id, 80)})"


def _in_log(connection: Connection, case_id: str | None) -> list[Named]:
    query = select(LogRow.case_id, LogRow.what, LogRow.details).order_by(LogRow.case_id, LogRow.sequence)
    # Few lines name a document, and only those are read.
    naming = cast(LogRow.details, Text).contains("document_id")
    rows = connection.execute(query.where(naming, _of(LogRow.case_id, case_id)))
    return [
        Named(row.case_id, document_id, _name_in_log(row.what, row.details), "log" if row.what in TAKEN_IN else "own")
        for row in rows
        if (document_id := id_in(row.what, row.details)) is not None
    ]


def id_in(what: str, details: object) -> str | None:
    """The id of the document that a line of the log names; None where it names none.

    What was taken in has to have an id, whatever it looks like; elsewhere only what looks like one is one.
    """
    named = details.get("document_id") if isinstance(details, dict) else None
    if what in TAKEN_IN:
        return str(named)
    return named if isinstance(named, str) and _ID.fullmatch(named) else None


def _name_in_log(what: str, details: dict[str, Any]) -> str:
    name = details.get("filename") or what.replace("_", " ")
    return f"{name}, version {details['version']}" if "version" in details else str(name)


def _documents(connection: Connection, case_id: str | None) -> list[Named]:
    query = select(DocumentRow.case_id, DocumentRow.document_id, DocumentRow.filename)
    rows = connection.execute(query.where(_of(DocumentRow.case_id, case_id)))
    return [Named(row.case_id, row.document_id, row.filename, "document") for row in rows]


def _letters(connection: Connection, case_id: str | None) -> list[Named]:
    query = select(LetterRow.case_id, LetterRow.document_id, LetterRow.what).where(LetterRow.document_id.is_not(None))
    rows = connection.execute(query.where(_of(LetterRow.case_id, case_id)))
    return [Named(row.case_id, row.document_id, f"what left with the {row.what}", "letter") for row in rows]


def _of(column: SQLColumnExpression[str], case_id: str | None) -> ColumnElement[bool]:
    return column == case_id if case_id is not None else true()
