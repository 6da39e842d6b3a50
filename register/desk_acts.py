"""What people did at the desk: who, from where, what, and what became of it.

Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no
(``register/database.py``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Engine, Index
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.rows import Entry
from register.statements import append, read
from register.tables import Base
from rules.instant import Instant

Outcome = Literal["asked", "done", "refused"]
"""``asked`` is written before anything is done, so that what died in between is known, too."""


class DeskAct(Entry):
    """An act of a person, or one of its outcomes.

    ``id`` is the same in all rows of one act. ``how`` the person was known: ``password``, ``openid``, ``link``, or
    ``nobody``. ``address``: of the browser, as the gateway saw it.
    """

    id: str
    outcome: Outcome
    at: Instant
    who: str
    how: str
    address: str
    act: str
    case_id: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)


class DeskActRow(Base):
    """A row of ``DeskAct``. The database itself refuses to change or delete it."""

    __tablename__ = "desk_acts"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    how: Mapped[str]
    address: Mapped[str]
    act: Mapped[str]
    case_id: Mapped[str | None]
    details: Mapped[dict[str, Any]]


def record_act(engine: Engine, act: DeskAct) -> None:
    """Write it down. The first row of an id and outcome stays: a one-time key that is used twice was used once."""
    with writing(engine) as connection:
        append(connection, DeskActRow, [act.model_dump()], but_for=["at", "address", "details"])


def find_act(engine: Engine, id: str, outcome: Outcome) -> DeskAct | None:
    """The row, if it is there."""
    with reading(engine) as connection:
        found = read(connection, DeskActRow, DeskAct, (DeskActRow.id == id) & (DeskActRow.outcome == outcome))
    return found[0] if found else None


def acts_between(engine: Engine, first: datetime, before: datetime) -> list[DeskAct]:
    """All of a time (aware), in the order in which they were written down."""
    with reading(engine) as connection:
        wanted = (DeskActRow.at >= first) & (DeskActRow.at < before)
        return read(connection, DeskActRow, DeskAct, wanted, DeskActRow.at, DeskActRow.id, DeskActRow.outcome)
