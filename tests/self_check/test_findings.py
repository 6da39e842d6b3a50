"""What is a finding and what is not: each with its negative control. Times are around a Monday in Almaty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from register.overview import ListedEscalation, RunningTerm
from register.refused_requests import RefusedRequests
from self_check import findings
from self_check.interface import CheckFinding, FindingKind
from tests.register import examples
from tests.self_check.examples import escalation, notified, view

NOW = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
TODAY = date(2026, 3, 9)
YESTERDAY = NOW - timedelta(days=1)
CASE = "rex-ch-1"


def keys(found: Any) -> list[str]:
    return [finding.key for finding in found]


# -- cases ------------------------------------------------------------------------------------------------------------


def run(status: str = "running", **changes: Any) -> findings.CaseRun:
    return replace(findings.CaseRun(status, task_queue="q", opened_at=YESTERDAY, closed_at=None), **changes)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "Temporal has no such case"),
        (run("terminated", closed_at=YESTERDAY), "has ended in Temporal (terminated)"),
        (run("timed_out", closed_at=YESTERDAY), "has ended in Temporal (timed out)"),
        (run(task_queue="other"), "runs on the task queue other"),
    ],
)
def test_a_case_open_in_the_register_that_temporal_does_not_run(found: findings.CaseRun | None, words: str) -> None:
    finding = findings.not_in_temporal(CASE, found, "q", BEFORE)
    assert finding is not None
    assert (finding.kind, finding.workflow_id) == (FindingKind.NOT_IN_TEMPORAL, CASE)
    assert words in finding.what


@pytest.mark.parametrize("found", [run(), run("completed", closed_at=NOW - timedelta(seconds=5))])
def test_a_case_that_runs_or_has_just_ended_is_no_finding(found: findings.CaseRun) -> None:
    assert findings.not_in_temporal(CASE, found, "q", BEFORE) is None


# -- refused requests -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("raised_at", "found"), [(YESTERDAY, ["request_refused rex-ch-1"]), (NOW, [])])
def test_a_request_refused_a_while_ago_is_a_finding_with_why_and_what_to_type(
    raised_at: datetime, found: list[str]
) -> None:
    summary = "the request was refused: reason: expected sample or doubt"
    entry = examples.escalation(id="case.request_refused", kind="request_refused", raised_at=raised_at, summary=summary)
    told = list(findings.requests_refused([RefusedRequests(CASE, entry, [])], BEFORE))
    assert keys(told) == found
    for finding in told:
        assert finding.what == f"rex-ch-1: no case is open, {summary}"
        assert "starter.py dismiss rex-ch-1 --by NAME --because WHY." in finding.what_to_do


def test_a_refused_request_that_the_register_does_not_have_is_a_finding_of_its_run() -> None:
    finding = findings.refusal_not_kept(CASE, "run-1")
    assert (finding.key, finding.workflow_id) == ("refusal_not_kept rex-ch-1 run-1", CASE)


# -- terms ------------------------------------------------------------------------------------------------------------


def term(due_at: datetime = YESTERDAY, limit_at: datetime | None = None, **case: Any) -> RunningTerm:
    return RunningTerm(
        examples.case(case_id=CASE, limit_at=limit_at, **case), examples.step(step="inspect", due_at=due_at)
    )


def listed(kind: str = "step_overdue", step: str | None = "inspect") -> ListedEscalation:
    """An open escalation, by the register."""
    name = f"{step or 'case'}.{kind}"
    return ListedEscalation(CASE, examples.escalation(id=name, kind=kind, step=step), None)


def test_a_term_that_passed_without_its_listed() -> None:
    (finding,) = findings.terms_not_escalated([term()], [], BEFORE)
    assert finding.key == "term_not_escalated rex-ch-1 inspect"
    assert "inspect" in finding.what
    assert "5 March 2026" in finding.what


@pytest.mark.parametrize("other", [listed("step_due_soon"), listed(step="conclude")])
def test_another_escalation_does_not_stand_for_it(other: ListedEscalation) -> None:
    assert keys(findings.terms_not_escalated([term()], [other], BEFORE)) == ["term_not_escalated rex-ch-1 inspect"]


def test_a_term_that_was_escalated_or_has_only_just_ended_or_runs_is_no_finding() -> None:
    assert not list(findings.terms_not_escalated([term()], [listed()], BEFORE))
    assert not list(findings.terms_not_escalated([term(NOW - timedelta(minutes=1))], [], BEFORE))
    assert not list(findings.terms_not_escalated([term(NOW + timedelta(days=1))], [], BEFORE))


def test_the_thirty_days_that_passed_without_listed() -> None:
    whole = term(NOW + timedelta(days=1), limit_at=YESTERDAY)
    assert keys(findings.terms_not_escalated([whole], [], BEFORE)) == ["term_not_escalated rex-ch-1 limit"]
    assert not list(findings.terms_not_escalated([whole], [listed("limit_exceeded", None)], BEFORE))
    signed = term(NOW + timedelta(days=1), limit_at=YESTERDAY, outcome="not_valid")
    assert not list(findings.terms_not_escalated([signed], [], BEFORE))


# -- escalations ------------------------------------------------------------------------------------------------------

RUNNING = frozenset({"4f2a"})
NOBODY: frozenset[str] = frozenset()


def open_ends(running: frozenset[str] = NOBODY, **changes: Any) -> list[CheckFinding]:
    """The findings of a case with one escalation."""
    case = view(escalations=[escalation(**{"raised_at": YESTERDAY, "due_at": YESTERDAY} | changes)])
    return list(findings.escalations_without_end(case, running, today=TODAY, before=BEFORE))


@pytest.mark.parametrize("running", [RUNNING, NOBODY])
def test_an_escalation_that_everyone_was_notified_of_and_nobody_acknowledged(running: frozenset[str]) -> None:
    (finding,) = open_ends(running)
    assert finding.key == "ladder_ended rex-ch-1 inspect.step_overdue"
    assert "everyone up to level 3 (head) has been notified and nobody has acknowledged" in finding.what
    assert "acknowledge rex-ch-1 inspect.step_overdue --by" in finding.what_to_do


def test_an_escalation_that_nobody_was_notified_of() -> None:
    (finding,) = open_ends(notified=[])
    assert finding.kind is FindingKind.LADDER_ENDED
    assert "nobody has been notified, and no notification is planned" in finding.what


def test_an_escalation_with_a_next_notification_is_no_finding() -> None:
    assert not open_ends(next_at=NOW + timedelta(days=1), next_level=3)
    assert not open_ends(next_at=NOW + timedelta(days=1), next_level=1, notified=[])


def test_a_last_notice_on_its_way_is_no_finding_while_its_recipient_runs() -> None:
    waits = [notified(notified_at=None, handed_at=YESTERDAY)]
    assert not open_ends(RUNNING, notified=waits)
    (finding,) = open_ends(frozenset({"another"}), notified=waits)
    assert finding.kind is FindingKind.LADDER_ENDED
    # One that was handed over a moment ago may not be in Temporal's list yet.
    assert not open_ends(notified=[notified(notified_at=None, handed_at=NOW)])


def test_an_earlier_notice_that_never_left_keeps_nothing_open() -> None:
    earlier = notified(rung=6, notified_at=None, handed_at=YESTERDAY)
    assert [each.kind for each in open_ends(RUNNING, notified=[earlier, notified()])] == [FindingKind.LADDER_ENDED]


def test_an_escalation_that_reaches_nobody() -> None:
    (finding,) = open_ends(nobody_reached_since=YESTERDAY, next_at=NOW)
    assert finding.key == "nobody_reached rex-ch-1 inspect.step_overdue"
    assert "no recipient of level 3 (head) can be reached" in finding.what
    assert not open_ends(nobody_reached_since=NOW, next_at=NOW)


def test_what_was_raised_a_moment_ago_is_no_finding() -> None:
    assert not open_ends(raised_at=NOW - timedelta(minutes=1))


def test_what_somebody_has_acknowledged_is_no_finding_until_the_end_of_that_day() -> None:
    assert not open_ends(acknowledged_by="Aigul", acknowledged_until=TODAY)
    (finding,) = open_ends(acknowledged_by="Aigul", acknowledged_until=TODAY - timedelta(days=1))
    assert finding.kind is FindingKind.LADDER_ENDED
    assert "the acknowledgement by Aigul ended on 8 March 2026" in finding.what


@pytest.mark.parametrize(
    "ended", [{"resolved_at": YESTERDAY}, {"overtaken_by": "inspect.step_overdue"}], ids=["resolved", "overtaken"]
)
def test_what_is_resolved_or_overtaken_is_no_finding(ended: dict[str, Any]) -> None:
    assert not open_ends(nobody_reached_since=YESTERDAY, **ended)


def test_a_warning_of_what_was_over_when_it_was_found_is_no_finding() -> None:
    warning: dict[str, Any] = {"id": "inspect.step_due_soon", "kind": "step_due_soon", "notified": []}
    assert not open_ends(**warning, due_at=YESTERDAY - timedelta(hours=1))
    assert len(open_ends(**warning, due_at=NOW)) == 1


# -- everything else --------------------------------------------------------------------------------------------------


def test_a_workflow_that_fails_its_tasks() -> None:
    (finding,) = findings.failing_tasks(
        {CASE: ["category=WorkflowTaskFailed", "cause=WorkflowTaskFailedCauseNonDeterministicError"]}
    )
    assert finding.key == "tasks_fail rex-ch-1"
    assert "(WorkflowTaskFailed, NonDeterministicError)" in finding.what
    assert not list(findings.failing_tasks({}))


def test_a_level_without_recipient() -> None:
    everybody = {1: ["json://a"], 2: ["json://b"], 3: ["json://c"]}
    assert not list(findings.levels_without_recipient(everybody))
    assert keys(findings.levels_without_recipient(everybody | {2: []})) == ["level_without_recipient 2"]
    assert keys(findings.levels_without_recipient({1: ["json://a"]})) == [
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
    assert [finding.about for finding in findings.years_not_confirmed(today, confirmed)] == missing


def test_of_very_many_those_that_concern_everything_come_first() -> None:
    many = [findings.not_in_register(f"rex-ch-{number}") for number in range(5)]
    level = list(findings.levels_without_recipient({1: ["json://a"], 2: ["json://b"]}))
    assert keys(findings.most_important([*many, *level], 2)) == [
        "level_without_recipient 3",
        "case_not_in_register rex-ch-0",
    ]
