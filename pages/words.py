"""The contract's names in the words of people, and days and times as pages write them: those of Asia/Almaty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from rules.clock import Clock
from rules.outcome import Outcome
from rules.request import Country
from rules.terms import Risk

COUNTRIES: Final[dict[str, str]] = {Country.NORWAY: "Norway", Country.SWITZERLAND: "Switzerland"}

RISKS: Final[dict[str, str]] = {
    Risk.ON_TRACK: "on track",
    Risk.TIGHT: "tight",
    Risk.AT_RISK: "at risk",
    Risk.EXCEEDED: "exceeded",
}

OUTCOMES: Final[dict[str, str]] = {
    Outcome.VALID: "valid",
    Outcome.NOT_VALID: "not valid",
    Outcome.NOT_CONFIRMED: "not confirmed",
    Outcome.WITHDRAWN: "withdrawn",
}


def words(name: str) -> str:
    """A name of the contract as words: ``registration_application`` -> ``registration application``."""
    return str(name).replace("_", " ")


def day(of: date) -> str:
    """``Mon 30 Nov 2026``."""
    return f"{of:%a} {of.day} {of:%b %Y}"


def moment(clock: Clock, at: datetime) -> str:
    """``Mon 30 Nov 2026 14:05``."""
    local = clock.local(at)
    return f"{day(local.date())} {local:%H:%M}"


def working_days(count: int) -> str:
    """``1 working day``, ``3 working days``."""
    return f"{count} working day" + ("" if abs(count) == 1 else "s")


def size(count: int) -> str:
    """A size in bytes as people read it."""
    if count < 1000:
        return f"{count} B"
    if count < 1_000_000:
        return f"{count / 1000:.0f} kB"
    return f"{count / 1_000_000:.1f} MB"
