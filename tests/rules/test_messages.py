"""The four messages, field by field as contract, section 3, has them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.messages import MESSAGES, DocumentsArrived, InspectionCompleted, Message, only_argument, read_message
from rules.refusal import Refusal
from tests.rules.foreign import ANY_JSON, is_fit_to_show, names_in, spoiled

RECEIVED = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
FIVE_MINUTES, MOMENT = timedelta(minutes=5), timedelta(microseconds=1)

DOCUMENT = {"kind": "invoice", "filename": "i.pdf", "url": "https://atameken.example/i.pdf", "sha256": "a" * 64}
HEAD = {"message_id": "m1", "sent_by": "Atameken"}
LEAST: dict[str, dict[str, Any]] = {
    "document_request_received": {**HEAD, "received_at": "2026-03-03T09:00:00+05:00"},
    "documents_arrived": {**HEAD, "documents": [DOCUMENT]},
    "inspection_completed": {
        **HEAD,
        "inspector": "G. Serikova",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "grounds": [],
    },
    "conclusion_signed": {**HEAD, "signed_by": "B. Omarov"},
}
MOST: dict[str, dict[str, Any]] = {
    "document_request_received": LEAST["document_request_received"],
    "documents_arrived": {
        **LEAST["documents_arrived"],
        "sent_at": "2026-03-04T09:00:00+05:00",
        "received_at": "2026-03-04T10:00:00+05:00",
        "via_representative": True,
        "application": {
            "rex_number": "KZREX1",
            "name": "Altyn Dan LLP",
            "address": "Almaty, Abay 1",
            "tin": "990140000384",
            "activity": "milling",
            "hs_codes": ["1101 00"],
            "signed_on": "2020-01-15",
            "via_representative": True,
        },
        "documents": [{**DOCUMENT, "size": 5, "media_type": "application/pdf"}],
    },
    "inspection_completed": {
        **LEAST["inspection_completed"],
        "completed_at": "2026-03-05T09:00:00+05:00",
        "registration": "revoked",
        "grounds": ["scheme_terms", "registration_obligations", "activity_ended"],
        "remarks": "the lot is older than the registration",
    },
    "conclusion_signed": {
        **LEAST["conclusion_signed"],
        "signed_at": "2026-03-06T09:00:00+05:00",
        "document_id": "sha256-" + "a" * 64,
        "signature_reference": "eds-7",
        "position": "Vice-minister",
        "signed_file": {
            "url": "https://files.example/c.pdf",
            "filename": "c.pdf",
            "sha256": "a" * 64,
            "document_id": None,
        },
    },
}
TIMES = [
    ("document_request_received", "received_at"),
    ("documents_arrived", "sent_at"),
    ("documents_arrived", "received_at"),
    ("inspection_completed", "completed_at"),
    ("conclusion_signed", "signed_at"),
]


def read(name: str, data: object) -> Message:
    return read_message(name, [data], RECEIVED, NOW)


def refused(name: str, *arguments: object) -> str:
    with pytest.raises(Refusal) as refusal:
        read_message(name, list(arguments), RECEIVED, NOW)
    return str(refusal.value)


def test_there_are_four_messages() -> None:
    assert set(MESSAGES) == set(LEAST)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_needs_no_more_than_the_contract_asks(name: str) -> None:
    for field in LEAST[name]:
        without = {other: value for other, value in LEAST[name].items() if other != field}
        assert refused(name, without) == f"{field}: is required"
    assert isinstance(read(name, LEAST[name]), MESSAGES[name])


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_read_with_every_field_that_the_contract_has(name: str) -> None:
    model = MESSAGES[name]
    assert set(model.model_fields) == set(MOST[name])
    written = read(name, MOST[name]).model_dump(mode="json")
    times = {field for each, field in TIMES if each == name}
    assert {field: value for field, value in written.items() if field not in times} == {
        field: value for field, value in MOST[name].items() if field not in times
    }


@pytest.mark.parametrize("name", MESSAGES)
def test_unknown_fields_are_ignored(name: str) -> None:
    assert read(name, {**LEAST[name], "unknown": {"any": ["thing"]}}) == read(name, LEAST[name])


def test_what_may_be_left_out_has_the_contract_s_default() -> None:
    arrived = read("documents_arrived", LEAST["documents_arrived"])
    assert isinstance(arrived, DocumentsArrived)
    assert (arrived.via_representative, arrived.application, arrived.sent_at, arrived.received_at) == (
        *(False, None),
        *(None, None),
    )
    inspected = read("inspection_completed", LEAST["inspection_completed"])
    assert isinstance(inspected, InspectionCompleted)
    assert (inspected.registration, inspected.grounds, inspected.remarks) == ("valid", [], None)


@pytest.mark.parametrize("arguments", [[], [LEAST["conclusion_signed"]] * 2, [LEAST["conclusion_signed"]] * 3])
def test_any_other_number_of_arguments_than_one_is_refused(arguments: list[Any]) -> None:
    assert refused("conclusion_signed", *arguments) == f"expected one JSON object, got {len(arguments)} arguments"


@pytest.mark.parametrize("argument", [None, "text", 5, True, [], [LEAST["conclusion_signed"]], b"{}"])
def test_an_argument_that_is_no_object_is_refused(argument: object) -> None:
    assert refused("conclusion_signed", argument) == "expected one JSON object (encoding json/plain)"


def test_the_one_argument_is_handed_on_as_it_is() -> None:
    assert only_argument([LEAST["conclusion_signed"]]) is LEAST["conclusion_signed"]


def test_an_unknown_name_is_refused_before_anything_is_read() -> None:
    assert refused("documents_sent") == f"unknown message 'documents_sent'; expected one of {', '.join(MESSAGES)}"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        *[("conclusion_signed", "message_id", each) for each in ("1", "x" * 128)],
        *[("conclusion_signed", "document_id", each) for each in (None, "d", "d" * 200)],
        *[("conclusion_signed", "signature_reference", each) for each in (None, "eds-7")],
        *[("inspection_completed", "registration", each) for each in ("valid", "revoked", "none")],
        *[("inspection_completed", "grounds", [each]) for each in ("scheme_terms", "registration_obligations")],
        *[("inspection_completed", each, False) for each in ("documents_complete", "data_reliable", "rex_data_match")],
        *[("inspection_completed", "remarks", each) for each in (None, "r", "r" * 4000)],
        *[("documents_arrived", "documents", [DOCUMENT] * each) for each in (1, 100)],
        *[("documents_arrived", "via_representative", each) for each in (True, False)],
        *[("documents_arrived", "application", each) for each in (None, {"name": "Altyn Dan LLP"})],
        *[(name, field, None) for name, field in TIMES if name != "document_request_received"],
    ],
)
def test_a_message_with_such_a_field_is_taken(name: str, field: str, value: object) -> None:
    read_as = read(name, {**LEAST[name], field: value}).model_dump(mode="json", exclude_unset=True)[field]
    assert read_as == value


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("inspection_completed", {"grounds": None}),
        ("documents_arrived", {"application": {"name": "Altyn Dan LLP", "hs_codes": None}}),
    ],
)
def test_null_is_the_empty_list(name: str, fields: dict[str, Any]) -> None:
    empty = json.loads(json.dumps(fields).replace("null", "[]"))
    assert read(name, LEAST[name] | fields) == read(name, LEAST[name] | empty)


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("conclusion_signed", "message_id", "", "message_id: expected a text"),
        ("conclusion_signed", "message_id", 5, "message_id: expected a text"),
        ("conclusion_signed", "message_id", None, "message_id: expected a text"),
        ("conclusion_signed", "message_id", "x" * 129, "message_id: expected at most 128 characters"),
        ("conclusion_signed", "sent_by", " ", "sent_by: expected a text"),
        ("conclusion_signed", "sent_by", None, "sent_by: expected a text"),
        ("conclusion_signed", "signed_by", "", "signed_by: expected a text"),
        ("conclusion_signed", "document_id", "d" * 201, "document_id: expected at most 200 characters"),
        ("conclusion_signed", "document_id", 7, "document_id: expected a text"),
        ("conclusion_signed", "signature_reference", "", "signature_reference: expected a text"),
        ("inspection_completed", "inspector", "", "inspector: expected a text"),
        ("inspection_completed", "documents_complete", None, "documents_complete: expected true or false"),
        ("inspection_completed", "data_reliable", "perhaps", "data_reliable: expected true or false"),
        ("inspection_completed", "rex_data_match", 2, "rex_data_match: expected true or false"),
        ("inspection_completed", "registration", "suspended", "registration: expected valid, revoked or none"),
        ("inspection_completed", "registration", None, "registration: expected valid, revoked or none"),
        (
            "inspection_completed",
            "grounds",
            ["scheme_terms", "fraud"],
            "grounds.1: expected scheme_terms, registration_obligations or activity_ended",
        ),
        ("inspection_completed", "grounds", "scheme_terms", "grounds: expected a list"),
        ("inspection_completed", "grounds", ["scheme_terms"] * 11, "grounds: expected at most 10 entries"),
        ("inspection_completed", "remarks", "", "remarks: expected a text"),
        ("inspection_completed", "remarks", "r" * 4001, "remarks: expected at most 4000 characters"),
        ("documents_arrived", "documents", [], "documents: expected at least 1 entry"),
        ("documents_arrived", "documents", None, "documents: expected at least 1 entry"),
        ("documents_arrived", "documents", [DOCUMENT] * 101, "documents: expected at most 100 entries"),
        ("documents_arrived", "documents", DOCUMENT, "documents: expected a list"),
        ("documents_arrived", "documents", [DOCUMENT, "i.pdf"], "documents.1: expected an object"),
        (
            "documents_arrived",
            "documents",
            [DOCUMENT, {**DOCUMENT, "sha256": "0"}],
            "documents.1.sha256: expected 64 hexadecimal digits",
        ),
        ("documents_arrived", "via_representative", "perhaps", "via_representative: expected true or false"),
        ("documents_arrived", "via_representative", None, "via_representative: expected true or false"),
        ("documents_arrived", "application", "a.pdf", "application: expected an object"),
        ("documents_arrived", "application", {"address": "Almaty"}, "application.name: is required"),
        (
            "document_request_received",
            "received_at",
            None,
            "received_at: expected a time as in 2026-03-02T09:30:00+05:00",
        ),
    ],
)
def test_a_message_with_such_a_field_is_refused_by_name(name: str, field: str, value: object, words: str) -> None:
    assert refused(name, {**LEAST[name], field: value}) == words


@pytest.mark.parametrize(("name", "field"), TIMES)
@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (RECEIVED, None),
        (RECEIVED - MOMENT, "lies before the receipt of the request; expected a time from then on"),
        (NOW + FIVE_MINUTES, None),
        (NOW + FIVE_MINUTES + MOMENT, "lies in the future; expected a time up to five minutes after now"),
    ],
)
def test_a_stated_time_lies_between_the_receipt_and_five_minutes_after_now(
    name: str, field: str, stated: datetime, words: str | None
) -> None:
    data = {**LEAST[name], field: stated.isoformat()}
    if words is None:
        assert getattr(read(name, data), field) == stated
    else:
        assert refused(name, data) == f"{field}: {words}"


@pytest.mark.parametrize(("name", "field"), TIMES)
def test_a_stated_time_without_offset_is_refused_and_one_with_any_offset_is_an_instant(name: str, field: str) -> None:
    assert refused(name, {**LEAST[name], field: "2026-03-04T09:00:00"}) == (
        f"{field}: the time has no offset; expected one as in 2026-03-02T09:30:00+05:00"
    )
    for written in ("2026-03-04T09:00:00+05:00", "2026-03-04T04:00:00Z", "2026-03-03T23:00:00-05:00"):
        assert getattr(read(name, {**LEAST[name], field: written}), field) == datetime(2026, 3, 4, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_kept_in_a_case_is_read_again_whatever_the_time(name: str) -> None:
    kept = read(name, MOST[name])
    assert MESSAGES[name].model_validate_json(kept.model_dump_json()) == kept


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)).flatmap(lambda name: st.tuples(st.just(name), spoiled(MOST[name]))))
def test_any_message_is_read_or_refused_in_one_line_that_names_a_field(sent: tuple[str, dict[str, Any]]) -> None:
    name, data = sent
    try:
        message = read(name, data)
    except Refusal as refusal:
        told = str(refusal)
    else:
        assert MESSAGES[name].model_validate_json(message.model_dump_json()) == message
        return
    assert is_fit_to_show(told, names_in(MOST))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)) | st.text(max_size=10), st.lists(ANY_JSON, max_size=3))
def test_any_arguments_at_all_are_refused_in_one_line(name: str, arguments: list[Any]) -> None:
    assert len(refused(name, *arguments).splitlines()) == 1
