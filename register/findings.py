"""Which gaps the daily sweep has told on which day, so that each is told once a day however often it runs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Engine, Integer, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.tables import Base


class ToldGapRow(Base):
    """A gap that was told. ``day`` is the day in Asia/Almaty, ``gap`` the gap's key, ``level`` who was reached."""

    __tablename__ = "told_gaps"

    day: Mapped[date] = mapped_column(primary_key=True)
    gap: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(Integer)
    told_at: Mapped[datetime]


def told_on(engine: Engine, day: date) -> frozenset[str]:
    """The keys of the gaps that were told on a day.

    :raises register.database.RegisterError: where the database does not answer or says no.
    """
    with reading(engine) as connection:
        return frozenset(connection.scalars(select(ToldGapRow.gap).where(ToldGapRow.day == day)))


def record_told(engine: Engine, day: date, gaps: Collection[str], *, level: int, now: datetime) -> None:
    """Write down that gaps were told to a level; doing it again changes nothing.

    :param now: aware datetime.
    :raises register.database.RegisterError: where the database does not answer or says no.
    """
    if not gaps:
        return
    with writing(engine) as connection:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(
            insert(ToldGapRow).on_conflict_do_nothing(),
            [{"day": day, "gap": gap, "level": level, "told_at": now} for gap in sorted(gaps)],
        )
