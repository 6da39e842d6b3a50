"""A case as plain state, without a server: brought to a step by the same functions that the workflow calls."""

from __future__ import annotations

from datetime import date, datetime

from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import read_decision
from rules.documents import Kind
from rules.messages import InspectionCompleted
from rules.outcome import outcome_of
from rules.request import read_request
from rules.terms import Step
from tests.support.calendars import at
from tests.support.messages import inspection
from tests.support.requests import request
from workflows import decisions, steps
from workflows.case import Case, Dispatch, Document, InspectionState
from workflows.deadlines import count_whole, finish_step, finish_whole, tell_time

MONDAY = date(2026, 3, 2)
RECEIVED = at(MONDAY)


def a_document(
    kind: Kind,
    *,
    sent_at: datetime | None = None,
    received_at: datetime | None = None,
    arrived_at: datetime = RECEIVED,
    message_id: str = "d1",
) -> Document:
    return Document(
        kind=kind,
        filename=f"{kind}.pdf",
        document_id=f"sha256-{kind}",
        sha256="0" * 64,
        size=1,
        media_type="application/pdf",
        sent_at=sent_at,
        received_at=received_at,
        arrived_at=arrived_at,
        message_id=message_id,
    )


def opened(days: CalendarDays, received_at: datetime = RECEIVED) -> Case:
    """¶7 runs."""
    case = Case(case_id="rex-ch-1", request=read_request(request(received_at), received_at), opened_at=received_at)
    case.calendar = days
    calendar = WorkingCalendar(days)
    count_whole(case, calendar)
    case.begin(calendar, Step.REQUEST_DOCUMENTS, received_at, is_receipt=True)
    steps.ask_for_documents(case, calendar, received_at)
    return case


def standing_at(step: Step, days: CalendarDays, received_at: datetime = RECEIVED, *, ground: bool = False) -> Case:
    """A case that reached a step at the moment of its receipt, with everything before it done."""
    case, calendar, now = opened(days, received_at), WorkingCalendar(days), received_at
    case.actions.clear()
    if step is Step.REQUEST_DOCUMENTS:
        return case
    steps.request_sent(case, Dispatch(sent_at=now, received_at=now, reference="A-1"), "L1")
    finish_step(case, calendar, Step.REQUEST_DOCUMENTS, now, now)
    steps.begin_await(case, calendar)
    if step is Step.AWAIT_DOCUMENTS:
        return case
    case.documents += [a_document(kind, arrived_at=now) for kind in (Kind.REGISTRATION_APPLICATION, Kind.INVOICE)]
    finish_step(case, calendar, Step.AWAIT_DOCUMENTS, now, now)
    case.begin(calendar, Step.INSPECT, now, is_receipt=True)
    if step is Step.INSPECT:
        return case
    result = InspectionCompleted.model_validate(inspection(grounds=["scheme_terms"] if ground else []))
    case.inspection = InspectionState(result=result, arrived_at=now)
    finish_step(case, calendar, Step.INSPECT, now, now)
    outcome = outcome_of(result)
    assert outcome is not None
    steps.propose(case, outcome)
    case.begin(calendar, Step.CONCLUDE, now)
    assert case.conclusion is not None
    case.conclusion.document_id, case.conclusion.sha256, case.conclusion.drafted_at = "sha256-c", "c", now
    if step is not Step.CONCLUDE:
        sign(case, calendar, now)
        assert case.step is step
    return case


def sign(case: Case, calendar: WorkingCalendar, at_: datetime) -> None:
    """¶10: the conclusion is signed at that moment, and known at it."""
    conclusion = case.conclusion
    assert conclusion is not None
    tell_time(case, calendar, at_)
    conclusion.signed_at = at_
    finish_step(case, calendar, Step.CONCLUDE, at_, at_)
    case.outcome = conclusion.outcome
    finish_whole(case, calendar, at_, at_)
    if case.appeal_due:
        case.begin(calendar, Step.APPEAL, at_)
    else:
        case.skip(case.current(Step.APPEAL))
        case.step = Step.REPLY


def awaiting_another_request(days: CalendarDays, received_at: datetime = RECEIVED) -> Case:
    """Missing documents were asked for from ``conclude`` at once, and the request cannot leave."""
    case = standing_at(Step.CONCLUDE, days, received_at)
    again = {"by": "A. Nurlan", "missing": ["invoice"], "remarks": "illegible"}
    decision = read_decision("request_missing_documents", [again], received_at, received_at)
    decisions.apply(case, WorkingCalendar(days), decision, received_at)
    return case
