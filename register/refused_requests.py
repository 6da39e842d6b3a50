"""Requests refused at their start: kept whole, one open escalation for each case number (contract, section 1).

No case holds them, so the register does. Every function raises ``OutOfReach`` where the database does not answer and
``RefusedByDatabase`` where it says no (``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, update

from escalation.kinds import KINDS, Escalation, escalation_id
from register.database import reading, writing
from register.rows import REQUEST_KEY, EscalationEntry, RefusedMessageEntry
from register.statements import append, in_parts, put, read
from register.tables import EscalationRow, RefusedMessageRow
from rules.refusal import Refusal

CORRECTED: Final = "its case is open: the request came again, corrected"
"""By what an opened case resolves the refusal of its request."""

_LONGEST_SUMMARY: Final = 300


@dataclass(frozen=True)
class RefusedRequests:
    """The refusals of one case number from the first until somebody has dealt with them, as they came."""

    case_id: str
    escalation: EscalationEntry
    requests: Sequence[RefusedMessageEntry]

    @property
    def open(self) -> bool:
        """Whether nobody has dealt with them."""
        return self.escalation.resolved_at is None


@dataclass(frozen=True)
class Kept:
    """Under which escalation a refused request stands, and whether it is the one that raised it."""

    escalation_id: str
    raised: bool


def keep_refused_request(
    engine: Engine, case_id: str, request: RefusedMessageEntry, messages: Sequence[RefusedMessageEntry] = ()
) -> Kept:
    """Keep a request with what was sent to it, and raise its escalation where none is open; doing it again changes
    nothing.

    :param request: its key is ``REQUEST_KEY`` and the run that refused it.
    :raises RefusedByDatabase: also where something else is there under one of the keys.
    """
    with writing(engine) as connection:
        known = _requests(connection, and_(RefusedMessageRow.case_id == case_id, _is(request.key)))
        append(connection, RefusedMessageRow, [each.model_dump() | {"case_id": case_id} for each in messages])
        append(connection, RefusedMessageRow, [request.model_dump() | {"case_id": case_id}])
        before = _escalations(connection, EscalationRow.case_id == case_id)
        if known:
            [entry] = [each for each in before if each.raised_at <= request.at][-1:]
            return Kept(entry.id, raised=entry.raised_at == request.at)
        entry = next((each for each in before if each.resolved_at is None), None) or EscalationEntry(
            id=escalation_id(Escalation.REQUEST_REFUSED, None, len(before) + 1),
            kind=Escalation.REQUEST_REFUSED.value,
            step=None,
            level=KINDS[Escalation.REQUEST_REFUSED].first_level,
            summary="",
            due_at=None,
            raised_at=request.at,
            acknowledged_by=None,
            acknowledged_until=None,
            resolved_at=None,
            resolved_by=None,
            overtaken_by=None,
        )
        since = and_(RefusedMessageRow.case_id == case_id, RefusedMessageRow.at >= entry.raised_at)
        summary = _summary(len(_requests(connection, since)), request.reason)
        row = entry.model_dump() | {"case_id": case_id, "as_of": request.at, "summary": summary}
        put(connection, EscalationRow, [row])
        return Kept(entry.id, raised=entry.raised_at == request.at)


def list_refused_requests(engine: Engine, *, open_only: bool = False) -> list[RefusedRequests]:
    """The refused requests of every case number, open ones first, the oldest at the top."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(EscalationRow.case_id, EscalationRow.id).where(_IS_REFUSAL).order_by(EscalationRow.raised_at)
        ).all()
        by_case = {
            case_id: (
                {each.id: each for each in _escalations(connection, EscalationRow.case_id == case_id)},
                _requests(connection, RefusedMessageRow.case_id == case_id),
            )
            for case_id in {row.case_id for row in rows}
        }
    found = []
    for row in rows:
        escalations, requests = by_case[row.case_id]
        entry = escalations[row.id]
        until = entry.resolved_at
        its = [each for each in requests if entry.raised_at <= each.at and (until is None or each.at <= until)]
        found.append(RefusedRequests(row.case_id, entry, its))
    return sorted((each for each in found if each.open or not open_only), key=lambda each: not each.open)


def dismiss_refused_request(engine: Engine, case_id: str, *, by: str, because: str, now: datetime) -> EscalationEntry:
    """A person says that no case is wanted: the escalation is resolved, what was kept stays.

    :param now: aware.
    :raises Refusal: where no refused request of this case number is open.
    """
    with writing(engine) as connection:
        (entry, *_) = _open(connection, case_id) or (None,)
        if entry is None:
            raise Refusal(f"{case_id}: no refused request is open under this number; `list --refused` shows them")
        resolve_refused_request(connection, case_id, at=now, resolved_by=f"dismissed by {by}: {because}")
        return entry


def resolve_refused_request(connection: Connection, case_id: str, *, at: datetime, resolved_by: str) -> None:
    """Resolve what is open for a case number, inside the caller's transaction."""
    connection.execute(
        update(EscalationRow)
        .where(EscalationRow.case_id == case_id, _IS_REFUSAL, EscalationRow.resolved_at.is_(None))
        .values(as_of=at, resolved_at=at, resolved_by=resolved_by)
    )


def kept_runs(engine: Engine, run_ids: Collection[str]) -> frozenset[str]:
    """Those of the runs whose refused request the register has."""
    keys = sorted(f"{REQUEST_KEY}{each}" for each in run_ids)
    with reading(engine) as connection:
        found = [
            key
            for some in in_parts(keys)
            for key in connection.scalars(select(RefusedMessageRow.key).where(RefusedMessageRow.key.in_(some)))
        ]
    return frozenset(key.removeprefix(REQUEST_KEY) for key in found)


_IS_REFUSAL: Final = EscalationRow.kind == Escalation.REQUEST_REFUSED.value


def _is(key: str) -> ColumnElement[bool]:
    return RefusedMessageRow.key == key


def _open(connection: Connection, case_id: str) -> list[EscalationEntry]:
    return _escalations(connection, and_(EscalationRow.case_id == case_id, EscalationRow.resolved_at.is_(None)))


def _escalations(connection: Connection, where: ColumnElement[bool]) -> list[EscalationEntry]:
    return read(connection, EscalationRow, EscalationEntry, and_(_IS_REFUSAL, where), EscalationRow.raised_at)


def _requests(connection: Connection, where: ColumnElement[bool]) -> list[RefusedMessageEntry]:
    is_request = func.substr(RefusedMessageRow.key, 1, len(REQUEST_KEY)) == REQUEST_KEY
    order = (RefusedMessageRow.at, RefusedMessageRow.key)
    return read(connection, RefusedMessageRow, RefusedMessageEntry, and_(is_request, where), *order)


def _summary(count: int, reason: str) -> str:
    reason = reason[:_LONGEST_SUMMARY]
    return f"the request was refused: {reason}" if count == 1 else f"refused {count} times; the last: {reason}"
