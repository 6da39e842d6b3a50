"""Nothing that arrives is lost, and nothing that arrives can stop a case (design, section 4; contract, section 3)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from activities.interface import Activity
from register.rows import LARGEST_BODY
from rules.messages import MESSAGES
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import document, documents, inspection, signature
from tests.support.views import escalation_ids
from tests.support.waiting import finish, judged, refused_in_register, until
from tests.workflows.conftest import Opening
from workflows.facts import MOST_OFFERED


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """A payload exactly as a sender may put it on the wire."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def proof(message_id: str = "p1", **changes: Any) -> dict[str, Any]:
    """A ``document_request_received`` message."""
    now = datetime.now(UTC).isoformat()
    return {"message_id": message_id, "sent_by": "Atameken", "received_at": now, **changes}


WHOLE: dict[str, dict[str, Any]] = {
    "document_request_received": proof(),
    "documents_arrived": documents(),
    "inspection_completed": inspection(),
    "conclusion_signed": signature(),
}

BAD_FIELDS: dict[str, list[tuple[str, Any]]] = {
    "document_request_received": [("received_at", 12), ("received_at", "yesterday"), ("received_at", None)],
    "documents_arrived": [
        ("sent_at", "2026-02-30T10:00:00+05:00"),
        ("received_at", ""),
        ("via_representative", "perhaps"),
        ("application", "none"),
        ("application.name", {"name": ""}),
        ("application.signed_on", {"name": "x", "signed_on": "soon"}),
        ("application.hs_codes", {"name": "x", "hs_codes": "1101"}),
        ("application.hs_codes", {"name": "x", "hs_codes": ["1101"] * 1001}),
        ("documents", []),
        ("documents", None),
        ("documents", {}),
        ("documents", [document("invoice", f"{n}.pdf") for n in range(101)]),
        ("documents.0.kind", [{**document("invoice"), "kind": "letter"}]),
        ("documents.0.filename", [{**document("invoice"), "filename": "x" * 256}]),
        ("documents.0.url", [{**document("invoice"), "url": "file:///etc/passwd"}]),
        ("documents.0.sha256", [{**document("invoice"), "sha256": "00"}]),
        ("documents.0.size", [{**document("invoice"), "size": -1}]),
        ("documents.0.size", [{**document("invoice"), "size": float("nan")}]),
        ("documents.0.media_type", [{**document("invoice"), "media_type": 7}]),
        ("documents.0", ["invoice"]),
    ],
    "inspection_completed": [
        ("completed_at", [1]),
        ("inspector", " "),
        ("documents_complete", "certainly"),
        ("data_reliable", None),
        ("rex_data_match", 2),
        ("registration", "lost"),
        ("grounds", {}),
        ("grounds.0", ["bad mood"]),
        ("grounds", ["scheme_terms"] * 11),
        ("remarks", "x" * 4001),
    ],
    "conclusion_signed": [
        ("signed_at", True),
        ("signed_by", None),
        ("document_id", 5),
        ("document_id", "x" * 201),
        ("signature_reference", {"a": 1}),
    ],
}
EVERYWHERE: list[tuple[str, Any]] = [
    ("message_id", None),
    ("message_id", ""),
    ("message_id", 7),
    ("message_id", "x" * 129),
    ("sent_by", None),
    ("sent_by", "   "),
    ("sent_by", ["x"]),
]


@pytest.mark.parametrize("name", list(MESSAGES))
async def test_a_message_is_refused_for_each_field_that_does_not_fit_and_the_reason_names_it(
    case: CaseUnderTest, name: str
) -> None:
    bad = [*EVERYWHERE, *BAD_FIELDS[name]]
    required = [field for field, described in MESSAGES[name].model_fields.items() if described.is_required()]
    for field, value in bad:
        await case.signal(name, {**WHOLE[name], field.partition(".")[0]: value})
    for field in required:
        await case.signal(name, {key: value for key, value in WHOLE[name].items() if key != field})
    view = await judged(case, len(bad) + len(required))
    assert view["rejected_count"] == len(bad) + len(required)
    refused = await refused_in_register(case, view["rejected_count"])
    expected = [field for field, _ in bad] + required
    for entry, field in zip(refused, expected, strict=True):
        assert entry.name == name
        assert entry.reason.startswith(f"{field}: "), f"{field} is not named: {entry.reason}"
        assert "\n" not in entry.reason
    assert [entry.reason for entry in refused[-len(required) :]] == [f"{field}: is required" for field in required]
    assert view["step"] == "await_documents"


