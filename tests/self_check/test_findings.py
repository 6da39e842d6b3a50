"""What is a gap in the watch and what is not: each with its negative control. Times are around a Monday in Almaty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activities.interface import Gap, GapKind
from register.overview import ListedEscalation, RunningTerm
from register.rows import LadderEntry
from self_check import findings as gaps
from tests.register import examples

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
TODAY = date(2026, 3, 9)
YESTERDAY = NOW - timedelta(days=1)
CASE = "rex-ch-1"


def keys(found: Any) -> list[str]:
    return [gap.key for gap in found]


# -- cases ------------------------------------------------------------------------------------------------------------


def run(status: str = "running", **changes: Any) -> gaps.CaseRun:
    return replace(gaps.CaseRun(status, task_queue="q", opened_at=YESTERDAY, closed_at=None), **changes)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "Temporal has no such case"),
        (run("terminated", closed_at=YESTERDAY), "it has ended (terminated)"),
        (run("timed_out", closed_at=YESTERDAY), "it has ended (timed out)"),
        (run(task_queue="other"), "runs on the task queue other"),
    ],
)
def test_a_case_open_in_the_register_that_temporal_does_not_run(found: gaps.CaseRun | None, words: str) -> None:
    gap = gaps.not_in_temporal(CASE, found, "q", BEFORE)
    assert gap is not None
    assert (gap.kind, gap.workflow_id) == (GapKind.NOT_IN_TEMPORAL, CASE)
    assert words in gap.what


@pytest.mark.parametrize("found", [run(), run("completed", closed_at=NOW - timedelta(seconds=5))])
def test_a_case_that_runs_or_has_just_ended_is_no_gap(found: gaps.CaseRun) -> None:
    assert gaps.not_in_temporal(CASE, found, "q", BEFORE) is None


# -- terms ------------------------------------------------------------------------------------------------------------


def term(due_at: datetime = YESTERDAY, limit_at: datetime | None = None, **case: Any) -> RunningTerm:
    return RunningTerm(
        examples.case(case_id=CASE, limit_at=limit_at, **case), examples.step(step="inspect", due_at=due_at)
    )


def escalation(kind: str = "step_overdue", step: str | None = "inspect", **changes: Any) -> ListedEscalation:
    ladder = changes.pop("ladder", None)
    name = f"{step or 'case'}.{kind}"
    given = {"id": name, "kind": kind, "step": step, "due_at": YESTERDAY, "raised_at": YESTERDAY}
    unsettled = {"resolved_at": None, "resolved_by": None, "acknowledged_by": None, "acknowledged_until": None}
    return ListedEscalation(CASE, examples.escalation(**given | unsettled | changes), ladder)


def test_a_term_that_passed_without_its_escalation() -> None:
    (gap,) = gaps.terms_not_escalated([term()], [], BEFORE)
    assert gap.key == "term_not_escalated rex-ch-1 inspect"
    assert "inspect" in gap.what
    assert "5 March 2026" in gap.what


@pytest.mark.parametrize("other", [escalation("step_due_soon"), escalation(step="conclude")])
def test_another_escalation_does_not_stand_for_it(other: ListedEscalation) -> None:
    assert keys(gaps.terms_not_escalated([term()], [other], BEFORE)) == ["term_not_escalated rex-ch-1 inspect"]


def test_a_term_that_was_escalated_or_has_only_just_ended_or_runs_is_no_gap() -> None:
    assert not list(gaps.terms_not_escalated([term()], [escalation()], BEFORE))
    assert not list(gaps.terms_not_escalated([term(NOW - timedelta(minutes=1))], [], BEFORE))
    assert not list(gaps.terms_not_escalated([term(NOW + timedelta(days=1))], [], BEFORE))


def test_the_thirty_days_that_passed_without_escalation() -> None:
    whole = term(NOW + timedelta(days=1), limit_at=YESTERDAY)
    assert keys(gaps.terms_not_escalated([whole], [], BEFORE)) == ["term_not_escalated rex-ch-1 whole"]
    assert not list(gaps.terms_not_escalated([whole], [escalation("limit_exceeded", None)], BEFORE))
    signed = term(NOW + timedelta(days=1), limit_at=YESTERDAY, outcome="not_valid")
    assert not list(gaps.terms_not_escalated([signed], [], BEFORE))


# -- ladders ----------------------------------------------------------------------------------------------------------

LADDER_ID = f"{CASE}.inspect.step_overdue"


def ladder(state: str = "climbing", **changes: Any) -> LadderEntry:
    given = {
        "case_id": CASE,
        "escalation_id": "inspect.step_overdue",
        "revision": 3,
        "kind": "step_overdue",
        "state": state,
        "level": 3,
        "rung": 7,
        "next_at": None,
        "raised_at": YESTERDAY,
    }
    return LadderEntry.model_validate(given | changes)


def idle(*listed: ListedEscalation, running: tuple[str, ...] = ()) -> list[Gap]:
    return list(gaps.idle_escalations(listed, running, today=TODAY, before=BEFORE))


@pytest.mark.parametrize("running", [(LADDER_ID,), ()])
def test_an_escalation_told_to_the_last_rung_that_nobody_has_taken_on(running: tuple[str, ...]) -> None:
    """Its ladder waits, to tell those who were called when the matter is settled."""
    (gap,) = idle(escalation(ladder=ladder("exhausted")), running=running)
    assert gap.key == "ladder_ended rex-ch-1 inspect.step_overdue"
    assert "nobody has acknowledged" in gap.what
    assert "acknowledge rex-ch-1 inspect.step_overdue --by" in gap.what_to_do


def test_a_ladder_that_ended_as_settled_though_the_matter_is_open() -> None:
    (gap,) = idle(escalation(ladder=ladder("resolved", ended_at=YESTERDAY)))
    assert "has ended (resolved), and the matter is open" in gap.what


def test_a_ladder_that_temporal_does_not_run() -> None:
    assert keys(idle(escalation(ladder=ladder()))) == ["ladder_gone rex-ch-1 inspect.step_overdue"]
    assert keys(idle(escalation())) == ["ladder_gone rex-ch-1 inspect.step_overdue"]
    another = ("rex-ch-2.inspect.step_overdue",)
    assert keys(idle(escalation(ladder=ladder()), running=another)) == ["ladder_gone rex-ch-1 inspect.step_overdue"]


def test_a_ladder_that_reaches_nobody() -> None:
    unreached = ladder(nobody_since=YESTERDAY)
    (gap,) = idle(escalation(ladder=unreached), running=(LADDER_ID,))
    assert gap.key == "nobody_reached rex-ch-1 inspect.step_overdue"
    assert not idle(escalation(ladder=ladder(nobody_since=NOW)), running=(LADDER_ID,))


def test_a_ladder_that_climbs_is_no_gap() -> None:
    assert not idle(escalation(ladder=ladder()), running=(LADDER_ID,))
    assert not idle(escalation(), running=(LADDER_ID,))  # its row is still on its way into the register


def test_what_was_raised_a_moment_ago_is_no_gap() -> None:
    assert not idle(escalation(raised_at=NOW - timedelta(minutes=1)))


def test_what_somebody_has_taken_on_is_no_gap_until_the_end_of_that_day() -> None:
    exhausted = ladder("exhausted")
    assert not idle(escalation(ladder=exhausted, acknowledged_by="Aigul", acknowledged_until=TODAY))
    lapsed = escalation(ladder=exhausted, acknowledged_by="Aigul", acknowledged_until=TODAY - timedelta(days=1))
    assert keys(idle(lapsed)) == ["ladder_ended rex-ch-1 inspect.step_overdue"]


def test_what_somebody_has_let_lie_is_a_gap_where_its_ladder_rests_with_no_rung_left() -> None:
    taken_on: dict[str, Any] = {"acknowledged_by": "Aigul", "acknowledged_until": TODAY - timedelta(days=1)}
    (gap,) = idle(escalation(ladder=ladder("rests"), **taken_on), running=(LADDER_ID,))
    assert gap.key == "ladder_ended rex-ch-1 inspect.step_overdue"
    assert "Aigul had it until 2026-03-08, which is over" in gap.what
    assert not idle(escalation(ladder=ladder("rests", next_at=NOW), **taken_on), running=(LADDER_ID,))


def test_a_warning_is_no_gap_once_its_breach_is_told_or_it_was_found_too_late() -> None:
    soon = escalation("step_due_soon", due_at=NOW, ladder=None)
    assert keys(idle(soon)) == ["ladder_gone rex-ch-1 inspect.step_due_soon"]
    breach = escalation(ladder=ladder())
    assert not idle(soon, breach, running=(LADDER_ID,))
    assert not idle(escalation("step_due_soon", due_at=YESTERDAY - timedelta(hours=1)))


# -- everything else --------------------------------------------------------------------------------------------------


def test_a_workflow_that_fails_its_tasks() -> None:
    (gap,) = gaps.failing_tasks(
        {CASE: ["category=WorkflowTaskFailed", "cause=WorkflowTaskFailedCauseNonDeterministicError"]}
    )
    assert gap.key == "tasks_fail rex-ch-1"
    assert "(WorkflowTaskFailed, NonDeterministicError)" in gap.what
    assert not list(gaps.failing_tasks({}))


def test_a_level_without_recipient() -> None:
    everybody = {1: ["json://a"], 2: ["json://b"], 3: ["json://c"]}
    assert not list(gaps.levels_without_recipient(everybody))
    assert keys(gaps.levels_without_recipient(everybody | {2: []})) == ["level_without_recipient 2"]
    assert keys(gaps.levels_without_recipient({1: ["json://a"]})) == [
        "level_without_recipient 2",
        "level_without_recipient 3",
    ]


@pytest.mark.parametrize(
    ("today", "confirmed", "missing"),
    [
        (date(2026, 11, 30), {2026}, []),
        (date(2026, 12, 1), {2026}, ["2027"]),
        (date(2026, 12, 31), {2026, 2027}, []),
        (date(2027, 1, 4), {2026}, ["2027"]),
        (date(2026, 12, 7), set(), ["2026", "2027"]),
        (date(2025, 11, 30), set(), []),
        (date(2025, 12, 1), set(), ["2026"]),
    ],
)
def test_a_year_that_is_not_confirmed(today: date, confirmed: set[int], missing: list[str]) -> None:
    assert [gap.about for gap in gaps.years_not_confirmed(today, confirmed)] == missing


def test_of_very_many_those_that_concern_everything_come_first() -> None:
    many = [gaps.not_in_register(f"rex-ch-{number}") for number in range(5)]
    level = list(gaps.levels_without_recipient({1: ["json://a"], 2: ["json://b"]}))
    assert keys(gaps.most_important([*many, *level], 2)) == [
        "level_without_recipient 3",
        "case_not_in_register rex-ch-0",
    ]
