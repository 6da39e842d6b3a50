"""The order, paragraph by paragraph: how a case moves from step to step, and the three decisions that move one.

Pure: no await, no Temporal. ``advance`` takes a case on as far as the order lets it; where it answers False the case
waits for somebody, or for something that is under way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from activities.interface import Activity
from escalation.kinds import DOCUMENT_KINDS, Escalation
from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.outcome import Outcome, outcome_of, suffice
from rules.readings import AppealStarts, FurtherRequest, Readings
from rules.registration import Occasion
from rules.terms import Step
from workflows import letters
from workflows.answers import drop_pointless
from workflows.case import Case, StepState
from workflows.deadlines import (
    begin,
    documents_on_the_way,
    drop_term,
    finish,
    run_on,
    settle_the_thirty,
    skip,
    start_term,
    undo_term,
)
from workflows.deliveries import never_fetched
from workflows.escalating import done_by_hand, resolve, resolve_all
from workflows.papers import Answer
from workflows.reckoning import count_limit, end_of_inspection, judge, take_stock
from workflows.rex import letters_may_leave, look_up


def advance(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """Take the case one move on where the order lets it; False where it has to wait."""
    settle_the_thirty(case, calendar, now)
    _appeal_beside_the_conclusion(case, calendar, now)
    return _STEPS[case.step](case, calendar, now)


def _request_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶7: within 3 working days of the receipt, send a request to the authorized organization."""
    if case.limit_at is None:  # ¶5: the case has just got its calendar
        count_limit(case, calendar)
        begin(case, calendar, Step.REQUEST_DOCUMENTS, case.request.received_at, from_receipt=True)
        letters.add_request(case)
        look_up(case, Occasion.OPENING)
    asked = case.papers.requests[0]
    if not case.waits_for_confirmation:  # ¶4: the request is official
        letters.acknowledge_receipt(case)
    if asked.dispatch is None:
        if not case.waits_for_confirmation:
            letters.ask_for_documents(case, calendar, now)
        return False
    finish(case, calendar, Step.REQUEST_DOCUMENTS, asked.dispatch.sent_at, now)
    return _begin_wait(case, calendar)


def _begin_wait(case: Case, calendar: WorkingCalendar) -> bool:
    """¶8 begins where our request has been sent."""
    starts_at = start_of_wait(case)
    if starts_at is None:
        return False
    begin(case, calendar, Step.AWAIT_DOCUMENTS, starts_at)
    return True


def start_of_wait(case: Case) -> datetime | None:
    """¶8 runs from Atameken's receipt of our request, else from our sending and is then provisional.

    It never runs from before our sending, nor from before the step that it follows had ended; a step that has ended
    began by then.
    """
    asked, state = case.papers.awaited, case.current(Step.AWAIT_DOCUMENTS)
    if asked is None or asked.dispatch is None:
        return None
    received_at = asked.proof_of_receipt or asked.dispatch.received_at
    state.start_provisional = received_at is None
    ended = [each.ended_at for each in case.steps[: case.steps.index(state)] if each.ended_at is not None]
    starts_at = max(received_at or asked.dispatch.sent_at, asked.dispatch.sent_at, *ended)
    return min(starts_at, state.ended_at) if state.ended_at is not None else starts_at


def _await_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶8: within 5 working days the authorized organization sends the documents."""
    if case.current(Step.AWAIT_DOCUMENTS).started_at is None:  # a later round: its request is still to leave
        return _begin_wait(case, calendar)
    answer = case.papers.answer(case.readings.inspection_starts)
    if answer is None:
        return False
    finish(case, calendar, Step.AWAIT_DOCUMENTS, answer.sent_at, now)
    if not case.papers.missing():
        resolve(case, now, Resolution.SET_COMPLETE, *DOCUMENT_KINDS)
    started_at, from_receipt = _start_of_inspection(case, answer)
    begin(case, calendar, Step.INSPECT, started_at, from_receipt=from_receipt)
    look_up(case, Occasion.INSPECTION)
    drop_pointless(case, now)
    return True


def _start_of_inspection(case: Case, answer: Answer) -> tuple[datetime, bool]:
    """¶9 runs from the receipt of the documents, or from the end of ¶8 where that is later and so no receipt."""
    ended_at = case.current(Step.AWAIT_DOCUMENTS).ended_at or answer.received_at
    return max(answer.received_at, ended_at), answer.received_at >= ended_at


def _inspect(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶9: within 7 working days of the receipt of the documents, inspect whether they are complete and reliable."""
    outcome = _inspected(case)
    if case.inspection is None or outcome is None:
        return False
    ended_at = finish(case, calendar, Step.INSPECT, case.inspection.completed, now)
    letters.propose(case, outcome)
    begin(case, calendar, Step.CONCLUDE, ended_at)
    return True


def _inspected(case: Case) -> Outcome | None:
    """What the inspection leads to; None where there is no result, or one that a person has to decide about."""
    return outcome_of(case.inspection.result, case.readings.grounds) if case.inspection is not None else None


