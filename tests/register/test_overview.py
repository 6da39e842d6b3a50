"""How matters stand across cases: escalations with their ladders, running terms, which cases are known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from register import overview as standing
from register.outbox import write_ladder
from register.record import write
from register.rows import LadderEntry, RegisterEntries
from tests.register import examples
from tests.register.examples import DUE_AT, RECEIVED_AT


def ladder(case_id: str, escalation_id: str, **changes: Any) -> LadderEntry:
    return LadderEntry(
        **{
            "case_id": case_id,
            "escalation_id": escalation_id,
            "revision": 1,
            "kind": "step_overdue",
            "state": "climbing",
            "level": 3,
            "rung": 2,
            "next_at": None,
            "raised_at": DUE_AT,
        }
        | changes
    )


def test_open_escalations_come_first_the_nearest_due_at_the_head_each_with_its_ladder(register: Engine) -> None:
    for case_id, escalations in {
        "rex-ch-1": [
            examples.escalation(id="case.action_failed", due_at=None, resolved_at=None),
            examples.escalation(id="inspect.step_overdue", due_at=DUE_AT + timedelta(days=2), resolved_at=None),
        ],
        "rex-no-1": [
            examples.escalation(id="inspect.step_overdue", due_at=DUE_AT, resolved_at=None),
            examples.escalation(id="conclude.step_due_soon", due_at=RECEIVED_AT, resolved_at=DUE_AT),
        ],
    }.items():
        write(register, RegisterEntries(case=examples.case(case_id=case_id), escalations=escalations))
    write_ladder(register, ladder("rex-ch-1", "inspect.step_overdue"))
    write_ladder(register, ladder("rex-no-1", "conclude.step_due_soon", ended_at=DUE_AT, state="resolved"))

    found = standing.list_escalations(register)

    in_order = [
        ("rex-no-1", "inspect.step_overdue"),
        ("rex-ch-1", "inspect.step_overdue"),
        ("rex-ch-1", "case.action_failed"),
        ("rex-no-1", "conclude.step_due_soon"),
    ]
    assert [(each.case_id, each.escalation.id) for each in found] == in_order
    assert [each.ladder for each in found[:3]] == [None, ladder("rex-ch-1", "inspect.step_overdue"), None]
    assert [each.level for each in found[:2]] == [found[0].escalation.level, 3]
    only_open = standing.list_escalations(register, open_only=True)
    assert [(each.case_id, each.escalation.id) for each in only_open] == in_order[:3]


def test_the_running_term_of_each_open_case(register: Engine) -> None:
    done = examples.step(state="done", ended_at=DUE_AT)
    inspecting = examples.step(step="inspect", due_at=DUE_AT + timedelta(days=9))
    write(register, RegisterEntries(case=examples.case(case_id="rex-ch-1"), steps=[done, inspecting]))
    write(register, RegisterEntries(case=examples.case(case_id="rex-ch-2"), steps=[examples.step()]))
    closed = examples.case(case_id="rex-ch-3", closed_at=DUE_AT)
    write(register, RegisterEntries(case=closed, steps=[examples.step()]))

    found = standing.running_terms(register)

    assert [(each.case.case_id, each.step) for each in found] == [
        ("rex-ch-2", examples.step()),
        ("rex-ch-1", inspecting),
    ]


def test_which_cases_are_known_and_when_they_were_closed(register: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "IDS_AT_ONCE", 2)  # as many cases as to be asked for in several parts
    for number in range(4):
        closed_at = DUE_AT if number == 3 else None
        write(register, RegisterEntries(case=examples.case(case_id=f"rex-ch-{number}", closed_at=closed_at)))

    known = standing.known_cases(register, [f"rex-ch-{number}" for number in range(1, 7)])

    assert known == {"rex-ch-1": None, "rex-ch-2": None, "rex-ch-3": DUE_AT}
    assert standing.known_cases(register, []) == {}
