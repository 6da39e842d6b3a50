"""The contract's names in the words of the field, and days and times as people read them: those of Asia/Almaty."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from calendars.time_zone import almaty_clock
from escalation.kinds import LEVEL_NAMES
from rules.terms import STEP_NAMES, Step

COUNTRIES = {"NO": "Norway", "CH": "Switzerland"}

RISKS = {"on_track": "on track", "tight": "tight", "at_risk": "at risk", "exceeded": "exceeded"}

RISK_STYLES = {"on_track": "green", "tight": "yellow", "at_risk": "bold red", "exceeded": "bold red"}

OUTCOMES = {
    "valid": "valid",
    "not_valid": "not valid",
    "not_confirmed": "not confirmed",
    "withdrawn": "withdrawn",
}

OUTCOME_STYLES = {"valid": "green", "not_valid": "bold red", "not_confirmed": "yellow", "withdrawn": "dim"}


def words(name: str) -> str:
    """A name of the contract as words: ``registration_application`` -> ``registration application``."""
    return name.replace("_", " ")


def step_words(step: str) -> str:
    """A step in the words of people."""
    return STEP_NAMES[Step(step)] if step in set(Step) else words(step)


def level_words(level: int) -> str:
    """Who a level of escalation is."""
    return LEVEL_NAMES.get(level, "further up")


def day_words(day: date | None) -> str:
    """``Mon 30 Nov 2026``; a dash where there is none yet."""
    return day.strftime("%a %-d %b %Y") if day else "–"


def short_day(day: date | None) -> str:
    """``30 Nov 2026``, where a column has no room for the day of the week."""
    return day.strftime("%-d %b %Y") if day else "–"


def day_of(instant: datetime | None) -> date | None:
    """The day in Asia/Almaty on which the instant falls."""
    return almaty_clock().day_of(instant) if instant else None


def last_day_before(due_at: datetime | None) -> date | None:
    """The last day of a term whose ``due_at`` is 24:00 of it (contract, section 2)."""
    return day_of(due_at - timedelta(microseconds=1)) if due_at else None


def time_words(instant: datetime | None) -> str:
    """``Mon 30 Nov 2026 14:05`` in Asia/Almaty; a dash where there is none yet."""
    return almaty_clock().local(instant).strftime("%a %-d %b %Y %H:%M") if instant else "–"


def often_words(count: int) -> str:
    """``, came 5 times``; nothing for what came once."""
    return f", came {count} times" if count > 1 else ""
