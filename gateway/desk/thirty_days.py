"""The picture of a case's thirty days: each term as a bar over the calendar, drawn here as SVG.

Solid is what was used, outlined what is given, red what is late; days off are shaded. Steps that have not begun stand
where they would if every step before takes its full term; what is left until the limit is the reserve.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from rules.calendar import CalendarDoesNotReach, WorkingCalendar
from rules.case_view import CaseView, StepView
from rules.clock import Clock
from rules.terms import TERMS, Step

WIDTH, LEFT, RIGHT, ROW, TOP = 960.0, 8.0, 12.0, 44.0, 34.0
"""In units of the picture."""

LONGEST_DAYS = 400
"""A case that is late by more is drawn to here."""


@dataclass(frozen=True)
class Bar:
    """A stretch of a row: ``kind`` is term, used, late, planned or reserve."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Row:
    """A step in its round; ``y`` of its middle."""

    step: str
    round: int
    y: float
    bars: tuple[Bar, ...]
    started: date | None
    last_day: date | None
    ended: date | None
    late_days: int


@dataclass(frozen=True)
class Picture:
    """What the template draws."""

    width: float
    height: float
    rows: tuple[Row, ...]
    off: tuple[Bar, ...]
    ticks: tuple[tuple[float, date], ...]
    today: float | None
    limit: float | None
    reserve: Bar | None
    top: float = TOP
    row: float = field(default=ROW)


def picture_of(case: CaseView, clock: Clock, calendar: WorkingCalendar | None, today: date) -> Picture:
    """The picture.

    :param clock: of Almaty.
    :param calendar: the one that the case counts by; without it no step is planned and only weekends are shaded.
    :param today: the day in Almaty.
    """
    first = clock.day_of(case.received_at)
    # An appeal that has not begun is no part of most cases.
    steps = [
        each
        for each in case.steps
        if each.step in TERMS and each.state != "skipped" and (each.step is not Step.APPEAL or each.started_at)
    ]
    planned = _planned(steps, calendar, today) if calendar is not None and case.step is not Step.CLOSED else {}
    ends = [_end(each, clock, today) for each in steps]
    over = case.step is Step.CLOSED
    days = [*(each for each in ends if each), *(end for _, end in planned.values()), case.limit_last_day]
    last = max((each for each in (*days, None if over else today) if each is not None), default=first)
    last = min(max(last, first + timedelta(days=7)), first + timedelta(days=LONGEST_DAYS)) + timedelta(days=1)
    scale = (WIDTH - LEFT - RIGHT) / ((last - first).days + 1)

    def x(day: date) -> float:
        """Where a day begins."""
        return round(LEFT + scale * min(max((day - first).days, 0), (last - first).days + 1), 1)

    def bar(kind: str, begin: date, end: date) -> Bar:
        """From a day to the end of another."""
        return Bar(kind, x(begin), max(round(x(end + timedelta(days=1)) - x(begin), 1), 3))

    rows = []
    for number, step in enumerate(steps):
        bars: list[Bar] = []
        started = clock.day_of(step.started_at) if step.started_at else None
        ended = clock.day_of(step.ended_at) if step.ended_at else None
        if started is not None:
            until = ended or today
            if step.last_day is not None:
                bars.append(bar("term", started, max(step.last_day, started)))
                bars.append(bar("used", started, max(min(until, step.last_day), started)))
                if step.late and until > step.last_day:
                    bars.append(bar("late", step.last_day + timedelta(days=1), until))
            else:
                bars.append(bar("used", started, max(until, started)))
        elif number in planned:
            bars.append(bar("planned", *planned[number]))
        y = TOP + ROW * number + ROW * 0.68
        rows.append(Row(step.step.value, step.round, y, tuple(bars), started, step.last_day, ended, step.late_days))
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    off = [each for each in every if not _works(each, calendar)]
    limit = case.limit_last_day
    reserve = None
    ends_on = max((end for _, end in planned.values()), default=None)
    if case.thirty_run and limit is not None and ends_on is not None and limit > ends_on:
        reserve = bar("reserve", ends_on + timedelta(days=1), limit)
    mondays = [each for each in every if each.weekday() == 0]
    apart = max(1, len(mondays) // 8 + (len(mondays) % 8 > 0))
    return Picture(
        width=WIDTH,
        height=TOP + ROW * len(rows) + 40,
        rows=tuple(rows),
        off=tuple(bar("off", each, each) for each in off),
        ticks=tuple((x(each), each) for each in mondays[::apart]),
        today=None if over or not first <= today <= last else x(today) + scale / 2,
        limit=x(limit + timedelta(days=1)) if limit is not None and limit <= last else None,
        reserve=reserve,
    )


def _works(day: date, calendar: WorkingCalendar | None) -> bool:
    try:
        return calendar.is_working(day) if calendar is not None else day.weekday() < 5
    except CalendarDoesNotReach:
        return day.weekday() < 5


def _end(step: StepView, clock: Clock, today: date) -> date | None:
    if step.started_at is None:
        return None
    ended = clock.day_of(step.ended_at) if step.ended_at else today
    return max(ended, step.last_day) if step.last_day else ended


def _planned(steps: list[StepView], calendar: WorkingCalendar, today: date) -> dict[int, tuple[date, date]]:
    """First and last day of each step that has not begun, by its place, if every step takes its full term."""
    found: dict[int, tuple[date, date]] = {}
    running = [each.last_day for each in steps if each.state == "running" and each.last_day]
    if not running:
        return found
    before = max(*running, today)
    for number, step in enumerate(steps):
        if step.state != "pending":
            continue
        try:
            last = calendar.after(before, step.working_days)
            found[number] = (before + timedelta(days=1), last)
        except CalendarDoesNotReach:
            break
        before = last
    return found
