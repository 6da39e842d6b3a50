"""What each fact does to a case (contract, sections 2 to 4), and what then follows by itself, paragraph by paragraph.

A fact that the contract refuses leaves the record as it was: `take` answers None for it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.lives.calendar import Calendar
from tests.lives.documents import answer
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
from tests.lives.record import DEFAULTS, ORDER, Letter, Record, Term, appeal_follows, judged, proposed, thirty_ended_at

AHEAD = timedelta(minutes=5)
"""A stated time may lie so far after its arrival."""


def opened(fact: Opened) -> Record:
    terms = tuple(Term(step, 1, fact.calendar) for step in ORDER)
    record = Record(
        received_at=fact.received_at,
        calendar=fact.calendar,
        readings=DEFAULTS | fact.readings,
        atameken=fact.atameken,
        mail=fact.mail,
        terms=terms,
        thirty_calendar=fact.calendar,
        letter=Letter(fact.received_at),
    )
    begun = record.with_term("request_documents", state="running", started_at=fact.received_at, from_receipt=True)
    return follow(begun, fact.at)


def take(record: Record, fact: Fact) -> Record | None:
    """The record after a fact; None where the fact is refused."""
    if isinstance(fact, RexChanges):
        return replace(record, rex=fact.record)
    if record.step == "closed":
        return None
    stated = _stated(fact)
    if any(time < record.received_at or time > fact.at + AHEAD for time in stated):
        return None
    match fact:
        case Proof():
            after = _proof(record, fact)
        case Documents():
            after = replace(record, deliveries=(*record.deliveries, fact))
        case Inspected():
            after = _inspected(record, fact)
        case Signed():
            after = _signed(record, fact)
        case Dispatched():
            after = _dispatched(record, fact)
        case MissingRequested():
            after = _missing_requested(record, fact)
        case Returned():
            after = _returned(record, fact)
        case Released():
            after = replace(record, held=False) if record.held else None
        case ReadingChanged():
            after = _reading_changed(record, fact)
        case ConcludedWithout():
            after = _concluded_without(record, fact)
        case Withdrawn():
            after = _withdrawn(record, fact)
        case Recounted():
            after = _recounted(record, fact.calendar)
        case _:
            raise TypeError(fact)
    if after is None:
        return None
    after = follow(after, fact.at)
    if thirty_ended_at(record) is not None and thirty_ended_at(after) is None:
        return replace(after, thirty_calendar=after.calendar)  # They run on, and by the calendar of now.
    return after


def _stated(fact: Fact) -> list[datetime]:
    names = ("received_at", "sent_at", "completed_at", "signed_at")
    return [time for name in names if (time := getattr(fact, name, None)) is not None]


# Messages


def _proof(record: Record, fact: Proof) -> Record | None:
    letter = record.letter
    # Contract, section 3: "Before our sending: refused", but for what two clocks may differ by, as of all stated times.
    if letter.sent_at is None or fact.received_at < letter.sent_at - AHEAD:
        return None
    if letter.proof is not None and letter.proof != fact.received_at:
        return None
    return replace(record, letter=replace(letter, proof=fact.received_at))


def _inspected(record: Record, fact: Inspected) -> Record | None:
    if not record.term("inspect").open and not record.reopened:
        return None
    return replace(record, result=fact)


def _signed(record: Record, fact: Signed) -> Record | None:
    if record.drafted_at is None or record.signed_at is not None:
        return None
    if not fact.named and record.drafts > 1:
        return None
    if fact.signed_at is not None and fact.signed_at < record.drafted_at:
        return None
    signed = fact.signed_at or fact.at
    changed = record.rex != record.rex_seen
    record = replace(record, signed_at=signed, appeal_starts=record.reading("appeal_starts"))
    record = replace(record, rex_seen=record.rex, held=changed)
    record = record.ending("conclude", signed)
    appeal = record.term("appeal")
    if not appeal_follows(record):
        return record.with_term("appeal", state="skipped")
    if appeal.state == "pending":
        return record.with_term("appeal", state="running", started_at=signed)
    return record


# Decisions


def _dispatched(record: Record, fact: Dispatched) -> Record | None:
    if fact.what == "request":
        if record.letter.sent_at is not None:
            return None
        return replace(record, letter=replace(record.letter, sent_at=fact.sent_at))
    if record.signed_at is None or fact.sent_at < record.signed_at:
        return None
    if fact.what == "appeal":
        if record.term("appeal").state != "running":
            return None
        return record.ending("appeal", fact.sent_at)
    return None if record.replied_at is not None else replace(record, replied_at=fact.sent_at)


def _missing_requested(record: Record, fact: MissingRequested) -> Record | None:
    step = record.step
    if step not in ("inspect", "conclude"):
        return None
    record = replace(record, asked_for=fact.missing, asked_after=len(record.deliveries))
    if record.reading("further_request") == "runs_on":
        record = replace(record, letter=Letter(fact.at, has_term=False))
        return _void_result(record, fact.at, reopen=record.reopened or step == "conclude")
    record = _void_result(replace(record, answered_after=len(record.deliveries)), fact.at, reopen=False)
    # Contract, section 4: "`steps` gets further entries with `round: 2` and the first keep their dates", the
    # conclusion's among them where it had begun.
    record = record.ending(step, fact.at)
    ended_at = record.term(step).ended_at or fact.at
    again = ["await_documents", "inspect", "conclude"][: 2 if step == "inspect" else 3]
    further = [Term(name, record.term(name).round + 1, record.calendar) for name in again]
    record = replace(record, terms=(*record.terms, *further), letter=Letter(ended_at), result_at=None)
    # The contract says when a further ¶8 starts, not what it is until its letter has left: the step where the case
    # stands is `running`, without a start.
    return record.with_term("await_documents", state="running")


def _returned(record: Record, fact: Returned) -> Record | None:
    if record.drafted_at is None or (record.signed_at is not None and not record.held):
        return None
    if record.replied_at is not None or record.term("appeal").state == "done":
        return None  # A letter that was held has left by hand.
    if record.signed_at is not None:
        record = replace(record, signed_at=None, appeal_starts=None, held=False)
        record = record.with_term("conclude", state="running", ended_at=None, calendar=record.calendar)
        appeal = record.term("appeal")
        if appeal.started_at is None or record.reading("appeal_starts") == "signature":
            record = record.with_term("appeal", state="pending", started_at=None)
    if fact.reopen:
        return _void_result(record, fact.at, reopen=True)
    return replace(record, drafted_at=None)


def _void_result(record: Record, now: datetime, *, reopen: bool) -> Record:
    """The inspection result counts no more, nor what was built on it."""
    record = record.with_term("appeal", state="pending", started_at=None, ended_at=None)
    return replace(record, result=None, drafted_at=None, reopened=reopen, without_documents=False)


def _concluded_without(record: Record, fact: ConcludedWithout) -> Record | None:
    step = record.step
    if step not in ("await_documents", "inspect"):
        return None
    for name in ("await_documents", "inspect"):
        term = record.term(name)
        if term.state == "running":
            record = record.ending(name, fact.at)
        elif term.state == "pending":
            record = record.with_term(name, state="skipped")
    record = replace(record, without_documents=True, result_at=fact.at)
    return record.with_term("conclude", state="running", started_at=fact.at)


def _withdrawn(record: Record, fact: Withdrawn) -> Record | None:
    if record.signed_at is not None:
        return None
    # Contract, section 4: "running and pending steps skipped": a skipped step has no end.
    terms = tuple(replace(term, state="skipped") if term.open else term for term in record.terms)
    return replace(record, terms=terms, withdrawn_at=fact.at, before_withdrawal=record)


def _reading_changed(record: Record, fact: ReadingChanged) -> Record | None:
    if record.reading(fact.reading) == fact.option:
        return None
    if fact.reading == "grounds" and record.signed_at is not None:
        return None
    # Contract, section 12: "The conclusion prints them": a draft that prints another reading is void, too.
    drafted_at = record.drafted_at if record.signed_at is not None else None
    record = replace(record, readings={**record.readings, fact.reading: fact.option}, drafted_at=drafted_at)
    if fact.reading == "inspection_starts" and record.term("inspect").state == "running":
        # Contract, section 4: "what is open is counted anew": an inspection that runs, from its start by this reading.
        return _begin_inspection(record)
    result = record.result if record.step == "conclude" and not record.without_documents else None
    if (
        result is not None and judged(record, result) is None
    ):  # It decides nothing any more: the inspection is open again.
        record = replace(record, reopened=True)
        return record.with_term("appeal", state="pending", started_at=None, ended_at=None)
    if fact.reading == "appeal_starts" and record.term("appeal").state == "running":
        start = record.result_at if fact.option == "end_of_inspection" else record.signed_at
        return record if start is None else record.with_term("appeal", started_at=start)
    return record


def _recounted(record: Record, calendar: Calendar) -> Record:
    terms = tuple(replace(term, calendar=calendar) if term.open else term for term in record.terms)
    record = replace(record, calendar=calendar, terms=terms)
    return record if thirty_ended_at(record) is not None else replace(record, thirty_calendar=calendar)


# What follows by itself


def follow(record: Record, now: datetime) -> Record:
    """All that the facts on file bring with them, until nothing more follows."""
    while True:
        before = record
        for paragraph in (_para_7, _para_8, _para_9, _para_10, _appeal, _letters):
            record = paragraph(record, now)
        if record == before:
            return record


def _para_7(record: Record, now: datetime) -> Record:
    """The request to Atameken leaves; ¶8 starts with its receipt, proven or taken to be our sending."""
    letter = record.letter
    if letter.sent_at is None and record.atameken != "down" and record.step in ORDER[:4]:
        answered = now if record.atameken == "states the receipt" else None
        letter = replace(letter, sent_at=now, answered=answered)
        record = replace(record, letter=letter)
    if letter.sent_at is None or not letter.has_term:
        return record
    if record.term("request_documents").state == "running":
        record = record.with_term("request_documents", state="done", ended_at=letter.sent_at)
    waits = record.term("await_documents")
    start = max(letter.proof or letter.answered or letter.sent_at, letter.sent_at, letter.wanted_at)
    unproven = letter.proof is None and letter.answered is None
    if waits.open:
        reading = record.reading("without_proof")
        changes = {"state": "running", "started_at": start, "unproven": unproven, "without_proof": reading}
        return record.with_term("await_documents", **changes)
    if waits.state == "done" and waits.started_at is not None and waits.ended_at is not None:
        start = min(start, waits.ended_at)
        if (start, unproven) != (waits.started_at, waits.unproven):
            # Contract, section 3: "After the step ended: recorded, lateness counted again": by the calendar of now.
            again = {"started_at": start, "unproven": unproven, "calendar": record.calendar}
            return record.with_term("await_documents", **again)
    return record


def _para_8(record: Record, now: datetime) -> Record:
    """¶8 ends when Atameken has sent what ¶9 starts with; ¶9 starts with our receipt of it."""
    waits = record.term("await_documents")
    if waits.state != "running" or waits.started_at is None:
        return record
    sent, received = answer(record)
    if sent is None or received is None:
        return record
    record = record.ending("await_documents", sent)
    return _begin_inspection(record)


def _begin_inspection(record: Record) -> Record:
    """¶9 starts with a receipt, unless it is put off to the end of ¶8."""
    end, received = record.term("await_documents").ended_at, answer(record)[1]
    if end is None or received is None:
        return record
    start = max(received, end)
    return record.with_term("inspect", state="running", started_at=start, from_receipt=start == received)


def _para_9(record: Record, now: datetime) -> Record:
    """The inspection ends with a result that decides something."""
    result = record.result
    if result is None or judged(record, result) is None:
        return record
    inspect = record.term("inspect")
    told = result.completed_at or result.at
    if inspect.state == "running":
        record = record.ending("inspect", told)
        end = record.term("inspect").ended_at
        record = replace(record, result_at=end)
        return record.with_term("conclude", state="running", started_at=end)
    if record.reopened:
        # The contract has nothing on an inspection that is open again and states an end before its first one.
        first = record.term("conclude").started_at
        assert first is not None
        return replace(record, reopened=False, result_at=max(told, first))
    return record


def _para_10(record: Record, now: datetime) -> Record:
    """A draft is made as soon as there is something to conclude."""
    if record.term("conclude").state != "running" or record.drafted_at is not None or proposed(record) is None:
        return record
    return replace(record, drafted_at=now, drafts=record.drafts + 1, rex_seen=record.rex)


def _appeal(record: Record, now: datetime) -> Record:
    """By one reading the appeal's term runs from the end of the inspection, beside the conclusion's."""
    appeal = record.term("appeal")
    early = record.reading("appeal_starts") == "end_of_inspection"
    if early and appeal.state == "pending" and appeal_follows(record) and record.signed_at is None:
        return record.with_term("appeal", state="running", started_at=record.result_at)
    return record


def _letters(record: Record, now: datetime) -> Record:
    """Appeal and reply leave after the signature, unless they are held."""
    if record.signed_at is None or record.held:
        return record
    appeal = record.term("appeal")
    if appeal.state == "running" and record.atameken != "down":
        record = record.ending("appeal", now)
    if record.replied_at is None and record.mail:
        record = replace(record, replied_at=now)
    return record
