"""Findings: whether the registration holds, and what fits no record."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from rules.findings import RexRecord, registration_findings
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


def test_a_valid_registration_gives_no_finding() -> None:
    assert registration_findings(NUMBER, record(), [date(2026, 1, 15)]) == []


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
