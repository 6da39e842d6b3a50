"""Whether the chains of the log hold: in themselves, from the opening on, and against the daily heads.

Reads the register alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, Engine, inspect, select, true

from audit.heads import ChainHead, Recorded
from notifications.dates import english_date
from register.chain import OPENING, ChainRow, Row, hash_of, opening_hash
from register.database import reading
from register.tables import CaseRow, LogRow
from rules.text import shown

UNWRITTEN_FOR: Final = timedelta(days=1)
"""A case is in the register before the first line of its log is: moments as a rule, this long at the most."""

_AT_ONCE: Final = 2_000
"""Lines in memory."""


@dataclass(frozen=True)
class Broken:
    """Something that is not what was written. ``what`` is one line; ``case_id`` None where it is of no one case."""

    case_id: str | None
    what: str


@dataclass(frozen=True)
class ChainsChecked:
    """How many chains and lines were looked at, and the first broken link of each case."""

    cases: int
    lines: int
    broken: list[Broken]


@dataclass(frozen=True)
class _Case:
    """What the register says of a case beside its log."""

    opening: str
    opened_at: datetime


def read_chains(engine: Engine) -> dict[str, ChainHead]:
    """Where every chain stands, by case.

    :raises register.database.RegisterError: where the database does not answer or refuses.
    """
    with reading(engine) as connection:
        return _heads(connection, None)


def check_chains(
    engine: Engine, recorded: Mapping[str, Sequence[Recorded]], *, now: datetime, case_id: str | None = None
) -> ChainsChecked:
    """Check every chain, or that of one case.

    :param recorded: where the chains stood by the daily heads, by case.
    :param now: aware.
    :raises register.database.RegisterError: where the database does not answer or refuses.
    """
    with reading(engine) as connection:
        return check_on(connection, recorded, now=now, case_id=case_id)


def check_on(
    connection: Connection,
    recorded: Mapping[str, Sequence[Recorded]],
    *,
    now: datetime,
    case_id: str | None = None,
) -> ChainsChecked:
    """The same, on an open connection; raises what SQLAlchemy does."""
    try:
        return _check(connection, recorded, now, case_id)
    except (ValueError, TypeError):
        # A value that is no JSON, no time, no number: whose it is, shows only when each case is read by itself.
        ids = {case_id} if case_id is not None else {*case_ids(connection), *recorded}
        each = [_check_unreadable(connection, recorded, now, its_id) for its_id in sorted(ids)]
    return ChainsChecked(len(ids), sum(one.lines for one in each), [found for one in each for found in one.broken])


def _check(
    connection: Connection, recorded: Mapping[str, Sequence[Recorded]], now: datetime, case_id: str | None
) -> ChainsChecked:
    broken, count, seen = [], 0, set()
    cases, heads = _cases(connection, case_id), _heads(connection, case_id)
    for its_id, its_lines in groupby(_lines(connection, case_id), key=lambda line: str(line["case_id"])):
        lines = list(its_lines)
        count += len(lines)
        seen.add(its_id)
        case = cases.get(its_id)
        chain = Chain(case.opening if case else None, heads.get(its_id), recorded.get(its_id, ()))
        what = chain.first_broken(lines)
        if what is not None:
            broken.append(Broken(its_id, what))
    wanted = {case_id} if case_id is not None else cases.keys() | heads.keys() | recorded.keys()
    for its_id in wanted - seen:
        case = cases.get(its_id)
        if its_id in heads or recorded.get(its_id) or (case is not None and case.opened_at < now - UNWRITTEN_FOR):
            broken.append(Broken(its_id, "the log is gone: not one line is left"))
    return ChainsChecked(len(wanted | seen), count, sorted(broken, key=lambda each: each.case_id or ""))


def _check_unreadable(
    connection: Connection, recorded: Mapping[str, Sequence[Recorded]], now: datetime, case_id: str
) -> ChainsChecked:
    try:
        return _check(connection, recorded, now, case_id)
    except (ValueError, TypeError):
        what = "a value in the case's row, its log or the head of its chain was changed: it cannot be read any more"
        return ChainsChecked(1, 0, [Broken(case_id, what)])


class Chain:
    """The chain of one case, as the register's other tables and the daily heads say that it is."""

    def __init__(self, opening: str | None, head: ChainHead | None, recorded: Sequence[Recorded]) -> None:
        """:param opening: the hash of the case's opening, as its row has it now; None where that is gone.
        :param head: what the register says of its end.
        :param recorded: where it stood by the daily heads.
        """
        self._opening = opening
        self._head = head
        self._recorded = {each.length: each for each in reversed(recorded)}

    def first_broken(self, lines: Iterable[Row]) -> str | None:
        """The first broken link, in one line; None where the chain holds.

        :param lines: the log's rows, in the order of ``sequence``.
        """
        number, previous = 0, self._opening
        if previous is None:
            return "the log has lines, but the case's row is gone"
        for line in lines:
            number += 1
            what = self._broken(line, number, previous)
            if what is not None:
                return what
            previous = line["hash"]
        return self._broken_end(number, previous)

    def _broken(self, line: Row, number: int, previous: str) -> str | None:
        if line["sequence"] > number:
            return f"line {number} of the log is missing"
        whose = f"line {line['sequence']} of the log ({shown(str(line['what']), 60)})"
        if line["sequence"] < number:
            return f"{whose} was added: another line has its number"
        if line["hash"] != hash_of(line):
            return f"{whose} was changed: its content does not fit its hash"
        if line["previous"] != previous:
            if number == 1:
                return "the request is not the one with which the log begins: the case's row was changed"
            return f"{whose} does not follow line {number - 1}: a line was removed, added, moved or written anew"
        stood = self._recorded.get(number)
        if stood is not None and stood.head != line["hash"]:
            return f"{whose} is not the one of {english_date(stood.day)}: the chain was written anew"
        return None

    def _broken_end(self, number: int, last: str) -> str | None:
        longest = max(self._recorded, default=0)
        if longest > number:
            on = english_date(self._recorded[longest].day)
            return f"the log ends at line {number}: on {on} it had {longest}; the last lines are missing"
        if self._head is None:
            return f"the log has {number} lines, but the head of its chain is missing"
        if self._head.length > number:
            return f"the log ends at line {number}, its chain at {self._head.length}: the last lines are missing"
        if self._head.length < number:
            return f"line {self._head.length + 1} of the log was added: its chain ends before"
        return None if self._head.head == last else "the head of the chain was changed: it is not the last line's hash"


