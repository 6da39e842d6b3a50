"""Decisions of people: one row each, with when it makes sense and what it changes (contract, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from activities.interface import Activity
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import (
    DECISIONS,
    Assign,
    ChangeReading,
    ConcludeWithoutDocuments,
    ConfirmRequest,
    Decision,
    RecordDispatch,
    RecordLookup,
    Recount,
    ReleaseConclusion,
    RequestMissingDocuments,
    RetryAction,
    ReturnConclusion,
    Withdraw,
)
from rules.refusal import Refusal
from rules.terms import Step
from workflows import acknowledging, deliveries, letters, order, rex
from workflows.case import Action, Case, Confirmation
from workflows.counting_anew import count_anew
from workflows.escalating import done_by_hand, resolve
from workflows.next_action import next_action
from workflows.papers import Dispatch

Calendar = WorkingCalendar | None
"""None while the case has no recorded calendar yet."""


@dataclass(frozen=True)
class Row:
    """One decision: what the Temporal UI says of it, when it makes sense, and what it changes.

    ``apply`` may give more for the person's answer. ``check`` raises ``Refusal``. ``without_calendar``: before the
    calendar is recorded, too; ``when_closed``: after the case is closed, too.
    """

    description: str
    check: Callable[[Case, Calendar, Any, datetime], None]
    apply: Callable[[Case, WorkingCalendar, Any, datetime], dict[str, Any] | None]
    without_calendar: bool = False
    when_closed: bool = False


def check(case: Case, calendar: Calendar, name: str, decision: Decision, now: datetime) -> None:
    """Whether a decision makes sense now. :raises Refusal: with the reason why it does not."""
    row = CATALOGUE[name]
    if case.step is Step.CLOSED and not row.when_closed:
        raise Refusal("the case is closed: no further decisions are possible")
    if calendar is None and not row.without_calendar:
        raise Refusal("the working calendar of the case is not recorded yet; expected retry_action, assign or withdraw")
    row.check(case, calendar, decision, now)


def apply(case: Case, calendar: Calendar, name: str, decision: Decision, now: datetime) -> dict[str, Any]:
    """Carry a decision out on the state. It is checked again: much may have come between its taking and now.

    :return: what the person is answered.
    :raises Refusal: as ``check`` does.
    """
    check(case, calendar, name, decision, now)
    _note(case, name, decision, now)
    more = CATALOGUE[name].apply(case, calendar, decision, now)  # type: ignore[arg-type]  # no calendar: rows without
    done = {"case_id": case.case_id, "step": case.step.value, "done": name, "to_do": next_action(case)}
    return {**done, **more} if more else done


def _note(case: Case, name: str, decision: Decision, now: datetime, **more: Any) -> None:
    details = decision.model_dump(mode="json", exclude={"by"})
    case.note(f"{name} {now.isoformat()}", now, decision.by, name, **details, **more)


def _always(*_: Any) -> None:
    """It makes sense at any time."""


# -- record_dispatch, record_lookup, retry_action ---------------------------------------------------------------------


def _check_dispatch(case: Case, _: Calendar, decision: RecordDispatch, now: datetime) -> None:
    asked = case.papers.request
    match decision.what:
        case "request" if asked is None or asked.dispatch is not None:
            raise Refusal("what: the request has been sent already; expected it to be still unsent")
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
    if decision.what != "request" and conclusion and conclusion.signed_at and decision.sent_at < conclusion.signed_at:
        raise Refusal("sent_at: lies before the signature; expected a time from then on")


def _record_dispatch(case: Case, _: Calendar, decision: RecordDispatch, now: datetime) -> None:
    dispatch = Dispatch(sent_at=decision.sent_at, reference=decision.letter_reference, by=decision.by)
    match decision.what:
        case "request":
            done_by_hand(case, Activity.REQUEST_DOCUMENTS, decision.by, now)
            letters.request_sent(case, dispatch)
        case "appeal":
            done_by_hand(case, Activity.APPEAL_FOR_REVOCATION, decision.by, now)
            letters.appeal_sent(case, dispatch, decision.letter_reference)
        case "reply":
            done_by_hand(case, Activity.SEND_REPLY, decision.by, now)
            letters.reply_sent(case, dispatch, decision.letter_reference)


def _check_lookup(case: Case, _: Calendar, decision: RecordLookup, now: datetime) -> None:
    if decision.record is not None and decision.record.rex_number != case.request.rex_number:
        number, own = decision.record.rex_number, case.request.rex_number
        raise Refusal(f"record.rex_number: is {number}; expected the case's own, {own}")


def _record_lookup(case: Case, _: Calendar, decision: RecordLookup, now: datetime) -> None:
    rex.looked_up_by_hand(case, decision.record, decision.by, now)
    done_by_hand(case, Activity.LOOK_UP_REGISTRATION, decision.by, now)


def _retried(case: Case, decision: RetryAction) -> Action:
    """What gave up, or else what waits for its next try."""
    waiting = case.failed_actions or [each for each in case.actions.values() if each.state == "running"]
    names = ", ".join(action.key for action in waiting)
    if not waiting:
        raise Refusal("nothing has failed, so there is nothing to retry")
    if decision.action is None:
        if len(waiting) > 1:
            raise Refusal(f"action: several wait; expected one of: {names}")
        return waiting[0]
    candidates = [*case.failed_actions, *(each for each in case.actions.values() if each.state == "running")]
    for action in candidates:
        alone = sum(each.activity is action.activity for each in candidates) == 1
        if decision.action == action.key or (decision.action == action.activity.value and alone):
            return action
    raise Refusal(f"action: {decision.action!r} does not wait; expected one of: {names}")


def _check_retry(case: Case, _: Calendar, decision: RetryAction, now: datetime) -> None:
    _retried(case, decision)


def _retry(case: Case, _: Calendar, decision: RetryAction, now: datetime) -> None:
    action = _retried(case, decision)
    action.state = "wanted" if action.failed else "stopping"


# -- decisions that move a step ---------------------------------------------------------------------------------------


def _check_missing(case: Case, _: Calendar, decision: RequestMissingDocuments, now: datetime) -> None:
    if case.step not in (Step.INSPECT, Step.CONCLUDE) or case.signed:
        raise Refusal(f"the case stands at {case.step}; expected inspect, or conclude before the signature")


def _held(case: Case) -> bool:
    return case.conclusion is not None and case.conclusion.held_because is not None


def _check_return(case: Case, _: Calendar, decision: ReturnConclusion, now: datetime) -> None:
    if (case.step is not Step.CONCLUDE or case.signed) and not (_held(case) and rex.letters_wait(case)):
        raise Refusal(
            f"the case stands at {case.step}; expected conclude before the signature, or letters that are held"
        )
    if not case.drafted:
        raise Refusal("there is no draft to return")


def _check_release(case: Case, _: Calendar, decision: ReleaseConclusion, now: datetime) -> None:
    if not _held(case):
        raise Refusal("no letter is held; expected a signed conclusion after which REX shows a change")


def _release(case: Case, _: Calendar, decision: ReleaseConclusion, now: datetime) -> None:
    if case.conclusion is not None:
        case.conclusion.held_because, case.conclusion.released_by = None, decision.by
    resolve(case, now, Resolution.RELEASED, Escalation.REGISTRATION_CHANGED, who=decision.by)


# -- assign, confirm_request, change_reading, recount -----------------------------------------------------------------


def _assign(case: Case, _: Calendar, decision: Assign, now: datetime) -> None:
    case.responsible = decision.to


def _check_confirmation(case: Case, _: Calendar, decision: ConfirmRequest, now: datetime) -> None:
    asked = case.papers.request
    if not case.waits_for_confirmation or (asked is not None and asked.dispatch is not None):
        raise Refusal("nothing waits for a confirmation; expected a request that has not left and is to be confirmed")


def _confirm(case: Case, _: Calendar, decision: ConfirmRequest, now: datetime) -> None:
    case.confirmed = Confirmation(by=decision.by, note=decision.note, at=now)


def _check_reading(case: Case, _: Calendar, decision: ChangeReading, now: datetime) -> None:
    if case.readings.changed(decision.reading, decision.option) == case.readings:
        raise Refusal(f"option: {decision.reading} is read as {decision.option} already; expected another")
    if decision.reading == "grounds" and case.signed:
        raise Refusal("reading: the conclusion is signed; grounds can be read otherwise up to the signature only")


def _change_reading(case: Case, calendar: WorkingCalendar, decision: ChangeReading, now: datetime) -> dict[str, Any]:
    readings = case.readings.changed(decision.reading, decision.option)
    order.change_reading(case, calendar, readings, decision.by, now)
    restarted = {"inspection_starts": Step.INSPECT, "appeal_starts": Step.APPEAL}.get(decision.reading)
    return count_anew(case, calendar, Resolution.READ_ANEW, decision.by, now, restarted)


def _check_without_documents(case: Case, _: Calendar, decision: ConcludeWithoutDocuments, now: datetime) -> None:
    if case.step not in (Step.AWAIT_DOCUMENTS, Step.INSPECT):
        raise Refusal(f"the case stands at {case.step}; expected await_documents or inspect")


def _check_withdrawal(case: Case, _: Calendar, decision: Withdraw, now: datetime) -> None:
    if case.signed:
        raise Refusal("the conclusion is signed; a request can be withdrawn up to the signature only")


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
    _note(case, "recount", decision, now, **answer)
    return answer


CATALOGUE: Final[dict[str, Row]] = {
    "acknowledge_escalation": Row(
        "Acknowledge an escalation, or all: escalation_id, until (a date), by, take_over (true for what "
        "another holds). Notifications pause until the end of that day.",
        acknowledging.check,
        acknowledging.acknowledge,
        without_calendar=True,
        when_closed=True,
    ),
    "assign": Row(
        "Make an officer responsible for the case: to (a name, or null for nobody), by. Shown in list, page and "
        "notices.",
        _always,
        _assign,
        without_calendar=True,
    ),
    "confirm_request": Row(
        "¶4: confirm that the request is official, so that the letter of ¶7 leaves: note (optional), by.",
        _check_confirmation,
        _confirm,
    ),
    "record_dispatch": Row(
        "Record a letter sent by hand: what (request, appeal, reply), sent_at, letter_reference, by.",
        _check_dispatch,
        _record_dispatch,
    ),
    "record_lookup": Row(
        "Record the REX data as looked up by hand: record (or null for none), reason, by.",
        _check_lookup,
        _record_lookup,
    ),
    "retry_action": Row(
        "Try again what gave up, or at once what waits for its next try: action (optional where only one waits), by.",
        _check_retry,
        _retry,
        without_calendar=True,
        when_closed=True,
    ),
    "release_document": Row(
        "¶9: release a document from quarantine, and answer for it: sha256, reason, by; message_id where only as that "
        "message delivered it.",
        lambda case, calendar, decision, now: deliveries.check_release(case, decision),
        lambda case, calendar, decision, now: deliveries.release(case, decision),
    ),
    "request_missing_documents": Row(
        "¶8 and ¶9 anew: ask Atameken for missing (kinds or origin_evidence), remarks, by.",
        _check_missing,
        lambda case, calendar, decision, now: order.ask_again(
            case, calendar, [str(each) for each in decision.missing], decision.by, now
        ),
    ),
    "return_conclusion": Row(
        "¶10: return the draft, or a signed conclusion whose letters are held: reason, reopen_inspection, by. The "
        "clock goes on.",
        _check_return,
        lambda case, calendar, decision, now: order.return_conclusion(
            case, calendar, decision.reason, decision.by, now, reopen=decision.reopen_inspection
        ),
    ),
    "release_conclusion": Row(
        "¶10: let the held letters leave though REX has changed: reason, by.", _check_release, _release
    ),
    "conclude_without_documents": Row(
        "Conclude because documents do not come or do not suffice: reason, by. Outcome not_confirmed; not_valid where "
        "a result with a ground of ¶10 is there already.",
        _check_without_documents,
        lambda case, calendar, decision, now: order.conclude_without_documents(
            case, calendar, decision.reason, decision.by, now
        ),
    ),
    "withdraw": Row(
        "Withdraw the request, up to the signature: reason, by. The way to end a case early.",
        _check_withdrawal,
        lambda case, calendar, decision, now: order.withdraw(case, calendar, decision.reason, decision.by, now),
        without_calendar=True,
    ),
    "change_reading": Row(
        "Read the order otherwise in this case: reading, option, reason, by. What is open is counted anew.",
        _check_reading,
        _change_reading,
    ),
    "recount": Row("Count every open term by the calendar as it is now: reason, by.", _always, _always),
}
"""Every decision of ``rules.decisions.DECISIONS``; ``recount`` is applied once the calendar has been read anew."""

NAMES: Final = {model: name for name, model in DECISIONS.items()}
