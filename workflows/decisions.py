"""Decisions of people: when each makes sense, and what it changes (contract, section 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from activities.interface import Activity
from escalation.kinds import Escalation
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import (
    DECISIONS,
    LONGEST_ACKNOWLEDGEMENT,
    AcknowledgeEscalation,
    ConcludeWithoutDocuments,
    Decision,
    RecordDispatch,
    RecordLookup,
    Recount,
    RequestMissingDocuments,
    RetryAction,
    ReturnConclusion,
    Withdraw,
)
from rules.findings import RexRecord
from rules.outcome import Outcome
from rules.refusal import Refusal
from rules.terms import TERMS, Step
from workflows import steps
from workflows.case import Action, Case, Dispatch, StepState
from workflows.deadlines import count_whole, finish_step, term_moved, whole_moved
from workflows.guidance import what_to_do
from workflows.on_the_way import documents_on_their_way

ALMATY: Final = timedelta(hours=5)
"""Used only where no calendar is recorded yet; the recorded one has the offsets of the time zone."""

WITHOUT_A_CALENDAR: Final = timedelta(days=14)
"""How far ahead an acknowledgement may reach where no working days can be counted: ten of them, as a rule."""

NAMES = {model: name for name, model in DECISIONS.items()}


def check(case: Case, calendar: WorkingCalendar | None, decision: Decision, now: datetime) -> None:
    """Whether a decision makes sense now. :raises Refusal: with the reason why it does not."""
    if case.step is Step.CLOSED and not isinstance(decision, (AcknowledgeEscalation, RetryAction)):
        raise Refusal("the case is closed")
    if calendar is None and not isinstance(decision, (RetryAction, AcknowledgeEscalation, Withdraw)):
        raise Refusal("the working calendar of the case is not there yet; expected retry_action or withdraw")
    match decision:
        case AcknowledgeEscalation():
            _check_acknowledgement(case, calendar, decision, now)
        case RecordDispatch():
            _check_dispatch(case, decision)
        case RetryAction():
            _failed_action(case, decision)
        case RecordLookup(record=RexRecord(rex_number=number)) if number != case.request.rex_number:
            raise Refusal(f"record.rex_number: is {number}; expected the case's own, {case.request.rex_number}")
        case RequestMissingDocuments() if case.step not in (Step.INSPECT, Step.CONCLUDE) or case.signed:
            raise Refusal(f"the case stands at {case.step}; expected inspect, or conclude before the signature")
        case ReturnConclusion() if case.step is not Step.CONCLUDE or case.signed:
            raise Refusal(f"the case stands at {case.step}; expected conclude before the signature")
        case ReturnConclusion() if case.conclusion is None or case.conclusion.document_id is None:
            raise Refusal("there is no draft to return")
        case ConcludeWithoutDocuments() if case.step not in (Step.AWAIT_DOCUMENTS, Step.INSPECT):
            raise Refusal(f"the case stands at {case.step}; expected await_documents or inspect")
        case Withdraw() if case.signed:
            raise Refusal("the conclusion is signed; a request can be withdrawn up to the signature only")
        case _:
            pass


def _check_acknowledgement(
    case: Case, calendar: WorkingCalendar | None, decision: AcknowledgeEscalation, now: datetime
) -> None:
    found = next((each for each in case.escalations if each.id == decision.escalation_id), None)
    if found is None:
        known = ", ".join(each.id for each in case.open_escalations) or "none is open"
        raise Refusal(f"escalation_id: {decision.escalation_id!r} is unknown; expected one of: {known}")
    if found.resolved_at is not None:
        raise Refusal(f"escalation_id: {found.id} is resolved already ({found.resolved_by})")
    if calendar is None:
        today = (now + ALMATY).date()
        latest, bound = today + WITHOUT_A_CALENDAR, f"{WITHOUT_A_CALENDAR.days} days ahead: no calendar is there yet"
    else:
        today = calendar.day_of(now)
        latest, bound = calendar.after(today, LONGEST_ACKNOWLEDGEMENT), f"{LONGEST_ACKNOWLEDGEMENT} working days ahead"
    if not today <= decision.until <= latest:
        raise Refusal(f"until: expected a date from {today} to {latest} ({bound})")


def _check_dispatch(case: Case, decision: RecordDispatch) -> None:
    asked = case.request_round
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


def _failed_action(case: Case, decision: RetryAction) -> Action:
    failed = case.failed_actions
    names = ", ".join(action.key for action in failed)
    if not failed:
        raise Refusal("no action waits to be tried again")
    if decision.action is None:
        if len(failed) > 1:
            raise Refusal(f"action: several wait; expected one of: {names}")
        return failed[0]
    for action in failed:
        if decision.action in (action.key, action.activity.value) and (
            decision.action == action.key or sum(each.activity is action.activity for each in failed) == 1
        ):
            return action
    raise Refusal(f"action: {decision.action!r} does not wait; expected one of: {names}")


def apply(case: Case, calendar: WorkingCalendar | None, decision: Decision, now: datetime) -> dict[str, Any]:
    """Carry a decision out on the state; ``Recount`` is ``recount``'s.

    :return: what the person is told.
    :raises Refusal: as ``check`` does.
    """
    check(case, calendar, decision, now)
    case.note(now, decision.by, NAMES[type(decision)], **decision.model_dump(mode="json", exclude={"by"}))
    if isinstance(decision, RetryAction):
        _failed_action(case, decision).state = "wanted"
    elif isinstance(decision, AcknowledgeEscalation):
        _acknowledge(case, decision, now)
    elif isinstance(decision, Withdraw):
        _withdraw(case, calendar, decision, now)
    elif calendar is not None:
        _carry_out(case, calendar, decision, now)
    return {
        "case_id": case.case_id,
        "step": case.step.value,
        "done": NAMES[type(decision)],
        "to_do": what_to_do(case),
    }


def _carry_out(case: Case, calendar: WorkingCalendar, decision: Decision, now: datetime) -> None:
    match decision:
        case RecordDispatch():
            _record_dispatch(case, decision, now)
        case RecordLookup():
            case.rex_record, case.rex_looked_up = decision.record, True
            case.compare_with_rex()
            _drop_action(case, Activity.LOOK_UP_REGISTRATION, decision.by, now)
        case RequestMissingDocuments():
            _request_missing_documents(case, calendar, decision, now)
        case ReturnConclusion():
            _return_conclusion(case, decision)
        case ConcludeWithoutDocuments():
            finish_step(case, calendar, case.step, now, now)
            case.skip(case.current(Step.INSPECT))
            case.inspection = None
            case.without_documents = True
            _drop_action(case, Activity.REQUEST_DOCUMENTS, decision.by, now)
            case.resolve(now, f"{decision.by} concludes without documents", Escalation.DOCUMENTS_REFUSED)
            steps.propose(case, Outcome.NOT_CONFIRMED, decision.reason)
            case.begin(calendar, Step.CONCLUDE, now)
            steps.drop_pointless(case, now)
            steps.draft(case, calendar, now)
        case _:
            pass


def _acknowledge(case: Case, decision: AcknowledgeEscalation, now: datetime) -> None:
    found = next(each for each in case.escalations if each.id == decision.escalation_id)
    found.acknowledged_by, found.acknowledged_until = decision.by, decision.until
    if steps.is_cancellation(found):
        case.resolve(now, decision.by, found.kind, cause=found.cause)  # To know of it is all there is to do.


def _record_dispatch(case: Case, decision: RecordDispatch, now: datetime) -> None:
    dispatch = Dispatch(sent_at=decision.sent_at, reference=decision.letter_reference, by=decision.by)
    match decision.what:
        case "request":
            _drop_action(case, Activity.REQUEST_DOCUMENTS, decision.by, now)
            steps.request_sent(case, dispatch, decision.letter_reference)
        case "appeal":
            _drop_action(case, Activity.APPEAL_FOR_REVOCATION, decision.by, now)
            steps.appeal_sent(case, dispatch, decision.letter_reference)
        case "reply":
            _drop_action(case, Activity.SEND_REPLY, decision.by, now)
            steps.reply_sent(case, dispatch, decision.letter_reference)


def _drop_action(case: Case, activity: Activity, by: str, now: datetime) -> None:
    """What was done by hand needs no further attempt."""
    for action in [each for each in case.actions.values() if each.activity is activity]:
        del case.actions[action.key]
        steps.settled(case, action, f"done by hand by {by}", now)


def _request_missing_documents(
    case: Case, calendar: WorkingCalendar, decision: RequestMissingDocuments, now: datetime
) -> None:
    again = [Step.AWAIT_DOCUMENTS, Step.INSPECT]
    if case.step is Step.CONCLUDE:
        again.append(Step.CONCLUDE)
    finish_step(case, calendar, case.step, now, now)
    place = case.steps.index(case.current(again[-1])) + 1
    case.steps[place:place] = [StepState(step=step, round=case.current(step).round + 1) for step in again]
    case.inspection, case.inspection_reopened, case.without_documents = None, False, False
    _void_draft(case)
    _drop_action(case, Activity.DRAFT_CONCLUSION, decision.by, now)
    case.step = Step.AWAIT_DOCUMENTS
    case.current(Step.AWAIT_DOCUMENTS).state = "running"
    steps.ask_for_documents(case, calendar, now, [str(each) for each in decision.missing])


def _void_draft(case: Case) -> None:
    """The draft is one no longer; the next is another version under the same number."""
    if case.conclusion is not None and case.conclusion.document_id is not None:
        case.conclusion.version += 1
        case.conclusion.document_id = case.conclusion.sha256 = case.conclusion.drafted_at = None


def _return_conclusion(case: Case, decision: ReturnConclusion) -> None:
    _void_draft(case)
    if case.conclusion is not None:
        case.conclusion.returned_because = decision.reason
    case.inspection_reopened = decision.reopen_inspection
    if decision.reopen_inspection:
        case.inspection, case.without_documents = None, False


def _withdraw(case: Case, calendar: WorkingCalendar | None, decision: Withdraw, now: datetime) -> None:
    if calendar is not None and case.running is not None and not documents_on_their_way(case, case.running):
        case.judge(calendar, case.running, now)
    for state in case.steps:
        case.skip(state)
    case.outcome = Outcome.WITHDRAWN
    _drop_action(case, Activity.DRAFT_CONCLUSION, decision.by, now)
    steps.tell_withdrawal(case, decision.reason)
    if steps.to_be_told_by_hand(case):
        case.note(
            now,
            "case",
            "withdrawal_to_be_told_by_hand",
            letters=[asked.dispatch.reference for asked in case.requests if asked.dispatch and asked.dispatch.by],
        )
    steps.close(case, now)


def recount(case: Case, days: CalendarDays, decision: Recount, now: datetime) -> dict[str, Any]:
    """Count every open term by the calendar as it is now; ended terms and breaches stay (contract, section 4).

    :return: ``{"terms": [...], "limit": {...}, "calendar": {...}}`` with each open term before and after.
    """
    check(case, WorkingCalendar(days), decision, now)
    case.calendar = days
    calendar = WorkingCalendar(days)
    terms: list[dict[str, Any]] = []
    by = f"{decision.by} recounts"
    for state in [each for each in case.steps if each.state == "running" and each.started_at is not None]:
        before, was_late = state.last_day, state.late
        case.count_term(calendar, state)
        term_moved(case, calendar, state, now, by)
        terms.append(
            {
                "step": state.step.value,
                "round": state.round,
                "before": before.isoformat() if before else None,
                "after": state.last_day.isoformat() if state.last_day else None,
                "became_late": state.late and not was_late,
                "stopped_being_late": was_late and not state.late,
            }
        )
    limit_before = case.limit_last_day
    if not case.signed and case.step in TERMS:
        count_whole(case, calendar)
        whole_moved(case, now, by)
    told = {
        "terms": terms,
        "limit": {
            "before": limit_before.isoformat() if limit_before else None,
            "after": case.limit_last_day.isoformat() if case.limit_last_day else None,
        },
        "calendar": {"version": days.version, "provisional": case.days_provisional},
    }
    case.note(now, decision.by, "recount", reason=decision.reason, **told)
    return told
