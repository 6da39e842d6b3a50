"""The decisions of people: what each changes, and why it may be refused (contract, section 4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, instant, step_of
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening

AWAIT = "await_documents"


async def unsent(opening: Opening, world: World) -> CaseUnderTest:
    """A case whose request to Atameken could not be sent."""
    world.refuse(Activity.REQUEST_DOCUMENTS, "Atameken's interface is closed")
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    return case


# -- record_dispatch ----------------------------------------------------------------------------------------------


async def test_a_request_sent_by_hand_ends_the_step_and_starts_a_provisional_wait(
    opening: Opening, world: World
) -> None:
    case = await unsent(opening, world)
    await case.sleep_to(2)
    sent_at = at(case.day(1), 16)
    await case.update("record_dispatch", sent_at=sent_at.isoformat(), letter_reference="04-7/112")
    view = await case.at_step(AWAIT)
    assert instant(step_of(view, "request_documents")["ended_at"]) == sent_at
    assert instant(step_of(view, AWAIT)["started_at"]) == sent_at
    assert (step_of(view, AWAIT)["provisional"], view["failed_actions"]) == (True, [])
    assert escalation(view, "request_documents.action_failed")["resolved_by"] == "done by hand (A. Nurlan)"
    letters = [each for entries in world.written for each in entries.letters]
    assert [(each.what, each.number, each.by) for each in letters] == [
        ("acknowledgement", "REX/26-UV-0001", None),
        ("document_request", "04-7/112", "A. Nurlan"),
    ]


async def test_what_has_been_sent_already_cannot_be_recorded_again(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    now = (await case.now()).isoformat()
    assert "sent already" in await case.refused("record_dispatch", sent_at=now, letter_reference="1")


@pytest.mark.parametrize("what", ["appeal", "reply"])
async def test_an_appeal_or_a_reply_before_the_signature_is_refused(case: CaseUnderTest, what: str) -> None:
    await case.bring_to("conclude", grounds=["scheme_terms"])
    now = (await case.now()).isoformat()
    reason = await case.refused("record_dispatch", what=what, sent_at=now, letter_reference="1")
    assert "sign" in reason


async def test_an_appeal_sent_by_hand_ends_its_step(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    view = await case.bring_to("appeal", grounds=["scheme_terms"])
    signed_at = instant(view["conclusion"]["signed_at"])
    await case.until(lambda view: bool(view["failed_actions"]))
    before = (signed_at - timedelta(microseconds=1)).isoformat()
    fields = {"what": "appeal", "letter_reference": "04-7/113"}
    assert (await case.refused("record_dispatch", sent_at=before, **fields)).startswith("sent_at:")
    await case.update("record_dispatch", sent_at=signed_at.isoformat(), **fields)
    view = await case.result()
    assert (view["appeal"]["by"], view["appeal"]["reference"]) == ("A. Nurlan", "04-7/113")
    assert (view["outcome"], step_of(view, "appeal")["state"]) == ("not_valid", "done")


async def test_no_appeal_can_be_recorded_where_none_is_due(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opening()
    await case.bring_to("reply")
    now = (await case.now()).isoformat()
    reason = await case.refused("record_dispatch", what="appeal", sent_at=now, letter_reference="1")
    assert "no appeal is due" in reason


async def test_a_reply_sent_by_hand_closes_the_case(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opening()
    await case.bring_to("reply")
    now = (await case.now()).isoformat()
    await case.update("record_dispatch", what="reply", sent_at=now, letter_reference="04-7/114")
    view = await case.result()
    assert (view["step"], view["reply"]["by"], view["reply"]["reference"]) == ("closed", "A. Nurlan", "04-7/114")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"letter_reference": "1"}, "sent_at"),
        ({"sent_at": "2026-03-02T09:30:00", "letter_reference": "1"}, "sent_at"),
        ({"sent_at": "2000-03-02T09:30:00Z", "letter_reference": "1"}, "sent_at"),
        ({"sent_at": "2999-03-02T09:30:00Z", "letter_reference": "1"}, "sent_at"),
        ({"sent_at": "2999-03-02T09:30:00Z"}, "letter_reference"),
        ({"what": "reminder", "sent_at": "2000-03-02T09:30:00Z", "letter_reference": "1"}, "what"),
        ({"by": "", "sent_at": "2000-03-02T09:30:00Z", "letter_reference": "1"}, "by"),
    ],
)
async def test_a_dispatch_that_does_not_fit_is_refused_by_its_field(
    opening: Opening, world: World, fields: dict[str, Any], named: str
) -> None:
    case = await unsent(opening, world)
    assert f"{named}:" in await case.refused("record_dispatch", **fields)


# -- record_lookup ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [REX_RECORD, None], ids=["a record", "none"])
async def test_a_look_up_by_hand_settles_the_failed_one_and_gives_the_findings(
    opening: Opening, world: World, record: dict[str, Any] | None
) -> None:
    world.refuse(Activity.LOOK_UP_REGISTRATION)
    case = await opening()
    await case.until(lambda view: any(each["action"] == "look_up_registration" for each in view["failed_actions"]))
    await case.update("record_lookup", record=record, reason="the site is being rebuilt")
    view = await case.until(lambda view: not view["failed_actions"])
    assert [each["field"] for each in view["findings"]] == ([] if record else ["registration_status"])
    assert [each for each in escalation_ids(view, open_only=True) if "action_failed" in each] == []


async def test_a_look_up_by_hand_must_have_a_record_or_null_and_a_reason(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    assert "record" in await case.refused("record_lookup", reason="x")
    assert "reason" in await case.refused("record_lookup", record=None)
    wrong = {**REX_RECORD, "rex_number": "CHREX1"}
    assert "record.rex_number" in await case.refused("record_lookup", record=wrong, reason="x")
    another = {**REX_RECORD, "rex_number": "KZREX999999999999"}
    reason = await case.refused("record_lookup", record=another, reason="x")
    assert reason == "record.rex_number: is KZREX999999999999; expected the case's own, KZREX123456789012"


# -- retry_action -------------------------------------------------------------------------------------------------


async def test_the_one_action_that_waits_is_tried_again_without_being_named(opening: Opening, world: World) -> None:
    case = await unsent(opening, world)
    view = await case.view()
    assert view["failed_actions"][0]["error"] == "Atameken's interface is closed"
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action")
    view = await case.at_step(AWAIT)
    assert view["failed_actions"] == []
    assert escalation(view, "request_documents.action_failed")["resolved_by"] == "the action succeeded"


async def test_of_several_that_wait_one_must_be_named(opening: Opening, world: World) -> None:
    world.refuse(Activity.LOOK_UP_REGISTRATION)
    case = await unsent(opening, world)
    await case.until(lambda view: len(view["failed_actions"]) == 2)
    reason = await case.refused("retry_action")
    assert "request_documents" in reason
    assert "look_up_registration" in reason
    assert "does not wait" in await case.refused("retry_action", action="send_reply")
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.update("retry_action", action="look_up_registration")
    view = await case.until(lambda view: len(view["failed_actions"]) == 1)
    assert view["failed_actions"][0]["action"] == "request_documents"


async def test_where_nothing_waits_there_is_nothing_to_retry(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    assert "nothing has failed" in await case.refused("retry_action")


async def test_what_gives_up_again_is_escalated_a_second_time(opening: Opening, world: World) -> None:
    case = await unsent(opening, world)
    await case.update("retry_action")
    view = await case.until(lambda view: len(view["escalations"]) == 2)
    assert escalation_ids(view) == ["request_documents.action_failed", "request_documents.action_failed.2"]
    assert escalation_ids(view, open_only=True) == ["request_documents.action_failed.2"]


# -- acknowledge_escalation ---------------------------------------------------------------------------------------


async def test_an_escalation_is_taken_on_with_a_name_and_a_date(opening: Opening, world: World) -> None:
    case = await unsent(opening, world)
    await case.update(
        "acknowledge_escalation",
        escalation_id="request_documents.action_failed",
        until=case.day(10).isoformat(),
        by="D. Akhmetova",
    )
    view = await case.until(lambda view: view["escalations"][0]["acknowledged_by"] is not None)
    taken = view["escalations"][0]
    assert (taken["acknowledged_by"], taken["acknowledged_until"]) == ("D. Akhmetova", case.day(10).isoformat())
    assert taken["resolved_at"] is None


async def test_an_acknowledgement_that_does_not_fit_is_refused_with_the_reason(opening: Opening, world: World) -> None:
    case = await unsent(opening, world)
    known = {"escalation_id": "request_documents.action_failed"}
    today = case.day(0).isoformat()
    for fields, why in (
        ({"escalation_id": "case.limit_exceeded", "until": today}, "request_documents.action_failed"),
        ({**known, "until": (case.day(0) - timedelta(days=1)).isoformat()}, "until:"),
        ({**known, "until": case.day(11).isoformat()}, f"to {case.day(10)}"),
        ({**known, "until": "tomorrow"}, "until:"),
        (known, "until:"),
        ({"until": today}, "escalation_id:"),
        ({**known, "until": today, "by": None}, "by:"),
    ):
        assert why in await case.refused("acknowledge_escalation", **fields)
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action")
    await case.at_step(AWAIT)
    assert "resolved already" in await case.refused("acknowledge_escalation", **known, until=today)


# -- the signature and the draft ----------------------------------------------------------------------------------


async def test_a_signature_with_no_draft_to_sign_is_refused(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    assert await case.rejected("conclusion_signed", signature()) == "there is no draft to sign"


async def test_a_signature_of_another_draft_or_from_before_the_draft_is_refused(case: CaseUnderTest) -> None:
    view = await case.bring_to("conclude")
    drafted_at = instant(view["conclusion"]["drafted_at"])
    assert (await case.rejected("conclusion_signed", signature(document_id="sha256-0"))).startswith("document_id:")
    early = (drafted_at - timedelta(microseconds=1)).isoformat()
    assert (await case.rejected("conclusion_signed", signature(signed_at=early))).startswith("signed_at:")
    await case.signal("conclusion_signed", signature(signed_at=drafted_at.isoformat()))
    assert (await case.result())["conclusion"]["signed_by"] == "B. Omarov"


async def test_a_second_signature_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("appeal", grounds=["scheme_terms"])
    assert "signed already" in await case.rejected("conclusion_signed", signature("s2"))


async def test_a_returned_draft_is_made_anew_under_the_same_number_and_must_then_be_named(case: CaseUnderTest) -> None:
    view = await case.bring_to("conclude")
    first = view["conclusion"]
    await case.update("return_conclusion", reason="the exporter's name is misspelt")
    view = await case.until(lambda view: view["conclusion"]["document_id"] not in (None, first["document_id"]))
    second = view["conclusion"]
    assert (second["number"], second["version"]) == (first["number"], 2)
    assert second["returned_because"] == "the exporter's name is misspelt"
    assert [draft.version for draft in case.world.calls[Activity.DRAFT_CONCLUSION]] == [1, 2]
    assert "is required" in await case.rejected("conclusion_signed", signature())
    wrong = signature(document_id=first["document_id"])
    assert "another draft" in await case.rejected("conclusion_signed", wrong)
    assert step_of(view, "conclude")["last_day"] == case.day(7).isoformat(), "the clock goes on"
    await case.signal("conclusion_signed", signature(document_id=second["document_id"]))
    assert (await case.result())["outcome"] == "valid"


async def test_a_conclusion_returned_for_the_inspection_opens_it_again(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    await case.update("return_conclusion", reason="look at the invoice again", reopen_inspection=True)
    view = await case.until(lambda view: view["inspection"] is None)
    assert (view["step"], step_of(view, "inspect")["state"]) == ("conclude", "done")
    assert await case.rejected("conclusion_signed", signature()) == "there is no draft to sign"
    await case.signal("inspection_completed", inspection("i2", grounds=["registration_obligations"]))
    view = await case.drafted()
    assert (view["conclusion"]["outcome"], view["conclusion"]["version"]) == ("not_valid", 2)
    assert "has ended" in await case.rejected("inspection_completed", inspection("i3"))
    await case.signal("conclusion_signed", signature(document_id=view["conclusion"]["document_id"]))
    view = await case.result()
    assert (view["outcome"], view["appeal"]["grounds"]) == ("not_valid", ["registration_obligations"])


async def test_what_makes_no_sense_at_a_step_is_refused_and_says_where_the_case_stands(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    for name, fields in (
        ("return_conclusion", {"reason": "x"}),
        ("request_missing_documents", {"missing": ["invoice"], "remarks": "x"}),
    ):
        assert "stands at await_documents" in await case.refused(name, **fields)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    assert "stands at conclude" in await case.refused("conclude_without_documents", reason="x")


async def test_once_closed_every_decision_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.WITHDRAW_REQUEST)  # keeps the closed case there to be asked
    case = await opening()
    await case.bring_to(AWAIT)
    await case.update("withdraw", reason="x")
    await case.until(lambda view: bool(view["failed_actions"]))
    for name in ("withdraw", "recount", "conclude_without_documents", "return_conclusion"):
        assert await case.refused(name, reason="x") == "the case is closed: no further decisions are possible"
    world.mend(Activity.WITHDRAW_REQUEST)
    await case.update("retry_action")
    assert (await case.result())["outcome"] == "withdrawn"


# -- recount ------------------------------------------------------------------------------------------------------
