"""Which of the five term escalations are there (contract, section 6), after each fact and at each midnight."""

from dataclasses import replace
from datetime import datetime

from tests.lives.calendar import start_of
from tests.lives.record import (
    WARNED,
    Escalation,
    Record,
    Term,
    late,
    limit_at,
    limit_last_day,
    reserve,
    thirty_ended_at,
)

OVERTAKES = {
    "step_overdue": ("step_due_soon",),
    "limit_exceeded": ("limit_at_risk", "limit_due_soon"),
}


def look(record: Record, now: datetime, before: Record | None = None) -> Record:
    """Raise what is due, resolve what is over. `before`: as the case stood when it was looked at last."""
    ended = {(term.step, term.round): term for term in before.terms if not term.open} if before is not None else {}
    for term in record.terms:
        key = (term.step, term.round)
        if term.open or key not in ended:
            record = _look_at_term(record, term, now)
        elif late(record, term, now) and before is not None and not late(before, ended[key], now):
            # Contract, section 12, `without_proof`: "once there is one, lateness is judged by it", also afterwards.
            record = _end(_bring_up_to_date(record, key, now, {"step_overdue": True}, over=True), now, *key)
    return _look_at_thirty(record, now, before)


def _look_at_term(record: Record, term: Term, now: datetime) -> Record:
    """Also of a term that ended in this moment, and that nobody may have seen run."""
    if term.started_at is not None:
        seen = term.ended_at or record.withdrawn_at or now
        holds = {"step_due_soon": seen >= term.warned_at, "step_overdue": late(record, term, now)}
        if seen >= term.due_at and _standing(record, "step_overdue", (term.step, term.round)):
            # Contract, section 4, `change_reading`: "a breach on record stays", also where it would not be raised now.
            holds["step_overdue"] = True
        record = _bring_up_to_date(record, (term.step, term.round), now, holds, over=term.state != "running")
    return record if term.state == "running" else _end(record, now, term.step, term.round)


def _look_at_thirty(record: Record, now: datetime, before: Record | None) -> Record:
    """Also of thirty days that ended in this moment; once they have, nothing more is raised."""
    ended = _ended(record)
    if ended is None or before is None or _ended(before) is None:
        seen = ended or now
        holds = {
            "limit_due_soon": seen >= start_of(limit_last_day(record, WARNED)),
            "limit_at_risk": reserve(record, now) < 0,
            "limit_exceeded": seen >= limit_at(record),
        }
        record = _bring_up_to_date(record, (None, 1), now, holds, over=ended is not None)
    return record if ended is None else _end(record, now, None, 1)


def _ended(record: Record) -> datetime | None:
    return thirty_ended_at(record) or record.withdrawn_at


def _bring_up_to_date(
    record: Record, key: tuple[str | None, int], now: datetime, holds: dict[str, bool], *, over: bool = False
) -> Record:
    """Resolve what holds no more, the breach first, then raise what does; a term that is over takes nothing back."""

    for kind, true in reversed(holds.items()):
        if not true and not over:
            record = _resolve(record, now, _standing(record, kind, key))
    for kind, true in holds.items():
        if true and not _standing(record, kind, key):
            record = _raise(record, kind, key, now)
    return record


def _standing(record: Record, kind: str, key: tuple[str | None, int]) -> list[Escalation]:
    return [it for it in record.escalations if (it.kind, it.step, it.round) == (kind, *key) and it.resolved_at is None]


def _end(record: Record, now: datetime, step: str | None, round_: int) -> Record:
    return _resolve(record, now, [it for it in record.escalations if (it.step, it.round) == (step, round_)])


def _raise(record: Record, kind: str, key: tuple[str | None, int], now: datetime) -> Record:
    step, round_ = key
    # Contract, section 6: "from the second round or time on <step>.<kind>.<n>".
    before = [it.number for it in record.escalations if (it.kind, it.step) == (kind, step)]
    number = max(round_, 1 + max(before, default=0))
    name = f"{step or 'case'}.{kind}" + (f".{number}" if number > 1 else "")
    escalations = tuple(
        replace(it, overtaken_by=name)
        if it.kind in OVERTAKES.get(kind, ()) and (it.step, it.round) == key and it.resolved_at is None
        else it
        for it in record.escalations
    )
    new = Escalation(name, number, kind, step, round_, now)
    return replace(record, escalations=(*escalations, new))


def _resolve(record: Record, now: datetime, ended: list[Escalation]) -> Record:
    """What has ended is resolved. With a breach goes the warning that it had overtaken; `limit_at_risk` is open again.

    Contract, section 6: "a term that moves ... so that its last day or its end lies ahead again resolves what was
    raised for it", and "where `limit_exceeded` is resolved by a recount, the `limit_at_risk` ... is open again".
    """
    gone = {it.id for it in ended if it.resolved_at is None}
    gone |= {
        it.id
        for it in record.escalations
        if it.overtaken_by in gone and it.kind != "limit_at_risk" and it.resolved_at is None
    }
    return replace(
        record,
        escalations=tuple(
            replace(it, resolved_at=now)
            if it.id in gone
            else replace(it, overtaken_by=None)
            if it.overtaken_by in gone and it.resolved_at is None
            else it
            for it in record.escalations
        ),
    )
