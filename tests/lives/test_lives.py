"""The cases against an independent model of the order, day by day, over lives of every kind."""

import asyncio
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from datetime import datetime, timedelta
from random import SystemRandom

import pytest

from tests.lives.calendar import almaty
from tests.lives.facts import Fact, Opened, Recounted
from tests.lives.lives import life
from tests.lives.model import heard, midnights, shown, told, wait
from tests.lives.product import Lived
from tests.lives.record import Record, limit_at

SECOND = timedelta(seconds=1)
WATCHED_AFTER = timedelta(days=12)
"""How long a life is watched after its last fact."""

FRESH = SystemRandom().randrange(2**32)
"""Where the seeds of the slow run begin: other lives each time."""


@pytest.mark.parametrize("first", range(0, 50, 25))
def test_a_case_shows_what_the_order_says_day_by_day(first: int) -> None:
    _compare(range(first, first + 25))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_two_thousand_other_lives_show_it_too(part: int) -> None:
    _compare(range(FRESH + 100 * part, FRESH + 100 * (part + 1)))


def _compare(seeds: range) -> None:
    for seed in seeds:
        if asyncio.run(difference(life(seed))) is not None:
            told = asyncio.run(difference(shortest(life(seed))))
            pytest.fail(f"of the life with seed {seed} the shortest that shows it, in Almaty:\n{told}", pytrace=False)


async def difference(facts: tuple[Fact, ...]) -> str | None:
    """The first moment at which the case and the model differ, told with what has happened by then."""
    opening = facts[0]
    assert isinstance(opening, Opened)
    record, now, lived = told(opening), opening.at, Lived(opening)
    await lived.wait(now)
    story = [_tell(opening)]
    differs = _differ(shown(record, now), lived.shown())
    for fact in (*facts[1:], None):
        for moment in _looks(record, now, fact.at if fact is not None else now + WATCHED_AFTER):
            if differs:
                break
            record, now = wait(record, now, moment), moment
            await lived.wait(now)
            differs = _differ(shown(record, now), lived.shown())
        if differs or fact is None:
            break
        after, refusal = heard(record, fact), await lived.take(fact)
        story.append(_tell(fact) + (f"  -> the case refuses it: {refusal}" if refusal else ""))
        record = after or record
        if (after is None) == (refusal is None):
            differs = ["the model " + ("refuses it" if after is None else "accepts it")]
        else:
            differs = _differ(shown(record, now), lived.shown())
    return "\n".join([*story, f"{_say(now)}  differ", *(f"    {line}" for line in differs)]) if differs else None


def _looks(record: Record, since: datetime, until: datetime) -> Iterator[datetime]:
    """The first second of each day, the last before a term ends, and the moment of the next fact."""
    ends = {term.due_at for term in record.terms if term.state == "running" and term.started_at is not None}
    for midnight in midnights(since, until):
        if midnight in ends | {limit_at(record)} and midnight - SECOND > since:
            yield midnight - SECOND
        yield midnight
    yield until


def _differ(model: dict[str, object], case: dict[str, object]) -> list[str]:
    lines = []
    for key in sorted(model.keys() | case.keys()):
        ours, theirs = model.get(key), case.get(key)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            lines += [f"{key}.{line}" for line in _differ(ours, theirs)]
        elif ours != theirs:
            lines.append(f"{key}: the model says {_say(ours)}, the case {_say(theirs)}")
    return lines


def _say(value: object) -> str:
    if isinstance(value, datetime):
        return f"{almaty(value):%a %d %b %Y %H:%M:%S}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_say(each) for each in value) + ")"
    return str(value)


def _tell(fact: Fact) -> str:
    usual = {field.name: field.default for field in fields(fact)}
    said = [
        f"{name}={_say(value)}"
        for name, value in vars(fact).items()
        if name != "at" and value != usual[name] and value not in ({}, ())
    ]
    return f"{_say(fact.at)}  {type(fact).__name__} {', '.join(said)}"


# The shortest life that differs


def shortest(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """A life that differs still, from which no fact and nothing of a fact can be left out."""
    for shorter in _shorter(facts):
        if asyncio.run(difference(shorter)) is not None:
            return shortest(shorter)
    return facts


def _shorter(facts: tuple[Fact, ...]) -> Iterator[tuple[Fact, ...]]:
    for length in range(1, len(facts)):
        yield facts[:length]
    for place in range(1, len(facts)):
        yield facts[:place] + facts[place + 1 :]
    for place, fact in enumerate(facts):
        for simpler in _simpler(fact):
            yield (*facts[:place], simpler, *facts[place + 1 :])


def _simpler(fact: Fact) -> Iterator[Fact]:
    for field in fields(fact):
        if field.default is not MISSING and getattr(fact, field.name) != field.default:
            yield replace(fact, **{field.name: field.default})
    if isinstance(fact, Opened):
        for name in fact.readings:
            yield replace(fact, readings={each: it for each, it in fact.readings.items() if each != name})
    if isinstance(fact, Opened | Recounted):
        for day in sorted(fact.calendar.turned):
            yield replace(fact, calendar=fact.calendar.turn(day))
        if fact.calendar.unsure:
            yield replace(fact, calendar=replace(fact.calendar, unsure=frozenset()))
