"""What is on file in a case at one moment, and what follows from it by counting: last days, lateness, reserve, risk.

Nothing here is remembered that could be counted: the file holds facts, the calendar of each term, and no due dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from tests.lives.calendar import Calendar, day_of, start_of
from tests.lives.facts import Atameken, Documents, Inspected

PARAGRAPH = {"request_documents": 7, "await_documents": 8, "inspect": 9, "conclude": 10, "appeal": 10}
DAYS = {"request_documents": 3, "await_documents": 5, "inspect": 7, "conclude": 7, "appeal": 3}
ORDER = list(DAYS)
THIRTY, WARNED = 30, 28

DEFAULTS = {
    "inspection_starts": "complete_set",
    "further_request": "anew",
    "appeal_starts": "signature",
    "thirty_end": "signature",
    "without_proof": "provisional",
    "grounds": "any",
}


@dataclass(frozen=True)
class Term:
    """One entry of `steps`. `calendar` and `without_proof`: what it is counted by, as it was when the term ended."""

    step: str
    round: int
    calendar: Calendar
    state: str = "pending"
    started_at: datetime | None = None
    from_receipt: bool = False
    unproven: bool = False
    without_proof: str = "provisional"
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state in ("pending", "running")

    @property
    def day_zero(self) -> date:
        assert self.started_at is not None
        return self.calendar.day_zero(self.started_at, receipt=self.from_receipt)

    @property
    def last_day(self) -> date:
        return self.calendar.after(self.day_zero, DAYS[self.step])

    @property
    def warned_at(self) -> datetime:
        return start_of(self.last_day)

    @property
    def due_at(self) -> datetime:
        return end_of(self.last_day)

    @property
    def provisional(self) -> bool:
        return self.unproven or self.calendar.may_move(self.day_zero, self.last_day)


@dataclass(frozen=True)
class Letter:
    """A request for documents: when it was decided on and sent, and what shows when Atameken received it."""

    wanted_at: datetime
    has_term: bool = True
    """By the reading `runs_on` a further letter has no ¶8 of its own, and a proof of its receipt moves nothing."""
    sent_at: datetime | None = None
    answered: datetime | None = None
    proof: datetime | None = None


@dataclass(frozen=True)
class Escalation:
    id: str
    number: int
    kind: str
    step: str | None
    round: int
    raised_at: datetime
    resolved_at: datetime | None = None
    overtaken_by: str | None = None


@dataclass(frozen=True)
class Record:
    received_at: datetime
    calendar: Calendar
    readings: Mapping[str, str]
    atameken: Atameken
    mail: bool
    terms: tuple[Term, ...]
    thirty_calendar: Calendar
    letter: Letter
    deliveries: tuple[Documents, ...] = ()
    asked_for: tuple[str, ...] = ()
    asked_after: int = 0
    """How many deliveries had come when the present papers were asked for."""
    answered_after: int = 0
    """How many had come when the present ¶8 began: what is asked for while terms run on begins none."""
    result: Inspected | None = None
    result_at: datetime | None = None
    """When the inspection ended by the result, or by the decision to conclude without documents."""
    reopened: bool = False
    without_documents: bool = False
    drafts: int = 0
    drafted_at: datetime | None = None
    signed_at: datetime | None = None
    appeal_starts: str | None = None
    """How the appeal's start was read at the signature: the reserve stays as it was then."""
    rex: int = 0
    rex_seen: int = 0
    held: bool = False
    replied_at: datetime | None = None
    withdrawn_at: datetime | None = None
    before_withdrawal: "Record | None" = None
    escalations: tuple[Escalation, ...] = ()

    def reading(self, name: str) -> str:
        return self.readings[name]

    def term(self, step: str) -> Term:
        """The latest round of a step."""
        return [term for term in self.terms if term.step == step][-1]

    def with_term(self, step: str, **changes: object) -> "Record":
        old = self.term(step)
        new = replace(old, **changes)  # type: ignore[arg-type]  # the names are those of Term
        return replace(self, terms=tuple(new if term is old else term for term in self.terms))

    def ending(self, step: str, at: datetime) -> "Record":
        """The step done. Contract, section 2: "no step ends before it began"."""
        started_at = self.term(step).started_at
        return self.with_term(step, state="done", ended_at=at if started_at is None else max(at, started_at))

    @property
    def step(self) -> str:
        """Where the case stands."""
        if self.withdrawn_at is not None:
            return "closed"
        for step in ORDER[:4]:
            if self.term(step).open:
                return step
        if self.term("appeal").open:
            return "appeal"
        return "reply" if self.replied_at is None else "closed"


def end_of(day: date) -> datetime:
    """24:00 of a day."""
    return start_of(date.fromordinal(day.toordinal() + 1))


# The outcome (contract, section 3, "After the inspection result")


def has_ground(record: Record, result: Inspected) -> bool:
    """¶10: any one ground, or by the other reading only the three together."""
    return bool(result.grounds) if record.reading("grounds") == "any" else len(set(result.grounds)) == 3