def _conclude(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶10: within 7 working days, form a conclusion that gives the results of the inspection."""
    conclusion = case.conclusion
    if conclusion is not None and conclusion.signed_at is not None:
        finish(case, calendar, Step.CONCLUDE, conclusion.signed_at, now)
        case.outcome = conclusion.outcome
        if not case.appeal_due:
            drop_term(case, calendar, case.current(Step.APPEAL), conclusion.signed_at, now)
            case.step = Step.REPLY
        elif case.current(Step.APPEAL).state == "running":  # beside the conclusion
            case.step = Step.APPEAL
        else:
            begin(case, calendar, Step.APPEAL, conclusion.signed_at)
        if conclusion.final is not None:
            look_up(case, Occasion.SIGNATURE)
        else:
            letters.seal(case)  # It looks REX up, too.
        return True
    if case.inspection_reopened:
        outcome = _inspected(case)
        if outcome is None:
            return False
        case.inspection_reopened = False
        letters.propose(case, outcome)
    if not case.drafted and Activity.DRAFT_CONCLUSION.value not in case.actions:
        letters.draft(case, calendar, now)
        return True
    return False


def _appeal_beside_the_conclusion(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """¶10, read so that the three days run from the end of the inspection: beside the seven of the conclusion."""
    state = case.current(Step.APPEAL)
    if case.step not in (Step.CONCLUDE, Step.AWAIT_DOCUMENTS):
        return
    beside, starts_at = case.readings.appeal_starts is AppealStarts.END_OF_INSPECTION, end_of_inspection(case)
    if beside and starts_at is not None and case.appeal_due and state.state == "pending":
        start_term(case, calendar, Step.APPEAL, starts_at)
    elif starts_at is None and state.state == "running":  # not by another reading: what has begun is not undone
        undo_term(case, state, now, by=Resolution.RETURNED)


def _appeal(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶10: where a ground is found, within 3 working days send an appeal for revocation of the registration."""
    _send_letters(case, calendar)
    if case.appeal is None:
        return False
    finish(case, calendar, Step.APPEAL, case.appeal.sent_at, now)
    case.step = Step.REPLY
    return True


def _reply(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """Answer the requesting customs; sent when the conclusion is signed, with no term in the order."""
    _send_letters(case, calendar)
    if case.reply is None or case.doing(Activity.FETCH_DOCUMENTS):
        return False
    close(case, now)
    return True


def _send_letters(case: Case, calendar: WorkingCalendar) -> None:
    """The reply and the appeal leave after the last look at REX."""
    if letters_may_leave(case):
        letters.send_reply(case, calendar)
        if case.step is Step.APPEAL:
            letters.send_appeal(case, calendar)


_STEPS: Final[dict[Step, Callable[[Case, WorkingCalendar, datetime], bool]]] = {
    Step.REQUEST_DOCUMENTS: _request_documents,
    Step.AWAIT_DOCUMENTS: _await_documents,
    Step.INSPECT: _inspect,
    Step.CONCLUDE: _conclude,
    Step.APPEAL: _appeal,
    Step.REPLY: _reply,
    Step.CLOSED: lambda *_: False,
}


_LEFT_BEHIND: Final = (
    Activity.LOOK_UP_REGISTRATION,
    Activity.RECORD_CALENDAR,
    Activity.RELEASE_DOCUMENT,
    Activity.ACKNOWLEDGE_RECEIPT,
)
"""What a case that closes waits for no longer."""


def close(case: Case, now: datetime) -> None:
    """The work is done: the case closes, whatever look-up or document is still out of reach."""
    for action in list(case.actions.values()):
        if action.activity in _LEFT_BEHIND:
            del case.actions[action.key]
        elif action.activity is Activity.FETCH_DOCUMENTS and action.failed:
            never_fetched(case, action, now)
    case.step, case.closed_at = Step.CLOSED, now
    drop_pointless(case, now)
    resolve_all(case, now)
    case.note("closed", now, "case", "closed", outcome=case.outcome.value if case.outcome else None)


# -- decisions that move a step ---------------------------------------------------------------------------------------


def ask_again(case: Case, calendar: WorkingCalendar, missing: list[str], by: str, now: datetime) -> None:
    """¶8 and ¶9 anew, inside the same thirty days: documents are missing, and Atameken is asked for them.

    Where the office reads the order so, no term begins anew: the inspection runs on, or is open again.
    """
    runs_on = case.readings.further_request is FurtherRequest.RUNS_ON
    if runs_on:
        case.inspection, case.without_documents = None, False
        case.inspection_reopened = case.step is Step.CONCLUDE
        _void_draft(case, by, now)
        letters.add_request(case, missing, has_term=False)
        letters.ask_for_documents(case, calendar, now)
        return
    again = [Step.AWAIT_DOCUMENTS, Step.INSPECT]
    if case.step is Step.CONCLUDE:
        again.append(Step.CONCLUDE)
    finish(case, calendar, case.step, now, now)
    place = case.steps.index(case.current(again[-1])) + 1
    case.steps[place:place] = [StepState(step=step, round=case.current(step).round + 1) for step in again]
    case.inspection, case.inspection_reopened, case.without_documents = None, False, False
    _void_draft(case, by, now)
    case.step = Step.AWAIT_DOCUMENTS
    case.current(Step.AWAIT_DOCUMENTS).state = "running"
    letters.add_request(case, missing)
    letters.ask_for_documents(case, calendar, now)


def return_conclusion(
    case: Case, calendar: WorkingCalendar, reason: str, by: str, now: datetime, *, reopen: bool
) -> None:
    """The draft goes back, or a signature whose letters are held: a new draft is made, or the inspection is open again.

    ¶10 and the thirty days run on: a signature that is void ended neither.
    """
    resolve(case, now, Resolution.RETURNED, Escalation.REGISTRATION_CHANGED, who=by)
    if case.signed:
        _void_signature(case, calendar, by, now)
    _void_draft(case, by, now)
    if case.conclusion is not None:
        case.conclusion.returned_because = case.conclusion.drafts[-1].returned_because = reason
    case.inspection_reopened = reopen
    if reopen:
        case.inspection, case.without_documents = None, False
        look_up(case, Occasion.INSPECTION)


def _void_signature(case: Case, calendar: WorkingCalendar, by: str, now: datetime) -> None:
    conclusion, appeal = case.conclusion, case.current(Step.APPEAL)
    if conclusion is None:
        return
    conclusion.signed_by = conclusion.signed_at = conclusion.signature_arrived_at = None
    conclusion.signature_reference = conclusion.signature_message_id = conclusion.position = conclusion.final = None
    conclusion.held_because = conclusion.released_by = None
    done_by_hand(case, Activity.SEAL_CONCLUSION, by, now)
    case.outcome, case.step = None, Step.CONCLUDE
    run_on(case, calendar, case.current(Step.CONCLUDE))
    beside = appeal.state == "running" and case.readings.appeal_starts is AppealStarts.END_OF_INSPECTION
    if not beside:
        undo_term(case, appeal, now, by=Resolution.RETURNED)


def _void_draft(case: Case, by: str, now: datetime) -> None:
    letters.void_draft(case)
    done_by_hand(case, Activity.DRAFT_CONCLUSION, by, now)


def change_reading(case: Case, calendar: WorkingCalendar, readings: Readings, by: str, now: datetime) -> None:
    """The case is read otherwise from now on: what is proposed is judged anew, and what is open counted anew."""
    case.readings = readings
    if case.step is Step.CONCLUDE and not case.signed:
        _void_draft(case, by, now)  # It prints the readings.
        if not case.inspection_reopened and case.conclusion is not None:
            outcome = _inspected(case)
            if outcome is None and case.without_documents:
                outcome = Outcome.NOT_CONFIRMED
            case.inspection_reopened = outcome is None
            letters.propose(case, outcome or case.conclusion.outcome, case.conclusion.reason)


def start_of(case: Case, state: StepState) -> tuple[datetime, bool] | None:
    """When a running term started, as the office reads the order now, and whether by a receipt at our office."""
    match state.step:
        case Step.INSPECT:
            answer = case.papers.answer(case.readings.inspection_starts)
            return _start_of_inspection(case, answer) if answer is not None else None
        case Step.APPEAL:
            beside = case.readings.appeal_starts is AppealStarts.END_OF_INSPECTION
            signed_at = case.conclusion.signed_at if case.conclusion is not None else None
            starts_at = end_of_inspection(case) if beside else signed_at
            return (starts_at, False) if starts_at is not None else None
        case _:
            return None


def conclude_without_documents(case: Case, calendar: WorkingCalendar, reason: str, by: str, now: datetime) -> None:
    """Conclude ``not_confirmed``: the documents do not come, or do not suffice.

    A ground that an early result has found leads to the appeal of ¶10 whatever papers came: then it is ``not_valid``.
    """
    finish(case, calendar, case.step, now, now)
    skip(case.current(Step.INSPECT))
    outcome = _inspected(case) if suffice(case.grounds, case.readings.grounds) else None
    if not case.grounds:
        case.inspection = None
    case.without_documents = True
    done_by_hand(case, Activity.REQUEST_DOCUMENTS, by, now)
    resolve(case, now, Resolution.CONCLUDED_WITHOUT_DOCUMENTS, *DOCUMENT_KINDS, who=by)
    letters.propose(case, outcome or Outcome.NOT_CONFIRMED, reason)
    begin(case, calendar, Step.CONCLUDE, now)
    drop_pointless(case, now)


def withdraw(case: Case, calendar: WorkingCalendar | None, reason: str, by: str, now: datetime) -> None:
    """The request is withdrawn, up to the signature: the case ends without a conclusion."""
    if calendar is not None:
        for state in case.running_terms:
            if not documents_on_the_way(case, state):
                judge(case, calendar, state, now)
        take_stock(case, calendar, now)
    for each in case.steps:
        skip(each)
    case.outcome = Outcome.WITHDRAWN
    done_by_hand(case, Activity.DRAFT_CONCLUSION, by, now)
    letters.withdraw_requests(case, reason)
    by_hand = letters.requests_by_hand(case)
    if by_hand:
        case.note("withdrawal by hand", now, "case", "withdrawal_to_be_sent_by_hand", letters=by_hand)
    close(case, now)
