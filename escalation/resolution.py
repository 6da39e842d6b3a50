"""What resolves an escalation: a fact, kept as a value; the words for it are chosen where people read it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Resolution(StrEnum):
    """The fact by which an escalation ended."""

    STEP_DONE = "step_done"
    SET_COMPLETE = "set_complete"
    ACTION_DONE = "action_done"
    DONE_BY_HAND = "done_by_hand"
    NOT_NEEDED = "not_needed"
    SIGNED = "signed"
    INSPECTED = "inspected"
    RELEASED = "released"
    RETURNED = "returned"
    READ_ANEW = "read_anew"
    WITHIN_LIMIT = "within_limit"
    RECOUNTED = "recounted"
    RECEIPT_PROVEN = "receipt_proven"
    DOCUMENTS_RELEASED = "documents_released"
    CONCLUDED_WITHOUT_DOCUMENTS = "concluded_without_documents"
    SEEN = "seen"
    CASE_WENT_ON = "case_went_on"
    CASE_CLOSED = "case_closed"


_WORDS: Final = {
    Resolution.STEP_DONE: "the step is done",
    Resolution.SET_COMPLETE: "the set of documents is complete",
    Resolution.ACTION_DONE: "the action succeeded",
    Resolution.DONE_BY_HAND: "done by hand",
    Resolution.NOT_NEEDED: "the action is no longer needed",
    Resolution.SIGNED: "the conclusion is signed",
    Resolution.INSPECTED: "the inspection has ended",
    Resolution.RELEASED: "the letters were released",
    Resolution.RETURNED: "the conclusion was returned",
    Resolution.READ_ANEW: "the order is read otherwise in this case",
    Resolution.WITHIN_LIMIT: "the case is back within its 30 working days",
    Resolution.RECOUNTED: "the terms were recounted",
    Resolution.RECEIPT_PROVEN: "Atameken proved when it received the request",
    Resolution.DOCUMENTS_RELEASED: "the documents were released",
    Resolution.CONCLUDED_WITHOUT_DOCUMENTS: "the case is concluded without documents",
    Resolution.SEEN: "acknowledged; nothing else is to be done",
    Resolution.CASE_WENT_ON: "the case went on",
    Resolution.CASE_CLOSED: "the case is closed",
}


def resolved_by(resolution: Resolution, who: str | None) -> str:
    """In English, as query, register and page show it: ``done by hand (A. Nurlan)``."""
    return _WORDS[resolution] + (f" ({who})" if who else "")
