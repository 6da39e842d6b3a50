"""Counts an account from the rows of the register. Pure; each figure as ``docs/reports.md`` defines it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

from calendars.time_zone import almaty_clock
from register.accounts import Standing
from register.overview import ListedEscalation
from register.rows import CaseEntry, StepEntry
from reports.figures import (
    Account,
    CountryCases,
    Party,
    PressedCase,
    Reserve,
    Terms,
    Unacknowledged,
    UnacknowledgedKind,
)
from reports.period import Period
from rules.outcome import Outcome
from rules.request import Country
from rules.terms import TERMS, WHOLE, Risk, Step

Key = TypeVar("Key")

ATAMEKENS: Final = frozenset({Step.AWAIT_DOCUMENTS})
"""The steps whose terms are Atameken's (¶8); all others are the ministry's."""

_PRESSED: Final = (Risk.AT_RISK, Risk.EXCEEDED)

_MOST_RESERVE: Final = 5
"""What a case starts with; of more there are few."""


def count(standing: Standing, period: Period, now: datetime) -> Account:
    """Count the account of a period.

    :param standing: the register as it is now.
    :param now: aware; what is of the present is so at this instant.
    """
    today = almaty_clock().day_of(now)
    open_now = [each for each in standing.cases if each.closed_at is None]
    unacknowledged = _unacknowledged(standing.escalations, today)
    return Account(
        first=period.first,
        last=period.last,
        made_at=now,
        period_over=period.last < today,
        cases=[_of_country(country, standing.cases, period) for country in Country],
        terms=[*(_of_step(step, standing.steps, period) for step in TERMS), _of_limit(standing.cases, period)],
        reserve_now=_counted(Reserve, (_reserve(each) for each in open_now)),
        pressed_now=_pressed(open_now),
        unacknowledged_kinds_now=_by_kind(unacknowledged),
        unacknowledged_now=unacknowledged,
    )


def _of_country(country: Country, cases: Iterable[CaseEntry], period: Period) -> CountryCases:
    day_of = almaty_clock().day_of
    own = [each for each in cases if each.country == country]
    received = [day_of(each.received_at) for each in own]
    closed = [(day_of(each.closed_at), each) for each in own if each.closed_at is not None]
    in_period = [each for day, each in closed if period.holds(day)]
    return CountryCases(
        country=country,
        open_before=sum(day < period.first for day in received) - sum(day < period.first for day, _ in closed),
        received=sum(map(period.holds, received)),
        closed=len(in_period),
        open_after=sum(day <= period.last for day in received) - sum(day <= period.last for day, _ in closed),
        outcomes=_counted(Outcome, (Outcome(each.outcome) for each in in_period if each.outcome)),
        open_now=_counted(
            [step for step in Step if step is not Step.CLOSED], (Step(each.step) for each in own if not each.closed_at)
        ),
    )


def _of_step(step: Step, entries: Sequence[StepEntry], period: Period) -> Terms:
    kept, broken = [], []
    for each in entries:
        if each.step != step:
            continue
        if each.late:
            if each.last_day is not None and period.holds(each.last_day):
                broken.append(each)
        elif each.ended_at is not None and period.holds(almaty_clock().day_of(each.ended_at)):
            kept.append(each)
    return Terms(
        paragraph=TERMS[step].paragraph,
        step=step,
        party=Party.ATAMEKEN if step in ATAMEKENS else Party.MINISTRY,
        kept=len(kept),
        broken=len(broken),
        provisional=sum(each.provisional for each in [*kept, *broken]),
        late_days=sum(each.late_days for each in broken),
    )


def _of_limit(cases: Iterable[CaseEntry], period: Period) -> Terms:
    kept = broken = 0
    for each in cases:
        if _exceeded(each):
            broken += each.limit_last_day is not None and period.holds(each.limit_last_day)
        elif each.limit_ended_at is not None:
            kept += period.holds(almaty_clock().day_of(each.limit_ended_at))
    return Terms(
        paragraph=WHOLE.paragraph,
        step=None,
        party=Party.MINISTRY,
        kept=kept,
        broken=broken,
        provisional=None,
        late_days=None,
    )


def _exceeded(case: CaseEntry) -> bool:
    """Whether the thirty days passed without what ends them; while it is still missing, the risk says so."""
    return case.limit_met is False or case.risk == Risk.EXCEEDED


def _reserve(case: CaseEntry) -> Reserve:
    if case.limit_ended_at is not None:
        return Reserve.NOT_NEEDED
    if _exceeded(case):
        return Reserve.EXCEEDED
    if case.reserve_days is None:
        return Reserve.NOT_COUNTED
    if case.reserve_days < 0:
        return Reserve.BELOW_0
    return Reserve(str(case.reserve_days)) if case.reserve_days <= _MOST_RESERVE else Reserve.MORE


def _pressed(open_now: Iterable[CaseEntry]) -> list[PressedCase]:
    """Those whose thirty days end first at the top."""
    pressed = [
        PressedCase.model_validate(each.model_dump(include=set(PressedCase.model_fields)))
        for each in open_now
        if each.limit_ended_at is None and each.risk in _PRESSED
    ]
    return sorted(pressed, key=lambda each: (each.limit_last_day or date.max, each.reserve_days or 0, each.case_id))


def _unacknowledged(escalations: Iterable[ListedEscalation], today: date) -> list[Unacknowledged]:
    """The oldest first."""
    found = [
        Unacknowledged(
            case_id=each.case_id,
            escalation_id=each.escalation.id,
            kind=each.escalation.kind,
            step=each.escalation.step,
            level=each.level,
            raised_at=each.escalation.raised_at,
            days=(today - almaty_clock().day_of(each.escalation.raised_at)).days,
        )
        for each in escalations
        if each.open and (each.escalation.acknowledged_until is None or each.escalation.acknowledged_until < today)
    ]
    return sorted(found, key=lambda each: (each.raised_at, each.case_id, each.escalation_id))


def _by_kind(escalations: Iterable[Unacknowledged]) -> list[UnacknowledgedKind]:
    """The kind with the oldest first."""
    days: defaultdict[str, list[int]] = defaultdict(list)
    for each in escalations:
        days[each.kind].append(each.days)
    return [UnacknowledgedKind(kind=kind, count=len(ages), oldest_days=max(ages)) for kind, ages in days.items()]


def _counted(keys: Iterable[Key], found: Iterable[Key]) -> dict[Key, int]:
    """How often each key was found; all of them, in their order, 0 where it was not."""
    counter = Counter(found)
    return {key: counter[key] for key in keys}
