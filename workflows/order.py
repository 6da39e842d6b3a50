"""The order, paragraph by paragraph: how a case moves from step to step, and the three decisions that move one.

Pure: no await, no Temporal. ``advance`` takes a case on as far as the order lets it; where it answers False the case
waits for somebody, or for something that is under way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from activities.interface import Activity
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.outcome import Outcome, outcome_of
from rules.terms import Step
from workflows import letters
from workflows.answers import done_by_hand, drop_pointless, never_fetched
from workflows.case import Case, StepState
from workflows.deadlines import begin, documents_on_the_way, finish, finish_limit, skip
from workflows.escalating import resolve, resolve_all
from workflows.reckoning import count_limit, judge


def advance(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """Take the case one move on where the order lets it; False where it has to wait."""
    return _STEPS[case.step](case, calendar, now)


def _request_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶7: within 3 working days of the receipt, send a request to the authorized organization."""
    if case.limit_at is None:  # ¶5: the case has just got its calendar
        count_limit(case, calendar)
        begin(case, calendar, Step.REQUEST_DOCUMENTS, case.request.received_at, from_receipt=True)
        letters.ask_for_documents(case, calendar, now)
        letters.look_up_registration(case)
        return True
    dispatch = case.papers.requests[0].dispatch
    if dispatch is None:
        return False
    finish(case, calendar, Step.REQUEST_DOCUMENTS, dispatch.sent_at, now)
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

    It never runs from before our sending, nor from before the step that it follows had ended.
    """
    asked, state = case.papers.request, case.current(Step.AWAIT_DOCUMENTS)
    if asked is None or asked.dispatch is None:
        return None
    received_at = asked.proof_of_receipt or asked.dispatch.received_at
    state.start_provisional = received_at is None
    ended = [each.ended_at for each in case.steps[: case.steps.index(state)] if each.ended_at is not None]
    return max(received_at or asked.dispatch.sent_at, asked.dispatch.sent_at, *ended)


def _await_documents(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶8: within 5 working days the authorized organization sends the documents."""
    if case.current(Step.AWAIT_DOCUMENTS).started_at is None:  # a later round: its request is still to leave
        return _begin_wait(case, calendar)
    sent_at, received_at = case.papers.sent_at(), case.papers.received_at()
    if case.papers.missing() or sent_at is None or received_at is None:
        return False
    ended_at = finish(case, calendar, Step.AWAIT_DOCUMENTS, sent_at, now)
    resolve(case, now, Resolution.SET_COMPLETE, Escalation.DOCUMENTS_REFUSED)
    begin(case, calendar, Step.INSPECT, max(received_at, ended_at), from_receipt=received_at >= ended_at)
    drop_pointless(case, now)
    return True


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
    return outcome_of(case.inspection.result) if case.inspection is not None else None


