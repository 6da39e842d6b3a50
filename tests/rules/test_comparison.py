"""The comparison: a row for each field, agreeing ones too, and the findings made of those that differ."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.comparison import FIELDS, Compared, compare, differences
from rules.documents import Application
from rules.findings import RexRecord

NUMBER = "KZREX123456789012"
STATEMENTS = [date(2026, 3, 1), date(2026, 1, 15)]
BOTH: dict[str, Any] = {
    "rex_number": NUMBER,
    "name": "Altyn Dan LLP",
    "address": "Almaty, Abay 1",
    "tin": "990140000384",
    "activity": "milling of wheat",
    "hs_codes": ["1101 00", "1102.20"],
}


def record(**changes: Any) -> RexRecord:
    return RexRecord.model_validate({**BOTH, "status": "valid", "registered_on": "2021-07-12", **changes})


def application(**changes: Any) -> Application:
    return Application.model_validate({**BOTH, "signed_on": "2021-07-05", **changes})


def rows(ours: Application | None, theirs: RexRecord | None) -> dict[str, Compared]:
    return {row.field: row for row in compare(ours, theirs, NUMBER, STATEMENTS)}


def found(ours: Application | None, theirs: RexRecord | None) -> list[tuple[str, str]]:
    return [(each.field, each.severity) for each in differences(compare(ours, theirs, NUMBER, STATEMENTS))]


def test_there_is_a_row_for_each_field_with_both_sides_as_they_were_written() -> None:
    all_rows = rows(application(name="АЛТЫН ДӘН ЖШС"), record(valid_from="2021-07-12"))
    assert list(all_rows) == ["registration_status", *FIELDS]
    assert {row.severity for row in all_rows.values()} == {"none"}
    assert (all_rows["name"].application, all_rows["name"].rex) == ("АЛТЫН ДӘН ЖШС", "Altyn Dan LLP")
    assert all_rows["name"].text == "the name in the application is the one in REX, spelled another way"
    assert all_rows["hs_codes"].text == "the HS codes in the application are those in REX"
    assert (all_rows["signed_on"].application, all_rows["signed_on"].rex) == ("2021-07-05", "2021-07-12")
    assert all_rows["registration_status"].text == (
        f"REX shows the registration {NUMBER} as valid from 2021-07-12, not after the first statement, of 2026-01-15"
    )


def test_every_difference_is_a_finding_in_the_order_of_weight() -> None:
    other = application(
        rex_number="KZREX1", tin="1", name="x", address="y", activity="z", hs_codes=["9999"], signed_on="2022-01-01"
    )
    assert found(other, record(valid_from="2026-02-01")) == [
        *((field, "serious") for field in ("registration_status", "rex_number", "tin", "name", "address", "activity")),
        *((field, "serious") for field in ("hs_codes", "signed_on")),
    ]


@pytest.mark.parametrize(
    ("field", "other", "severity", "words"),
    [
        ("rex_number", "KZREX1", "serious", "the REX number in the application differs from the one in REX"),
        ("name", "Altyn Dan JSC", "serious", "the name in the application differs from the one in REX by its legal"),
        ("name", "Altyn Dna LLP", "minor", "the name in the application differs from the one in REX by what may be a"),
        ("address", "Almaty, Abay 2", "serious", "the address in the application differs from the one in REX"),
        ("activity", "milling of wheat and rye", "minor", "the activity in the application agrees with the one in REX"),
        ("activity", "baking", "serious", "the activity in the application differs from the one in REX"),
        ("activity", "помол пшеницы", "minor", "the activity in the application is in another script"),
        ("hs_codes", ["1904"], "serious", "the HS codes in the application have goods that REX does not have: 1904"),
        ("signed_on", "2021-07-13", "serious", "the date in the application is after that of the registration in REX"),
    ],
)
def test_each_field_that_differs_says_how(field: str, other: Any, severity: str, words: str) -> None:
    [finding] = differences(compare(application(**{field: other}), record(), NUMBER, STATEMENTS))
    assert (finding.field, finding.severity) == (field, severity)
    assert finding.text.startswith(words)
    assert finding.application == (", ".join(other) if isinstance(other, list) else other)


@pytest.mark.parametrize("field", ["rex_number", "address", "tin", "activity", "hs_codes", "signed_on"])
def test_what_the_application_leaves_out_is_no_difference(field: str) -> None:
    row = rows(application(**{field: None}), record())[field]
    words, _ = FIELDS[field]
    assert (row.severity, row.text) == ("none", f"not compared: the application has no {words}")


@pytest.mark.parametrize("field", ["name", "address", "tin", "activity", "hs_codes"])
def test_what_rex_leaves_out_is_no_difference(field: str) -> None:
    words, _ = FIELDS[field]
    for nothing in ([], [" "], ["-"]) if field == "hs_codes" else (None, "", " ", "—"):
        row = rows(application(), record(**{field: nothing}))[field]
        assert (row.severity, row.rex, row.text) == ("none", None, f"not compared: REX has no {words}")


def test_an_application_may_be_registered_on_its_day() -> None:
    assert rows(application(signed_on="2021-07-12"), record())["signed_on"].severity == "none"


def test_without_an_application_or_a_record_only_the_registration_says_something() -> None:
    assert found(None, record()) == []
    assert rows(None, record())["name"].text == "not compared: no data of the application have come"
    assert found(application(), None) == found(None, None) == [("registration_status", "serious")]
    assert rows(application(), None)["name"].text == "not compared: REX has no registration"
    assert rows(application(), None)["name"].application == "Altyn Dan LLP"


TEXTS = st.text(max_size=20) | st.sampled_from(["Алтын ЖШС", "Altyn LLP", "г. Алматы, ул. Абая 1", "1101,1102"])


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, min_size=5, max_size=5), st.lists(TEXTS, max_size=3))
def test_whatever_rex_shows_there_is_a_row_for_each_field(texts: list[str], codes: list[str]) -> None:
    shown = dict(zip(("name", "address", "tin", "activity"), texts[:4], strict=True))
    ours = Application.model_construct(**{**BOTH, "name": texts[4], "signed_on": None, "via_representative": False})
    assert len(compare(ours, record(**shown, hs_codes=codes), NUMBER, [])) == 1 + len(FIELDS)
