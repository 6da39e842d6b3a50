"""The register as an account counts it, in few words: days of March 2026, noon in Almaty."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from calendars.time_zone import almaty
from register.accounts import Standing
from register.overview import ListedEscalation
from register.rows import CaseEntry, StepEntry
from reports.counting import count
from reports.figures import Account
from reports.period import Period
from tests.register import examples

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
NOON = time(12)


def march(day: int, at: time = NOON) -> datetime:
    """A day of March 2026; 0 and below lie in February, 32 and above in April."""
    return datetime.combine(date.fromordinal(date(2026, 3, 1).toordinal() + day - 1), at, almaty())


MADE_AT = march(32, time(9))


def case(number: int = 1, *, received: int = 2, closed: int | None = None, **changes: Any) -> CaseEntry:
    """A case by the days on which it was received and closed."""
    given: dict[str, Any] = {
        "case_id": f"rex-ch-{number}",
        "received_at": march(received),
        "closed_at": None if closed is None else march(closed),
        "step": "inspect" if closed is None else "closed",
        "outcome": None if closed is None else "valid",
    }
    return examples.case(**given | changes)


def kept(step: str = "inspect", *, ended: datetime, **changes: Any) -> StepEntry:
    """A step done in time."""
    last_day = date(2026, 3, 31)
    return examples.step(**{"step": step, "state": "done", "ended_at": ended, "last_day": last_day} | changes)


def broken(step: str = "inspect", *, last_day: date, state: str = "running", **changes: Any) -> StepEntry:
    """A step late by two days."""
    return examples.step(**{"step": step, "state": state, "last_day": last_day, "late": True, "late_days": 2} | changes)


def escalation(case_id: str = "rex-ch-1", **changes: Any) -> ListedEscalation:
    """An open escalation of which nobody was notified yet."""
    return ListedEscalation(case_id, examples.escalation(**changes), None)


def standing(*rows: CaseEntry | StepEntry | ListedEscalation) -> Standing:
    """The register with these rows."""
    return Standing(
        cases=[each for each in rows if isinstance(each, CaseEntry)],
        steps=[each for each in rows if isinstance(each, StepEntry)],
        escalations=[each for each in rows if isinstance(each, ListedEscalation)],
    )


def account(*rows: CaseEntry | StepEntry | ListedEscalation, period: Period = MARCH, at: datetime = MADE_AT) -> Account:
    """The account of these rows."""
    return count(standing(*rows), period, at)
