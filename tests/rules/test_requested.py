"""What the customs ask about against REX: another exporter behind the number, and goods that REX does not have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rules.findings import RexRecord
from rules.request import VerificationRequest
from rules.requested import requested_findings
from tests.support.requests import request

AT = datetime(2026, 3, 2, 5, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "rex_number": "KZREX123456789012",
    "status": "valid",
    "name": "Altyn Dan LLP",
    "tin": "990140000384",
    "hs_codes": ["1101 00"],
}


def found(record: dict[str, Any], **exporter: Any) -> list[tuple[str, str, str]]:
    asked = request(AT)
    asked["exporter"] |= exporter
    asked["statements"][0]["hs_codes"] = ["110100"]
    findings = requested_findings(VerificationRequest.model_validate(asked), RexRecord.model_validate(record))
    return [(each.field, each.severity, each.text) for each in findings]


def test_the_exporter_of_the_request_in_another_spelling_is_no_finding() -> None:
    assert found(RECORD) == found(RECORD, name="ТОО «Алтын Дән»", bin=None) == []


@pytest.mark.parametrize(
    ("exporter", "expected"),
    [
        (
            {"name": "ТОО «Өндіріс»"},
            ("requested_name", "serious", "the name in the request, ТОО «Өндіріс», differs from the one in REX"),
        ),
        (
            {"bin": "050640001840"},
            ("requested_tin", "serious", "the tax number in the request, 050640001840, differs from the one in REX"),
        ),
    ],
)
def test_another_exporter_behind_the_number_is_a_finding(
    exporter: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert found(RECORD, **exporter) == [expected]


def test_goods_of_the_statements_that_rex_does_not_have_are_a_finding() -> None:
    words = "the HS codes of the statements have goods that REX does not have: 110100"
    assert found({**RECORD, "hs_codes": ["1102"]}) == [("requested_hs_codes", "serious", words)]
    assert found({**RECORD, "hs_codes": ["110100", "1102"]}) == found({**RECORD, "hs_codes": []}) == []


def test_what_rex_does_not_say_is_not_compared() -> None:
    assert found({**RECORD, "name": " ", "tin": None, "hs_codes": []}, name="Another") == []
    assert requested_findings(VerificationRequest.model_validate(request(AT)), None) == []
