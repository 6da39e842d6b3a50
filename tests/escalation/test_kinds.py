"""Escalations: their kinds, their first levels and their ids (contract, section 6)."""

from __future__ import annotations

from itertools import product

import pytest

from escalation.kinds import KINDS, Escalation, escalation_id
from rules.terms import Step


def test_each_kind_reaches_first_whom_the_contract_says() -> None:
    assert {kind.value: row.first_level for kind, row in KINDS.items()} == {
        "step_due_soon": 1,
        "step_overdue": 2,
        "limit_at_risk": 2,
        "limit_due_soon": 2,
        "limit_exceeded": 3,
        "action_failed": 2,
        "registration_changed": 2,
        "documents_refused": 1,
        "documents_quarantined": 1,
        "message_rejected": 1,
        "request_refused": 1,
    }
    assert set(KINDS) == set(Escalation)


def test_the_breaches_and_what_gave_up_are_graver_than_the_warnings_and_no_two_kinds_are_alike() -> None:
    assert len({row.gravity for row in KINDS.values()}) == len(KINDS)
    for row in KINDS.values():
        assert row.breach is None or KINDS[row.breach].gravity > row.gravity
        assert row.breach is None or KINDS[row.breach].of_the_limit == row.of_the_limit


def test_a_warning_is_overtaken_by_the_breach_of_what_it_warns_of() -> None:
    assert {kind: row.breach for kind, row in KINDS.items() if row.breach} == {
        "step_due_soon": "step_overdue",
        "limit_at_risk": "limit_exceeded",
        "limit_due_soon": "limit_exceeded",
    }


@pytest.mark.parametrize(
    ("kind", "step", "time", "expected"),
    [
        (Escalation.STEP_OVERDUE, Step.INSPECT, 1, "inspect.step_overdue"),
        (Escalation.STEP_OVERDUE, Step.INSPECT, 2, "inspect.step_overdue.2"),
        (Escalation.STEP_DUE_SOON, Step.AWAIT_DOCUMENTS, 3, "await_documents.step_due_soon.3"),
        (Escalation.ACTION_FAILED, Step.REPLY, 1, "reply.action_failed"),
        (Escalation.LIMIT_AT_RISK, None, 1, "case.limit_at_risk"),
        (Escalation.LIMIT_AT_RISK, None, 2, "case.limit_at_risk.2"),
        (Escalation.LIMIT_EXCEEDED, None, 1, "case.limit_exceeded"),
    ],
)
def test_an_id_is_derived_from_step_kind_and_time(
    kind: Escalation, step: Step | None, time: int, expected: str
) -> None:
    assert escalation_id(kind, step, time) == expected


def test_no_two_escalations_of_a_case_share_an_id() -> None:
    every = list(product(Escalation, [*Step, None], range(1, 13)))
    assert len({escalation_id(*each) for each in every}) == len(every)
