"""How all cases stand: escalations with their last delivery, running terms, which cases and messages are known.

Reads only. Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it
says no (``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, inspect, not_, select, true

from register.database import reading
from register.rows import CaseEntry, DeliveryEntry, EscalationEntry, StepEntry
from register.statements import in_parts
from register.tables import Base, CaseRow, DeliveryRow, EscalationRow, StepRow


@dataclass(frozen=True)
class ListedEscalation:
    """An escalation with its case and the last attempt to notify somebody of it; None before the first."""

    case_id: str
    escalation: EscalationEntry
    last: DeliveryEntry | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done: it is neither resolved nor overtaken by its breach."""
        return self.escalation.resolved_at is None and self.escalation.overtaken_by is None

    @property
    def level(self) -> int:
        """The level that was notified last, and before any the first."""
        return self.last.level if self.last else self.escalation.level


@dataclass(frozen=True)
class RunningTerm:
    """A step that runs, and the case it runs in."""

    case: CaseEntry
    step: StepEntry


def list_escalations(engine: Engine, *, open_only: bool = False) -> list[ListedEscalation]:
    """Every escalation: open ones first, then by when the matter is due, without a date last."""
    with reading(engine) as connection:
        return escalations_on(connection, open_only=open_only)


def escalations_on(connection: Connection, *, open_only: bool) -> list[ListedEscalation]:
    """The same, as one of several things that are read as of one moment."""
    is_open = and_(EscalationRow.resolved_at.is_(None), EscalationRow.overtaken_by.is_(None))
    wanted = is_open if open_only else true()
    order = (
        not_(is_open),
        EscalationRow.due_at.asc().nulls_last(),
        EscalationRow.raised_at,
        EscalationRow.case_id,
        EscalationRow.id,
    )
    rows = connection.execute(select(inspect(EscalationRow).local_table).where(wanted).order_by(*order)).mappings()
    last = {(each.case_id, each.escalation_id): each for each in _last_deliveries(connection, wanted)}
    return [
        ListedEscalation(
            row["case_id"], EscalationEntry.model_validate(dict(row)), last.get((row["case_id"], row["id"]))
        )
        for row in rows
    ]


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
        for some in in_parts(sorted(case_ids)):
            query = select(CaseRow.case_id, CaseRow.closed_at).where(CaseRow.case_id.in_(some))
            known.update((row.case_id, row.closed_at) for row in connection.execute(query))
    return known


def _last_deliveries(connection: Connection, wanted: ColumnElement[bool]) -> list[DeliveryEntry]:
    """The last delivery of each escalation that is wanted; of several at one instant that of the highest level."""
    of_escalation = and_(DeliveryRow.case_id == EscalationRow.case_id, DeliveryRow.escalation_id == EscalationRow.id)
    newest_first = (
        DeliveryRow.at.desc(),
        DeliveryRow.level.desc(),
        DeliveryRow.notified.desc(),
        DeliveryRow.notice,
        DeliveryRow.message,
        DeliveryRow.attempt.desc(),
    )
    place = func.row_number().over(partition_by=(DeliveryRow.case_id, DeliveryRow.escalation_id), order_by=newest_first)
    deliveries = inspect(DeliveryRow).local_table
    ranked = (
        select(deliveries, place.label("place"))
        .join_from(DeliveryRow, EscalationRow, of_escalation)
        .where(wanted)
        .subquery()
    )
    rows = connection.execute(select(ranked).where(ranked.c.place == 1)).mappings()
    return [DeliveryEntry.model_validate(dict(row)) for row in rows]


def _columns(*tables: type[Base]) -> list[ColumnElement[object]]:
    """Every column of the tables; they share names, so each is labelled with its table's."""
    return [column.label(f"{t.__tablename__}.{column.name}") for t in tables for column in inspect(t).columns]


def _of(table: type[Base], row: dict[str, object]) -> dict[str, object]:
    prefix = f"{table.__tablename__}."
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}
