"""Recounts of the open cases after a change of the calendar: a run has one row per case, so each is done exactly once.

A run that was interrupted goes on where it stopped; a run that is finished is not run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, ForeignKey, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from register.calendar import RecordedEntry, approve_on, deciding
from register.database import reading
from register.tables import Base
from rules.refusal import Refusal


class RecountRow(Base):
    """A run over the open cases; ``finished_at`` is None until every case of it is done."""

    __tablename__ = "recounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    by: Mapped[str]
    reason: Mapped[str]
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RecountedCaseRow(Base):
    """A case of a run; ``done_at`` is None until its update ``recount`` has answered."""

    __tablename__ = "recounted_cases"

    recount: Mapped[str] = mapped_column(ForeignKey("recounts.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    passed_over: Mapped[str | None]


@dataclass(frozen=True)
class Recount:
    """A run over the open cases. Times are UTC."""

    id: str
    by: str
    reason: str
    begun_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True)
class RecountedCase:
    """A case of a run: ``answer`` is that of its update; ``passed_over`` says why it needed none."""

    case_id: str
    done_at: datetime | None
    answer: dict[str, Any] | None
    passed_over: str | None


def apply(register: Engine, numbers: Sequence[int], *, by: str, now: datetime) -> tuple[Recount, list[RecordedEntry]]:
    """Put proposals in force and begin the recount that goes with them, in one transaction.

    Asked again while that recount is not finished, it answers with it and changes nothing.

    :return: the recount, and the entries that were put in force by this call.
    :raises Refusal: as ``register.calendar.approve`` does.
    """
    with deciding(register) as connection:
        for row in connection.execute(select(RecountRow.__table__).where(RecountRow.finished_at.is_(None))).all():
            if row.id.startswith(f"{_named(numbers)}."):
                return Recount(*row), []
        entries = approve_on(connection, numbers, by=by, now=now)
        # A number can come twice in the life of an entry: put in force, and withdrawn.
        acts = "".join("w" if each.withdrawal_approved_at else "e" for each in entries)
        reason = f"calendar: {'; '.join(_in_words(each) for each in entries)}"
        return _begin(connection, f"{_named(numbers)}.{acts}", by=by, reason=reason, now=now), entries


def begin_recount(register: Engine, *, by: str, reason: str, now: datetime) -> Recount:
    """Begin a recount by the calendar as it is, or go on with one begun so and not finished."""
    with deciding(register) as connection:
        known = [row.id for row in connection.execute(select(RecountRow.__table__)).all() if row.id.startswith("all.")]
        open_one = connection.execute(
            select(RecountRow.__table__).where(RecountRow.finished_at.is_(None), RecountRow.id.in_(known))
        ).first()
        if open_one is not None:
            return Recount(*open_one)
        return _begin(connection, f"all.{len(known) + 1}", by=by, reason=reason, now=now)


def find_recount(register: Engine, recount: str) -> Recount | None:
    """The run of this id, if there is one."""
    with reading(register) as connection:
        found = connection.execute(select(RecountRow.__table__).where(RecountRow.id == recount)).first()
    return Recount(*found) if found is not None else None


def enlist(register: Engine, recount: str, case_ids: Iterable[str]) -> list[str]:
    """Add the cases that the run does not have yet.

    :return: those that were added.
    """
    with deciding(register) as connection:
        known = set(connection.scalars(select(RecountedCaseRow.case_id).where(RecountedCaseRow.recount == recount)))
        new = sorted(set(case_ids) - known)
        if new:
            connection.execute(insert(RecountedCaseRow), [{"recount": recount, "case_id": each} for each in new])
        return new


def cases_of(register: Engine, recount: str) -> list[RecountedCase]:
    """Every case of a run, in the order of their numbers."""
    columns = (
        RecountedCaseRow.case_id,
        RecountedCaseRow.done_at,
        RecountedCaseRow.answer,
        RecountedCaseRow.passed_over,
    )
    with reading(register) as connection:
        found = connection.execute(
            select(*columns).where(RecountedCaseRow.recount == recount).order_by(RecountedCaseRow.case_id)
        ).all()
    return [RecountedCase(*row) for row in found]


def done(
    register: Engine,
    recount: str,
    case_id: str,
    *,
    now: datetime,
    answer: dict[str, Any] | None = None,
    passed_over: str | None = None,
) -> None:
    """Record that a case of the run is done; what was recorded first stays."""
    with deciding(register) as connection:
        connection.execute(
            update(RecountedCaseRow)
            .where(
                RecountedCaseRow.recount == recount,
                RecountedCaseRow.case_id == case_id,
                RecountedCaseRow.done_at.is_(None),
            )
            .values(done_at=now, answer=answer, passed_over=passed_over)
        )


def finish(register: Engine, recount: str, *, now: datetime) -> None:
    """Close a run. :raises Refusal: where a case of it is not done."""
    with deciding(register) as connection:
        left = connection.scalars(
            select(RecountedCaseRow.case_id).where(
                RecountedCaseRow.recount == recount, RecountedCaseRow.done_at.is_(None)
            )
        ).all()
        if left:
            raise Refusal(f"recount {recount}: {len(left)} cases are not recounted yet, {left[0]} among them")
        connection.execute(
            update(RecountRow).where(RecountRow.id == recount, RecountRow.finished_at.is_(None)).values(finished_at=now)
        )


def _begin(connection: Connection, recount: str, *, by: str, reason: str, now: datetime) -> Recount:
    connection.execute(insert(RecountRow).values(id=recount, by=by, reason=reason, begun_at=now))
    return Recount(recount, by, reason, now, None)


def _named(numbers: Sequence[int]) -> str:
    return f"entries-{'-'.join(str(number) for number in sorted(set(numbers)))}"


def _in_words(recorded: RecordedEntry) -> str:
    entry = recorded.entry
    what = f"{entry.day.isoformat()} {'works' if entry.working else 'is off'}"
    if entry.swapped_with:
        what += f", swapped with {entry.swapped_with.isoformat()}"
    withdrawn = "withdrawn: " if recorded.withdrawal_approved_at else ""
    return f"{withdrawn}{what} ({entry.decree.cited()})"