def _lines(connection: Connection, case_id: str | None) -> Iterator[Row]:
    table = inspect(LogRow).local_table
    query = select(table).where(LogRow.case_id == case_id if case_id is not None else true())
    ordered = query.order_by(LogRow.case_id, LogRow.sequence)
    rows = connection.execute(ordered, execution_options={"yield_per": _AT_ONCE})
    return (row._asdict() for row in rows)


def _heads(connection: Connection, case_id: str | None) -> dict[str, ChainHead]:
    query = select(ChainRow.case_id, ChainRow.length, ChainRow.head)
    wanted = query.where(ChainRow.case_id == case_id if case_id is not None else true())
    return {row.case_id: ChainHead(length=row.length, head=row.head) for row in connection.execute(wanted)}


def _cases(connection: Connection, case_id: str | None) -> dict[str, _Case]:
    columns = [inspect(CaseRow).columns[name] for name in (*OPENING, "opened_at")]
    query = select(*columns).where(CaseRow.case_id == case_id if case_id is not None else true())
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return {row["case_id"]: _Case(opening_hash(row), row["opened_at"]) for row in rows}


def case_ids(connection: Connection) -> set[str]:
    """Every case of which there is a row, a chain or a line."""
    columns = (CaseRow.case_id, ChainRow.case_id, LogRow.case_id)
    return {case_id for column in columns for case_id in connection.scalars(select(column).distinct())}
