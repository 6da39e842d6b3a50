"""Searching the cases, open and closed, by what people know of them.

Raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no
(``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select

from register.database import reading
from register.tables import CaseRow


@dataclass(frozen=True)
class FoundCase:
    """A case as the register has it. Times are UTC, days are days in Asia/Almaty."""

    case_id: str
    country: str
    reference: str
    rex_number: str
    exporter: str
    received_at: datetime
    limit_last_day: date | None
    step: str
    risk: str
    reserve_days: int | None
    outcome: str | None
    closed_at: datetime | None


_COLUMNS = [getattr(CaseRow, name) for name in FoundCase.__dataclass_fields__]


def search_cases(
    engine: Engine,
    words: str = "",
    *,
    open: bool | None = None,
    step: str | None = None,
    risk: str | None = None,
    most: int,
    after: int = 0,
) -> tuple[list[FoundCase], bool]:
    """The cases that have every word in their exporter, reference, REX number or case number, newest first.

    Words are compared here and not by the database: SQLite knows the capitals of English alone.

    :param open: whether the case still runs; None for both.
    :param after: how many of those found to leave out first.
    :returns: at most ``most`` cases, and whether there are more.
    """
    wanted = words.casefold().split()
    statement = select(*_COLUMNS).order_by(CaseRow.received_at.desc(), CaseRow.case_id)
    if open is not None:
        statement = statement.where(CaseRow.closed_at.is_(None) if open else CaseRow.closed_at.is_not(None))
    if step is not None:
        statement = statement.where(CaseRow.step == step)
    if risk is not None:
        statement = statement.where(CaseRow.risk == risk)

    def fitting() -> Iterator[FoundCase]:
        for row in connection.execution_options(yield_per=500).execute(statement):
            case = FoundCase(**row._mapping)
            told = " ".join((case.case_id, case.exporter, case.reference, case.rex_number)).casefold()
            if all(word in told for word in wanted):
                yield case

    found: list[FoundCase] = []
    with reading(engine) as connection:
        for number, case in enumerate(fitting()):
            if number >= after + most:
                return found, True
            if number >= after:
                found.append(case)
    return found, False
