"""What REX shows of a registration from one look-up to the next (¶9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules.documents import Application
from rules.findings import RexRecord, changes, lacking
from rules.registration import Occasion, Registration
from rules.request import VerificationRequest
from tests.support.requests import request

AT = datetime(2026, 3, 2, 5, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "rex_number": "KZREX1",
    "status": "valid",
    "registered_on": "2020-02-01",
    "valid_from": "2020-02-01",
    "name": "Altyn Dan LLP",
    "address": "Almaty, Abay 1",
    "tin": "990140000384",
    "activity": "milling",
    "hs_codes": ["1101.00", "1102"],
}


def record(**changed: Any) -> RexRecord:
    return RexRecord.model_validate({**RECORD, **changed})


@pytest.mark.parametrize(
    ("field", "value", "severity"),
    [
        ("status", "revoked", "serious"),
        ("name", "Altyn Nan LLP", "minor"),
        ("address", None, "minor"),
        ("tin", "980340000457", "serious"),
        ("activity", "baking", "minor"),
        ("hs_codes", ["1102"], "serious"),
        ("hs_codes", None, "serious"),
        ("registered_on", "2021-02-01", "serious"),
        ("valid_from", "2021-02-01", "serious"),
        ("revoked_on", "2026-02-01", "serious"),
    ],
)
def test_each_field_that_rex_changes_is_one_finding_with_before_and_after(
    field: str, value: Any, severity: str
) -> None:
    [found] = changes(record(), record(**{field: value}))
    assert (found.field, found.severity, found.application) == (field, severity, None)
    assert field.replace("_", " ") in found.text
    [back] = changes(record(**{field: value}), record())
    assert back.field == field


@pytest.mark.parametrize("spelling", [{"name": "ALTYN  DAN, LLP."}, {"hs_codes": ["1102", "110100"]}])
def test_another_spelling_is_no_change(spelling: dict[str, Any]) -> None:
    assert changes(record(), record(**spelling)) == []


def test_of_a_registration_that_came_went_or_was_revoked_that_alone_is_said() -> None:
    [gone] = changes(record(), None)
    assert gone.text.endswith("status was valid, and is no registration")
    [come] = changes(None, record())
    assert (come.field, come.rex) == ("status", "valid")
    [revoked] = changes(record(), record(status="revoked", revoked_on="2026-02-01", name="In liquidation"))
    assert (revoked.field, revoked.severity, revoked.rex) == ("status", "serious", "revoked")
    assert changes(None, None) == []


def test_the_first_look_up_has_changed_nothing_and_each_later_one_is_held_against_the_one_before() -> None:
    registration = Registration()
    first = registration.take(record(), AT, Occasion.OPENING)
    second = registration.take(record(name="B"), AT + timedelta(days=1), Occasion.INSPECTION)
    third = registration.take(record(name="B"), AT + timedelta(days=2), Occasion.DRAFT)
    assert [len(each.changes) for each in (first, second, third)] == [0, 1, 0]
    assert registration.record == record(name="B")


def test_findings_are_what_differs_from_the_application_and_the_request_and_what_has_changed() -> None:
    registration = Registration()
    asked = VerificationRequest.model_validate(request(AT, rex_number="KZREX1"))
    written = Application.model_validate({"name": "Altyn Dan LLP", "tin": "980340000457"})
    assert (registration.comparison(asked, written), registration.findings(asked, written)) == ((), [])
    registration.take(record(name="Altyn Dna LLP"), AT, Occasion.OPENING)
    registration.take(record(name="Kumis LLP"), AT + timedelta(days=1), Occasion.INSPECTION)
    assert [(each.field, each.severity) for each in registration.findings(asked, written)] == [
        ("tin", "serious"),
        ("name", "serious"),
        ("requested_name", "serious"),
        ("name", "minor"),
    ]


def test_what_a_set_lacks_is_a_serious_finding_in_words() -> None:
    [found] = lacking(["power_of_attorney"])
    assert (found.field, found.severity) == ("power_of_attorney", "serious")
    assert found.text == "the set of documents lacks: power of attorney"
