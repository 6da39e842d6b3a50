"""Whole cases from request to reply, each path of the order, on a server that skips time."""

from __future__ import annotations

from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.messages import document, documents, inspection, signature
from tests.support.views import step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

STEPS = ["request_documents", "await_documents", "inspect", "conclude", "appeal"]


def states(view: dict[str, Any]) -> list[str]:
    return [each["state"] for each in view["steps"]]


async def signed(case: CaseUnderTest, **inspected: Any) -> dict[str, Any]:
    """The whole way with this result of the inspection, to the end of the case."""
    await case.bring_to("conclude", **inspected)
    await case.signal("conclusion_signed", signature())
    return await case.result()


async def test_a_case_in_order_ends_valid(case: CaseUnderTest) -> None:
    view = await case.bring_to("conclude")
    assert (view["outcome"], view["conclusion"]["outcome"], view["limit_met"]) == (None, "valid", None)
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["outcome"], view["step"], view["limit_met"]) == ("valid", "closed", True)
    assert states(view) == ["done", "done", "done", "done", "skipped"]
    assert view["escalations"] == []
    assert view["reply"]["reference"] == "<reply@ministry>"
    assert [reply.result for reply in case.world.calls[Activity.SEND_REPLY]] == ["valid"]


async def test_the_result_of_the_workflow_is_what_the_query_answers(case: CaseUnderTest) -> None:
    assert await signed(case) == await case.view()


async def test_each_step_starts_where_the_one_before_it_ended(case: CaseUnderTest) -> None:
    view = await signed(case, grounds=["scheme_terms"])
    ends = [step_of(view, step)["ended_at"] for step in STEPS]
    starts = [step_of(view, step)["started_at"] for step in STEPS]
    assert starts == [view["received_at"], *ends[:-1]]


async def test_terms_are_counted_from_the_day_of_receipt_as_day_0(case: CaseUnderTest) -> None:
    view = await signed(case, grounds=["scheme_terms"])
    assert [step_of(view, step)["last_day"] for step in STEPS] == [case.day(n).isoformat() for n in (3, 5, 7, 7, 3)]
    assert view["limit_last_day"] == case.day(30).isoformat()


@pytest.mark.parametrize("ground", ["scheme_terms", "registration_obligations", "activity_ended"])
async def test_any_one_ground_ends_not_valid_with_an_appeal(case: CaseUnderTest, ground: str) -> None:
    view = await signed(case, grounds=[ground])
    assert (view["outcome"], view["limit_met"]) == ("not_valid", True)
    assert states(view) == ["done"] * 5
    assert (view["appeal"]["reference"], view["appeal"]["grounds"]) == ("R-1", [ground])
    [appeal] = case.world.calls[Activity.APPEAL_FOR_REVOCATION]
    assert (appeal.grounds, appeal.conclusion_number) == ([ground], view["conclusion"]["number"])
    assert appeal.conclusion_sha256 == view["conclusion"]["final"]["sha256"]


@pytest.mark.parametrize("registration", ["revoked", "none"])
@pytest.mark.parametrize("grounds", [[], ["activity_ended"]], ids=["no ground", "a ground"])
async def test_a_registration_revoked_or_none_ends_not_valid_without_an_appeal(
    case: CaseUnderTest, registration: str, grounds: list[str]
) -> None:
    view = await signed(case, registration=registration, grounds=grounds)
    assert (view["outcome"], step_of(view, "appeal")["state"], view["appeal"]) == ("not_valid", "skipped", None)
    assert case.world.calls[Activity.APPEAL_FOR_REVOCATION] == []


async def test_a_ground_is_enough_also_where_documents_are_incomplete(case: CaseUnderTest) -> None:
    view = await signed(case, documents_complete=False, grounds=["scheme_terms"])
    assert (view["outcome"], step_of(view, "appeal")["state"]) == ("not_valid", "done")


@pytest.mark.parametrize("doubt", ["data_reliable", "rex_data_match"])
async def test_complete_documents_with_data_in_doubt_end_not_confirmed(case: CaseUnderTest, doubt: str) -> None:
    view = await signed(case, **{doubt: False})
    assert (view["outcome"], step_of(view, "appeal")["state"]) == ("not_confirmed", "skipped")


async def test_incomplete_documents_without_a_ground_keep_the_inspection_open_for_a_decision(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(documents_complete=False, remarks="no invoice"))
    view = await case.until(lambda view: view["inspection"] is not None)
    assert (view["step"], view["conclusion"], view["inspection"]["remarks"]) == ("inspect", None, "no invoice")
    await case.signal("inspection_completed", inspection("i2"))
    view = await case.drafted()
    assert (view["inspection"]["message_id"], view["conclusion"]["outcome"]) == ("i2", "valid")


async def test_concluding_without_documents_in_await_ends_not_confirmed_and_skips_the_inspection(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("await_documents")
    await case.update("conclude_without_documents", reason="the exporter is dissolved")
    view = await case.drafted()
    assert states(view) == ["done", "done", "skipped", "running", "pending"]
    [draft] = case.world.calls[Activity.DRAFT_CONCLUSION]
    assert (draft.outcome, draft.reason, draft.inspection) == ("not_confirmed", "the exporter is dissolved", None)
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["outcome"], states(view)) == ("not_confirmed", ["done", "done", "skipped", "done", "skipped"])
    assert step_of(view, "conclude")["started_at"] == step_of(view, "await_documents")["ended_at"]


