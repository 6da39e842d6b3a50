"""The decisions, field by field as contract, section 4, has them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decisions import (
    DECISIONS,
    LARGEST_DECISION,
    AcknowledgeEscalation,
    Decision,
    RecordDispatch,
    RecordInspection,
    RecordLookup,
    RequestMissingDocuments,
    RetryAction,
    ReturnConclusion,
    SignConclusion,
    read_decision,
)
from rules.documents import Kind
from rules.messages import read_message
from rules.refusal import Refusal
from tests.rules.foreign import ANY_JSON, is_fit_to_show, names_in, spoiled

RECEIVED = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
FIVE_MINUTES, MOMENT = timedelta(minutes=5), timedelta(microseconds=1)

RECORD: dict[str, Any] = {
    "rex_number": "KZREX1",
    "status": "valid",
    "registered_on": "2024-01-01",
    "valid_from": "2024-01-01",
    "revoked_on": None,
    "name": "Altyn Dan LLP",
    "address": "Almaty",
    "tin": "990140000384",
    "activity": "milling",
    "hs_codes": ["1101"],
}
GOOD: dict[str, dict[str, Any]] = {
    "acknowledge_escalation": {"escalation_id": "inspect.step_overdue.2", "until": "2026-03-12", "take_over": True},
    "assign": {"to": "A. Serikova"},
    "confirm_request": {"note": "seal and signature are those of the FOCBS"},
    "record_documents": {
        "documents": [{"kind": "invoice", "filename": "invoice.pdf", "document_id": f"sha256-{'0' * 64}"}],
        "sent_at": "2026-03-04T09:00:00+05:00",
        "received_at": "2026-03-05T09:00:00+05:00",
        "via_representative": True,
        "application": {"name": "Altyn Dan LLP"},
    },
    "record_inspection": {
        "completed_at": "2026-03-09T09:00:00+05:00",
        "inspector": "G. Serikova",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": False,
        "registration": "revoked",
        "grounds": ["scheme_terms"],
        "remarks": "the invoice names another exporter",
    },
    "sign_conclusion": {
        "signed_at": "2026-03-09T09:00:00+05:00",
        "signed_by": "B. Omarov",
        "document_id": f"sha256-{'0' * 64}",
        "signature_reference": "GO-1",
        "position": "Vice-minister",
        "signed_file": {"document_id": f"sha256-{'1' * 64}"},
    },
    "record_dispatch": {"what": "appeal", "sent_at": "2026-03-04T09:00:00+05:00", "letter_reference": "15-07/42"},
    "record_lookup": {"record": RECORD, "reason": "REX is down"},
    "retry_action": {"action": "look_up_registration"},
    "release_document": {"sha256": "9f" * 32, "reason": "seen on a machine apart", "message_id": "d1"},
    "request_missing_documents": {"missing": ["contract", "origin_evidence"], "remarks": "the contract is cut off"},
    "return_conclusion": {"reason": "wrong date", "reopen_inspection": True},
    "release_conclusion": {"reason": "the new address changes nothing"},
    "conclude_without_documents": {"reason": "nothing came"},
    "withdraw": {"reason": "the customs ask no more"},
    "change_reading": {"reading": "grounds", "option": "all", "reason": "letter of the legal department"},
    "recount": {"reason": "decree No. 7"},
}
OPTIONAL = {
    "confirm_request": {"note"},
    "record_documents": {"sent_at", "received_at", "via_representative", "application"},
    "record_inspection": {"completed_at", "inspector", "registration", "remarks"},
    "sign_conclusion": {"signed_at", "signed_by", "document_id", "signature_reference", "position", "signed_file"},
    "record_dispatch": {"what"},
    "retry_action": {"action"},
    "release_document": {"message_id"},
    "return_conclusion": {"reopen_inspection"},
    "acknowledge_escalation": {"take_over"},
}


def whole(name: str, **changes: object) -> dict[str, Any]:
    return {"by": "A. Nurlan", **GOOD[name], **changes}


def read(name: str, data: object) -> Decision:
    return read_decision(name, [data], RECEIVED, NOW)


def refused(name: str, *arguments: object) -> str:
    with pytest.raises(Refusal) as refusal:
        read_decision(name, list(arguments), RECEIVED, NOW)
    return str(refusal.value)


def test_the_decisions_are_those_of_the_contract() -> None:
    assert set(DECISIONS) == set(GOOD)
    for name, model in DECISIONS.items():
        assert set(model.model_fields) == set(whole(name))


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_needs_who_took_it_and_its_own_fields(name: str) -> None:
    for field in whole(name):
        without = {other: value for other, value in whole(name).items() if other != field}
        if field in OPTIONAL.get(name, ()):
            assert isinstance(read(name, without), DECISIONS[name])
        else:
            assert refused(name, without) == f"{field}: is required"
    assert isinstance(read(name, whole(name)), DECISIONS[name])


@pytest.mark.parametrize("name", DECISIONS)
@pytest.mark.parametrize("by", ["", "  ", None, 5, "a" * 501])
def test_who_took_it_has_a_name(name: str, by: object) -> None:
    assert refused(name, whole(name, by=by)).startswith("by: expected a")


@pytest.mark.parametrize("name", DECISIONS)
def test_unknown_fields_are_ignored(name: str) -> None:
    assert read(name, whole(name, unknown={"any": ["thing"]})) == read(name, whole(name))


def test_what_may_be_left_out_has_the_contract_s_default() -> None:
    dispatch = read(
        "record_dispatch", {"by": "A. Nurlan", "sent_at": "2026-03-04T04:00:00Z", "letter_reference": "15-07/42"}
    )
    assert isinstance(dispatch, RecordDispatch)
    assert dispatch.what == "request"
    retry = read("retry_action", {"by": "A. Nurlan"})
    assert isinstance(retry, RetryAction)
    assert retry.action is None
    back = read("return_conclusion", {"by": "A. Nurlan", "reason": "wrong date"})
    assert isinstance(back, ReturnConclusion)
    assert back.reopen_inspection is False


def test_a_person_who_reports_says_what_the_message_of_a_system_says() -> None:
    """Field by field, so that neither can know something that the other does not."""
    for name, message in (("record_inspection", "inspection_completed"), ("sign_conclusion", "conclusion_signed")):
        decision = read(name, whole(name))
        assert isinstance(decision, RecordInspection | SignConclusion)
        told = {"message_id": "m", "sent_by": "A. Nurlan", **GOOD[name]}
        assert decision.as_message("m") == read_message(message, [told], RECEIVED, NOW)


def test_who_inspected_and_who_signed_is_who_reports_it_unless_said() -> None:
    inspected = read("record_inspection", {**whole("record_inspection"), "inspector": None})
    signed = read("sign_conclusion", {"by": "A. Nurlan"})
    assert isinstance(inspected, RecordInspection)
    assert isinstance(signed, SignConclusion)
    assert inspected.as_message("m").inspector == signed.as_message("m").signed_by == "A. Nurlan"


@pytest.mark.parametrize("number", [0, 2, 3])
def test_any_other_number_of_arguments_than_one_is_refused(number: int) -> None:
    assert refused("withdraw", *[whole("withdraw")] * number) == f"expected one JSON object, got {number} arguments"


@pytest.mark.parametrize("argument", [None, "text", 5, [], [whole("withdraw")]])
def test_an_argument_that_is_no_object_is_refused(argument: object) -> None:
    assert refused("withdraw", argument) == "expected one JSON object (encoding json/plain)"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        *[("record_dispatch", "what", each) for each in ("request", "appeal", "reply")],
        ("record_lookup", "record", None),
        *[("retry_action", "action", each) for each in (None, "send_reply")],
        *[("request_missing_documents", "missing", [each.value]) for each in Kind],
        ("request_missing_documents", "missing", ["origin_evidence"]),
        *[("return_conclusion", "reopen_inspection", each) for each in (True, False)],
        *[(name, "reason", "r" * 4000) for name in ("withdraw", "recount", "conclude_without_documents")],
    ],
)
def test_a_decision_with_such_a_field_is_taken(name: str, field: str, value: object) -> None:
    assert read(name, whole(name, **{field: value})).model_dump(mode="json")[field] == value


MISSING = f"missing.0: expected {', '.join(list(Kind)[:-1])} or other_origin_evidence or origin_evidence"


@pytest.mark.parametrize(
    ("name", "field", "value", "words"),
    [
        ("acknowledge_escalation", "escalation_id", "", "escalation_id: expected a text"),
        ("acknowledge_escalation", "until", "soon", "until: expected a date as in 2026-03-02"),
        ("acknowledge_escalation", "until", "2026-03-12T00:00:00Z", "until: expected a date as in 2026-03-02"),
        ("record_dispatch", "what", "letter", "what: expected request, acknowledgement, appeal or reply"),
        ("record_dispatch", "sent_at", None, "sent_at: expected a time as in 2026-03-02T09:30:00+05:00"),
        ("record_dispatch", "letter_reference", " ", "letter_reference: expected a text"),
        ("record_lookup", "record", {}, "record.rex_number: is required; record.status: is required"),
        ("record_lookup", "record", "none", "record: expected an object"),
        ("record_lookup", "record", {**RECORD, "status": "x"}, "record.status: expected valid or revoked"),
        ("record_lookup", "record", {**RECORD, "name": "\ud800"}, "record.name: expected a text"),
        ("record_lookup", "reason", "", "reason: expected a text"),
        ("retry_action", "action", "", "action: expected a text"),
        ("request_missing_documents", "missing", [], "missing: expected at least 1 entry"),
        ("request_missing_documents", "missing", None, "missing: expected at least 1 entry"),
        ("request_missing_documents", "missing", "contract", "missing: expected a list"),
        ("request_missing_documents", "missing", ["letter"], MISSING),
        ("request_missing_documents", "missing", [None], MISSING),
        ("request_missing_documents", "remarks", "", "remarks: expected a text"),
        ("return_conclusion", "reason", None, "reason: expected a text"),
        ("return_conclusion", "reopen_inspection", "perhaps", "reopen_inspection: expected true or false"),
        ("return_conclusion", "reopen_inspection", None, "reopen_inspection: expected true or false"),
        ("conclude_without_documents", "reason", "", "reason: expected a text"),
        ("withdraw", "reason", 5, "reason: expected a text"),
        ("recount", "reason", "r" * 4001, "reason: expected at most 4000 characters"),
    ],
)
def test_a_decision_with_such_a_field_is_refused_by_name(name: str, field: str, value: object, words: str) -> None:
    assert refused(name, whole(name, **{field: value})) == words


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (RECEIVED, None),
        (RECEIVED - MOMENT, "lies before the receipt of the request; expected a time from then on"),
        (NOW + FIVE_MINUTES, None),
        (NOW + FIVE_MINUTES + MOMENT, "lies in the future; expected a time up to five minutes after now"),
    ],
)
def test_a_letter_was_sent_between_the_receipt_and_five_minutes_after_now(stated: datetime, words: str | None) -> None:
    data = whole("record_dispatch", sent_at=stated.isoformat())
    if words is None:
        dispatch = read("record_dispatch", data)
        assert isinstance(dispatch, RecordDispatch)
        assert dispatch.sent_at == stated
    else:
        assert refused("record_dispatch", data) == f"sent_at: {words}"


def test_a_sending_without_offset_is_refused() -> None:
    assert refused("record_dispatch", whole("record_dispatch", sent_at="2026-03-04T09:00:00")) == (
        "sent_at: the time has no offset; expected one as in 2026-03-02T09:30:00+05:00"
    )


def test_what_is_read_has_the_types_of_the_rules() -> None:
    taken_on = read("acknowledge_escalation", whole("acknowledge_escalation"))
    assert isinstance(taken_on, AcknowledgeEscalation)
    assert taken_on.until == date(2026, 3, 12)
    asked = read("request_missing_documents", whole("request_missing_documents"))
    assert isinstance(asked, RequestMissingDocuments)
    assert asked.missing == [Kind.CONTRACT, "origin_evidence"]
    looked_up = read("record_lookup", whole("record_lookup"))
    assert isinstance(looked_up, RecordLookup)
    assert looked_up.record is not None
    assert looked_up.record.valid_from == date(2024, 1, 1)


def test_null_is_the_empty_list() -> None:
    null = whole("record_lookup", record={**RECORD, "hs_codes": None})
    assert read("record_lookup", null) == read(
        "record_lookup", whole("record_lookup", record={**RECORD, "hs_codes": []})
    )


def test_a_decision_too_large_to_be_carried_is_refused_and_unknown_fields_do_not_count() -> None:
    large = whole("record_lookup", record={**RECORD, "activity": "a" * LARGEST_DECISION})
    assert refused("record_lookup", large).endswith(f"expected at most {LARGEST_DECISION}")
    assert read("withdraw", whole("withdraw", record="a" * LARGEST_DECISION))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(DECISIONS)).flatmap(lambda name: st.tuples(st.just(name), spoiled(whole(name)))))
def test_any_decision_is_read_or_refused_in_one_line_that_names_a_field(sent: tuple[str, dict[str, Any]]) -> None:
    name, data = sent
    try:
        decision = read(name, data)
    except Refusal as refusal:
        told = str(refusal)
    else:
        assert DECISIONS[name].model_validate_json(decision.model_dump_json()) == decision
        return
    assert is_fit_to_show(told, names_in(GOOD) | {"by"})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(DECISIONS)), st.lists(ANY_JSON, max_size=3))
def test_any_arguments_at_all_are_refused_in_one_line(name: str, arguments: list[Any]) -> None:
    assert len(refused(name, *arguments).splitlines()) == 1
