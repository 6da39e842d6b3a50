"""The chain of a case's log: each line covers the one before it, and the first the opening of the case.

A line's hash is the SHA-256 of all that the line says, its number in the chain and the hash of the line before as
canonical JSON. Whoever changes, removes, adds or moves a line has to write every later hash anew; the heads that were
written down outside the database (``audit/heads.py``) show even that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, insert, inspect, select, update
from sqlalchemy.orm import Mapped

from register.statements import in_parts, insert_missing
from register.tables import AnyJson, AnyText, Base, CaseRow, LogRow, of_case
from rules.instant import rfc_3339
from rules.text import canonical_json, sha256_of

OPENING: Final = ("case_id", "country", "reference", "rex_number", "exporter", "received_at", "request")
"""What a case is opened with: no later write of the case changes these."""

_COVERED: Final = [column.name for column in inspect(LogRow).columns if column.name != "hash"]

_KEPT: Final = {
    column.name: column.type for column in inspect(LogRow).columns if isinstance(column.type, AnyText | AnyJson)
}

Row = Mapping[str, Any]
"""A row by its columns' names, times as aware datetimes."""


class ChainRow(Base):
    """The head of a case's chain: how many lines it has, and the hash of the last one. Locked while lines are added."""

    __tablename__ = "chains"

    case_id: Mapped[str] = of_case()
    length: Mapped[int]
    head: Mapped[str]


def append_lines(connection: Connection, case_id: str, lines: Sequence[Row]) -> None:
    """Add those lines that the log does not have yet to the end of the case's chain, inside the caller's transaction.

    Whoever comes second waits for the lock on the chain's head, so that no chain forks; the database refuses two lines
    with one number as well.

    :param lines: rows of the log without ``sequence``, ``previous`` and ``hash``; the case is in the register.
    """
    if not lines:
        return
    length, head = _lock(connection, case_id)
    kept = [_as_kept(connection, line) for line in lines]
    known = _known(connection, case_id, {line["key"] for line in kept})
    new = []
    for line in kept:
        key = (line["key"], line["digest"])
        if key in known:
            continue
        known.add(key)
        length += 1
        link = line | {"sequence": length, "previous": head}
        head = hash_of(link)
        new.append(link | {"hash": head})
    if new:
        connection.execute(insert(LogRow), new)
        connection.execute(update(ChainRow).where(ChainRow.case_id == case_id).values(length=length, head=head))


def content_of(line: Row) -> dict[str, Any]:
    """All that a line's hash covers, as JSON: every column but the hash itself; times in RFC 3339, UTC."""
    return {name: line[name] for name in _COVERED} | {name: rfc_3339(line[name]) for name in ("as_of", "at")}


def hash_of(line: Row) -> str:
    """The hash that a line has to have: 64 hex digits."""
    return sha256_of(canonical_json(content_of(line)))


def opening_of(case: Row) -> dict[str, Any]:
    """What the first line of a case covers, as JSON."""
    return {name: case[name] for name in OPENING} | {"received_at": rfc_3339(case["received_at"])}


def opening_hash(case: Row) -> str:
    """What stands in the first line in place of the hash of the line before."""
    return sha256_of(canonical_json(opening_of(case)))


def _lock(connection: Connection, case_id: str) -> tuple[int, str]:
    """Length and head of the case's chain, which nobody else adds to until the transaction ends."""
    query = select(ChainRow.length, ChainRow.head).where(ChainRow.case_id == case_id).with_for_update()
    found = connection.execute(query).one_or_none()
    if found is None:
        opening = select(*(inspect(CaseRow).columns[name] for name in OPENING)).where(CaseRow.case_id == case_id)
        head = opening_hash(dict(connection.execute(opening).mappings().one()))
        insert_missing(connection, ChainRow, [{"case_id": case_id, "length": 0, "head": head}])
        found = connection.execute(query).one()
    return found.length, found.head


def _known(connection: Connection, case_id: str, keys: Collection[str]) -> set[tuple[str, str]]:
    """Key and digest of the lines that the log has under these keys."""
    found: set[tuple[str, str]] = set()
    for some in in_parts(sorted(keys)):
        query = select(LogRow.key, LogRow.digest).where(LogRow.case_id == case_id, LogRow.key.in_(some))
        found |= {(row.key, row.digest) for row in connection.execute(query)}
    return found


def _as_kept(connection: Connection, line: Row) -> dict[str, Any]:
    """The line as the database will give it back: the hash covers what can be read again (``AnyText``, ``AnyJson``)."""
    dialect = connection.dialect
    return {
        name: _KEPT[name].process_bind_param(value, dialect) if name in _KEPT else value for name, value in line.items()
    }
