"""What activities tell of their attempts: shown as long as it is so, and decided by in nothing."""

from __future__ import annotations

from typing import Any

import pytest

from activities.interface import Activity
from activities.signals import STILL_TRYING
from rules.registration import Occasion
from rules.terms import Step
from tests.support.cases import CaseUnderTest, open_case
from tests.support.requests import request
from tests.support.standing import standing_at
from tests.support.waiting import until
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.conftest import Opening
from workflows.rex import look_up
from workflows.trying import take_trying


async def test_what_fails_twice_is_shown_with_its_reason_until_it_succeeds(opening: Opening, world: World) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["retrying"]))
    [shown] = (await case.view())["retrying"]
    assert (shown["action"], shown["what"]) == ("request_documents", "¶7: ask Atameken for the documents")
    assert (shown["error"], shown["attempts"]) == ("out of reach", 4), "ten seconds later"
    await case.sleep_days(0.1)
    assert (await case.view())["retrying"][0]["attempts"] == 16
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.sleep_days(0.1)
    view = await case.view()
    assert (view["step"], view["retrying"], view["rejected_count"]) == ("await_documents", [], 0)


async def test_what_gives_up_is_no_longer_being_tried(opening: Opening, world: World) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.sleep_days(0.5)
    view = await case.view()
    assert ([each["action"] for each in view["failed_actions"]], view["retrying"]) == (["request_documents"], [])
    await case.update("retry_action")
    assert (await case.view())["retrying"] == [], "it begins anew"
    await case.until(lambda view: bool(view["retrying"]))
    assert (await case.view())["retrying"][0]["attempts"] == 4


@pytest.mark.parametrize(
    "told", [(), (None,), ({},), ({"activity_id": "9", "attempt": 2, "reason": "of another"},), ("x", "y")]
)
async def test_anything_else_under_its_name_changes_nothing(
    opening: Opening, world: World, told: tuple[Any, ...]
) -> None:
    case = await opening()
    before = await case.view()
    case.driver.turns.trying(told)
    await case.driver.settle()
    assert await case.view() == before


def test_only_the_action_whose_activity_tells_it_is_being_tried() -> None:
    case = standing_at(Step.INSPECT)
    look_up(case, Occasion.INSPECTION)
    [action] = case.actions.values()
    action.state, action.activity_id = "running", "7"
    told = {"activity_id": "8", "attempt": 2, "reason": "of another, or of an attempt before a retry by hand"}
    take_trying(case, (told,))
    assert (action.attempts, action.error, case.retried_actions) == (0, None, [])
    take_trying(case, (told | {"activity_id": "7"},))
    assert (action.attempts, case.retried_actions) == (2, [action])


async def test_on_a_server_a_case_hears_of_the_second_failure_and_then_ever_more_rarely(
    dev_server: Any, live_world: World, task_queue: str
) -> None:
    live_world.lose(Activity.REQUEST_DOCUMENTS)
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(await dev_server.get_current_time()))
        view = await case.until(lambda view: bool(view["retrying"]))
        assert view["retrying"][0]["error"] == "out of reach"
        await until(lambda: live_world.attempts[Activity.REQUEST_DOCUMENTS] >= 4)
        await case.until(lambda view: view["retrying"][0]["attempts"] == 4)
        assert await signals(case) == 2
        live_world.mend(Activity.REQUEST_DOCUMENTS)
        await case.update("retry_action")
        view = await case.at_step("await_documents")
        assert (view["retrying"], view["rejected_count"]) == ([], 0)
        await case.update("withdraw", reason="the test is over")
        await case.result()


async def signals(case: CaseUnderTest) -> int:
    """How many signals of this kind the history has."""
    attributes = [event.workflow_execution_signaled_event_attributes for event in (await case.history()).events]
    return sum(each.signal_name == STILL_TRYING for each in attributes)
