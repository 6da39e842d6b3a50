"""Ladders of escalation: who is notified when, in which hours, and what comes next (contract, section 6).

A ladder that runs holds a ``Plan``: the rules of its kind and the recipients of each level by place and short hash,
never an address. Working hours are counted with the recorded calendar, in Asia/Almaty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from escalation.kinds import CASE_OFFICER, Escalation
from rules.calendar import CalendarDoesNotReach, WorkingCalendar
from rules.clock import ONE_DAY
from rules.instant import Instant


class Language(StrEnum):
    """What a level is written to in."""

    ENGLISH = "en"
    RUSSIAN = "ru"
    KAZAKH = "kk"


class Hours(BaseModel):
    """A stretch of a working day, in minutes from 00:00; ``ends`` is the first minute that is outside."""

    model_config = ConfigDict(frozen=True)

    begins: int = Field(ge=0, lt=24 * 60)
    ends: int = Field(gt=0, le=24 * 60)


class Recipient(BaseModel):
    """One recipient of a level by place and short hash: what a history may hold of an address."""

    model_config = ConfigDict(frozen=True)

    id: str
    level: int
    index: int
    scheme: str


class LevelPlan(BaseModel):
    """Whom a level is, when it may be notified of what is not urgent, and in which language."""

    model_config = ConfigDict(frozen=True)

    language: Language
    office_hours: tuple[Hours, ...] = Field(description="in order; none where the level is notified around the clock")
    recipients: tuple[Recipient, ...]


class KindPlan(BaseModel):
    """How a kind of escalation climbs. Hours are working hours."""

    model_config = ConfigDict(frozen=True)

    first_level: int
    climb_after: float = Field(gt=0)
    repeat_every: float = Field(gt=0)
    repeat_at_most: int = Field(ge=0)
    urgent: bool


class LadderBook(BaseModel):
    """The ladders of a worker's file, as a case records them: rules and recipients by hash, never an address.

    ``officers`` are by ``officer_key``. ``version`` is a short hash of all of it: a case learns with each notice
    whether there is a newer one.
    """

    model_config = ConfigDict(frozen=True)

    version: str
    kinds: dict[Escalation, KindPlan]
    levels: dict[int, LevelPlan]
    officers: dict[str, tuple[Recipient, ...]] = Field(default_factory=dict)
    working_hours: tuple[Hours, ...]

    @property
    def top(self) -> int:
        """The last level, which is repeated."""
        return max(self.levels)

    def recipients(self, level: int, responsible: str | None) -> tuple[Recipient, ...]:
        """Who is notified at a level: its own recipients, and at the first the officer responsible for the case.

        :param responsible: the officer's name; one that the ladder file does not have has no address.
        """
        own = self.levels[level].recipients
        if level != CASE_OFFICER or responsible is None:
            return own
        known = {each.id for each in own}
        officer = self.officers.get(officer_key(responsible), ())
        return (*own, *(each for each in officer if each.id not in known))


def officer_key(name: str) -> str:
    """An officer's name as it is compared: capitals and spaces are typed in several ways."""
    return " ".join(name.casefold().split())


class Rung(BaseModel):
    """One call to one level. ``number`` counts from 1; ``repeat`` counts the repeats of the last level."""

    model_config = ConfigDict(frozen=True)

    number: int
    level: int
    due_at: Instant
    repeat: int = 0


class OfficeClock:
    """Counts hours of an office: its stretches of each working day.

    Where no calendar is recorded yet, or it does not reach, every hour counts: an early warning is better than none.
    """

    def __init__(self, calendar: WorkingCalendar | None, hours: tuple[Hours, ...]) -> None:
        """:param hours: in order and apart; none means around the clock."""
        self._calendar = calendar
        self._hours = hours

    def opening(self, at: datetime) -> datetime:
        """``at`` itself within the hours, else when they begin next."""
        return max(at, self._stretch(at)[0])

    def closing(self, at: datetime) -> datetime | None:
        """When the stretch that holds ``at``, or the next one, ends; None around the clock."""
        return self._stretch(at)[1]

    def after(self, at: datetime, hours: float) -> datetime:
        """The instant at which so many working hours have passed since ``at``.

        :raises ValueError: for no hours or fewer.
        """
        if hours <= 0:
            raise ValueError(f"a wait of {hours} working hours: expected more than 0")
        left = timedelta(hours=hours)
        try:
            for begins, ends in self._stretches(at):
                begins = max(begins, at)
                if left <= ends - begins:
                    return begins + left
                left -= ends - begins
        except CalendarDoesNotReach:
            pass
        return at + timedelta(hours=hours)

    def _stretch(self, at: datetime) -> tuple[datetime, datetime | None]:
        try:
            return next(self._stretches(at), (at, None))
        except CalendarDoesNotReach:
            return at, None

    def _stretches(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches that end after ``at``; none without calendar or hours."""
        calendar = self._calendar
        if calendar is None or not self._hours:
            return
        day = calendar.day_of(at)
        while True:
            if calendar.is_working(day):
                midnight = calendar.start_of(day)
                for each in self._hours:
                    ends = midnight + timedelta(minutes=each.ends)
                    if ends > at:
                        yield midnight + timedelta(minutes=each.begins), ends
            day += ONE_DAY


def next_rung(
    book: LadderBook,
    kind: Escalation,
    calendar: WorkingCalendar | None,
    last: Rung | None,
    *,
    raised_at: datetime,
    nobody_since: datetime | None = None,
    rests_until: datetime | None = None,
) -> Rung | None:
    """The rung after ``last``, or None where the last level has been repeated often enough.

    Each is counted from the moment at which the one before was due, not from when it was sent: after an outage those
    that were missed follow in order.

    :param last: None before the first.
    :param nobody_since: when it turned out that nobody of ``last`` can be reached: the next level is notified at once.
    :param rests_until: the end of the day until which somebody has acknowledged; its level is notified again then.
    """
    plan = book.kinds[kind]
    if last is None:
        number, level, repeat, due = 1, plan.first_level, 0, raised_at
    elif rests_until is not None:
        # Who acknowledged it and let it lie is notified again, whatever came before; then it climbs and repeats anew.
        number, level, repeat, due = last.number + 1, last.level, 0, rests_until
    elif last.level < book.top:
        number, level, repeat = last.number + 1, last.level + 1, 0
        climbs_at = OfficeClock(calendar, book.working_hours).after(last.due_at, plan.climb_after)
        due = climbs_at if nobody_since is None else min(climbs_at, nobody_since)
    elif last.repeat < plan.repeat_at_most:
        number, level, repeat = last.number + 1, last.level, last.repeat + 1
        due = OfficeClock(calendar, book.working_hours).after(last.due_at, plan.repeat_every)
    else:
        return None
    if rests_until is not None:
        due = max(due, rests_until)
    if not plan.urgent:
        due = OfficeClock(calendar, book.levels[level].office_hours).opening(due)
    return Rung(number=number, level=level, due_at=due, repeat=repeat)


def working_days_left(calendar: WorkingCalendar | None, last_day: date | None, now: datetime) -> int | None:
    """Working days from today to ``last_day``, both counted; negative or 0 once it has passed; None where unknown."""
    if calendar is None or last_day is None:
        return None
    try:
        today = calendar.day_of(now)
        left = calendar.between(today, last_day)
        return left + 1 if today <= last_day and calendar.is_working(today) else left
    except CalendarDoesNotReach:
        return None
