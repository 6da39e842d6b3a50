"""A case opened days after its request was received: what is past is found at once, in order, and told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.interface import Activity
from rules.refusal import Refusal
from rules.request import read_request
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.requests import request
from tests.support.views import escalation_ids, instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

REQUEST = "request_documents"


async def received(opening: Opening, world: World, monday: Any, days_ago: int) -> CaseUnderTest:
    """A case received so many working days ago at 10:00, whose request cannot be sent."""
    world.refuse(Activity.REQUEST_DOCUMENTS)
    day = monday - timedelta(days=7 * (days_ago // 5) + (days_ago % 5 + 2 if days_ago % 5 else 0))
    assert day.weekday() < 5
    case = await opening(at(day))
    await case.until(lambda view: bool(view["failed_actions"]))
    return case


def told(world: World) -> list[str]:
    """What people were notified of, in that order."""
    said = [each.escalation_id for each in world.matters(rung=1)]
    return [each for each in said if "action_failed" not in each]


def resolved(world: World) -> list[str]:
    """What people heard the end of."""
    return [each.escalation_id for notice in world.notices() if notice.resolved for each in notice.matters]


def raised(view: dict[str, Any]) -> list[str]:
    return [each for each in escalation_ids(view) if "action_failed" not in each]


async def test_received_2_working_days_ago_nothing_is_past(opening: Opening, world: World, monday: Any) -> None:
    case = await received(opening, world, monday, 2)
    view = await case.view()
    assert (raised(view), view["reserve_days"], step_of(view, REQUEST)["late"]) == ([], 5, False)
    assert step_of(view, REQUEST)["last_day"] == case.day(1).isoformat()
    assert view["limit_last_day"] == case.day(28).isoformat()


async def test_received_3_working_days_ago_the_last_day_is_told(opening: Opening, world: World, monday: Any) -> None:
    case = await received(opening, world, monday, 3)
    view = await case.until(lambda view: bool(raised(view)))
    assert (raised(view), told(world)) == ([f"{REQUEST}.step_due_soon"], [f"{REQUEST}.step_due_soon"])


async def test_received_10_working_days_ago_the_overtaken_warning_is_recorded_and_not_sent(
    opening: Opening, world: World, monday: Any
) -> None:
    case = await received(opening, world, monday, 10)
    view = await case.until(lambda view: len(told(world)) == 2)
    assert raised(view) == [f"{REQUEST}.step_due_soon", f"{REQUEST}.step_overdue", "case.limit_at_risk"]
    assert told(world) == [f"{REQUEST}.step_overdue", "case.limit_at_risk"]
    assert (view["risk"], view["reserve_days"], step_of(view, REQUEST)["late_days"]) == ("at_risk", 30 - 10 - 22, 7)
    assert instant(view["escalations"][1]["due_at"]) == case.end_of(-7)


async def test_received_27_working_days_ago_the_whole_is_at_risk_and_the_28th_day_is_told_as_it_comes(
    opening: Opening, world: World, monday: Any
) -> None:
    case = await received(opening, world, monday, 27)
    view = await case.until(lambda view: len(told(world)) == 2)
    first = [f"{REQUEST}.step_due_soon", f"{REQUEST}.step_overdue", "case.limit_at_risk"]
    assert (raised(view), view["risk"], view["reserve_days"]) == (first, "at_risk", 3 - 22)
    await case.sleep_until(at(case.day(1), 1))
    view = await case.until(lambda view: len(told(world)) == 3)
    assert raised(view) == [*first, "case.limit_due_soon"]
    await case.sleep_until(case.end_of(3) + timedelta(minutes=1))
    view = await case.until(lambda view: len(told(world)) == 4)
    assert (raised(view)[-1], view["risk"]) == ("case.limit_exceeded", "exceeded")


async def test_received_31_working_days_ago_everything_past_is_recorded_in_order_and_only_breaches_are_sent(
    opening: Opening, world: World, monday: Any
) -> None:
    case = await received(opening, world, monday, 31)
    view = await case.until(lambda view: len(told(world)) == 2)
    assert raised(view) == [
        f"{REQUEST}.step_due_soon",
        f"{REQUEST}.step_overdue",
        "case.limit_at_risk",
        "case.limit_due_soon",
        "case.limit_exceeded",
    ]
    assert told(world) == [f"{REQUEST}.step_overdue", "case.limit_exceeded"]
    assert (view["risk"], step_of(view, REQUEST)["late_days"]) == ("exceeded", 28)


async def test_a_case_opened_late_goes_on_and_its_next_terms_run_from_now(
    opening: Opening, world: World, monday: Any
) -> None:
    day = monday - timedelta(days=14)
    case = await opening(at(day))
    view = await case.bring_to("await_documents")
    request, waiting = step_of(view, REQUEST), step_of(view, "await_documents")
    assert (request["late"], request["late_days"], request["state"]) == (True, 7, "done")
    assert (waiting["last_day"], waiting["late"]) == (case.day(5).isoformat(), False)
    assert view["reserve_days"] == 30 - 10 - 5 - 17
    assert raised(view) == [f"{REQUEST}.step_due_soon", f"{REQUEST}.step_overdue", "case.limit_at_risk"]
    assert escalation_ids(view, open_only=True) == ["case.limit_at_risk"]
    assert told(world) == ["case.limit_at_risk"]
    assert resolved(world) == [f"{REQUEST}.step_overdue"], "a breach is told of also where it is over when it is found"


async def test_more_than_120_days_ago_needs_a_reason_and_then_runs(opening: Opening, monday: Any) -> None:
    case = await opening(at(monday - timedelta(days=140)), backdated_because="found in a drawer")
    view = await case.bring_to("await_documents")
    assert (view["risk"], view["request"]["backdated_because"]) == ("exceeded", "found in a drawer")


@pytest.mark.parametrize("year", [226, 2020])
def test_a_receipt_before_the_year_of_the_order_is_refused_by_its_field_whatever_the_reason(year: int) -> None:
    archived = request(datetime(year, 12, 31, 17, 59, 59, tzinfo=UTC), backdated_because="it lay in the archive")
    with pytest.raises(Refusal, match="received_at: expected a time since 2021, when the order was made"):
        read_request(archived, datetime(2026, 3, 2, tzinfo=UTC))
    in_time = {**archived, "received_at": "2021-01-01T00:00:00Z"}
    assert read_request(in_time, datetime(2026, 3, 2, tzinfo=UTC)).received_at.year == 2021
