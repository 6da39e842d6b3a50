"""An independent model of the order: from the facts of a life to what the query `case` has to show at an instant.

Written from docs/order.md, docs/counting.md and docs/contract.md, without the code under test. Everything is told anew
from the facts; what is counted (`record.py`) is never remembered.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.lives.calendar import day_of, start_of
from tests.lives.documents import missing
from tests.lives.escalations import look
from tests.lives.facts import Fact, Opened
from tests.lives.order import opened, take
from tests.lives.record import (
    DAYS,
    PARAGRAPH,
    Record,
    Term,
    late,
    late_days,
    limit_at,
    limit_last_day,
    limit_met,
    proposed,
    reserve,
    risk,
    thirty_ended_at,
)


def told(opening: Opened) -> Record:
    """The case as it stands when it has just been opened."""
    return look(opened(opening), opening.at)


def heard(record: Record, fact: Fact) -> Record | None:
    """The case after a fact; None where the fact is refused."""
    after = take(record, fact)
    return None if after is None else look(after, fact.at, record)


def wait(record: Record, since: datetime, until: datetime) -> Record:
    for midnight in midnights(since, until):
        if record.step == "closed":
            break
        record = look(record, midnight, record)
    return record


def midnights(since: datetime, until: datetime) -> Iterator[datetime]:
    """Each 00:00 in Almaty after `since`, up to and with `until`."""
    day = day_of(since) + timedelta(days=1)
    while start_of(day) <= until:
        yield start_of(day)
        day += timedelta(days=1)


def shown(record: Record, now: datetime) -> dict[str, object]:
    """What the query `case` shows, as far as the model goes."""
    outcome = "withdrawn" if record.withdrawn_at else proposed(record) if record.signed_at else None
    return {
        "step": record.step,
        "risk": risk(record, now),
        "reserve_days": reserve(record, now),
        "limit_at": limit_at(record),
        "limit_last_day": limit_last_day(record),
        "limit_ended_at": thirty_ended_at(record),
        "limit_met": limit_met(record, now),
        "outcome": outcome,
        "missing_documents": sorted(missing(record)),
        "readings": dict(record.readings),
        "held": record.held,
        "appeal": record.term("appeal").state == "done",
        **{f"{term.step} {term.round}": _term(record, term, now) for term in record.terms},
        **{it.id: (it.raised_at, it.resolved_at, it.overtaken_by) for it in record.escalations},
    }


def _term(record: Record, term: Term, now: datetime) -> dict[str, object]:
    begun = term.started_at is not None
    return {
        "paragraph": PARAGRAPH[term.step],
        "working_days": DAYS[term.step],
        "state": term.state,
        "started_at": term.started_at,
        "from_receipt": begun and term.from_receipt,
        "due_at": term.due_at if begun else None,
        "last_day": term.last_day if begun else None,
        "ended_at": term.ended_at,
        "late": late(record, term, now),
        "late_days": late_days(record, term, now),
        "provisional": begun and term.provisional,
        "unproven": begun and term.unproven,
    }
