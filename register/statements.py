"""How rows are written twice without harm, in one place for every table.

Three ways: a row that stands for the present is brought up to date (``put``); a row whose key says all that counts is
there or is not (``insert_missing``); a row that says what happened is written once, and another one under its key is
refused (``append``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, inspect, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from register.database import RefusedByDatabase, place
from register.rows import Entry
from register.tables import Base

SomeEntry = TypeVar("SomeEntry", bound=Entry)

Row = dict[str, Any]
"""A row by its columns' names."""

IDS_AT_ONCE: Final = 500
"""In one question: SQLite binds 32,766 values at most in one statement, older ones 999."""


def put(connection: Connection, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert, or bring up to date where the row that is there is not of a later ``as_of``."""
    if not rows:
        return
    key = _key(table)
    statement = _insert(connection, table)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=key,
            set_={column.name: column for column in new if column.name not in key},
            where=new.as_of >= inspect(table).columns["as_of"],
        ),
        rows,
    )


def insert_missing(connection: Connection, table: type[Base], rows: Sequence[Row]) -> None:
    """Insert the rows whose key is not there yet; the others stay as they are."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(index_elements=_key(table)), rows)


def append(connection: Connection, table: type[Base], rows: Sequence[Row], *, but_for: Collection[str] = ()) -> None:
    """Insert rows that say what happened. A repeat changes nothing.

    :param but_for: columns in which a repeat may differ; those that were written first stay.
    :raises RefusedByDatabase: naming table and key, where the key is there with another content.
    """
    columns = inspect(table).columns
    statement = _insert(connection, table).on_conflict_do_nothing(index_elements=_key(table)).returning(literal(1))
    for row in rows:
        if connection.execute(statement, row).first() is not None:
            continue
        # Compared by the database, after what the columns' types make of the values (``AnyText``).
        same = [columns[name] == value for name, value in row.items() if name not in but_for]
        if connection.scalar(select(literal(1)).select_from(table).where(*same)) is None:
            key = ", ".join(f"{name} {row[name]}" for name in _key(table))
            raise RefusedByDatabase(
                f"{place(connection.engine)} refuses: {table.__tablename__} has {key} with another content"
            )


def read(
    connection: Connection,
    table: type[Base],
    entry: type[SomeEntry],
    where: ColumnElement[bool],
    *order: SQLColumnExpression[Any],
) -> list[SomeEntry]:
    """The rows of a table as the entries they were written from."""
    rows = connection.execute(select(inspect(table).local_table).where(where).order_by(*order)).mappings()
    return [entry.model_validate(dict(row)) for row in rows]


def in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """The ids in as many parts as it takes to ask for each part in one statement."""
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]


def _insert(connection: Connection, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _key(table: type[Base]) -> list[str]:
    return [column.name for column in inspect(table).primary_key]
