"""Which findings of the self-check were reported on which day, so that each is reported once a day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Engine, Integer, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.tables import Base


class ReportedFindingRow(Base):
    """A finding that was reported. ``day`` is in Asia/Almaty, ``finding`` is its key, ``level`` who was reached."""

    __tablename__ = "reported_findings"

    day: Mapped[date] = mapped_column(primary_key=True)
    finding: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(Integer)
    reported_at: Mapped[datetime]


def reported_on(engine: Engine, day: date) -> frozenset[str]:
    """The keys of the findings that were reported on a day.

    :param day: in Asia/Almaty.
    :raises register.database.RegisterError: if the database does not answer or refuses.
    """
    with reading(engine) as connection:
        found = connection.scalars(select(ReportedFindingRow.finding).where(ReportedFindingRow.day == day))
        return frozenset(found)


def record_reported(engine: Engine, day: date, findings: Collection[str], *, level: int, now: datetime) -> None:
    """Record that findings were reported to a level; doing it again changes nothing.

    :param day: in Asia/Almaty.
    :param findings: their keys.
    :param now: aware.
    :raises register.database.RegisterError: if the database does not answer or refuses.
    """
    if not findings:
        return
    with writing(engine) as connection:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(
            insert(ReportedFindingRow).on_conflict_do_nothing(),
            [{"day": day, "finding": key, "level": level, "reported_at": now} for key in sorted(findings)],
        )
