"""Decisions that ask the outside world first: the calendar as it is now, what came by post, or a signed conclusion.

The person waits at the screen: what cannot be answered soon is refused, and nothing is changed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from activities.interface import Activity, Fetch, Fetched, Recorded, SignedFileChecked, year_span
from escalation.resolution import Resolution
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import Decision, RecordDocuments, Recount, SignConclusion
from rules.refusal import Refusal
from workflows import deliveries, facts, signing
from workflows.by_hand import fact_id
from workflows.case import Action, Case
from workflows.counting_anew import count_anew
from workflows.decisions import Calendar, check, note_decision

RECOUNT: Final = "recount"
RECORD_DOCUMENTS: Final = "record_documents"
SIGN_CONCLUSION: Final = "sign_conclusion"
ASKED: Final = {
    RECOUNT: "the calendar could not be read",
    RECORD_DOCUMENTS: "the documents could not be checked",
    SIGN_CONCLUSION: "the signed file could not be checked",
}
"""The keys of the actions that ask, with what it means where one gives up."""

SUMMARIES: Final = {
    RECOUNT: "¶5: read the working days as they are now",
    RECORD_DOCUMENTS: "¶8: see that the store has the documents that came by post",
    SIGN_CONCLUSION: "¶10: fetch the signed conclusion and check its signatures",
}
"""What they do, in words."""


def question(case: Case, calendar: Calendar, decision: Decision, now: datetime) -> Action | None:
    """What has to be asked before a decision can be carried out; None where nothing has to be.

    :raises Refusal: where the answer would change nothing.
    """
    match decision:
        case Recount() if calendar is not None:
            days = calendar.days
            years = year_span(days.first, days.last.replace(year=days.last.year - 1))
            return Action(key=RECOUNT, activity=Activity.RECORD_CALENDAR, payload=years)
        case RecordDocuments():
            check(case, calendar, RECORD_DOCUMENTS, decision, now)
            wanted = Fetch(
                case_id=case.case_id, message_id=fact_id(RECORD_DOCUMENTS, now), documents=list(decision.documents)
            )
            return Action(key=RECORD_DOCUMENTS, activity=Activity.FETCH_DOCUMENTS, payload=wanted)
        case SignConclusion() if decision.signed_file is not None:
            check(case, calendar, SIGN_CONCLUSION, decision, now)
            look = signing.question(case, decision)
            return Action(key=SIGN_CONCLUSION, activity=Activity.CHECK_SIGNED_FILE, payload=look)
        case _:
            return None


def apply(
    case: Case, calendar: Calendar, decision: Decision, asked: Action, found: Any, now: datetime
) -> dict[str, Any]:
    """Carry out a decision with the answer to its question.

    :param asked: the question; ``found`` is what its activity has answered.
    :return: what the person is answered beside where the case then stands.
    :raises Refusal: where it makes no sense any more, or the answer speaks against it.
    """
    match decision, found:
        case Recount(), Recorded():
            return recount(case, found.days, decision, now)
        case RecordDocuments(), Fetched():
            record_documents(case, calendar, decision, asked, found, now)
            return {}
        case SignConclusion(), SignedFileChecked():
            sign_conclusion(case, calendar, decision, asked, found, now)
            return {}
        case _:
            raise TypeError(f"{asked.key} was answered with {type(found).__name__}")


def recount(case: Case, days: CalendarDays, decision: Recount, now: datetime) -> dict[str, Any]:
    """Count every open term by the calendar as it is now; ended terms and breaches stay (contract, section 4).

    :return: ``{"terms": [...], "limit": {...}, "calendar": {...}}`` with each open term before and after.
    :raises Refusal: where the case has closed meanwhile.
    """
    calendar = WorkingCalendar(days)
    check(case, calendar, "recount", decision, now)
    case.calendar = days
    answer = {
        **count_anew(case, calendar, Resolution.RECOUNTED, decision.by, now),
        "calendar": {"version": days.version, "provisional": case.days_provisional},
    }
    note_decision(case, "recount", decision, now, **answer)
    return answer


def record_documents(
    case: Case, calendar: Calendar, decision: RecordDocuments, asked: Action, found: Fetched, now: datetime
) -> None:
    """Take up documents that a person records, all of them or none; they arrived when the person was heard.

    :raises Refusal: naming each document that the store does not have, or that is not accepted.
    """
    check(case, calendar, RECORD_DOCUMENTS, decision, now)
    faults = [f"documents.{each.index}: {each.reason}" for each in found.refused]
    faults += [f"documents.{index}: the store is out of reach, try again" for index in found.out_of_reach]
    if faults or not isinstance(asked.payload, Fetch):
        raise Refusal("; ".join(faults))
    # Nobody else's: the next such decision asks in a later task, when this one is answered.
    message_id, arrived_at = asked.payload.message_id, asked.begun_at or now
    facts.deliver(case, decision, message_id, arrived_at)
    deliveries.fetched(case, asked, found, now)
    details = decision.model_dump(mode="json", exclude={"by"})
    case.note(message_id, arrived_at, decision.by, RECORD_DOCUMENTS, **details)


def sign_conclusion(
    case: Case, calendar: Calendar, decision: SignConclusion, asked: Action, found: SignedFileChecked, now: datetime
) -> None:
    """Take a signature up with its signed file; it arrived when the person was heard.

    :raises Refusal: where the file is not the signed conclusion, or the signature makes no sense any more.
    """
    arrived_at = asked.begun_at or now
    message = decision.as_message(fact_id(SIGN_CONCLUSION, arrived_at))
    facts.apply(case, calendar, message, arrived_at, final=signing.accepted(case, found))
    note_decision(case, SIGN_CONCLUSION, decision, arrived_at)
