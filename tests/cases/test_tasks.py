"""What is to be done in a case: by whom, until when, and with which command."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from cases.tasks import Task, tasks_of
from cases.whose import Whose
from rules.case_view import CaseView
from rules.roles import Role
from tests.cli.examples import NEW, drafted, waiting_late

NOW = datetime(2026, 3, 17, 5, tzinfo=UTC)
CASE = "rex-ch-2026-0042"


def tasks(case: dict[str, Any], now: datetime = NOW) -> list[Task]:
    return tasks_of(CaseView.model_validate(case), now)


def test_there_is_nothing_to_do_while_the_system_is_at_work() -> None:
    assert tasks(NEW) == []


def test_a_late_step_is_marked_and_has_its_own_last_day_where_it_is_atamekens() -> None:
    late = waiting_late() | {"escalations": [], "limit_last_day": "2026-03-11"}
    [task] = tasks(late)
    assert (task.whose, task.last_day, task.late, task.late_days) == (Whose.ATAMEKEN, date(2026, 3, 12), True, 3)
    assert task.command == f"documents {CASE} FILE"


@pytest.mark.parametrize(
    ("limit", "today", "last_day", "late"),
    [("2026-04-16", 17, date(2026, 3, 12), True), ("2026-03-11", 17, date(2026, 3, 11), True)],
)
def test_of_the_ministry_the_thirty_days_bind_too(limit: str, today: int, last_day: date, late: bool) -> None:
    case = waiting_late() | {"to_do_by": "inspector", "limit_last_day": limit, "escalations": []}
    [task] = tasks(case, NOW.replace(day=today))
    assert (task.last_day, task.late) == (last_day, late)


def test_a_step_in_time_is_late_for_the_ministry_once_the_thirty_days_have_passed() -> None:
    case = waiting_late() | {"to_do_by": "inspector", "limit_last_day": "2026-03-16", "escalations": []}
    case["steps"][1] |= {"late": False, "late_days": 0, "last_day": "2026-03-20", "due_at": "2026-03-20T19:00:00Z"}
    assert [task.late for task in tasks(case, NOW.replace(day=16))] == [False]
    assert [task.late for task in tasks(case)] == [True]


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({"to_do_by": "on_call"}, f"update {CASE} retry_action FILE"),
        ({"to_do_by": "inspector"}, f"update {CASE} record_inspection FILE"),
        ({"to_do_by": "signatory"}, f"sign {CASE} --by NAME"),
        ({"to_do_by": "case_officer", "step": "request_documents"}, f"update {CASE} confirm_request FILE"),
        ({"to_do_by": "case_officer", "step": "reply"}, f"update {CASE} release_conclusion FILE"),
    ],
)
def test_each_role_has_its_command(changes: dict[str, Any], command: str) -> None:
    [task] = tasks(drafted() | changes)
    assert task.command == command


def test_a_later_draft_is_signed_by_its_id() -> None:
    case = drafted()
    case["conclusion"]["version"] = 2
    [task] = tasks(case)
    assert task.command == f"sign {CASE} --by NAME --document {case['conclusion']['document_id']}"


def test_escalations_that_nobody_has_acknowledged_are_for_on_call_from_level_2_on() -> None:
    _, task = tasks(waiting_late())
    assert (task.whose, task.to_do) == (Whose.ON_CALL, "Acknowledge: step overdue")
    assert (task.last_day, task.late) == (date(2026, 3, 12), True)
    assert task.command == f"acknowledge {CASE} all --by NAME --until DATE"


def test_an_acknowledgement_that_has_ended_makes_it_a_task_again() -> None:
    case = waiting_late()  # message_rejected, level 1, is acknowledged until 18 March
    assert Whose.CASE_OFFICER not in {task.whose for task in tasks(case, NOW.replace(day=18))}
    [_, _, task] = tasks(case, NOW.replace(day=19))
    assert (task.whose, task.to_do) == (Whose.CASE_OFFICER, "Acknowledge: message rejected")


def test_late_ones_come_first_then_the_soonest_last_day() -> None:
    def task(case_id: str, day: int | None, *, late: bool = False) -> Task:
        last_day = date(2026, 3, day) if day else None
        return Task(case_id, Whose.INSPECTOR, "", "", last_day=last_day, late=late)

    queue = [task("later", 20), task("none", None), task("late", 19, late=True), task("sooner", 18)]
    assert [each.case_id for each in sorted(queue, key=lambda each: each.order)] == ["late", "sooner", "later", "none"]


def test_every_role_can_be_typed() -> None:
    assert [Whose.of(role) for role in Role] == list(Whose)