STRANGE: dict[str, tuple[list[Any], str]] = {
    "no argument": ([], "expected one JSON object, got 0 arguments"),
    "two arguments": ([documents(), documents()], "expected one JSON object, got 2 arguments"),
    "seven arguments": ([1, "b", None, [], {}, raw(b"{"), True], "expected one JSON object, got 7 arguments"),
    "null": ([None], "expected one JSON object (encoding json/plain)"),
    "a number": ([4], "expected one JSON object (encoding json/plain)"),
    "a text": (["documents"], "expected one JSON object (encoding json/plain)"),
    "a list": ([[documents()]], "expected one JSON object (encoding json/plain)"),
    "raw bytes that are no JSON": ([raw(b"\x00\xff{")], "expected one JSON object (encoding json/plain)"),
    "JSON cut short": ([raw(b'{"message_id": "m-1", ')], "expected one JSON object (encoding json/plain)"),
    "no bytes": ([raw(b"")], "expected one JSON object (encoding json/plain)"),
    "no encoding": ([RawValue(Payload(data=b"{}"))], "expected one JSON object (encoding json/plain)"),
    "an unknown encoding": ([raw(b"?", b"binary/encrypted")], "expected one JSON object (encoding json/plain)"),
    "bytes": ([raw(b"\x01\x02", b"binary/plain")], "expected one JSON object (encoding json/plain)"),
    "null by encoding": ([raw(b"", b"binary/null")], "expected one JSON object (encoding json/plain)"),
    "a protobuf message": ([Timestamp(seconds=5)], "expected one JSON object (encoding json/plain)"),
    "a protobuf message that does not fit": (
        [raw(b"{}", b"json/protobuf")],
        "expected one JSON object (encoding json/plain)",
    ),
    "deeply nested JSON": ([raw(b'{"a":' * 5000 + b"1" + b"}" * 5000)], "expected one JSON object"),
    "JSON nested as deep as can be read": ([raw(b'{"a":' * 190 + b"1" + b"}" * 190)], "message_id: is required"),
    "lone surrogates": ([raw(b'{"message_id": "\\ud800", "sent_by": "x"}')], "expected one JSON object"),
    "a key twice": ([raw(b'{"message_id": "a", "message_id": "b"}')], "sent_by: is required"),
    "a number of 5000 digits": ([raw(b'{"message_id": ' + b"9" * 5000 + b"}")], "expected one JSON object"),
    "a number beyond all bounds": ([raw(b'{"message_id": 1e999}')], "message_id: "),
    "NUL characters": ([{"message_id": "n\0n", "sent_by": "\0", "documents": "\0"}], "documents: "),
}


@pytest.mark.parametrize("name", ["documents_arrived", "never_heard_of"])
async def test_whatever_is_sent_is_refused_kept_and_shown_and_the_case_goes_on(
    live_case: CaseUnderTest, name: str
) -> None:
    for arguments, _ in STRANGE.values():
        await live_case.signal(name, *arguments)
    view = await judged(live_case, len(STRANGE))
    assert view["rejected_count"] == len(STRANGE)
    refused = await refused_in_register(live_case, len(STRANGE))
    for (what, (_, reason)), entry in zip(STRANGE.items(), refused, strict=True):
        wanted = reason if name in MESSAGES else "unknown message 'never_heard_of'; expected one of document_request_"
        assert wanted in entry.reason, what
        assert entry.body is not None, what
        json.loads(entry.body)
    bodies = {what: entry.body or "" for what, entry in zip(STRANGE, refused, strict=True)}
    assert json.loads(bodies["JSON cut short"]) == {"encoding": "json/plain", "text": '{"message_id": "m-1", '}
    assert json.loads(bodies["raw bytes that are no JSON"]) == {"encoding": "json/plain", "base64": "AP97"}
    assert json.loads(bodies["bytes"]) == {"encoding": "binary/plain", "text": "\x01\x02"}
    assert json.loads(bodies["two arguments"]) == [documents(), documents()]
    assert "\0" not in bodies["NUL characters"]
    assert json.loads(bodies["NUL characters"])["message_id"] == "n\0n"
    assert view["rejected_messages"][-1]["message_id"] == "n\0n"
    await finish(live_case)


