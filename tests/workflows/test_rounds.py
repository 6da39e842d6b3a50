"""Missing documents are asked for again: ¶8 and ¶9 anew, inside the same thirty days (contract, section 4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, instant, step_of

AWAIT = "await_documents"


def rounds(view: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(each["step"], each["round"], each["state"]) for each in view["steps"]]


async def ask_again(case: CaseUnderTest, *missing: str) -> dict[str, Any]:
    """Ask for what is missing, and wait until the request has left."""
    await case.update("request_missing_documents", missing=list(missing), remarks="pages 3 to 5 are illegible")
    latest = max(each["round"] for each in (await case.view())["steps"])
    return await case.until(lambda view: step_of(view, AWAIT, latest)["started_at"] is not None)


async def test_from_inspect_documents_are_asked_for_again_and_the_first_round_keeps_its_dates(
    case: CaseUnderTest,
) -> None:
    before = await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(documents_complete=False))
    await case.until(lambda view: view["inspection"] is not None)
    await case.sleep_to(3)
    view = await ask_again(case, "invoice", "power_of_attorney")
    assert rounds(view) == [
        ("request_documents", 1, "done"),
        (AWAIT, 1, "done"),
        ("inspect", 1, "done"),
        (AWAIT, 2, "running"),
        ("inspect", 2, "pending"),
        ("conclude", 1, "pending"),
        ("appeal", 1, "pending"),
    ]
    assert (view["step"], view["inspection"]) == (AWAIT, None)
    assert view["missing_documents"] == ["invoice", "power_of_attorney"]
    assert step_of(view, AWAIT) == step_of(before, AWAIT)
    assert step_of(view, "inspect")["last_day"] == step_of(before, "inspect")["last_day"]
    assert step_of(view, AWAIT, 2)["last_day"] == case.day(8).isoformat()
    assert view["limit_last_day"] == before["limit_last_day"]
    assert view["reserve_days"] == 30 - 8 - 17
    [first, second] = case.world.calls[Activity.REQUEST_DOCUMENTS]
    assert set(second.documents_wanted) == {"invoice", "power_of_attorney"}
    assert second.key != first.key


async def test_the_second_round_runs_its_terms_and_the_case_ends(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(2)
    await ask_again(case, "invoice")
    await case.sleep_to(4)
    await case.signal("documents_arrived", documents("d2", "invoice"))
    view = await case.at_step("inspect")
    assert step_of(view, "inspect", 2)["last_day"] == case.day(11).isoformat()
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["outcome"], [each["state"] for each in view["steps"]]) == ("valid", ["done"] * 6 + ["skipped"])
    assert [each["late"] for each in view["steps"]] == [False] * 7


async def test_only_what_was_asked_for_and_came_since_completes_the_second_set(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await ask_again(case, "invoice", "contract")
    await case.signal("documents_arrived", documents("d2", "transport_document"))
    view = await case.until(lambda view: len(view["documents"]) == 3)
    assert (view["step"], view["missing_documents"]) == (AWAIT, ["invoice", "contract"])
    await case.signal("documents_arrived", documents("d3", "invoice"))
    view = await case.until(lambda view: len(view["documents"]) == 4)
    assert view["missing_documents"] == ["contract"]
    await case.signal("documents_arrived", documents("d4", "contract"))
    await case.at_step("inspect")


async def test_any_evidence_of_origin_will_do_where_that_was_asked_for(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    view = await ask_again(case, "origin_evidence")
    assert view["missing_documents"] == ["origin_evidence"]
    assert "invoice" in case.world.calls[Activity.REQUEST_DOCUMENTS][-1].documents_wanted
    await case.signal("documents_arrived", documents("d2", "production_evidence"))
    await case.at_step("inspect")


async def test_from_an_unsigned_conclusion_the_draft_is_void_and_the_conclusion_is_formed_anew(
    case: CaseUnderTest,
) -> None:
    before = await case.bring_to("conclude")
    await case.sleep_to(2)
    view = await ask_again(case, "contract")
    assert rounds(view)[3:] == [
        ("conclude", 1, "done"),
        (AWAIT, 2, "running"),
        ("inspect", 2, "pending"),
        ("conclude", 2, "pending"),
        ("appeal", 1, "pending"),
    ]
    assert not (view["conclusion"] or {}).get("document_id")
    assert await case.rejected("conclusion_signed", signature()) == "there is no draft to sign"
    await case.signal("documents_arrived", documents("d2", "contract"))
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection("i2", data_reliable=False))
    view = await case.drafted()
    assert view["conclusion"]["number"] == before["conclusion"]["number"]
    assert (view["conclusion"]["outcome"], view["conclusion"]["version"]) == ("not_confirmed", 2)
    assert step_of(view, "conclude", 2)["last_day"] == case.day(9).isoformat()
    await case.signal("conclusion_signed", signature(document_id=view["conclusion"]["document_id"]))
    assert (await case.result())["outcome"] == "not_confirmed"


async def test_a_late_second_round_is_escalated_by_its_number(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await ask_again(case, "invoice")
    await case.sleep_to(6)
    view = await case.until(lambda view: step_of(view, AWAIT, 2)["late"])
    assert escalation_ids(view) == [f"{AWAIT}.step_due_soon.2", f"{AWAIT}.step_overdue.2"]
    assert not step_of(view, AWAIT)["late"]


async def test_late_in_both_rounds_both_are_on_record(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    await ask_again(case, "invoice")
    await case.sleep_to(12)
    view = await case.until(lambda view: step_of(view, AWAIT, 2)["late"])
    assert [each for each in escalation_ids(view) if "overdue" in each] == [
        f"{AWAIT}.step_overdue",
        f"{AWAIT}.step_overdue.2",
    ]
    assert (step_of(view, AWAIT)["late_days"], step_of(view, AWAIT, 2)["late_days"]) == (1, 1)


async def test_a_late_inspection_keeps_its_late_days_when_documents_are_asked_for(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(9)
    view = await ask_again(case, "invoice")
    assert (step_of(view, "inspect")["state"], step_of(view, "inspect")["late_days"]) == ("done", 2)
    assert "inspect.step_overdue" in escalation_ids(view)
    assert "inspect.step_overdue" not in escalation_ids(view, open_only=True)


async def test_a_second_request_sent_by_hand_never_starts_before_it_was_decided(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(4)
    case.world.refuse(Activity.REQUEST_DOCUMENTS)
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.until(lambda view: bool(view["failed_actions"]))
    await case.update("record_dispatch", sent_at=at(case.day(1)).isoformat(), letter_reference="04-7/120")
    view = await case.until(lambda view: step_of(view, AWAIT, 2)["started_at"] is not None)
    assert step_of(view, AWAIT, 2)["started_at"] == step_of(view, "inspect")["ended_at"]
    assert step_of(view, AWAIT, 2)["provisional"]


async def test_the_proof_of_receipt_of_the_second_request_moves_the_second_term_alone(case: CaseUnderTest) -> None:
    before = await case.bring_to("inspect")
    case.world.received_at = lambda now: None
    await ask_again(case, "invoice")
    await case.sleep_to(2)
    proof = {"message_id": "p", "sent_by": "Atameken", "received_at": at(case.day(2), 9).isoformat()}
    await case.signal("document_request_received", proof)
    view = await case.until(lambda view: not step_of(view, AWAIT, 2)["provisional"])
    assert instant(step_of(view, AWAIT, 2)["started_at"]) == at(case.day(2), 9)
    assert step_of(view, AWAIT, 2)["last_day"] == case.day(7).isoformat()
    assert step_of(view, AWAIT) == step_of(before, AWAIT)


async def test_documents_can_be_asked_for_a_third_time(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await ask_again(case, "invoice")
    await case.signal("documents_arrived", documents("d2", "invoice"))
    await case.at_step("inspect")
    view = await ask_again(case, "contract")
    assert [each["round"] for each in view["steps"] if each["step"] == AWAIT] == [1, 2, 3]
    assert view["missing_documents"] == ["contract"]


async def test_without_the_missing_documents_the_second_round_can_be_concluded_too(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await ask_again(case, "invoice")
    await case.update("conclude_without_documents", reason="they are lost")
    view = await case.drafted()
    assert (step_of(view, AWAIT, 2)["state"], step_of(view, "inspect", 2)["state"]) == ("done", "skipped")
    assert view["conclusion"]["outcome"] == "not_confirmed"


async def test_a_request_that_could_not_be_sent_does_not_outlive_the_decision_to_conclude_without(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("inspect")
    case.world.refuse(Activity.REQUEST_DOCUMENTS)
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.until(lambda view: bool(view["failed_actions"]))
    await case.update("conclude_without_documents", reason="nobody is there any more")
    view = await case.drafted()
    assert view["failed_actions"] == []
    await case.signal("conclusion_signed", signature())
    assert (await case.result())["outcome"] == "not_confirmed"


async def test_withdrawn_in_the_second_round_atameken_is_told_of_both_requests(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await ask_again(case, "invoice")
    await case.update("withdraw", reason="taken back")
    view = await case.result()
    assert {each.request_id for each in case.world.calls[Activity.WITHDRAW_REQUEST]} == {"A-1", "A-2"}
    assert [each["state"] for each in view["steps"]] == ["done"] * 3 + ["skipped"] * 4


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"missing": [], "remarks": "x"}, "missing"),
        ({"missing": ["passport"], "remarks": "x"}, "missing.0"),
        ({"missing": ["invoice"]}, "remarks"),
    ],
)
async def test_a_request_for_missing_documents_that_does_not_fit_is_refused_by_its_field(
    case: CaseUnderTest, fields: dict[str, Any], named: str
) -> None:
    await case.bring_to("inspect")
    assert f"{named}" in await case.refused("request_missing_documents", **fields)
    assert (await case.view())["step"] == "inspect"


async def test_all_rounds_share_the_same_thirty_days(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(9)
    view = await ask_again(case, "invoice")
    assert (view["reserve_days"], view["risk"]) == (30 - 14 - 17, "at_risk")
    view = await case.until(lambda view: "case.limit_at_risk" in escalation_ids(view))
    raised_at = next(each for each in view["escalations"] if each["id"] == "case.limit_at_risk")["raised_at"]
    assert instant(raised_at) - at(case.day(9)) < timedelta(minutes=1)


async def test_a_second_request_that_cannot_leave_puts_the_whole_at_risk_in_its_moment(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    case.world.refuse(Activity.REQUEST_DOCUMENTS)
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.until(lambda view: bool(view["failed_actions"]))
    at_risk_on = 30 - 5 - 17 + 1
    await case.sleep_to(at_risk_on)
    view = await case.until(lambda view: "case.limit_at_risk" in escalation_ids(view))
    assert (view["reserve_days"], view["risk"], view["step"]) == (-1, "at_risk", AWAIT)
    raised_at = instant(escalation(view, "case.limit_at_risk")["raised_at"])
    assert raised_at - at(case.day(at_risk_on), 0) < timedelta(minutes=1)


async def test_the_reserve_counts_the_appeal_again_once_the_documents_are_asked_for_after_all(
    case: CaseUnderTest,
) -> None:
    await case.bring_to(AWAIT)
    await case.update("conclude_without_documents", reason="they are lost")
    view = await case.drafted()
    assert view["reserve_days"] == 30 - 7, "without a ground no appeal can follow"
    await ask_again(case, "invoice")
    view = await case.until(lambda view: view["reserve_days"] != 30 - 7)
    assert view["reserve_days"] == 30 - (5 + 7 + 7 + 3)


async def test_the_reserve_counts_the_appeal_again_once_the_inspection_is_opened_after_all(
    case: CaseUnderTest,
) -> None:
    await case.bring_to(AWAIT)
    await case.update("conclude_without_documents", reason="they are lost")
    assert (await case.drafted())["reserve_days"] == 30 - 7
    await case.update("return_conclusion", reason="they were found", reopen_inspection=True)
    await case.until(lambda view: view["reserve_days"] == 30 - (7 + 3))
