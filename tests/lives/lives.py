"""Lives to compare, each from a seed. A life is drawn fact by fact, and each fact is aimed at where the case stands by
the model, so that it meets the edges: the last second of a term, the first of the next day, the cut-off, a day off."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from tests.lives.calendar import Calendar, day_of, start_of
from tests.lives.facts import (
    ConcludedWithout,
    Dispatched,
    Documents,
    Fact,
    Inspected,
    MissingRequested,
    Opened,
    Proof,
    ReadingChanged,
    Recounted,
    Released,
    Returned,
    RexChanges,
    Signed,
    Withdrawn,
)
from tests.lives.model import heard, told, wait
from tests.lives.record import Record, limit_at, limit_last_day

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

READINGS = {
    "inspection_starts": ("complete_set", "first_answer"),
    "further_request": ("anew", "runs_on"),
    "appeal_starts": ("signature", "end_of_inspection"),
    "thirty_end": ("signature", "end_of_inspection", "reply"),
    "without_proof": ("provisional", "not_overdue"),
    "grounds": ("any", "all"),
}
"""The options of each reading, the default first (contract, section 12)."""

RECEIPTS = [
    date(2025, 3, 3),  # a plain Monday, three weeks before Nauryz
    date(2025, 3, 7),  # a Friday before a Monday off
    date(2025, 3, 8),  # a Saturday
    date(2025, 3, 23),  # a Sunday among days off
    date(2024, 2, 26),  # the week in which the clocks went back
    date(2024, 2, 29),  # a day of 25 hours
    date(2024, 4, 29),  # before a Saturday that works
    date(2024, 5, 4),  # that Saturday
    date(2024, 12, 31),  # before a Sunday that works
]
CUTOFFS = [None, None, time(9), time(18, 30)]
CLOCKS = [time(0), time(0, 0, 1), time(23, 59, 59), time(9), time(9, 0, 1), time(18, 30), time(18, 30, 1), time(10)]
OPENED_LATER = [0, 0, 0, 1, 5, 24, 72, 8 * 24, 15 * 24, 30 * 24, 50 * 24]
"""Hours after the receipt."""

APPLICATION, ATTORNEY = "registration_application", "power_of_attorney"
COMPLETE = (APPLICATION, "invoice")
SETS = [
    COMPLETE,
    COMPLETE,
    (*COMPLETE, ATTORNEY),
    (APPLICATION,),
    ("invoice",),
    (ATTORNEY,),
    ("contract", "invoice"),
    (),
]
ASKED = [("invoice",), (ATTORNEY,), ("origin_evidence",), (APPLICATION, "contract")]
CHECKED = [(True, True, True)] * 4 + [(False, True, True), (True, False, True), (True, True, False)]
GROUNDS = ("scheme_terms", "registration_obligations", "activity_ended")
FOUND = [(), (), (), GROUNDS[:1], GROUNDS[1:], GROUNDS, GROUNDS]

EXPECTED = {
    "request_documents": {"dispatched": 8, "documents": 2, "inspected": 1},
    "await_documents": {"documents": 10, "proof": 4, "inspected": 1, "without": 1, "dispatched": 2},
    "inspect": {"inspected": 10, "missing": 3, "proof": 1, "documents": 2, "without": 1},
    "conclude": {"signed": 8, "rex": 5, "returned": 2, "missing": 2, "inspected": 3, "documents": 1},
    "appeal": {"dispatched": 4, "released": 3, "returned": 3},
    "reply": {"dispatched": 4, "released": 3, "returned": 3},
    "closed": {},
}
"""What mostly comes at a step, by weight."""

ANYTIME = {"recounted": 2, "reading": 3, "rex": 1}
UNLIKELY = ["documents", "inspected", "signed", "proof", "dispatched", "missing", "returned", "released", "without"]


def life(seed: int) -> tuple[Fact, ...]:
    """The facts of a life in their order, the opening first."""
    dice = Random(seed)
    opening = _opened(dice)
    facts: list[Fact] = [opening]
    record, now = told(opening), opening.at
    for _ in range(dice.randint(3, 14)):
        later = dice.choice(_moments(dice, record, now))
        record, now = wait(record, now, later), later
        fact = _following(dice, record, now)
        facts.append(fact)
        record = heard(record, fact) or record
        if record.step == "closed" and dice.random() < 0.7:
            break
    return tuple(facts)


def _opened(dice: Random) -> Opened:
    day = dice.choice(RECEIPTS)
    received_at = _clock(day, dice.choice(CLOCKS))
    turned = dice.sample(range(-5, 60), dice.choice([0, 0, 1, 3]))
    unsure = dice.sample(range(50), dice.choice([0, 0, 1, 2]))
    readings = {name: dice.choice(options) for name, options in READINGS.items()} if dice.random() < 0.7 else {}
    return Opened(
        at=received_at + dice.choice(OPENED_LATER) * HOUR,
        received_at=received_at,
        calendar=Calendar(
            turned=frozenset(day + days * DAY for days in turned),
            unsure=frozenset(day + days * DAY for days in unsure),
            cutoff=dice.choice(CUTOFFS),
        ),
        readings={name: option for name, option in readings.items() if option != READINGS[name][0]},
        atameken=dice.choice(["takes it", "takes it", "states the receipt", "down"]),
        mail=dice.random() < 0.7,
    )


def _clock(day: date, at: time) -> datetime:
    """What the clocks in Almaty show, as an instant."""
    return start_of(day) + (datetime.combine(day, at) - datetime.combine(day, time()))


def _moments(dice: Random, record: Record, now: datetime) -> list[datetime]:
    """When the next fact comes: soon, or around an edge that lies ahead."""
    if dice.random() < 0.5:
        return [now, now + SECOND, now + HOUR, now + 5 * HOUR, now + DAY, now + 3 * DAY]
    running = [term for term in record.terms if term.state == "running" and term.started_at is not None]
    edges = [start_of(day_of(now) + DAY), limit_at(record), now + 9 * DAY]
    edges += [edge for term in running for edge in (term.due_at, term.warned_at)]
    moments = [edge + away for edge in edges for away in (-SECOND, timedelta(), 2 * HOUR)]
    return [moment for moment in moments if now <= moment <= now + 40 * DAY] or [now]


def _stated(dice: Random, record: Record, now: datetime) -> datetime | None:
    """What a message states: nothing, now, an edge that has passed; seldom what is refused."""
    if dice.random() < 0.4:
        return None
    if dice.random() < 0.05:
        return dice.choice([record.received_at - SECOND, now + timedelta(minutes=6)])
    edges = [now, now + timedelta(minutes=4), now - HOUR, now - DAY, now - 4 * DAY, start_of(day_of(now)) - SECOND]
    edges += [record.received_at, _clock(day_of(now) - DAY, dice.choice(CLOCKS)), limit_at(record), limit_at(record)]
    for term in record.terms:
        if term.started_at is not None:
            edges += [term.started_at, term.started_at - HOUR, term.due_at, term.due_at - SECOND]
        if term.ended_at is not None:
            edges += [term.ended_at, term.ended_at + HOUR]
    return dice.choice([edge for edge in edges if record.received_at <= edge <= now + timedelta(minutes=4)])


def _following(dice: Random, record: Record, now: datetime) -> Fact:
    """What comes next: mostly what the step waits for, now and then what it does not."""
    weights = EXPECTED[record.step] | ANYTIME
    kind = dice.choices([*weights], [*weights.values()])[0]
    if dice.random() < 0.1:
        kind = dice.choice(UNLIKELY)
    if dice.random() < 0.02:
        kind = "withdrawn"
    return DRAWN[kind](dice, record, now)


def _documents(dice: Random, record: Record, now: datetime) -> Documents:
    sent_at, received_at = _stated(dice, record, now), _stated(dice, record, now)
    if sent_at is not None and received_at is not None and sent_at > received_at:
        sent_at, received_at = received_at, sent_at
    accepted = dice.choice(SETS)
    return Documents(
        at=now,
        accepted=accepted,
        refused=("invoice",) if not accepted or dice.random() < 0.2 else (),
        sent_at=sent_at,
        received_at=received_at,
        via_representative=dice.random() < 0.2,
    )


def _inspected(dice: Random, record: Record, now: datetime) -> Inspected:
    complete, reliable, match = dice.choice(CHECKED)
    return Inspected(
        at=now,
        completed_at=_stated(dice, record, now),
        complete=complete,
        reliable=reliable,
        match=match,
        registration=dice.choice(["valid"] * 5 + ["revoked", "none"]),
        grounds=dice.choice(FOUND),
    )


def _signed(dice: Random, record: Record, now: datetime) -> Signed:
    signed_at = _stated(dice, record, now)
    if signed_at is not None and record.drafted_at is not None and dice.random() < 0.8:
        signed_at = max(signed_at, record.drafted_at)
    return Signed(at=now, signed_at=signed_at, named=dice.random() < 0.8)


def _dispatched(dice: Random, record: Record, now: datetime) -> Dispatched:
    outstanding = [step for step in ("appeal", "reply") if record.step == step or dice.random() < 0.2]
    sent_at = _stated(dice, record, now) or now
    if record.signed_at is not None and dice.random() < 0.8:
        sent_at = max(sent_at, record.signed_at)
    return Dispatched(at=now, what=dice.choice(outstanding or ["request"]), sent_at=sent_at)


def _recounted(dice: Random, record: Record, now: datetime) -> Recounted:
    """A decree about days near the last day of something that runs, before or after it."""
    running = [term.last_day for term in record.terms if term.state == "running" and term.started_at is not None]
    near = dice.choice([*running, limit_last_day(record), day_of(now)])
    calendar = record.calendar
    for away in dice.sample(range(-4, 5), dice.randint(1, 3)):
        calendar = calendar.turn(near + away * DAY)
    return Recounted(at=now, calendar=calendar)


def _reading_changed(dice: Random, record: Record, now: datetime) -> ReadingChanged:
    reading = dice.choice([*READINGS])
    others = [option for option in READINGS[reading] if option != record.readings[reading] or dice.random() < 0.05]
    return ReadingChanged(at=now, reading=reading, option=dice.choice(others))


DRAWN: dict[str, Callable[[Random, Record, datetime], Fact]] = {
    "documents": _documents,
    "inspected": _inspected,
    "signed": _signed,
    "proof": lambda dice, record, now: Proof(at=now, received_at=_stated(dice, record, now) or now),
    "dispatched": _dispatched,
    "missing": lambda dice, record, now: MissingRequested(at=now, missing=dice.choice(ASKED)),
    "returned": lambda dice, record, now: Returned(at=now, reopen=dice.random() < 0.5),
    "released": lambda dice, record, now: Released(at=now),
    "without": lambda dice, record, now: ConcludedWithout(at=now),
    "withdrawn": lambda dice, record, now: Withdrawn(at=now),
    "recounted": _recounted,
    "rex": lambda dice, record, now: RexChanges(at=now, record=dice.randint(1, 3)),
    "reading": _reading_changed,
}
