"""Which updates are offered next: they make sense, and as they stand nothing that a person decides is decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rules.calendar import WorkingCalendar
from rules.case_view import ToSend
from rules.decisions import read_decision
from rules.documents import Kind
from rules.refusal import Refusal
from rules.registration import Occasion
from rules.terms import Step
from tests.support.calendars import at
from tests.support.messages import inspection
from tests.support.standing import PLAIN, RECEIVED, standing_at
from workflows import decisions
from workflows.answers import gave_up
from workflows.case import Case
from workflows.deadlines import bring_up_to_date
from workflows.inbox import judge, parcel
from workflows.rex import look_up
from workflows.to_send import to_send

CALENDAR = WorkingCalendar(PLAIN)
FILLED: dict[str, Any] = {
    "by": "A. Nurlan",
    "reason": "as agreed",
    "remarks": "page 2 is missing",
    "documents_complete": True,
    "data_reliable": True,
    "rex_data_match": True,
    "received_at": RECEIVED.isoformat(),
    "sent_at": RECEIVED.isoformat(),
    "letter_reference": "15-07/42",
    "documents": [{"kind": Kind.INVOICE.value, "filename": "invoice.pdf", "document_id": f"sha256-{'0' * 64}"}],
}
"""What a person fills in."""


def offered(case: Case) -> list[ToSend]:
    return to_send(case, CALENDAR, RECEIVED)


def undecided() -> Case:
    case = standing_at(Step.INSPECT)
    case.papers.deliveries.clear()
    message = inspection(documents_complete=False)
    judge(case, CALENDAR, parcel("inspection_completed", [message], run_id="r", number=1, seen_at=RECEIVED))
    return case


def held() -> Case:
    case = standing_at(Step.APPEAL, ground=True)
    assert case.conclusion is not None
    case.conclusion.held_because, case.reply = "REX shows it as revoked", None
    return case


def failed() -> Case:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    look_up(case, Occasion.OPENING)
    gave_up(case, case.actions["look_up_registration"], "no", RECEIVED)
    return case


def retried() -> Case:
    case = standing_at(Step.INSPECT)
    look_up(case, Occasion.INSPECTION)
    action = next(iter(case.actions.values()))
    action.state, action.attempts, action.error = "running", 2, "REX answers 503"
    return case


def unconfirmed() -> Case:
    case = standing_at(Step.REQUEST_DOCUMENTS)
    case.confirm_first = True
    return case


CASES = {
    "unconfirmed": (unconfirmed, ["confirm_request", "record_dispatch"]),
    "failed": (failed, ["retry_action", "record_lookup", "record_documents", "conclude_without_documents"]),
    "retried": (retried, ["retry_action", "record_lookup", "record_inspection"]),
    "awaited": (lambda: standing_at(Step.AWAIT_DOCUMENTS), ["record_documents", "conclude_without_documents"]),
    "to inspect": (lambda: standing_at(Step.INSPECT), ["record_inspection"]),
    "undecided": (undecided, ["record_inspection", "request_missing_documents", "conclude_without_documents"]),
    "to sign": (lambda: standing_at(Step.CONCLUDE), ["sign_conclusion", "return_conclusion"]),
    "held": (held, ["release_conclusion", "return_conclusion"]),
    "appeal": (lambda: standing_at(Step.APPEAL, ground=True), []),
}


@pytest.mark.parametrize("name", CASES)
def test_the_updates_are_those_that_help_the_case_on(name: str) -> None:
    case, expected = CASES[name]
    assert [each.update for each in offered(case()) if each.about is None] == expected


@pytest.mark.parametrize("name", CASES)
def test_as_it_stands_each_is_refused_and_once_filled_in_it_makes_sense(name: str) -> None:
    case = CASES[name][0]()
    for each in offered(case):
        with pytest.raises(Refusal, match="by: expected a text"):
            read_decision(each.update, [each.fields], RECEIVED, RECEIVED)
        filled = {field: FILLED.get(field, value) for field, value in each.fields.items()}
        decision = read_decision(each.update, [filled], RECEIVED, RECEIVED)
        decisions.check(case, CALENDAR, each.update, decision, RECEIVED)


def test_each_open_escalation_can_be_acknowledged_until_the_next_working_day() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    friday = at(date(2026, 3, 20))
    bring_up_to_date(case, CALENDAR, friday)
    told = [each for each in to_send(case, CALENDAR, friday) if each.about]
    assert [each.about for each in told] == [each.id for each in case.open_escalations]
    assert {each.fields["until"] for each in told} == {"2026-03-23"}
    assert {each.fields["until"] for each in to_send(case, None, friday) if each.about} == {"2026-03-21"}
