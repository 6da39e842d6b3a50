"""How all cases stand: escalations with their last delivery, running terms, which cases and messages are known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from register import overview, statements
from register.deliveries import append_deliveries
from register.record import write
from register.rows import RegisterEntries
from tests.register import examples
from tests.register.examples import DUE_AT, RECEIVED_AT


def test_open_escalations_come_first_the_nearest_due_at_the_head(register: Engine) -> None:
    for case_id, escalations in {
        "rex-ch-1": [
            examples.escalation(id="case.action_failed", due_at=None),
            examples.escalation(id="inspect.step_overdue", due_at=DUE_AT + timedelta(days=2)),
            examples.escalation(id="inspect.step_due_soon", due_at=DUE_AT, overtaken_by="inspect.step_overdue"),
        ],
        "rex-no-1": [
            examples.escalation(id="inspect.step_overdue", due_at=DUE_AT),
            examples.escalation(id="conclude.step_due_soon", due_at=RECEIVED_AT, resolved_at=DUE_AT),
        ],
    }.items():
        write(register, RegisterEntries(case=examples.case(case_id=case_id), escalations=escalations))

    found = overview.list_escalations(register)

    in_order = [
        ("rex-no-1", "inspect.step_overdue"),
        ("rex-ch-1", "inspect.step_overdue"),
        ("rex-ch-1", "case.action_failed"),
        ("rex-no-1", "conclude.step_due_soon"),
        ("rex-ch-1", "inspect.step_due_soon"),
    ]
    assert [(each.case_id, each.escalation.id) for each in found] == in_order
    assert [each.open for each in found] == [True, True, True, False, False]
    assert overview.list_escalations(register, open_only=True) == found[:3]


def test_an_escalation_comes_with_its_last_delivery_and_the_level_of_that(register: Engine) -> None:
    ids = ("inspect.step_overdue", "case.action_failed", "never.notified")
    for case_id in ("rex-ch-1", "rex-no-1"):
        escalations = [examples.escalation(id=each, level=1) for each in ids]
        write(register, RegisterEntries(case=examples.case(case_id=case_id), escalations=escalations))
    first, second, failed = (
        examples.delivery(
            case_id="rex-ch-1",
            escalation_id="inspect.step_overdue",
            notice=f"rex-ch-1.notice.{rung}",
            rung=rung,
            level=level,
            at=DUE_AT + timedelta(hours=rung),
            notified=told,
        )
        for rung, level, told in ((1, 2, True), (2, 3, True), (3, 1, False))
    )
    other = examples.delivery(case_id="rex-ch-1", escalation_id="case.action_failed", level=2)
    elsewhere = examples.delivery(
        case_id="rex-no-1", notice="rex-no-1", escalation_id="inspect.step_overdue", at=DUE_AT + timedelta(days=9)
    )
    append_deliveries(register, [second, first, failed, other, elsewhere])

    for open_only in (True, False):
        found = {
            (each.case_id, each.escalation.id): (each.last, each.level)
            for each in overview.list_escalations(register, open_only=open_only)
        }
        assert found == {
            ("rex-ch-1", "inspect.step_overdue"): (failed, 1),
            ("rex-ch-1", "case.action_failed"): (other, 2),
            ("rex-ch-1", "never.notified"): (None, 1),
            ("rex-no-1", "inspect.step_overdue"): (elsewhere, 2),
            ("rex-no-1", "case.action_failed"): (None, 1),
            ("rex-no-1", "never.notified"): (None, 1),
        }


def test_of_two_deliveries_at_one_instant_that_of_the_higher_level_is_the_last(register: Engine) -> None:
    escalation_id = examples.escalation().id
    write(register, RegisterEntries(case=examples.case(), escalations=[examples.escalation()]))
    three, two = (examples.delivery(notice=f"to level {level}", level=level) for level in (3, 2))
    append_deliveries(register, [three, two, examples.delivery(notice="other", escalation_id="x", level=3)])

    (listed,) = overview.list_escalations(register)
    assert (listed.escalation.id, listed.last, listed.level) == (escalation_id, three, 3)


def test_the_running_term_of_each_open_case(register: Engine) -> None:
    done = examples.step(state="done", ended_at=DUE_AT)
    inspecting = examples.step(step="inspect", due_at=DUE_AT + timedelta(days=9))
    write(register, RegisterEntries(case=examples.case(case_id="rex-ch-1"), steps=[done, inspecting]))
    write(register, RegisterEntries(case=examples.case(case_id="rex-ch-2"), steps=[examples.step()]))
    closed = examples.case(case_id="rex-ch-3", closed_at=DUE_AT)
    write(register, RegisterEntries(case=closed, steps=[examples.step()]))

    found = overview.running_terms(register)

    assert [(each.case.case_id, each.step) for each in found] == [
        ("rex-ch-2", examples.step()),
        ("rex-ch-1", inspecting),
    ]


def test_which_cases_are_known_and_when_they_were_closed(register: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "IDS_AT_ONCE", 2)  # as many cases as to be asked for in several parts
    for number in range(4):
        closed_at = DUE_AT if number == 3 else None
        write(register, RegisterEntries(case=examples.case(case_id=f"rex-ch-{number}", closed_at=closed_at)))

    known = overview.known_cases(register, [f"rex-ch-{number}" for number in range(1, 7)])

    assert known == {"rex-ch-1": None, "rex-ch-2": None, "rex-ch-3": DUE_AT}
    assert overview.known_cases(register, []) == {}