UNKNOWN = ["x", " ", "x" * 1000, "ähm/¶\n%s{}", "nul\0nul", "withdraw", "case", "run", "__temporal_x", "__stack_trace"]


async def test_an_unknown_signal_name_is_a_refused_message(live_case: CaseUnderTest) -> None:
    for name in UNKNOWN:
        await live_case.signal(name, {"message_id": "u1", "sent_by": "x", "by": "A. Nurlan", "reason": "r"})
    view = await judged(live_case, len(UNKNOWN))
    kept = await refused_in_register(live_case, len(UNKNOWN))
    for name, shown, entry in zip(UNKNOWN, view["rejected_messages"], kept, strict=True):
        assert (shown["name"], shown["message_id"]) == (name[:100], "u1")
        assert shown["reason"].startswith(f"unknown message {name[:100]!r}; expected one of ")
        assert json.loads(entry.body or "")["message_id"] == "u1"
    assert view["step"] == "await_documents"


async def test_a_body_over_64_kb_is_kept_by_its_hash_and_size_and_one_below_is_kept_whole(
    live_case: CaseUnderTest,
) -> None:
    bodies = [{"message_id": f"b{n}", "ballast": "x" * n} for n in (60_000, 200_000, 1_000_000)]
    for body in bodies:
        await live_case.signal("documents_arrived", body)
    await live_case.signal("documents_arrived", raw(b"?" * LARGEST_BODY, b"binary/strange"))
    await live_case.signal("documents_arrived", raw(b"?" * (LARGEST_BODY + 1), b"binary/strange"))
    view = await judged(live_case, 5)
    assert view["rejected_count"] == 5
    small, large, largest, at_bound, over_bound = await refused_in_register(live_case, 5)
    assert json.loads(small.body or "") == bodies[0]
    for entry, body in ((large, bodies[1]), (largest, bodies[2])):
        sent = json.dumps(body, separators=(",", ":"), sort_keys=True).encode()
        assert (entry.body, entry.size, entry.sha256) == (None, len(sent), hashlib.sha256(sent).hexdigest())
    assert json.loads(at_bound.body or "")["text"] == "?" * LARGEST_BODY
    assert (over_bound.body, over_bound.size) == (None, LARGEST_BODY + 1)
    assert over_bound.sha256 == hashlib.sha256(b"?" * (LARGEST_BODY + 1)).hexdigest()


async def test_unknown_fields_are_ignored_in_messages_and_decisions(case: CaseUnderTest) -> None:
    sent = documents("d1", "invoice", future={"deep": [1]}, by="x")
    sent["documents"][0]["colour"] = "blue"
    await case.signal("documents_arrived", sent)
    view = await case.until(lambda view: view["documents"])
    assert view["rejected_count"] == 0
    told = await case.update("conclude_without_documents", reason="they have none", mood="fine")
    assert told["done"] == "conclude_without_documents"


async def test_a_repeat_is_ignored_other_content_under_an_id_refused_and_a_refused_message_may_be_corrected(
    case: CaseUnderTest,
) -> None:
    first = documents("d1", "invoice")
    await case.signal("documents_arrived", first)
    await case.signal("documents_arrived", first)
    await case.signal("documents_arrived", dict(reversed(first.items())))
    view = await judged(case, 3)
    assert view["rejected_count"] == 0
    assert len(case.world.calls[Activity.FETCH_DOCUMENTS]) <= 1
    await case.signal("documents_arrived", documents("d1", "contract"))
    await case.signal("inspection_completed", inspection("d1"))
    view = await judged(case, 5)
    assert [each["reason"] for each in view["rejected_messages"]] == [
        "message_id: 'd1' was used before for another content; expected a new id"
    ] * 2
    await case.signal("documents_arrived", documents("d2", "registration_application", sent_at="2020-01-01"))
    assert (await judged(case, 6))["rejected_count"] == 3
    assert (await case.message("d2"))["state"] == "refused"
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await judged(case, 7)
    assert (await case.message("d2"))["state"] == "accepted"
    view = await case.until(lambda view: view["step"] == "inspect")
    assert [each["message_id"] for each in view["documents"]] == ["d1", "d2"]
    assert len(case.world.calls[Activity.FETCH_DOCUMENTS]) == 2


