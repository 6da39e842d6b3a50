"""A case that is read otherwise from now on: the decision ``change_reading`` (contract, sections 4 and 12)."""

from __future__ import annotations

from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseInMemory
from tests.support.messages import documents, signature
from tests.support.views import step_of
from tests.support.world import World
from tests.workflows.conftest import Opening
from tests.workflows.test_readings import opened


async def change(case: CaseInMemory, reading: str, option: str) -> dict[str, Any]:
    return await case.update("change_reading", reading=reading, option=option, reason="the lawyers have decided")


async def test_a_changed_reading_counts_what_is_open_anew_and_answers_with_it(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.bring_to("conclude", grounds=["scheme_terms"])
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    await case.sleep_to(2)
    await case.signal("conclusion_signed", signature())
    before = step_of(await case.at_step("appeal"), "appeal")["last_day"]
    answer = await change(case, "appeal_starts", "end_of_inspection")
    assert (before, case.day(3).isoformat()) == (case.day(5).isoformat(), answer["terms"][0]["after"])
    assert (answer["terms"][0]["step"], answer["done"]) == ("appeal", "change_reading")
    view = await case.view()
    assert step_of(view, "appeal")["last_day"] == case.day(3).isoformat()


@pytest.mark.parametrize(("reading", "option"), [("appeal_starts", "signature"), ("grounds", "all")])
async def test_an_appeal_that_has_begun_is_not_undone_by_another_reading(
    opening: Opening, world: World, reading: str, option: str
) -> None:
    case = await opened(opening, world, appeal_starts="end_of_inspection")
    before = step_of(await case.bring_to("conclude", grounds=["scheme_terms"]), "appeal")
    await change(case, reading, option)
    view = await case.view()
    assert (before["state"], step_of(view, "appeal")) == ("running", before)
    assert view["reserve_days"] == 30 - 7, "it takes no days of its own"


async def test_a_reading_that_starts_the_inspection_earlier_moves_one_that_runs(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.sleep_to(1)
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.sleep_to(4)
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    assert step_of(await case.at_step("inspect"), "inspect")["last_day"] == case.day(11).isoformat()
    await change(case, "inspection_starts", "first_answer")
    state = step_of(await case.view(), "inspect")
    assert (state["last_day"], state["late"]) == (case.day(11).isoformat(), False), "no step starts before ¶8 ended"


async def test_while_documents_are_awaited_it_ends_the_wait_with_what_is_there(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.sleep_to(1)
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.sleep_to(4)
    await change(case, "inspection_starts", "first_answer")
    view = await case.at_step("inspect")
    assert step_of(view, "inspect")["last_day"] == case.day(8).isoformat()


async def test_a_changed_reading_of_the_thirty_reopens_or_ends_them(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.bring_to("conclude")
    await change(case, "thirty_end", "end_of_inspection")
    assert (await case.view())["limit_met"] is True
    await change(case, "thirty_end", "signature")
    view = await case.view()
    assert (view["limit_met"], view["limit_ended_at"], view["reserve_days"]) == (None, None, 23)


async def test_a_draft_is_made_anew_since_it_prints_the_readings(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.bring_to("conclude")
    await change(case, "without_proof", "not_overdue")
    view = await case.drafted()
    assert view["conclusion"]["version"] == 2
    assert world.calls[Activity.DRAFT_CONCLUSION][-1].readings.without_proof == "not_overdue"


async def test_grounds_read_otherwise_change_what_is_proposed(opening: Opening, world: World) -> None:
    case = await opened(opening, world)
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await change(case, "grounds", "all")
    view = await case.drafted()
    assert (view["conclusion"]["outcome"], view["reserve_days"]) == ("not_confirmed", 23)
    await change(case, "grounds", "any")
    assert (await case.drafted())["conclusion"]["outcome"] == "not_valid"


async def test_a_result_that_decides_nothing_any_more_has_the_inspection_open_again(
    opening: Opening, world: World
) -> None:
    case = await opened(opening, world)
    await case.bring_to("conclude", grounds=["scheme_terms"], documents_complete=False)
    await change(case, "grounds", "all")
    view = await case.view()
    assert (view["step"], view["conclusion"]["document_id"]) == ("conclude", None)
    assert "Inspect again" in view["to_do"]


async def test_what_a_reading_cannot_be_changed_to_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opened(opening, world)

    async def refusal(reading: str, option: str) -> str:
        return await case.refused("change_reading", reading=reading, option=option, reason="r")

    assert (await refusal("weather", "fine")).startswith("reading: unknown 'weather'; expected one of ")
    assert (await refusal("grounds", "some")).startswith("option: unknown 'some'; expected one of any, all")
    assert "already" in await refusal("grounds", "any")
    await case.bring_to("reply")
    assert "up to the signature" in await refusal("grounds", "all")
    world.mend(Activity.SEND_REPLY)
    await case.update("retry_action")
    await case.result()
    assert "closed" in await refusal("thirty_end", "reply")
