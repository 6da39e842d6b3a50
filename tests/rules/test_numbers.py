"""Numbers: of registrations, of tax payers, and codes of goods."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.numbers import MOST_NAMED, hs_codes, rex_numbers, tax_numbers

BIN = "180340021791"


@pytest.mark.parametrize(
    "one", ["KZREX18034001", "kzrex 1803 4001", "KZREX-18034001", "КZREХ18034001", "KZREX 18.034.001"]
)
def test_a_rex_number_may_be_spaced_and_typed_in_cyrillic(one: str) -> None:
    assert rex_numbers(one, "KZREX18034001").severity == rex_numbers("KZREX18034001", one).severity == "none"


@pytest.mark.parametrize("one", ["KZREX18034002", "KZREX1803400", "KZREX180340011", "18034001"])
def test_another_rex_number_is_serious(one: str) -> None:
    assert rex_numbers(one, "KZREX18034001").severity == "serious"


@pytest.mark.parametrize(
    "one", [BIN, "180340 021791", "БИН 180340021791", "BIN: 1803-4002-1791", "１８０３４００２１７９１"]
)
def test_a_tax_number_may_be_spaced_and_named(one: str) -> None:
    assert tax_numbers(one, BIN).severity == tax_numbers(BIN, one).severity == "none"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            "180340021719",
            "differs from the one in REX in one digit, or in two that changed places; "
            "the one in the application can be no BIN or IIN: its length or check digit is wrong",
        ),
        ("050640001840", "differs from the one in REX"),
        (
            "18034002179",
            "differs from the one in REX in one digit, or in two that changed places; "
            "the one in the application can be no BIN or IIN: its length or check digit is wrong",
        ),
        ("none", "differs from the one in REX"),
    ],
)
def test_another_tax_number_is_another_person_and_a_typing_error_is_said(one: str, words: str) -> None:
    assert tax_numbers(one, BIN) == ("serious", words)
    assert tax_numbers(BIN, one).severity == "serious"


def test_where_neither_tax_number_can_be_one_no_side_is_blamed() -> None:
    assert tax_numbers("180340021719", "050640001841").words == "differs from the one in REX"


@pytest.mark.parametrize(
    ("ours", "theirs", "severity", "words"),
    [
        ("1101 00, 1102.20", "110220, 1101.00", "none", "are those in REX"),
        ("1101", "110100", "none", "are those in REX, some with more digits"),
        ("11010011, 1102200000", "110100, 110220", "none", "are those in REX, some with more digits"),
        ("30489", "030489", "none", "are those in REX"),
        ("110100, 110100", "1101.00", "none", "are those in REX"),
        ("030489, 030559", "030489, 030389", "serious", "have goods that REX does not have: 030559"),
        ("110220", "110290", "minor", "have goods that REX does not have: 110220"),
        ("1101", "1101, 1102", "minor", "lack goods that REX has: 1102"),
        ("n/a", "1101", "minor", "cannot be compared: a side has no digits"),
        ("1101", "n/a", "minor", "cannot be compared: a side has no digits"),
        ("1103, 9999, 1101", "1101", "serious", "have goods that REX does not have: 1103, 9999"),
    ],
)
def test_goods_are_compared_by_the_digits_that_both_sides_have(
    ours: str, theirs: str, severity: str, words: str
) -> None:
    assert hs_codes(ours, theirs) == (severity, words)


def test_a_sentence_names_only_the_first_of_many_goods() -> None:
    many = ", ".join(f"{code:06}" for code in range(100000, 100025))
    assert hs_codes(many, "999999").words.endswith(f"and {25 - MOST_NAMED} more")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20), st.text("0123456789., ", max_size=30))
def test_any_texts_are_compared(one: str, other: str) -> None:
    for like in (rex_numbers, tax_numbers, hs_codes):
        assert like(one, one).severity == like(other, other).severity == "none"
    assert rex_numbers(one, other) == rex_numbers(other, one)
    assert tax_numbers(one, other).severity == tax_numbers(other, one).severity
