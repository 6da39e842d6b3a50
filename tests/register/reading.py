"""Reads whole tables, for tests that ask whether anything at all has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, select

from register.tables import Base


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    """Every row of a table, in the order of its key."""
    columns = Base.metadata.tables[table]
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(columns).order_by(*columns.primary_key)).mappings()]


def whole_register(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {table: rows(engine, table) for table in Base.metadata.tables}
