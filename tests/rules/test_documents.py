"""When a set of documents is complete, and what a document and an application have to look like."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rules.documents import NO_EVIDENCE, Application, Kind, OfferedDocument, missing_documents
from rules.refusal import reasons

DOCUMENT = {"kind": "invoice", "filename": "i.pdf", "url": "https://atameken.example/i.pdf", "sha256": "a" * 64}

APPLICATION, POWER, INVOICE = Kind.REGISTRATION_APPLICATION, Kind.POWER_OF_ATTORNEY, Kind.INVOICE
EVIDENCE = sorted(set(Kind) - {APPLICATION, POWER})


def test_the_kinds_are_those_of_the_contract() -> None:
    assert [kind.value for kind in Kind] == [
        *("registration_application", "power_of_attorney", "legal_status", "contract", "invoice"),
        *("transport_document", "purchase_evidence", "production_evidence"),
        *("origin_certificate", "other_origin_evidence"),
    ]


@pytest.mark.parametrize(
    ("kinds", "via_representative", "missing"),
    [
        ([], False, ["registration_application", "origin_evidence"]),
        ([], True, ["registration_application", "origin_evidence", "power_of_attorney"]),
        ([APPLICATION], False, ["origin_evidence"]),
        ([INVOICE], False, ["registration_application"]),
        ([APPLICATION, INVOICE], False, []),
        ([INVOICE, APPLICATION, INVOICE, APPLICATION], False, []),
        ([APPLICATION, POWER], False, ["origin_evidence"]),
        ([APPLICATION, POWER], True, ["origin_evidence"]),
        ([APPLICATION, INVOICE], True, ["power_of_attorney"]),
        ([APPLICATION, INVOICE, POWER], True, []),
        ([APPLICATION, INVOICE, POWER], False, []),
    ],
)
def test_a_set_lacks_what_the_contract_asks_for(
    kinds: list[Kind], via_representative: bool, missing: list[str]
) -> None:
    assert missing_documents(kinds, via_representative=via_representative) == missing


@pytest.mark.parametrize("kind", EVIDENCE)
def test_any_kind_but_the_two_formal_ones_is_evidence_of_origin(kind: Kind) -> None:
    assert missing_documents([APPLICATION, kind], via_representative=False) == []
    assert kind not in NO_EVIDENCE


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(Kind)), st.lists(st.sampled_from(Kind)), st.booleans())
def test_further_documents_never_make_a_set_lack_more(
    first: list[Kind], more: list[Kind], representative: bool
) -> None:
    before = missing_documents(first, via_representative=representative)
    after = missing_documents(iter(first + more), via_representative=representative)
    assert set(after) <= set(before)
    assert set(missing_documents(first, via_representative=False)) <= set(before)
    assert missing_documents([*first, *EVIDENCE[:1], *NO_EVIDENCE], via_representative=representative) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("kind", kind.value) for kind in Kind],
        *[("filename", "f"), ("filename", "f" * 255), ("filename", " договор.pdf ")],
        *[("url", "http://a"), ("url", "https://a/" + "b" * 1990)],
        *[("sha256", "0123456789abcdef" * 4), ("sha256", "0123456789ABCDEF" * 4)],
        *[("size", None), ("size", 0), ("size", 10**12), ("media_type", None), ("media_type", "application/pdf")],
        ("unknown", {"is": "ignored"}),
    ],
)
def test_a_document_with_such_a_field_is_taken(field: str, value: Any) -> None:
    assert OfferedDocument.model_validate({**DOCUMENT, field: value})


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("kind", "letter", f"expected {', '.join(list(Kind)[:-1])} or other_origin_evidence"),
        ("filename", "", "expected a text"),
        ("filename", "  ", "expected a text"),
        ("filename", None, "expected a text"),
        ("filename", "f" * 256, "expected at most 255 characters"),
        ("url", "ftp://a/b", "expected an http or https address without spaces"),
        ("url", "https://", "expected an http or https address without spaces"),
        ("url", "https://a b", "expected an http or https address without spaces"),
        ("url", "see https://a", "expected an http or https address without spaces"),
        ("url", "https://a\n", "expected an http or https address without spaces"),
        ("url", "https://a/" + "b" * 1991, "expected at most 2000 characters"),
        ("sha256", "a" * 63, "expected 64 hexadecimal digits"),
        ("sha256", "a" * 65, "expected 64 hexadecimal digits"),
        ("sha256", "g" * 64, "expected 64 hexadecimal digits"),
        ("size", -1, "expected 0 or more"),
        ("size", 1.5, "expected a whole number"),
        ("size", "large", "expected a whole number"),
        ("media_type", "a" * 201, "expected at most 200 characters"),
        ("media_type", 5, "expected a text"),
    ],
)
def test_a_document_with_such_a_field_is_refused(field: str, value: Any, expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        OfferedDocument.model_validate({**DOCUMENT, field: value})
    assert reasons(error.value) == f"{field}: {expected}"


@pytest.mark.parametrize("field", DOCUMENT)
def test_a_document_without_one_of_its_four_fields_is_refused(field: str) -> None:
    with pytest.raises(ValidationError) as error:
        OfferedDocument.model_validate({name: value for name, value in DOCUMENT.items() if name != field})
    assert reasons(error.value) == f"{field}: is required"


def test_a_hash_is_kept_in_small_letters() -> None:
    assert OfferedDocument.model_validate({**DOCUMENT, "sha256": "AB" * 32}).sha256 == "ab" * 32


def test_an_application_needs_a_name_only() -> None:
    assert not Application.model_validate({"name": "Altyn Dan LLP"}).via_representative


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("name", None, "expected a text"),
        ("rex_number", 5, "expected a text"),
        ("address", "", "expected a text"),
        ("tin", "1" * 501, "expected at most 500 characters"),
        ("activity", "a" * 4001, "expected at most 4000 characters"),
        ("hs_codes", "1101", "expected a list"),
        ("hs_codes", ["1"] * 1001, "expected at most 1000 entries"),
        ("signed_on", "2026-02-30", "not a day that exists: 2026-02-30"),
        ("via_representative", "perhaps", "expected true or false"),
    ],
)
def test_an_application_with_such_a_field_is_refused(field: str, value: Any, expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        Application.model_validate({"name": "Altyn Dan LLP", field: value})
    assert reasons(error.value) == f"{field}: {expected}"


@pytest.mark.parametrize(
    ("code", "expected"), [("", "a text"), (" \t", "a text"), ("1" * 21, "at most 20 characters"), (1101, "a text")]
)
def test_a_code_that_is_none_is_named_by_its_place(code: object, expected: str) -> None:
    with pytest.raises(ValidationError) as error:
        Application.model_validate({"name": "Altyn Dan LLP", "hs_codes": ["1101 00", code]})
    assert reasons(error.value) == f"hs_codes.1: expected {expected}"


def test_blanks_around_a_code_are_no_part_of_it() -> None:
    application = Application.model_validate({"name": "Altyn Dan LLP", "hs_codes": [" 1101 00\n", "1" * 20 + " "]})
    assert application.hs_codes == ["1101 00", "1" * 20]
