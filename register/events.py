"""What happened in all cases, numbered in one row: the feed that the gateway gives out, and how far each webhook got.

A line of the log gets its number when the feed first sees it. Lines are written by many workers at once, some late and
with older times; a number is never given before a smaller one can be seen, so whoever reads on from a number misses
nothing. Every function raises ``OutOfReach`` or ``RefusedByDatabase`` (``register/database.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, ForeignKeyConstraint, Integer, UniqueConstraint, and_, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from register.chain import ChainRow
from register.database import reading, writing
from register.statements import insert_missing
from register.tables import Base, LogRow

NUMBERED_AT_ONCE: Final = 5_000
"""Lines numbered in one transaction, which holds up no other writer for long."""


class EventRow(Base):
    """The number of a line of the log."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("case_id", "sequence"),
        ForeignKeyConstraint(["case_id", "sequence"], ["log.case_id", "log.sequence"]),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    case_id: Mapped[str]
    sequence: Mapped[int] = mapped_column(Integer)


class WebhookRow(Base):
    """How far a client's webhook has taken the feed: the number of the last event that it took."""

    __tablename__ = "webhooks"

    client: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True)
class Event:
    """A line of the log with its number; ``at`` in UTC, ``details`` as the case wrote them."""

    number: int
    case_id: str
    key: str
    at: datetime
    who: str
    what: str
    details: dict[str, Any]


def number_events(engine: Engine) -> int:
    """Number the lines that the feed has not seen yet, in the order in which they were written; how many there were.

    A case is asked about by the length of its chain: what is long seen costs nothing, however long the log is.
    """
    seen = select(func.coalesce(func.max(EventRow.sequence), 0))
    seen_of_case = seen.where(EventRow.case_id == ChainRow.case_id).scalar_subquery()
    grown = select(ChainRow.case_id, seen_of_case.label("seen")).where(ChainRow.length > seen_of_case)
    with reading(engine) as connection:
        if connection.execute(grown.limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":  # SQLite's writers take turns anyway
            connection.execute(text("LOCK TABLE events IN EXCLUSIVE MODE"))
        of_case = grown.subquery()
        # A line that was written late has an older time: it comes after those before it in its chain all the same, so
        # that no part of the lines leaves out an earlier one of a case.
        written = func.max(LogRow.as_of).over(partition_by=LogRow.case_id, order_by=LogRow.sequence)
        unseen = (
            select(LogRow.case_id, LogRow.sequence)
            .join(of_case, and_(LogRow.case_id == of_case.c.case_id, LogRow.sequence > of_case.c.seen))
            .order_by(written, LogRow.case_id, LogRow.sequence)
            .limit(NUMBERED_AT_ONCE)
        )
        last = connection.scalar(select(func.max(EventRow.number))) or 0
        rows = connection.execute(unseen).mappings().all()
        insert_missing(connection, EventRow, [{"number": number, **row} for number, row in enumerate(rows, last + 1)])
        return len(rows)


def events_after(engine: Engine, number: int, limit: int) -> list[Event]:
    """The events after a number, in order."""
    of_line = and_(EventRow.case_id == LogRow.case_id, EventRow.sequence == LogRow.sequence)
    wanted = (
        select(EventRow.number, LogRow.case_id, LogRow.key, LogRow.at, LogRow.who, LogRow.what, LogRow.details)
        .join(LogRow, of_line)
        .where(EventRow.number > number)
        .order_by(EventRow.number)
        .limit(limit)
    )
    with reading(engine) as connection:
        return [Event(**row) for row in connection.execute(wanted).mappings()]


def last_event(engine: Engine) -> int:
    """The number of the newest event, 0 where there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(func.max(EventRow.number))) or 0


def webhook_taken(engine: Engine, client: str) -> int | None:
    """The number of the last event that a client's webhook took; None for one that is new."""
    with reading(engine) as connection:
        return connection.scalar(select(WebhookRow.taken).where(WebhookRow.client == client))


def record_taken(engine: Engine, client: str, number: int) -> None:
    """Record that a client's webhook took the feed up to a number."""
    with writing(engine) as connection:
        insert_missing(connection, WebhookRow, [{"client": client, "taken": number}])
        row = WebhookRow.__table__
        connection.execute(
            row.update().where(row.c.client == client, row.c.taken < number).values(taken=number)  # type: ignore[attr-defined]  # a Table
        )
