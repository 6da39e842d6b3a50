"""How matters stand across all cases: open escalations with their ladders, running terms, which cases are known.

Reads only. Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it
says no (``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Engine, and_, inspect, select

from register.database import reading
from register.outbox import LadderRow
from register.rows import CaseEntry, EscalationEntry, LadderEntry, StepEntry
from register.tables import Base, CaseRow, EscalationRow, StepRow

IDS_AT_ONCE = 500
"""In one question: SQLite binds 32,766 values at most in one statement, older ones 999."""


@dataclass(frozen=True)
class ListedEscalation:
    """An escalation with its case and its ladder; ``ladder`` is None where none has been written (yet)."""

    case_id: str
    escalation: EscalationEntry
    ladder: LadderEntry | None

    @property
    def level(self) -> int:
        """The level that is being told: its ladder's, and before any the first."""
        return self.ladder.level if self.ladder and self.ladder.level else self.escalation.level


@dataclass(frozen=True)
class RunningTerm:
    """A step that runs, and the case it runs in."""

    case: CaseEntry
    step: StepEntry


def list_escalations(engine: Engine, *, open_only: bool = False) -> list[ListedEscalation]:
    """Every escalation: open ones first, then by when the matter is due, without a date last."""
    ladder_of = and_(LadderRow.case_id == EscalationRow.case_id, LadderRow.escalation_id == EscalationRow.id)
    query = select(*_columns(EscalationRow, LadderRow)).select_from(EscalationRow).outerjoin(LadderRow, ladder_of)
    if open_only:
        query = query.where(EscalationRow.resolved_at.is_(None))
    order = (
        EscalationRow.resolved_at.is_not(None),
        EscalationRow.due_at.asc().nulls_last(),
        EscalationRow.raised_at,
        EscalationRow.case_id,
        EscalationRow.id,
    )
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(*order)).mappings().all()
    return [_listed(dict(row)) for row in rows]


def running_terms(engine: Engine) -> list[RunningTerm]:
    """The running step of every case that is not closed, the one that is due first at the head."""
    with reading(engine) as connection:
        query = (
            select(*_columns(CaseRow, StepRow))
            .join_from(CaseRow, StepRow, StepRow.case_id == CaseRow.case_id)
            .where(CaseRow.closed_at.is_(None), StepRow.state == "running")
            .order_by(StepRow.due_at.asc().nulls_last(), CaseRow.case_id)
        )
        rows = connection.execute(query).mappings().all()
    return [
        RunningTerm(
            CaseEntry.model_validate(_of(CaseRow, dict(row))), StepEntry.model_validate(_of(StepRow, dict(row)))
        )
        for row in rows
    ]


def known_cases(engine: Engine, case_ids: Collection[str]) -> dict[str, datetime | None]:
    """Those of the cases that the register has, each with when it was closed (UTC); None while it is open."""
    known: dict[str, datetime | None] = {}
    with reading(engine) as connection:
        for some in _in_parts(sorted(case_ids)):
            query = select(CaseRow.case_id, CaseRow.closed_at).where(CaseRow.case_id.in_(some))
            known.update((row.case_id, row.closed_at) for row in connection.execute(query))
    return known


def _listed(row: dict[str, object]) -> ListedEscalation:
    escalation, ladder = _of(EscalationRow, row), _of(LadderRow, row)
    return ListedEscalation(
        str(escalation["case_id"]),
        EscalationEntry.model_validate(escalation),
        None if ladder["case_id"] is None else LadderEntry.model_validate(ladder),
    )


def _columns(*tables: type[Base]) -> list[ColumnElement[object]]:
    """Every column of the tables; they share names, so each is labelled with its table's."""
    return [column.label(f"{t.__tablename__}.{column.name}") for t in tables for column in inspect(t).columns]


def _of(table: type[Base], row: dict[str, object]) -> dict[str, object]:
    prefix = f"{table.__tablename__}."
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}


def _in_parts(ids: list[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, IDS_AT_ONCE)):
        yield some