def _conclude(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶10: within 7 working days, form a conclusion that gives the results of the inspection."""
    conclusion = case.conclusion
    if conclusion is not None and conclusion.signed_at is not None:
        finish(case, calendar, Step.CONCLUDE, conclusion.signed_at, now)
        case.outcome = conclusion.outcome
        finish_limit(case, calendar, conclusion.signed_at, now)
        letters.send_reply(case, calendar)
        if case.appeal_due:
            begin(case, calendar, Step.APPEAL, conclusion.signed_at)
            letters.send_appeal(case, calendar)
        else:
            skip(case.current(Step.APPEAL))
            case.step = Step.REPLY
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


def _appeal(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """¶10: where a ground is found, within 3 working days send an appeal for revocation of the registration."""
    if case.appeal is None:
        return False
    finish(case, calendar, Step.APPEAL, case.appeal.sent_at, now)
    case.step = Step.REPLY
    return True


def _reply(case: Case, calendar: WorkingCalendar, now: datetime) -> bool:
    """Answer the requesting customs; sent when the conclusion is signed, with no term in the order."""
    if case.reply is None or case.doing(Activity.FETCH_DOCUMENTS):
        return False
    close(case, now)
    return True


_STEPS: Final[dict[Step, Callable[[Case, WorkingCalendar, datetime], bool]]] = {
    Step.REQUEST_DOCUMENTS: _request_documents,
    Step.AWAIT_DOCUMENTS: _await_documents,
    Step.INSPECT: _inspect,
    Step.CONCLUDE: _conclude,
    Step.APPEAL: _appeal,
    Step.REPLY: _reply,
    Step.CLOSED: lambda *_: False,
}


def close(case: Case, now: datetime) -> None:
    """The work is done: the case closes, whatever look-up or document is still out of reach."""
    for action in list(case.actions.values()):
        if action.activity in (Activity.LOOK_UP_REGISTRATION, Activity.RECORD_CALENDAR):
            del case.actions[action.key]
        elif action.activity is Activity.FETCH_DOCUMENTS and action.failed:
            never_fetched(case, action, now)
    case.step, case.closed_at = Step.CLOSED, now
    drop_pointless(case, now)
    resolve_all(case, now)
    case.note("closed", now, "case", "closed", outcome=case.outcome.value if case.outcome else None)


# -- decisions that move a step ---------------------------------------------------------------------------------------


def ask_again(case: Case, calendar: WorkingCalendar, missing: list[str], by: str, now: datetime) -> None:
    """¶8 and ¶9 anew, inside the same thirty days: documents are missing, and Atameken is asked for them."""
    again = [Step.AWAIT_DOCUMENTS, Step.INSPECT]
    if case.step is Step.CONCLUDE:
        again.append(Step.CONCLUDE)
    finish(case, calendar, case.step, now, now)
    place = case.steps.index(case.current(again[-1])) + 1
    case.steps[place:place] = [StepState(step=step, round=case.current(step).round + 1) for step in again]
    case.inspection, case.inspection_reopened, case.without_documents = None, False, False
    letters.void_draft(case)
    done_by_hand(case, Activity.DRAFT_CONCLUSION, by, now)
    case.step = Step.AWAIT_DOCUMENTS
    case.current(Step.AWAIT_DOCUMENTS).state = "running"
    letters.ask_for_documents(case, calendar, now, missing)


def conclude_without_documents(case: Case, calendar: WorkingCalendar, reason: str, by: str, now: datetime) -> None:
    """Conclude ``not_confirmed``: the documents do not come, or do not suffice.

    A ground that an early result has found leads to the appeal of ¶10 whatever papers came: then it is ``not_valid``.
    """
    finish(case, calendar, case.step, now, now)
    skip(case.current(Step.INSPECT))
    outcome = _inspected(case) if case.grounds else None
    if outcome is None:
        case.inspection = None
    case.without_documents = True
    done_by_hand(case, Activity.REQUEST_DOCUMENTS, by, now)
    resolve(case, now, Resolution.CONCLUDED_WITHOUT_DOCUMENTS, Escalation.DOCUMENTS_REFUSED, who=by)
    letters.propose(case, outcome or Outcome.NOT_CONFIRMED, reason)
    begin(case, calendar, Step.CONCLUDE, now)
    drop_pointless(case, now)


def withdraw(case: Case, calendar: WorkingCalendar | None, reason: str, by: str, now: datetime) -> None:
    """The request is withdrawn, up to the signature: the case ends without a conclusion."""
    state = case.running
    if calendar is not None and state is not None and not documents_on_the_way(case, state):
        judge(calendar, state, now)
    for each in case.steps:
        skip(each)
    case.outcome = Outcome.WITHDRAWN
    done_by_hand(case, Activity.DRAFT_CONCLUSION, by, now)
    letters.withdraw_requests(case, reason)
    by_hand = letters.requests_by_hand(case)
    if by_hand:
        case.note("withdrawal by hand", now, "case", "withdrawal_to_be_sent_by_hand", letters=by_hand)
    close(case, now)
