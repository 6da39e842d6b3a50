"""Findings: where the application and the REX record differ, and what is no difference."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.documents import Application
from rules.findings import RexRecord, application_findings, registration_findings
from rules.refusal import reasons

NUMBER = "KZREX123456789012"
BOTH: dict[str, Any] = {
    "rex_number": NUMBER,
    "name": "Altyn Dan LLP",
    "address": "Almaty, Abay 1",
    "tin": "990140000384",
    "activity": "milling of wheat",
    "hs_codes": ["1101 00", "1102.20"],
}


def record(**changes: Any) -> RexRecord:
    return RexRecord.model_validate({**BOTH, "status": "valid", **changes})


def application(**changes: Any) -> Application:
    return Application.model_validate({**BOTH, **changes})


def found(ours: Application, theirs: RexRecord | None) -> list[tuple[str, str]]:
    return [(each.field, each.severity) for each in application_findings(ours, theirs)]


def test_a_valid_registration_and_an_equal_application_give_no_finding() -> None:
    assert registration_findings(NUMBER, record(), [date(2026, 1, 15)]) == []
    assert application_findings(application(), record()) == []


def test_a_number_that_rex_has_not_is_a_finding() -> None:
    [finding] = registration_findings(NUMBER, None, [date(2026, 1, 15)])
    assert (finding.field, finding.severity) == ("registration_status", "serious")
    assert (finding.application, finding.rex, finding.text) == (None, None, f"REX has no registration {NUMBER}")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"revoked_on": "2026-02-01"}, f"REX shows the registration {NUMBER} as revoked on 2026-02-01"),
        ({}, f"REX shows the registration {NUMBER} as revoked"),
        ({"valid_from": "2026-02-01"}, f"REX shows the registration {NUMBER} as revoked"),
    ],
)
def test_a_revoked_registration_is_one_finding(changes: dict[str, Any], words: str) -> None:
    [finding] = registration_findings(NUMBER, record(status="revoked", **changes), [date(2026, 1, 15)])
    assert (finding.field, finding.severity, finding.rex) == ("registration_status", "serious", "revoked")
    assert finding.text == words


@pytest.mark.parametrize(
    ("valid_from", "statements", "named"),
    [
        ("2026-01-15", [date(2026, 1, 14)], "2026-01-14"),
        ("2026-01-15", [date(2026, 3, 1), date(2026, 1, 10), date(2025, 12, 31)], "2025-12-31"),
        ("2026-01-15", [date(2026, 1, 15)], None),
        ("2026-01-15", [date(2026, 1, 16)], None),
        ("2026-01-15", [], None),
        (None, [date(2000, 1, 1)], None),
    ],
)
def test_a_statement_before_the_registration_was_valid_is_a_finding(
    valid_from: str | None, statements: list[date], named: str | None
) -> None:
    findings = registration_findings(NUMBER, record(valid_from=valid_from), iter(statements))
    assert [(each.field, each.severity, each.rex) for each in findings] == (
        [("registration_status", "serious", f"valid from {valid_from}")] if named else []
    )
    assert all(each.text.endswith(f"after the statement of {named}") for each in findings)


@pytest.mark.parametrize(
    ("field", "other", "severity", "words"),
    [
        ("rex_number", "KZREX1", "serious", "REX number"),
        ("tin", "990140000385", "serious", "tax number"),
        ("name", "Altyn Dan JSC", "minor", "name"),
        ("address", "Almaty, Abay 2", "minor", "address"),
        ("activity", "baking", "minor", "activity"),
    ],
)
def test_each_compared_field_that_differs_is_a_finding_with_both_sides(
    field: str, other: str, severity: str, words: str
) -> None:
    [finding] = application_findings(application(**{field: other}), record())
    assert (finding.field, finding.application, finding.rex) == (field, other, BOTH[field])
    assert finding.severity == severity
    assert finding.text == f"the {words} in the application differs from the one in REX"


@pytest.mark.parametrize("field", ["rex_number", "address", "tin", "activity", "hs_codes"])
def test_what_the_application_leaves_out_is_no_difference(field: str) -> None:
    assert found(application(**{field: None}), record()) == []


@pytest.mark.parametrize("field", ["name", "address", "tin", "activity", "hs_codes"])
def test_what_rex_leaves_out_is_no_difference(field: str) -> None:
    assert found(application(), record(**{field: None})) == []


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_field_of_rex_is_not_compared(empty: str) -> None:
    assert record(name=empty).name == empty
    assert found(application(), record(name="", address="")) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("ALTYN DAN LLP", "Altyn Dan LLP"),
        ("Altyn  Dan\tLLP", "Altyn Dan LLP"),
        ('LLP "Altyn-Dan"', "LLP «Altyn Dan»"),
        ("Altyn Dan, LLP.", "Altyn Dan LLP"),
        ("Altyn Da\u0308n", "Altyn Dän"),
        ("ТОО «АЛТЫН ДӘН»", "ТОО Алтын дән"),
        ("Großmühle", "GROSSMÜHLE"),
        ("Ａｌｔｙｎ", "Altyn"),
    ],
)
def test_case_spacing_and_punctuation_make_no_difference(ours: str, theirs: str) -> None:
    assert found(application(name=ours), record(name=theirs)) == []


@pytest.mark.parametrize(("ours", "theirs"), [("Altyn Dan", "Altyn Dän"), ("Altyn Dan", "Dan Altyn"), ("1-1", "1-2")])
def test_other_letters_and_another_order_are_differences(ours: str, theirs: str) -> None:
    assert found(application(name=ours), record(name=theirs)) == [("name", "minor")]


@pytest.mark.parametrize(
    ("ours", "theirs", "extra"),
    [
        (["1101 00"], ["1101.00", "1102"], None),
        (["1102", "1101"], ["1101", "1102"], None),
        (["1101", "1103", "11 04"], ["1101"], "1103, 1104"),
        (["1101"], ["110100"], "1101"),
        (["110100"], ["1101"], "110100"),
        (["n/a"], ["1101"], None),
        (["1101"], ["n/a"], None),
        (["1101"], [], None),
        ([], ["1101"], None),
    ],
)
def test_codes_that_rex_has_not_are_one_finding(ours: list[str], theirs: list[str], extra: str | None) -> None:
    findings = application_findings(application(hs_codes=ours), record(hs_codes=theirs))
    assert [(each.field, each.severity, each.application, each.rex) for each in findings] == (
        [("hs_codes", "minor", ", ".join(ours), ", ".join(theirs))] if extra else []
    )
    assert all(each.text == f"the application has HS codes that REX does not have: {extra}" for each in findings)


def test_every_difference_is_found_in_the_order_of_weight() -> None:
    other = application(rex_number="KZREX1", tin="1", name="x", address="x", activity="x", hs_codes=["9999"])
    assert [field for field, _ in found(other, record())] == [
        *("rex_number", "tin", "name", "address", "activity", "hs_codes")
    ]


def test_without_a_record_nothing_is_compared() -> None:
    assert found(application(), None) == []


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_whatever_the_name_it_does_not_differ_from_itself_in_capitals_or_with_more_blanks(name: str) -> None:
    assert found(application(name=name), record(name=name)) == []
    assert found(application(name=name), record(name=f"  {name}\n.")) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"rex_number": "DEREX1"}, "rex_number: DEREX1 was not issued by Kazakhstan; expected a number that begins"),
        ({"status": "suspended"}, "status: expected valid or revoked"),
        ({"valid_from": "soon"}, "valid_from: expected a date as in 2026-03-02"),
        ({"revoked_on": 5}, "revoked_on: expected a date as in 2026-03-02"),
        ({"registered_on": "2026-01-01T00:00:00Z"}, "registered_on: expected a date as in 2026-03-02"),
        ({"name": 5}, "name: expected a text"),
        ({"name": "\ud800"}, "name: expected a text"),
        ({"hs_codes": ["1101", "\ud800"]}, "hs_codes.1: expected a text"),
        ({"hs_codes": "1101"}, "hs_codes: expected a list"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        record(**changes)
    assert reasons(error.value).startswith(expected)


def test_a_record_needs_number_and_status_only() -> None:
    assert RexRecord.model_validate({"rex_number": NUMBER, "status": "valid", "further": 1}).name is None
