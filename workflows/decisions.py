"""Decisions of people: one row each, with when it makes sense and what it changes (contract, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.decisions import (
    DECISIONS,
    Assign,
    ChangeReading,
    ConcludeWithoutDocuments,
    ConfirmRequest,
    Decision,
    ReleaseConclusion,
    RequestMissingDocuments,
    RetryAction,
    ReturnConclusion,
    Withdraw,
)
from rules.refusal import Refusal
from rules.terms import Step
from workflows import acknowledging, by_hand, deliveries, facts, order, rex
from workflows.case import Action, Case, Confirmation
from workflows.counting_anew import count_anew
from workflows.escalating import resolve
from workflows.next_action import next_action

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

    :return: what the person is answered beside where the case then stands.
    :raises Refusal: as ``check`` does.
    """
    check(case, calendar, name, decision, now)
    note_decision(case, name, decision, now)
    return CATALOGUE[name].apply(case, calendar, decision, now) or {}  # type: ignore[arg-type]  # rows without calendar


def answer(case: Case, name: str) -> dict[str, Any]:
    """What the person is answered once the case has gone on from there: what comes next."""
    return {"case_id": case.case_id, "step": case.step.value, "done": name, "to_do": next_action(case)}


def note_decision(case: Case, name: str, decision: Decision, now: datetime, **more: Any) -> None:
    """Write the decision into the log of the case."""
    details = decision.model_dump(mode="json", exclude={"by"})
    case.note(by_hand.fact_id(name, now), now, decision.by, name, **details, **more)


def _always(*_: Any) -> None:
    """It makes sense at any time."""


# -- retry_action ---------------------------------------------------------------------------------------------------


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
    "record_documents": Row(
        "¶8: documents that came by post or courier, each put in the store before: documents (kind, filename, "
        "document_id), sent_at, received_at, via_representative, application (all optional but documents), by.",
        lambda case, calendar, decision, now: facts.check_delivery(case, decision),
        _always,
    ),
    "record_inspection": Row(
        "¶9: the result of the inspection: documents_complete, data_reliable, rex_data_match, grounds, by; optional: "
        "inspector, completed_at, registration, remarks.",
        by_hand.check_inspection,
        by_hand.record_inspection,
    ),
    "sign_conclusion": Row(
        "¶10: the conclusion is signed: by; document_id of the draft (required once one was returned); optional: "
        "signed_by, position, signed_at, signature_reference, signed_file (url, filename, sha256; or document_id).",
        by_hand.check_signature,
        by_hand.sign_conclusion,
    ),
    "record_dispatch": Row(
        "Record a letter sent by hand: what (request, acknowledgement, appeal, reply), sent_at, letter_reference, by.",
        by_hand.check_dispatch,
        by_hand.record_dispatch,
    ),
    "record_lookup": Row(
        "Record the REX data as looked up by hand: record (or null for none), reason, by.",
        by_hand.check_lookup,
        by_hand.record_lookup,
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
"""Every decision of ``rules.decisions.DECISIONS``; ``recount`` and ``record_documents``, and
``sign_conclusion`` with a signed file, are applied once an activity has read or looked (``workflows.asking_first``)."""

NAMES: Final = {model: name for name, model in DECISIONS.items()}
