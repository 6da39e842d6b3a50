"""What Atameken's answer is: the documents that end ¶8 and start ¶9, and what the set lacks."""

from collections.abc import Callable
from datetime import datetime

from tests.lives.facts import Documents
from tests.lives.record import Record

APPLICATION, ATTORNEY, EVIDENCE = "registration_application", "power_of_attorney", "origin_evidence"


def answer(record: Record) -> tuple[datetime | None, datetime | None]:
    """When Atameken had sent, and we had received, what ends ¶8 and starts ¶9."""
    first = record.reading("inspection_starts") == "first_answer"
    return (_first(record, _sent), _first(record, _received)) if first else _complete(record)


def _sent(delivery: Documents) -> datetime:
    return delivery.sent_at or delivery.received_at or delivery.at


def _received(delivery: Documents) -> datetime:
    return delivery.received_at or delivery.at


def _first(record: Record, when: Callable[[Documents], datetime]) -> datetime | None:
    """When the first accepted document of Atameken's answer was sent, or received."""
    answers = [delivery for delivery in record.deliveries[record.answered_after :] if delivery.accepted]
    return when(min(answers, key=_received)) if answers else None


def _complete(record: Record) -> tuple[datetime | None, datetime | None]:
    """The smallest times at which what was sent, and what was received, is complete."""
    return _complete_at(record, _sent), _complete_at(record, _received)


def _complete_at(record: Record, when: Callable[[Documents], datetime]) -> datetime | None:
    for moment in sorted(when(delivery) for delivery in record.deliveries):
        if not missing(record, lambda delivery, latest=moment: when(delivery) <= latest):  # type: ignore[misc]  # bound now
            return moment
    return None


def missing(record: Record, there: Callable[[Documents], bool] = lambda delivery: True) -> set[str]:
    """What the set lacks, of all deliveries or of those that are there."""
    kinds = {kind for it in record.deliveries if there(it) for kind in it.accepted}
    since = {kind for it in record.deliveries[record.asked_after :] if there(it) for kind in it.accepted}
    lacking = set()
    if APPLICATION not in kinds:
        lacking.add(APPLICATION)
    if not kinds - {APPLICATION, ATTORNEY}:
        lacking.add(EVIDENCE)
    if any(it.via_representative for it in record.deliveries) and ATTORNEY not in kinds:
        lacking.add(ATTORNEY)
    for kind in record.asked_for:
        if not (since - {APPLICATION, ATTORNEY} if kind == EVIDENCE else kind in since):
            lacking.add(kind)
    return lacking
