"""A person confirms that a request is official before the letter of ¶7 leaves (¶4; contract, section 4)."""

from __future__ import annotations

import pytest

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseInMemory
from tests.support.views import escalation_ids, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening


@pytest.fixture
def world() -> World:
    """An office that confirms first."""
    world = World()
    world.confirm_request = True
    return world


def asked(world: World) -> int:
    return len(world.calls[Activity.REQUEST_DOCUMENTS])


async def test_the_letter_waits_for_the_confirmation_and_the_three_days_run(opening: Opening, world: World) -> None:
    case = await opening()
    await case.sleep_to(3)
    view = await case.view()
    assert (view["step"], asked(world)) == ("request_documents", 0)
    assert "confirm_request" in view["to_do"]
    assert escalation_ids(view) == ["request_documents.step_due_soon"]
    await case.update("confirm_request", note="the seal is genuine")
    view = await case.at_step("await_documents")
    confirmed_at = at(case.day(3)).isoformat().replace("+00:00", "Z")
    assert view["request_confirmed"] == {"by": "A. Nurlan", "note": "the seal is genuine", "at": confirmed_at}
    assert (asked(world), step_of(view, "request_documents")["late"]) == (1, False)


async def test_an_unconfirmed_request_is_late_like_any_other(opening: Opening, world: World) -> None:
    case = await opening()
    await case.sleep_to(5)
    view = await case.view()
    assert step_of(view, "request_documents")["late_days"] == 2
    assert "confirm_request" in world.matters()[-1].what_to_do


async def test_the_timer_says_what_is_waited_for(opening: Opening, world: World) -> None:
    case = await opening()
    assert "a person has to confirm" in timers(case)["term"]
    await case.update("confirm_request")
    assert "a person has to confirm" not in timers(case)["term"]


def timers(case: CaseInMemory) -> dict[str, str]:
    return {name: alarm.summary for name, alarm in case.driver.turns.alarms(case.driver.now).items()}


async def test_a_request_sent_by_hand_needs_no_confirmation(opening: Opening, world: World) -> None:
    case = await opening()
    sent_at = (await case.now()).isoformat()
    await case.update("record_dispatch", sent_at=sent_at, letter_reference="15-07/42")
    view = await case.at_step("await_documents")
    assert (asked(world), view["request_confirmed"]) == (0, None)
    assert "nothing waits" in await case.refused("confirm_request")


async def test_a_second_confirmation_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.update("confirm_request")
    assert "nothing waits" in await case.refused("confirm_request")


async def test_a_request_can_be_withdrawn_unconfirmed(opening: Opening, world: World) -> None:
    case = await opening()
    await case.update("withdraw", reason="a forgery")
    view = await case.result()
    assert (view["outcome"], asked(world), world.calls[Activity.WITHDRAW_REQUEST]) == ("withdrawn", 0, [])


async def test_an_office_that_does_not_confirm_has_nothing_to_confirm(opening: Opening, world: World) -> None:
    world.confirm_request = False
    case = await opening()
    await case.at_step("await_documents")
    assert "nothing waits" in await case.refused("confirm_request")


async def test_a_case_keeps_what_held_at_its_opening(opening: Opening, world: World) -> None:
    case = await opening()
    world.confirm_request = False
    await case.update("recount", reason="to be sure")
    assert (await case.view())["step"] == "request_documents"
    assert asked(world) == 0