async def test_concluding_without_documents_in_inspect_ends_not_confirmed(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(documents_complete=False))
    await case.until(lambda view: view["inspection"] is not None)
    await case.update("conclude_without_documents", reason="nothing more is to be had")
    view = await case.drafted()
    assert (states(view), view["inspection"]) == (["done", "done", "done", "running", "pending"], None)
    await case.signal("conclusion_signed", signature())
    assert (await case.result())["outcome"] == "not_confirmed"


async def test_documents_that_come_after_concluding_without_them_are_stored_and_change_nothing(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("await_documents")
    await case.update("conclude_without_documents", reason="the exporter is dissolved")
    before = await case.drafted()
    await case.signal("documents_arrived", documents())
    view = await case.until(lambda view: len(view["documents"]) == 2)
    assert (view["steps"], view["conclusion"], view["step"]) == (before["steps"], before["conclusion"], "conclude")


@pytest.mark.parametrize("step", ["await_documents", "inspect", "conclude"])
async def test_a_request_can_be_withdrawn_at_each_step_and_atameken_is_told(case: CaseUnderTest, step: str) -> None:
    await case.bring_to(step)
    await case.update("withdraw", reason="the customs have taken it back")
    view = await case.result()
    at = STEPS.index(step)
    assert states(view) == ["done"] * at + ["skipped"] * (5 - at)
    assert (view["outcome"], view["step"], view["limit_met"], view["reply"]) == ("withdrawn", "closed", None, None)
    [told] = case.world.calls[Activity.WITHDRAW_REQUEST]
    assert (told.request_id, told.reason) == ("A-1", "the customs have taken it back")


async def test_withdrawn_before_atameken_was_asked_there_is_nobody_to_tell(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    await case.update("withdraw", reason="sent to us by mistake")
    view = await case.result()
    assert (states(view), view["outcome"]) == (["skipped"] * 5, "withdrawn")
    assert world.calls[Activity.WITHDRAW_REQUEST] == []
    assert [each["id"] for each in view["escalations"] if each["resolved_at"] is None] == []


async def test_after_the_signature_withdrawing_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opening()
    await case.bring_to("reply")
    assert "up to the signature" in await case.refused("withdraw", reason="too late")


async def test_atameken_is_asked_for_the_application_and_every_kind_of_evidence(case: CaseUnderTest) -> None:
    view = await case.bring_to("await_documents")
    [asked] = case.world.calls[Activity.REQUEST_DOCUMENTS]
    assert asked.documents_wanted[0] == "registration_application"
    assert {"invoice", "contract", "origin_certificate"} < set(asked.documents_wanted)
    assert (asked.case_id, asked.respond_by) == (view["case_id"], case.day(5))


async def test_the_customs_are_answered_in_their_language_under_their_reference(case: CaseUnderTest) -> None:
    view = await signed(case)
    [reply] = case.world.calls[Activity.SEND_REPLY]
    assert (reply.language, reply.reference, reply.to_email) == ("de", "2026-0042", "origin@customs.example")
    assert reply.conclusion_document_id == view["conclusion"]["final"]["document_id"]


async def test_the_reply_goes_out_with_the_signature_and_does_not_wait_for_the_appeal(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("appeal", grounds=["scheme_terms"])
    view = await case.until(lambda view: view["reply"] is not None)
    assert (view["step"], view["appeal"]) == ("appeal", None)


async def test_the_register_has_the_closed_case_with_its_letters_documents_and_log(case: CaseUnderTest) -> None:
    await signed(case, grounds=["scheme_terms"])
    written = case.world.written
    assert (written[-1].case.step, written[-1].case.outcome) == ("closed", "not_valid")
    as_of = [entries.case.as_of for entries in written]
    assert as_of == sorted(as_of)
    letters = [each.what for entries in written for each in entries.letters]
    assert sorted(letters) == ["acknowledgement", "appeal", "conclusion", "document_request", "reply"]
    assert {each.filename for entries in written for each in entries.documents} == {
        document("registration_application")["filename"],
        document("invoice")["filename"],
    }
    log = [each for entries in written for each in entries.log]
    assert len({each.key for each in log}) == len(log), "each fact has one line"
    assert [each.what for each in log if each.what == "step_done"] == ["step_done"] * 5


async def test_documents_and_inspection_that_come_early_are_kept_and_used(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    await case.signal("documents_arrived", documents())
    await case.signal("inspection_completed", inspection())
    view = await case.until(lambda view: bool(view["documents"] and view["inspection"]))
    assert view["step"] == "request_documents"
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action")
    view = await case.drafted()
    starts = [step_of(view, step)["started_at"] for step in ("await_documents", "inspect", "conclude")]
    assert states(view)[:3] == ["done"] * 3
    assert len(set(starts)) == 1, "each step ended where it began, and none before its predecessor"
    assert view["rejected_count"] == 0


async def test_an_early_inspection_does_not_end_the_wait_for_documents(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.signal("inspection_completed", inspection())
    view = await case.until(lambda view: view["inspection"] is not None)
    assert view["step"] == "await_documents"
    await case.signal("documents_arrived", documents())
    assert (await case.drafted())["conclusion"]["outcome"] == "valid"


async def test_an_inspection_after_the_inspection_has_ended_is_refused(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    reason = await case.rejected("inspection_completed", inspection("i2", grounds=["activity_ended"]))
    assert "the inspection has ended" in reason
    assert (await case.view())["conclusion"]["outcome"] == "valid"