def judged(record: Record, result: Inspected) -> str | None:
    """The outcome that a result calls for; None where it is kept and the inspection runs on."""
    if has_ground(record, result) or result.registration != "valid":
        return "not_valid"
    if not result.complete:
        return None
    if result.reliable and result.match and not result.grounds:
        return "valid"
    return "not_confirmed"


def proposed(record: Record) -> str | None:
    """What the conclusion says, or would say; None while nothing is decided."""
    if record.reopened:
        return None
    if record.without_documents:
        return "not_valid" if record.result is not None and has_ground(record, record.result) else "not_confirmed"
    if record.result is None or record.result_at is None:
        return None
    return judged(record, record.result) or "not_confirmed"


def appeal_follows(record: Record) -> bool | None:
    """Whether an appeal is due; None until it is known."""
    outcome = proposed(record)
    if outcome is None:
        return None
    result = record.result
    return (
        outcome == "not_valid" and result is not None and has_ground(record, result) and result.registration == "valid"
    )


# The thirty days (¶5)


def limit_last_day(record: Record, days: int = THIRTY) -> date:
    calendar = record.thirty_calendar
    return calendar.after(calendar.day_zero(record.received_at, receipt=True), days)


def limit_at(record: Record) -> datetime:
    return end_of(limit_last_day(record))


def thirty_ended_at(record: Record) -> datetime | None:
    """When the thirty days were kept or broken, by the reading of their end; None while they run."""
    match record.reading("thirty_end"):
        case "end_of_inspection":
            return None if record.reopened else record.result_at
        case "reply":
            return record.replied_at
        case _:
            return record.signed_at


def limit_met(record: Record, now: datetime) -> bool | None:
    ended = thirty_ended_at(record)
    if ended is not None:
        return ended < limit_at(record)
    stop = record.withdrawn_at or now
    return None if stop < limit_at(record) else False


def reserve(record: Record, now: datetime) -> int:
    """Working days from the end of all that is still to come to the last day of the thirty."""
    if record.before_withdrawal is not None:
        assert record.withdrawn_at is not None
        return reserve(record.before_withdrawal, record.withdrawn_at)
    ended = thirty_ended_at(record)
    concluded = record.term("conclude").started_at if record.reading("thirty_end") == "signature" else None
    # Contract, section 2: "no step ends before it began", so neither do the thirty days that end with it.
    today = day_of(now if ended is None else max(ended, concluded or ended))
    end = today
    running = running_step(record)
    if ended is None and running is not None and record.term(running).started_at is not None:
        end = max(record.term(running).last_day, today)
    calendar = record.thirty_calendar
    for step in to_come(record):
        end = calendar.after(end, DAYS[step])
    return calendar.between(end, limit_last_day(record))


def running_step(record: Record) -> str | None:
    """The step whose term the plan begins with.

    Contract, section 2: "the running step ends on its last day or today, whichever is later": while the inspection is
    open again that is `conclude`, also where the plan ends with the inspection.
    """
    step = record.step
    if step == "appeal" and record.reading("appeal_starts") == "end_of_inspection":
        return None
    return step if step in ORDER else None


def to_come(record: Record) -> list[str]:
    """The steps that the plan takes at full length: those that follow the running one, up to the end of the thirty."""
    plan = ORDER[:5]
    if record.reading("thirty_end") == "end_of_inspection":
        plan = ORDER[:3]
    elif appeal_follows(record) is False or (record.appeal_starts or record.reading("appeal_starts")) != "signature":
        plan = ORDER[:4]
    if record.signed_at is not None and record.reading("thirty_end") == "reply":
        return []
    return [step for step in plan if _not_begun(record.term(step)) or _begun_by_signature(record, step)]


def _not_begun(term: Term) -> bool:
    return term.open and term.started_at is None


def _begun_by_signature(record: Record, step: str) -> bool:
    """The reserve stays as it was at the signature, when the appeal was still to come."""
    return step == "appeal" and record.signed_at is not None and record.term(step).state != "skipped"


def risk(record: Record, now: datetime) -> str:
    if record.before_withdrawal is not None:
        assert record.withdrawn_at is not None
        return risk(record.before_withdrawal, record.withdrawn_at)
    ended = thirty_ended_at(record)
    if (ended or now) >= limit_at(record):
        return "exceeded"
    left = reserve(record, now)
    if left >= 3:
        return "on_track"
    return "tight" if left >= 0 or ended is not None else "at_risk"


# Late or not


def late(record: Record, term: Term, now: datetime) -> bool:
    if term.started_at is None:
        return False
    if term.unproven and term.without_proof == "not_overdue":
        return False
    return _until(record, term, now) >= term.due_at


def _until(record: Record, term: Term, now: datetime) -> datetime:
    """Up to when a term's lateness counts: late days of a step that a withdrawal or the signature stopped are kept."""
    return term.ended_at or record.withdrawn_at or (record.signed_at if term.state == "skipped" else None) or now


def late_days(record: Record, term: Term, now: datetime) -> int:
    if not late(record, term, now):
        return 0
    return term.calendar.late_days(term.last_day, day_of(_until(record, term, now)))
