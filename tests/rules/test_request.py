"""The request, field by field as contract, section 1, has it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.refusal import Refusal
from rules.request import LARGEST_REQUEST, VerificationRequest, check_bin, check_rex_number, read_request
from tests.rules.foreign import ANY_JSON, is_fit_to_show, names_in, spoiled

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

GOOD: dict[str, Any] = {
    "requesting_country": "CH",
    "requesting_authority": "Federal Office for Customs and Border Security",
    "reference": "2026-0042",
    "received_at": "2026-03-02T09:00:00+05:00",
    "backdated_because": "the letter lay in the wrong office",
    "reason": "doubt",
    "indications": ["price far below the market"],
    "rex_number": "KZREX123456789012",
    "exporter": {"name": "Altyn Dan LLP", "address": "Almaty, Abay 1", "bin": "990140000384"},
    "statements": [
        {
            "document_number": "INV-7",
            "document_date": "2026-01-15",
            "goods": "wheat flour",
            "hs_codes": ["1101 00"],
            "origin_criterion": "P",
        }
    ],
    "reply_to": {"name": "A. Keller", "email": "origin@customs.example"},
    "reply_by": "2026-06-01",
    "language": "de",
}
OPTIONAL = ("backdated_because", "indications", "reply_by", "language")


def changed(path: str, value: object) -> dict[str, Any]:
    """The good request with another value at a path as refusals name it, as in ``statements.0.goods``."""
    *parts, last = path.split(".")

    def replaced(inside: Any, names: list[str]) -> Any:
        if isinstance(inside, list):
            return [replaced(each, names[1:]) for each in inside]
        return {**inside, last: value} if not names else {**inside, names[0]: replaced(inside[names[0]], names[1:])}

    data: dict[str, Any] = replaced(GOOD, parts)
    return data


def read(data: object) -> VerificationRequest:
    return read_request(data, NOW)


def refused(data: object) -> str:
    with pytest.raises(Refusal) as refusal:
        read(data)
    return str(refusal.value)


def test_a_request_is_read_as_it_is_written() -> None:
    request = read(GOOD)
    assert request.model_dump(mode="json") == {**GOOD, "received_at": "2026-03-02T04:00:00Z"}
    assert request.received_at == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert request.reply_by == date(2026, 6, 1)


def test_what_may_be_left_out_has_the_contract_s_default() -> None:
    request = read(
        {
            **{name: value for name, value in GOOD.items() if name not in OPTIONAL},
            "exporter": {"name": "Altyn Dan LLP"},
            "statements": [{"document_number": "INV-7", "document_date": "2026-01-15"}],
        }
    )
    assert (request.language, request.indications, request.backdated_because, request.reply_by) == (
        "en",
        [],
        None,
        None,
    )
    assert (request.exporter.address, request.exporter.bin) == (None, None)
    statement = request.statements[0]
    assert (statement.goods, statement.hs_codes, statement.origin_criterion) == (None, [], None)


@pytest.mark.parametrize(
    "path",
    [
        *sorted(set(GOOD) - set(OPTIONAL)),
        *("exporter.name", "reply_to.name", "reply_to.email", "statements.0.document_number"),
        "statements.0.document_date",
    ],
)
def test_what_must_be_there_is_named_when_it_is_not(path: str) -> None:
    *parts, last = path.split(".")
    data = changed(path, None)
    inside: Any = data
    for part in parts:
        inside = inside[int(part)] if part.isdigit() else inside[part]
    del inside[last]
    assert refused(data) == f"{path}: is required"


def test_unknown_fields_are_ignored_at_every_depth() -> None:
    for path in ("unknown", "exporter.unknown", "statements.0.unknown", "reply_to.unknown"):
        assert read(changed(path, {"any": ["thing"]})) == read(GOOD)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *[("requesting_country", "NO"), ("requesting_country", "CH")],
        *[("requesting_authority", "a"), ("requesting_authority", "a" * 500)],
        *[("reference", "1"), ("reference", "1" * 64), ("reference", " " + "1" * 64 + " ")],
        *[("reason", "sample"), ("reason", "doubt")],
        *[("indications", []), ("indications", ["a" * 4000, "b"])],
        *[("rex_number", "KZREX1"), ("rex_number", "KZREX" + "A9" * 15)],
        *[("exporter.bin", None), ("exporter.bin", "990140000384"), ("exporter.address", None)],
        *[("statements", []), ("statements.0.hs_codes", []), ("statements.0.goods", "a" * 4000)],
        *[("reply_to.email", "a@b.c"), ("reply_to.email", " a.b+c@d-e.example "), ("reply_to.email", "a@zürich.ch")],
        *[("reply_by", None), ("reply_by", "2020-01-01")],
        *[("language", "en"), ("language", "fr"), ("language", "de")],
    ],
)
def test_a_request_with_such_a_field_is_taken(path: str, value: object) -> None:
    assert read(changed(path, value))


TEXT, LIST = "expected a text", "expected a list"
DATE, EMAIL = "expected a date as in 2026-03-02", "expected an e-mail address"
NO_COUNTRIES: list[object] = ["DE", "no", "NO ", "", None, 5, [], {}, ["NO"]]
COUNTRY = "expected NO or CH: the order knows requests from Norway and Switzerland only (¶4)"
REX = "expected KZREX followed by 1 to 30 capital letters or digits"
FOREIGN = "was not issued by Kazakhstan; expected a number that begins with KZREX"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        *[("requesting_country", each, COUNTRY) for each in NO_COUNTRIES],
        *[("requesting_authority", each, TEXT) for each in ("", " \n", None, 5)],
        ("requesting_authority", "a" * 501, "expected at most 500 characters"),
        *[("reference", each, TEXT) for each in ("", "  ", None, 42)],
        ("reference", "1" * 65, "expected at most 64 characters"),
        ("backdated_because", "", TEXT),
        *[("reason", each, "expected sample or doubt") for each in ("", "Doubt", None, ["doubt"])],
        *[("indications", each, LIST) for each in ("price", {"0": "price"})],
        ("indications", ["price", ""], None),
        *[("rex_number", each, REX) for each in ("", "KZREX", "kzrex1", "KZREX1 ", "KZREX1\n", "KZREX-1", "KZREXé")],
        ("rex_number", "KZREX" + "1" * 31, REX),
        ("rex_number", 5, TEXT),
        *[("rex_number", each, f"{each} {FOREIGN}") for each in ("DEREX1", "CHREXA1", "UZREX" + "9" * 30)],
        ("rex_number", "DEREX" + "1" * 31, REX),
        ("exporter", None, "expected an object"),
        ("exporter", "Altyn Dan LLP", "expected an object"),
        *[("exporter.name", each, TEXT) for each in ("", None)],
        ("exporter.address", "", TEXT),
        ("exporter.bin", "99014000038", "expected 12 digits"),
        ("exporter.bin", 990140000384, TEXT),
        ("statements", {}, LIST),
        *[("statements.0.document_number", each, TEXT) for each in ("", 7)],
        *[("statements.0.document_date", each, DATE) for each in ("15.01.2026", "2026-01-15T00:00:00Z", None)],
        ("statements.0.goods", "a" * 4001, "expected at most 4000 characters"),
        ("statements.0.hs_codes", "1101", LIST),
        ("statements.0.origin_criterion", "", TEXT),
        ("reply_to", "A. Keller", "expected an object"),
        ("reply_to.name", "", TEXT),
        *[
            ("reply_to.email", each, EMAIL)
            for each in (
                *("", "a", "a@b", "a b@c.d", "a@b.c, d@e.f", "<a@b.c>", "a@b@c.d", "ä@zürich.ch", "a@b..example"),
                *("a\0@b.c", "a\x1b@b.c", "a@b\u202e.c", "a(comment)@b.c", ".a@b.c", "a.@b.c", "a..b@c.d", "a@-b.c"),
                *("a@b-.c", "a@b_c.d", f"{'a' * 65}@b.c", f"a@{'b' * 64}.c", "a@b.c.", '"a b"@c.d', "a@[127.0.0.1]"),
            )
        ],
        ("reply_to.email", "a@b.c\nBcc: d@e.f", EMAIL),
        ("reply_to.email", "a" * 251 + "@b.c", "expected at most 254 characters"),
        ("reply_by", "soon", DATE),
        *[("language", each, "expected en, fr or de") for each in ("ru", "EN", "", None)],
    ],
)
def test_a_request_with_such_a_field_is_refused_by_name(path: str, value: object, words: str | None) -> None:
    assert refused(changed(path, value)) == (f"{path}: {words}" if words else f"{path}.1: {TEXT}")


@pytest.mark.parametrize("path", ["indications", "statements", "statements.0.hs_codes"])
def test_null_is_the_empty_list(path: str) -> None:
    assert read(changed(path, None)) == read(changed(path, []))


def test_every_field_that_does_not_fit_is_named_at_once() -> None:
    assert refused({**GOOD, "reason": "x", "language": "x", "rex_number": "x", "exporter": {"bin": "1"}}) == (
        f"reason: expected sample or doubt; rex_number: {REX}; exporter.name: is required; "
        "exporter.bin: expected 12 digits; language: expected en, fr or de"
    )


# -- the receipt ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_at", "because", "words"),
    [
        (NOW, None, None),
        (NOW - 10 * DAY, None, None),
        (NOW + 5 * MINUTE, None, None),
        (NOW + 5 * MINUTE + timedelta(microseconds=1), None, "lies in the future"),
        (NOW + DAY, "reason", "lies in the future"),
        (NOW - 120 * DAY, None, None),
        (NOW - 120 * DAY - MINUTE, None, "lies more than 120 days back; expected backdated_because"),
        (NOW - 120 * DAY - MINUTE, "the letter lay in the wrong office", None),
        (NOW - 1000 * DAY, "the letter lay in the wrong office", None),
        (datetime.fromisoformat("2021-01-01T00:00:00+06:00"), "the letter lay in the wrong office", None),
        (
            datetime.fromisoformat("2020-12-31T23:59:00+06:00"),
            "the letter lay in the wrong office",
            "expected a time since 2021",
        ),
        (datetime.fromisoformat("2020-12-31T23:59:00+06:00"), None, "expected a time since 2021"),
    ],
)
def test_a_receipt_lies_between_the_order_and_five_minutes_ahead(
    received_at: datetime, because: str | None, words: str | None
) -> None:
    data = {**GOOD, "received_at": received_at.isoformat(), "backdated_because": because}
    if words is None:
        assert read(data).received_at == received_at
    else:
        assert refused(data).startswith(f"received_at: {words}")


@pytest.mark.parametrize("written", ["2026-03-02T09:00:00", "2026-03-02", "yesterday", None, 1772423400])
def test_a_receipt_without_offset_or_time_is_refused(written: object) -> None:
    assert refused({**GOOD, "received_at": written}).startswith("received_at: ")


def test_an_impossible_receipt_is_named_together_with_what_else_does_not_fit() -> None:
    told = refused({**GOOD, "received_at": "2026-03-03T09:36:00+05:00", "reason": "x"})
    assert [each.partition(": ")[0] for each in told.split("; ") if ": " in each] == ["received_at", "reason"]


def test_the_offset_of_a_receipt_is_counted_with() -> None:
    ahead = {**GOOD, "received_at": "2026-03-02T09:36:00+05:00"}
    assert refused(ahead).startswith("received_at: lies in the future")
    assert read({**ahead, "received_at": "2026-03-02T09:36:00+06:00"}).received_at == NOW - 54 * MINUTE


def test_a_request_kept_in_a_case_is_read_again_whatever_the_time() -> None:
    kept = read(GOOD).model_dump_json()
    assert VerificationRequest.model_validate_json(kept) == read(GOOD)


# -- numbers ----------------------------------------------------------------------------------------------

WEIGHTS = [range(1, 12), [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]]


@pytest.mark.parametrize(
    "number",
    [
        *("990140000384", "000000000000"),
        *("000101300019", "000101500021"),  # IINs begin with a birthday
        "000000000101",  # the first weights give 10, the second 1
    ],
)
def test_a_bin_or_iin_with_its_check_digit_is_taken(number: str) -> None:
    assert check_bin(number) == number


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789", min_size=11, max_size=11))
@example("00000000010")  # has the second weights' digit
@example("00000000281")  # has none by either: is never issued
def test_of_the_ten_last_digits_one_is_right_or_none(first: str) -> None:
    sums = [sum(int(digit) * weight for digit, weight in zip(first, each, strict=True)) % 11 for each in WEIGHTS]
    right = next((each for each in sums if each != 10), None)
    for last in range(10):
        if last == right:
            assert check_bin(f"{first}{last}") == f"{first}{last}"
        else:
            with pytest.raises(ValueError, match=r"^the check digit \(the last of the 12\) is wrong$"):
                check_bin(f"{first}{last}")


@pytest.mark.parametrize(
    "number", ["", "99014000038", "9901400003844", "99014000038x", "９９0140000384", "990140000384\n"]
)
def test_what_is_not_twelve_digits_is_no_bin(number: str) -> None:
    with pytest.raises(ValueError, match=r"^expected 12 digits$"):
        check_bin(number)


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"[A-Z]{2}REX[A-Z0-9]{1,30}", fullmatch=True))
def test_a_well_formed_number_is_one_of_kazakhstan_or_of_another_country(number: str) -> None:
    if number.startswith("KZ"):
        assert check_rex_number(number) == number
    else:
        with pytest.raises(ValueError, match="was not issued by Kazakhstan"):
            check_rex_number(number)


# -- the whole --------------------------------------------------------------------------------------------


def test_a_request_too_large_to_be_carried_is_refused_and_unknown_fields_do_not_count() -> None:
    assert refused({**GOOD, "indications": ["a" * 4000] * 33}).startswith("its fields take ")
    assert refused({**GOOD, "indications": ["a" * 4000] * 33}).endswith(f"expected at most {LARGEST_REQUEST}")
    assert read({**GOOD, "unknown": "a" * LARGEST_REQUEST})


@pytest.mark.parametrize("data", [None, [], [GOOD], "request", 5, True])
def test_what_is_no_object_is_no_request(data: object) -> None:
    assert refused(data) == "expected an object"


@settings(max_examples=200, deadline=None)
@given(spoiled(GOOD))
def test_any_request_is_read_or_refused_in_one_line_that_names_a_field(data: dict[str, Any]) -> None:
    try:
        request = read(data)
    except Refusal as refusal:
        told = str(refusal)
    else:
        assert VerificationRequest.model_validate_json(request.model_dump_json()) == request
        return
    assert is_fit_to_show(told, names_in(GOOD))


@settings(max_examples=50, deadline=None)
@given(ANY_JSON)
def test_any_json_at_all_is_refused(data: object) -> None:
    assert len(refused(data).splitlines()) == 1
