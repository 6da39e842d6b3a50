"""What people did by hand or learned by themselves, and record: letters, look-ups, inspections, signatures."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity
from rules.calendar import WorkingCalendar
from rules.decisions import RecordDispatch, RecordInspection, RecordLookup, SignConclusion
from rules.refusal import Refusal
from workflows import facts, letters, rex
from workflows.case import Case
from workflows.escalating import done_by_hand
from workflows.papers import Dispatch

Calendar = WorkingCalendar | None
"""None while the case has no recorded calendar yet."""


def fact_id(name: str, at: datetime) -> str:
    """The ``message_id`` of what a person reports, which is the key of its line in the log, too."""
    return f"{name} {at.isoformat()}"


def check_inspection(case: Case, _: Calendar, decision: RecordInspection, now: datetime) -> None:
    """As for the message of a system."""
    facts.check(case, decision.as_message(fact_id("record_inspection", now)), now)


def record_inspection(case: Case, calendar: Calendar, decision: RecordInspection, now: datetime) -> None:
    """As by the message of a system."""
    facts.apply(case, calendar, decision.as_message(fact_id("record_inspection", now)), now)


def check_signature(case: Case, _: Calendar, decision: SignConclusion, now: datetime) -> None:
    """As for the message of a system."""
    facts.check(case, decision.as_message(fact_id("sign_conclusion", now)), now)


def sign_conclusion(case: Case, calendar: Calendar, decision: SignConclusion, now: datetime) -> None:
    """As by the message of a system."""
    facts.apply(case, calendar, decision.as_message(fact_id("sign_conclusion", now)), now)


def check_dispatch(case: Case, _: Calendar, decision: RecordDispatch, now: datetime) -> None:
    """Whether the letter is still to be sent, and could be."""
    asked = case.papers.request
    match decision.what:
        case "request" if asked is None or asked.dispatch is not None:
            raise Refusal("what: the request has been sent already; expected it to be still unsent")
        case "acknowledgement" if case.acknowledgement is not None:
            raise Refusal("what: the receipt has been acknowledged already")
        case "appeal" if not case.signed or not case.appeal_due:
            raise Refusal("what: no appeal is due; expected a signed conclusion with a ground of ¶10")
        case "appeal" if case.appeal is not None:
            raise Refusal("what: the appeal has been sent already")
        case "reply" if not case.signed:
            raise Refusal("what: the conclusion is not signed; a reply can be sent after the signature only")
        case "reply" if case.reply is not None:
            raise Refusal("what: the reply has been sent already")
        case _:
            pass
    conclusion = case.conclusion
    after_it = decision.what in ("appeal", "reply")
    if after_it and conclusion and conclusion.signed_at and decision.sent_at < conclusion.signed_at:
        raise Refusal("sent_at: lies before the signature; expected a time from then on")


def record_dispatch(case: Case, _: Calendar, decision: RecordDispatch, now: datetime) -> None:
    """A letter was sent by hand: what waits to send it is not needed any more."""
    dispatch = Dispatch(sent_at=decision.sent_at, reference=decision.letter_reference, by=decision.by)
    match decision.what:
        case "request":
            done_by_hand(case, Activity.REQUEST_DOCUMENTS, decision.by, now)
            letters.request_sent(case, dispatch)
        case "acknowledgement":
            done_by_hand(case, Activity.ACKNOWLEDGE_RECEIPT, decision.by, now)
            letters.receipt_acknowledged(case, dispatch)
        case "appeal":
            done_by_hand(case, Activity.APPEAL_FOR_REVOCATION, decision.by, now)
            letters.appeal_sent(case, dispatch)
        case "reply":
            done_by_hand(case, Activity.SEND_REPLY, decision.by, now)
            letters.reply_sent(case, dispatch)


def check_lookup(case: Case, _: Calendar, decision: RecordLookup, now: datetime) -> None:
    """Whether the record is the case's own."""
    if decision.record is not None and decision.record.rex_number != case.request.rex_number:
        number, own = decision.record.rex_number, case.request.rex_number
        raise Refusal(f"record.rex_number: is {number}; expected the case's own, {own}")


def record_lookup(case: Case, _: Calendar, decision: RecordLookup, now: datetime) -> None:
    """REX was looked up by hand: it stands in for the look-up that waits."""
    rex.looked_up_by_hand(case, decision.record, decision.by, now)
    done_by_hand(case, Activity.LOOK_UP_REGISTRATION, decision.by, now)
