"""The words of the report: every finding with what to do and its link, on a subject that fits."""

from __future__ import annotations

from datetime import date
from typing import Any

from notifications.message import LONGEST_SUBJECT, Message
from self_check.interface import CheckFinding, FindingKind
from self_check.report import report_of


def finding(number: int = 1, **changes: Any) -> CheckFinding:
    given: dict[str, Any] = {
        "kind": FindingKind.TASKS_FAIL,
        "workflow_id": f"rex/ch {number}",
        "what": f"rex-ch-{number} is stuck <b>",
        "what_to_do": "Read the last error.",
    }
    return CheckFinding.model_validate(given | changes)


def report(*findings: CheckFinding, **changes: Any) -> Message:
    given: dict[str, Any] = {
        "scope": "cases",
        "day": date(2026, 3, 9),
        "more": 0,
        "ui_url": "https://temporal.example/",
        "namespace": "rex",
    }
    return report_of(findings, **given | changes)


def test_each_finding_stands_in_it_with_what_to_do_and_its_link() -> None:
    assert report(finding(1), finding(2, workflow_id=None)).text == (
        "The daily self-check on 9 March 2026 has 2 findings. Until this is fixed, a warning could be missed or the "
        "register be wrong.\n"
        "\n"
        "1. rex-ch-1 is stuck <b>\n"
        "What to do: Read the last error.\n"
        "In the Temporal UI: https://temporal.example/namespaces/rex/workflows/rex%2Fch%201\n"
        "\n"
        "2. rex-ch-2 is stuck <b>\n"
        "What to do: Read the last error.\n"
        "\n"
        "Report cases.2026-03-09. Each finding is reported once a day until it is fixed.\n"
    )


def test_its_html_says_the_same_and_takes_no_markup_from_outside() -> None:
    html = report(finding()).html
    assert "rex-ch-1 is stuck &lt;b&gt;" in html
    link = "https://temporal.example/namespaces/rex/workflows/rex%2Fch%201"
    assert f"<a href='{link}'>In the Temporal UI</a>" in html


def test_findings_beyond_those_listed_are_counted() -> None:
    told = report(finding(), more=7)
    assert told.subject == "REX self-check: 8 findings. rex-ch-1 is stuck <b>"
    assert "... and 7 more" in told.text
    assert "... and 7 more" in told.html


def test_the_calendar_has_a_report_of_its_own() -> None:
    told = report(finding(what="the working calendar of 2027 is not confirmed"), scope="calendar")
    assert told.subject == "REX calendar check: 1 finding. the working calendar of 2027 is not confirmed"
    assert told.text.startswith("The weekly check of the working calendar on 9 March 2026 has 1 finding.")
    assert "reported once a week until the year is confirmed" in told.text


def test_a_long_subject_is_cut_and_lines_stay_lines() -> None:
    told = report(finding(what="a\nb" * 200))
    assert len(told.subject) == LONGEST_SUBJECT
    assert "a b" in told.subject
    assert "a\nb" not in told.text


def test_the_same_findings_of_a_day_give_the_same_message() -> None:
    assert report(finding()) == report(finding())
    assert report(finding()).id == "cases.2026-03-09"
