"""The page of a case while it is inspected: the checklist and both sides of each field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from calendars.time_zone import almaty_clock
from cases.asking import read_case
from pages.case import case_page
from rules.checklist import CHECKLIST
from rules.comparison import compare, differences
from simulators.exporters import read_exporters
from tests.cli import examples
from workflows.case_page import markdown

NOW = datetime(2026, 3, 18, 5, tzinfo=UTC)
MOVED = "KZREX23014005"


def inspected(number: str = MOVED, **changes: Any) -> dict[str, Any]:
    exporter = read_exporters()[number]
    rows = compare(exporter.application, exporter.registration, number, [date(2026, 1, 20)])
    return {
        **examples.NEW,
        "step": "inspect",
        "to_do_by": "inspector",
        "comparison": [row.model_dump() for row in rows],
        "findings": [each.model_dump() for each in differences(rows)],
    } | changes


def page(case: dict[str, Any]) -> str:
    return markdown(case_page(read_case(case), almaty_clock(), NOW)).replace("\\", "")


def test_an_inspector_sees_every_question_and_where_something_was_found() -> None:
    said = page(inspected())
    assert all(item.questions["en"] in said for item in CHECKLIST)
    assert (
        "Are REX number, tax number, name and address in REX those of the application and the request? See: **address**"
        in said
    )
    assert "for `documents_complete`" in said


def test_both_sides_of_each_field_stand_there_once() -> None:
    said = page(inspected())
    assert "- in order: name in both: Түркістан Мия Тамыры ЖШС" in said
    address = "the address in the application differs from the one in REX"
    assert f"- **serious**: {address}  \nApplication: Шымкент, Тәуке хан даңғылы 5; REX: Түркістан, Бекзат" in said
    assert said.count(address) == 1
    assert "indings**" not in said


def test_another_spelling_is_in_order_and_shows_both() -> None:
    exporter = read_exporters()[MOVED]
    latin = exporter.application.model_copy(update={"name": "Turkistan Miya Tamyry LLP", "hs_codes": []})
    rows = compare(latin, exporter.registration, MOVED, [])
    said = page(inspected(comparison=[row.model_dump() for row in rows], findings=[]))
    assert "- in order: the name in the application is the one in REX, spelled another way  \n" in said
    assert "Application: Turkistan Miya Tamyry LLP; REX: Түркістан Мия Тамыры ЖШС" in said
    assert "- not compared: the application has no HS codes\n" in said


def test_what_no_field_of_the_application_shows_is_a_further_finding() -> None:
    lacks = {"field": "power_of_attorney", "application": None, "rex": None, "severity": "serious", "text": "it lacks"}
    said = page(inspected(findings=[lacks]))
    assert "**Further findings**\n\n- **serious**: it lacks" in said
    assert "valid on the day of the application? See: **power of attorney**" in said
    assert "**Findings**\n\n- **serious**: it lacks" in page(inspected(findings=[lacks], comparison=[]))


@pytest.mark.parametrize(
    ("step", "role", "shown"),
    [("inspect", "on_call", True), ("conclude", "inspector", True), ("conclude", "signatory", False)],
)
def test_the_checklist_is_there_while_somebody_inspects(step: str, role: str, shown: bool) -> None:
    said = page(inspected(step=step, to_do_by=role))
    assert ("**Checklist of the inspection**" in said) is shown
    assert "**The application and REX, side by side**" in said
    assert (said.index("side by side") < said.index("Terms, in working days")) is shown