async def test_an_impossible_time_is_refused_and_one_within_five_minutes_ahead_is_taken(
    opening: Opening, monday: date
) -> None:
    case = await opening(at(monday) - timedelta(hours=1))
    now = await case.now()
    times = {
        "ahead": (now + timedelta(minutes=6), "sent_at: lies in the future"),
        "before receipt": (now - timedelta(minutes=61), "sent_at: lies before the receipt of the request"),
    }
    for message_id, (time, _) in times.items():
        await case.signal("documents_arrived", documents(message_id, sent_at=time.isoformat()))
    naive = now.replace(tzinfo=None).isoformat()
    await case.signal("documents_arrived", documents("naive", sent_at=naive))
    await case.signal("document_request_received", proof("ahead too", received_at=times["ahead"][0].isoformat()))
    view = await judged(case, 4)
    reasons = [each["reason"] for each in view["rejected_messages"]]
    assert [each.partition(";")[0] for each in reasons[:2]] == [reason for _, reason in times.values()]
    assert reasons[2] == "sent_at: the time has no offset; expected one as in 2026-03-02T09:30:00+05:00"
    assert reasons[3].startswith("received_at: lies in the future")
    soon = (now + timedelta(minutes=4)).isoformat()
    await case.signal("documents_arrived", documents("soon", sent_at=soon))
    view = await judged(case, 5)
    assert view["rejected_count"] == 4


async def test_offers_of_documents_not_yet_fetched_have_a_bound_and_what_is_over_it_is_kept_as_refused(
    case: CaseUnderTest,
) -> None:
    gate = case.world.gates[Activity.FETCH_DOCUMENTS] = asyncio.Event()
    wide = [
        {**document("invoice", f"{n}.pdf"), "url": f"https://atameken.example/{n}/" + "x" * 1900} for n in range(100)
    ]
    for message_id in ("d1", "d2", "d3"):
        await case.signal("documents_arrived", documents(message_id, documents=wide))
    view = await judged(case, 3)
    [refused] = view["rejected_messages"]
    assert refused["message_id"] == "d3"
    assert refused["reason"].startswith("documents: ")
    assert refused["reason"].endswith(f" bytes of offers wait to be fetched; expected no more than {MOST_OFFERED}")
    gate.set()
    await case.until(lambda view: len(view["documents"]) == 200)
    await case.signal("documents_arrived", documents("d3", documents=wide))
    view = await judged(case, 4)
    assert view["rejected_count"] == 1, "what is fetched makes room"
    assert [entry.message_id for entry in await refused_in_register(case, 1)] == ["d3"]


async def test_a_signature_before_the_draft_is_refused_and_taken_when_it_comes_again(case: CaseUnderTest) -> None:
    await case.signal("conclusion_signed", signature("s1"))
    view = await judged(case, 1)
    assert view["rejected_messages"][0]["reason"] == "there is no draft to sign"
    await case.signal("inspection_completed", inspection())
    await case.signal("documents_arrived", documents())
    await case.until(lambda view: view["conclusion"] and view["conclusion"]["document_id"])
    await case.signal("conclusion_signed", signature("s1"))
    view = await case.result()
    assert (view["outcome"], view["rejected_count"]) == ("valid", 1)


async def test_a_message_to_a_case_that_is_closing_is_refused_and_reaches_the_register(
    case: CaseUnderTest,
) -> None:
    gate = asyncio.Event()
    case.world.gates[Activity.WITHDRAW_REQUEST] = gate
    await case.update("withdraw", reason="by the customs")
    await until(lambda: case.world.attempts[Activity.WITHDRAW_REQUEST])
    await case.signal("documents_arrived", documents("too late"))
    await case.signal("gibberish")
    await judged(case, 2)
    gate.set()
    view = await case.result()
    assert (view["outcome"], view["rejected_count"]) == ("withdrawn", 2)
    assert view["rejected_messages"][0]["reason"] == "the case is closed"
    assert [entry.message_id for entry in await refused_in_register(case, 2)] == ["too late", None]
    assert escalation_ids(view) == ["case.message_rejected"]
    assert view["escalations"][0]["resolved_by"] == "the case is closed"
    assert case.world.notices() == [], "nobody could see to it any more"
