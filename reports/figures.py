"""The figures of an account, as ``docs/reports.md`` defines them. Times are UTC, days are days in Asia/Almaty."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from rules.instant import Day, Instant
from rules.outcome import Outcome
from rules.request import Country
from rules.terms import Risk, Step


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True)


class Party(StrEnum):
    """Whose a term is."""

    MINISTRY = "ministry"
    ATAMEKEN = "atameken"


class Reserve(StrEnum):
    """How much reserve an open case has; working days."""

    EXCEEDED = "exceeded"
    BELOW_0 = "below_0"
    ZERO = "0"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    MORE = "more_than_5"
    NOT_NEEDED = "not_needed"
    NOT_COUNTED = "not_counted"


class CountryCases(_Figures):
    """The cases of one country: how many there were, how they ended in the period, where the open ones stand now."""

    country: Country
    open_before: int
    received: int
    closed: int
    open_after: int
    outcomes: dict[Outcome, int] = Field(description="of those closed in the period")
    open_now: dict[Step, int] = Field(description="by the step at which they stand")


class Terms(_Figures):
    """The terms of one paragraph that were kept or broken in the period; ``step`` None is the thirty days of ¶5."""

    paragraph: int
    step: Step | None
    party: Party
    kept: int
    broken: int
    provisional: int | None = Field(description="of both: those whose dates may still move; None for ¶5")
    late_days: int | None = Field(description="working days by which the broken ones are late; None for ¶5")


class PressedCase(_Figures):
    """An open case that is at risk or over its thirty days."""

    case_id: str
    country: Country
    step: Step
    risk: Risk
    reserve_days: int | None
    limit_last_day: Day | None


class UnacknowledgedKind(_Figures):
    """The open escalations of one kind that nobody has acknowledged. ``oldest_days`` is the age of the oldest."""

    kind: str
    count: int
    oldest_days: int


class Unacknowledged(_Figures):
    """One of them. ``level`` is the level that was notified last; ``days`` its age in calendar days."""

    case_id: str
    escalation_id: str
    kind: str
    step: str | None
    level: int
    raised_at: Instant
    days: int


class Account(_Figures):
    """The account of a period. What is of the present (``now`` in the names below) is so at ``made_at``."""

    first: Day
    last: Day
    made_at: Instant
    period_over: bool
    cases: list[CountryCases]
    terms: list[Terms]
    reserve_now: dict[Reserve, int]
    pressed_now: list[PressedCase]
    unacknowledged_kinds_now: list[UnacknowledgedKind]
    unacknowledged_now: list[Unacknowledged]
