"""A case under each reading of the order (contract, section 12).

The default readings are what all other tests of cases are about.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.interface import Activity
from rules.readings import READINGS, Readings
from tests.support.calendars import at
from tests.support.cases import CaseInMemory
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, instant, step_of
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening

AWAIT = "await_documents"


async def opened(opening: Opening, world: World, **readings: str) -> CaseInMemory:
    world.readings = readings
    return await opening()


def last_days(view: dict[str, Any]) -> dict[str, str]:
    return {each["step"]: each["last_day"] for each in view["steps"] if each["state"] == "running"}


# -- start of ¶9 ------------------------------------------------------------------------------------------------------


async def test_where_the_first_answer_starts_the_inspection_one_paper_ends_the_wait(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, inspection_starts="first_answer")
    await case.sleep_to(2)
    await case.signal("documents_arrived", documents("d1", "invoice"))
    view = await case.at_step("inspect")
    assert (step_of(view, AWAIT)["state"], step_of(view, "inspect")["last_day"]) == ("done", case.day(9).isoformat())
    assert view["missing_documents"] == ["registration_application"]
    assert [finding["field"] for finding in view["findings"]] == ["registration_application"]
    await case.sleep_to(4)
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    view = await case.view()
    assert (view["missing_documents"], view["findings"]) == ([], [])
    assert step_of(view, "inspect")["last_day"] == case.day(9).isoformat()


async def test_a_refused_paper_is_no_answer(opening: Opening, world: World) -> None:
    world.bad_documents = {"invoice.pdf": "its sha256 differs"}
    case = await opened(opening, world, inspection_starts="first_answer")
    await case.signal("documents_arrived", documents("d1", "invoice"))
    assert (await case.view())["step"] == AWAIT


async def test_after_a_further_request_only_what_comes_since_is_an_answer(opening: Opening, world: World) -> None:
    case = await opened(opening, world, inspection_starts="first_answer")
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.at_step("inspect")
    await case.update("request_missing_documents", missing=["registration_application"], remarks="it is not there")
    assert (await case.view())["step"] == AWAIT
    await case.signal("documents_arrived", documents("d2", "contract"))
    view = await case.at_step("inspect")
    assert step_of(view, AWAIT, 2)["state"] == "done"


# -- a further request ------------------------------------------------------------------------------------------------


async def test_a_further_request_that_starts_nothing_anew_leaves_the_inspection_running(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, further_request="runs_on")
    before = await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(documents_complete=False))
    await case.sleep_to(3)
    await case.update("request_missing_documents", missing=["contract"], remarks="it is not there")
    view = await case.view()
    assert (view["step"], view["inspection"], view["missing_documents"]) == ("inspect", None, ["contract"])
    assert last_days(view) == last_days(before)
    assert len(world.calls[Activity.REQUEST_DOCUMENTS]) == 2
    await case.sleep_to(8)
    assert "inspect.step_overdue" in escalation_ids(await case.view())
    await case.signal("documents_arrived", documents("d2", "contract"))
    await case.signal("inspection_completed", inspection("i2"))
    assert step_of(await case.drafted(), "inspect")["late_days"] == 1


async def test_from_the_conclusion_a_further_request_opens_the_inspection_again_and_no_term_begins(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, further_request="runs_on")
    before = await case.bring_to("conclude")
    await case.update("request_missing_documents", missing=["contract"], remarks="it is not there")
    view = await case.view()
    assert (view["step"], view["inspection"], last_days(view)) == ("conclude", None, last_days(before))
    assert view["reserve_days"] == 30 - 7 - 3
    await case.signal("inspection_completed", inspection("i2"))
    assert (await case.drafted())["conclusion"]["version"] == 2


async def test_the_proof_of_a_further_letter_without_a_term_moves_no_term(opening: Opening, world: World) -> None:
    case = await opened(opening, world, further_request="runs_on")
    before = await case.bring_to("inspect")
    await case.update("request_missing_documents", missing=["contract"], remarks="it is not there")
    await case.sleep_to(2)
    proof = {"message_id": "p1", "sent_by": "Atameken", "received_at": (await case.now()).isoformat()}
    await case.signal("document_request_received", proof)
    view = await case.view()
    assert (view["rejected_count"], view["steps"]) == (0, before["steps"])


# -- start of the appeal ----------------------------------------------------------------------------------------------


async def test_an_appeal_that_starts_with_the_end_of_the_inspection_runs_beside_the_conclusion(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, appeal_starts="end_of_inspection")
    view = await case.bring_to("conclude", grounds=["scheme_terms"])
    days = {"conclude": case.day(7).isoformat(), "appeal": case.day(3).isoformat()}
    assert (view["step"], last_days(view)) == ("conclude", days)
    assert view["reserve_days"] == 30 - 7, "it takes no days of its own"
    await case.sleep_to(5)
    view = await case.view()
    assert (step_of(view, "appeal")["late_days"], step_of(view, "conclude")["late"]) == (2, False)
    overdue = escalation(view, "appeal.step_overdue")
    assert instant(overdue["raised_at"]) == at(case.day(4), 0)
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (step_of(view, "appeal")["state"], step_of(view, "appeal")["late_days"]) == ("done", 2)
    assert escalation(view, "appeal.step_overdue")["resolved_by"] == "the step is done"


async def test_without_a_ground_no_appeal_runs_beside_the_conclusion(opening: Opening, world: World) -> None:
    case = await opened(opening, world, appeal_starts="end_of_inspection")
    assert last_days(await case.bring_to("conclude")) == {"conclude": case.day(7).isoformat()}


@pytest.mark.parametrize("again", [["scheme_terms"], []])
async def test_a_result_that_is_void_ends_the_appeal_beside_the_conclusion_until_another_calls_for_it(
    opening: Opening, world: World, again: list[str]
) -> None:
    case = await opened(opening, world, appeal_starts="end_of_inspection")
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await case.sleep_to(4)
    await case.update("return_conclusion", reason="look again", reopen_inspection=True)
    view = await case.view()
    assert (step_of(view, "appeal")["state"], step_of(view, "appeal")["last_day"]) == ("pending", None)
    assert escalation(view, "appeal.step_overdue")["resolved_by"] == "the conclusion was returned"
    await case.signal("inspection_completed", inspection("i2", grounds=again))
    view = await case.drafted()
    assert step_of(view, "appeal")["last_day"] == (case.day(7).isoformat() if again else None)
    assert last_days(view)["conclude"] == case.day(7).isoformat()


async def test_of_a_case_without_documents_it_starts_with_the_decision(opening: Opening, world: World) -> None:
    case = await opened(opening, world, appeal_starts="end_of_inspection")
    await case.bring_to(AWAIT)
    await case.signal("inspection_completed", inspection(grounds=["activity_ended"]))
    await case.sleep_to(4)
    await case.update("conclude_without_documents", reason="they have none")
    view = await case.drafted()
    assert step_of(view, "appeal")["last_day"] == case.day(7).isoformat()


# -- the end of the thirty --------------------------------------------------------------------------------------------


async def test_thirty_days_that_end_with_the_inspection_plan_up_to_it_and_are_kept_by_it(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, thirty_end="end_of_inspection")
    view = await case.bring_to(AWAIT)
    assert view["reserve_days"] == 30 - 5 - 7
    view = await case.bring_to("conclude", grounds=["scheme_terms"])
    assert (view["limit_met"], view["limit_ended_at"]) == (True, step_of(view, "inspect")["ended_at"])
    await case.sleep_to(40)
    view = await case.view()
    assert (view["limit_met"], view["risk"]) == (True, "on_track")
    assert not [each for each in view["escalations"] if each["step"] is None]


async def test_they_run_on_where_the_inspection_is_open_again(opening: Opening, world: World) -> None:
    case = await opened(opening, world, thirty_end="end_of_inspection")
    await case.bring_to("conclude")
    await case.sleep_to(20)
    await case.update("return_conclusion", reason="look again", reopen_inspection=True)
    view = await case.view()
    assert (view["limit_met"], view["limit_ended_at"]) == (None, None)
    await case.sleep_to(31)
    view = await case.view()
    assert (view["limit_met"], view["risk"]) == (False, "exceeded")
    assert escalation(view, "case.limit_exceeded")["resolved_at"] is None
    await case.signal("inspection_completed", inspection("i2"))
    view = await case.drafted()
    assert (view["limit_met"], view["limit_ended_at"]) == (False, at(case.day(31)).isoformat().replace("+00:00", "Z"))
    assert escalation(view, "case.limit_exceeded")["resolved_by"] == "the inspection has ended"


async def test_thirty_days_that_end_with_the_reply_run_until_it_has_left(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opened(opening, world, thirty_end="reply")
    view = await case.bring_to("reply")
    assert (view["limit_met"], view["limit_ended_at"], view["reserve_days"]) == (None, None, 30)
    await case.sleep_to(31)
    view = await case.view()
    assert (view["limit_met"], view["risk"], view["reserve_days"]) == (False, "exceeded", -1)
    assert {"case.limit_due_soon", "case.limit_exceeded"} <= set(escalation_ids(view))
    world.mend(Activity.SEND_REPLY)
    await case.update("retry_action")
    view = await case.result()
    assert (view["limit_met"], view["limit_ended_at"]) == (False, view["reply"]["sent_at"])


async def test_a_reply_in_time_keeps_them(opening: Opening, world: World) -> None:
    case = await opened(opening, world, thirty_end="reply")
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await case.sleep_to(4)
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["limit_met"], view["limit_ended_at"]) == (True, view["reply"]["sent_at"])


# -- ¶8 without a proof -----------------------------------------------------------------------------------------------


async def test_without_a_proof_nobody_is_overdue_where_the_office_reads_it_so(opening: Opening, world: World) -> None:
    world.received_at = lambda now: None
    case = await opened(opening, world, without_proof="not_overdue")
    await case.sleep_to(10)
    view = await case.view()
    state = step_of(view, AWAIT)
    assert (state["late"], state["late_days"], state["unproven"]) == (False, 0, True)
    assert escalation_ids(view) == [f"{AWAIT}.step_due_soon"]
    assert "provisional: nothing proves" in escalation(view, f"{AWAIT}.step_due_soon")["summary"]
    assert view["reserve_days"] == 30 - 10 - 17, "the days are gone all the same"
    proof = {"message_id": "p1", "sent_by": "Atameken", "received_at": at(case.day(1)).isoformat()}
    await case.signal("document_request_received", proof)
    view = await case.view()
    assert (step_of(view, AWAIT)["late_days"], step_of(view, AWAIT)["unproven"]) == (4, False)
    assert f"{AWAIT}.step_overdue" in escalation_ids(view, open_only=True)


async def test_a_set_that_comes_without_a_proof_is_not_late(opening: Opening, world: World) -> None:
    world.received_at = lambda now: None
    case = await opened(opening, world, without_proof="not_overdue")
    await case.sleep_to(10)
    await case.signal("documents_arrived", documents())
    assert step_of(await case.at_step("inspect"), AWAIT)["late"] is False


# -- grounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grounds", "outcome", "appeal"),
    [
        (["scheme_terms"], "not_confirmed", "skipped"),
        (["scheme_terms", "registration_obligations", "activity_ended"], "not_valid", "done"),
        ([], "valid", "skipped"),
    ],
)
async def test_where_the_grounds_are_needed_together_fewer_lead_to_no_appeal(
    opening: Opening, world: World, grounds: list[str], outcome: str, appeal: str
) -> None:
    case = await opened(opening, world, grounds="all")
    await case.bring_to("conclude", grounds=grounds)
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["outcome"], step_of(view, "appeal")["state"]) == (outcome, appeal)


async def test_a_known_ground_is_kept_in_a_case_without_documents_though_it_does_not_suffice(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world, grounds="all")
    await case.signal("inspection_completed", inspection(grounds=["activity_ended"]))
    await case.update("conclude_without_documents", reason="they have none")
    view = await case.drafted()
    assert (view["conclusion"]["outcome"], view["inspection"]["grounds"]) == ("not_confirmed", ["activity_ended"])


# -- a case keeps its readings, and a person changes them --------------------------------------------------------------


async def test_a_case_keeps_the_readings_of_its_opening(opening: Opening, world: World) -> None:
    case = await opened(opening, world, grounds="all")
    world.readings = {}
    await case.update("recount", reason="to be sure")
    assert (await case.view())["readings"] == Readings.model_validate({"grounds": "all"}).model_dump(mode="json")


@pytest.mark.parametrize("name", READINGS)
async def test_a_case_comes_to_its_end_under_every_option(opening: Opening, world: World, name: str) -> None:
    for option in READINGS[name].options:
        world.readings = {name: str(option)}
        case = await opening()
        await case.bring_to("conclude", grounds=["scheme_terms", "registration_obligations", "activity_ended"])
        await case.sleep_until(case.driver.now + timedelta(days=2))
        await case.signal("conclusion_signed", signature())
        view = await case.result()
        assert (view["outcome"], view["step"], view["readings"][name]) == ("not_valid", "closed", option)
        assert [each["id"] for each in view["escalations"] if each["resolved_at"] is None] == []
        assert view["rex_lookups"][-1]["status"] == REX_RECORD["status"]
