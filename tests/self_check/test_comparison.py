"""The register against the case: each difference is found and named, and what is equal is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from register.rows import RegisterEntries
from rules.case_view import CaseView
from self_check.comparison import LONGEST_VALUE, differences, log_disagrees
from self_check.interface import CheckFinding, FindingKind
from tests.self_check import examples

LOG = {"message m-1", "opened"}


def found(entries: RegisterEntries, case: CaseView, log: set[str] = LOG) -> list[CheckFinding]:
    return list(differences(entries, log, case, ["m-1"]))


def changed(table: str, number: int, **changes: Any) -> Callable[[RegisterEntries], RegisterEntries]:
    """The rows with one changed."""

    def change(entries: RegisterEntries) -> RegisterEntries:
        rows = list(getattr(entries, table))
        rows[number] = rows[number].model_copy(update=changes)
        return entries.model_copy(update={table: rows})

    return change


def of_case(**changes: Any) -> Callable[[RegisterEntries], RegisterEntries]:
    """The case's own row, changed."""
    return lambda entries: entries.model_copy(update={"case": entries.case.model_copy(update=changes)})


def test_a_register_that_has_what_the_case_says_does_not_differ() -> None:
    assert found(examples.kept(examples.view()), examples.view()) == []


def test_whether_and_when_the_thirty_days_ended_is_compared() -> None:
    case = examples.view(limit_met=True, limit_ended_at=examples.RECEIVED_AT)
    assert found(examples.kept(case), case) == []
    [differs] = found(of_case(limit_ended_at=None)(examples.kept(case)), case)
    assert differs.about == "cases rex-ch-1 limit_ended_at"
    [differs] = found(of_case(limit_met=False)(examples.kept(case)), case)
    assert differs.about == "cases rex-ch-1 limit_met"


@pytest.mark.parametrize(
    ("change", "about", "values"),
    [
        (of_case(step="conclude"), "cases rex-ch-1 step", "conclude in the register and inspect in the case"),
        (of_case(outcome="valid"), "cases rex-ch-1 outcome", "valid in the register and empty in the case"),
        (of_case(risk="exceeded"), "cases rex-ch-1 risk", "exceeded in the register and on_track in the case"),
        (of_case(reserve_days=4), "cases rex-ch-1 reserve_days", "4 in the register and 5 in the case"),
        (of_case(exporter="Another"), "cases rex-ch-1 exporter", "Another in the register and Қостанай"),
        (of_case(calendar_version=None), "cases rex-ch-1 calendar_version", "empty in the register and a1b2"),
        (changed("steps", 1, state="done"), "steps inspect 1 state", "done in the register and running in the case"),
        (changed("steps", 1, late=True), "steps inspect 1 late", "true in the register and false in the case"),
        (changed("steps", 1, late_days=2), "steps inspect 1 late_days", "2 in the register and 0 in the case"),
        (
            changed("steps", 1, due_at=examples.RECEIVED_AT),
            "steps inspect 1 due_at",
            "2026-03-02T04:30:00.123456Z in the register and 2026-03-22T04:30:00.123456Z in the case",
        ),
        (
            changed("documents", 0, filename="other.pdf"),
            f"documents m-1 invoice {'aa' * 32} filename",
            "other.pdf in the register and шот-фактура.pdf in the case",
        ),
        (
            changed("escalations", 0, acknowledged_by="A. Nurlan"),
            "escalations inspect.step_overdue acknowledged_by",
            "A. Nurlan in the register and empty in the case",
        ),
        (
            changed("escalations", 0, resolved_at=None),
            "escalations inspect.step_overdue resolved_at",
            "empty in the register and 2026-03-06T04:30:00.123456Z in the case",
        ),
        (
            changed("escalations", 0, overtaken_by="case.limit_exceeded"),
            "escalations inspect.step_overdue overtaken_by",
            "case.limit_exceeded in the register and empty in the case",
        ),
    ],
)
def test_each_value_that_differs_is_one_finding_with_both_values(
    change: Callable[[RegisterEntries], RegisterEntries], about: str, values: str
) -> None:
    case = examples.view()
    (finding,) = found(change(examples.kept(case)), case)
    assert (finding.kind, finding.workflow_id, finding.about) == (FindingKind.REGISTER_DIFFERS, "rex-ch-1", about)
    place, _, field = about.rpartition(" ")
    assert finding.what.startswith(f"rex-ch-1: the register differs from the case at {place}: {field} is ")
    assert values in finding.what


@pytest.mark.parametrize("table", ["steps", "documents", "escalations"])
def test_a_row_that_one_side_lacks_is_one_finding(table: str) -> None:
    case = examples.view()
    entries = examples.kept(case)
    less = entries.model_copy(update={table: getattr(entries, table)[1:]})
    (lost,) = found(less, case)
    assert "the case has this row, the register does not" in lost.what
    (extra,) = found(entries, case.model_copy(update={table: getattr(case, table)[1:]}))
    assert "the register has this row, the case does not" in extra.what
    assert lost.key == extra.key


def test_an_accepted_message_without_a_line_in_the_log_is_found() -> None:
    case = examples.view()
    (finding,) = found(examples.kept(case), case, log={"opened"})
    assert finding.key == "register_differs rex-ch-1 log message m-1"
    assert "the log has no line about it" in finding.what


def test_a_fact_with_two_contents_in_the_log_is_named() -> None:
    assert log_disagrees("rex-ch-1", "message m-1").key == "register_differs rex-ch-1 log message m-1"


def test_before_the_terms_are_counted_the_register_has_a_risk_of_its_own() -> None:
    case = examples.view(risk=None, limit_at=None, limit_last_day=None)
    assert found(examples.kept(case), case) == []


def test_the_level_of_an_escalation_climbs_without_a_write() -> None:
    case = examples.view()
    assert found(changed("escalations", 0, level=1)(examples.kept(case)), case) == []


def test_the_same_bytes_twice_in_one_message_are_one_row() -> None:
    once = examples.view()
    twice = examples.view(documents=[examples.document(), examples.document(filename="copy.pdf")])
    assert found(examples.kept(once), twice) == []


def test_text_that_no_database_can_hold_is_compared_as_it_is_kept() -> None:
    case = examples.view(documents=[examples.document(filename="a\0b\ud800.pdf")])
    assert found(changed("documents", 0, filename="a␀b�.pdf")(examples.kept(case)), case) == []


def test_a_long_value_is_cut_and_stays_on_one_line() -> None:
    case = examples.view()
    (finding,) = found(of_case(step="x\n" * LONGEST_VALUE)(examples.kept(case)), case)
    assert "\n" not in finding.what
    assert len(finding.what) < 3 * LONGEST_VALUE
