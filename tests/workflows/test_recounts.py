"""Recounts: a case counts its open terms by the calendar as it is now."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from activities.interface import Activity
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from rules.recount import recount as foretold
from tests.support.calendars import plain_days
from tests.support.cases import CaseUnderTest
from tests.support.views import escalation, escalation_ids, step_of
from tests.workflows.test_decisions import AWAIT


def off(*days: date) -> Any:
    """A calendar with these days off, whatever years it is asked for."""
    return lambda first, last: plain_days(first, last, version="with holidays", days_off={"by decree": list(days)})


async def test_a_recount_moves_every_open_term_and_tells_it_before_and_after(case: CaseUnderTest) -> None:
    before = await case.bring_to(AWAIT)
    case.world.calendar = off(case.day(2), case.day(20))
    expected = foretold(
        CaseView.model_validate(before), WorkingCalendar(case.world.calendar(2026, 2028)), await case.now()
    )
    told = await case.update("recount", reason="a decree")
    view = await case.view()
    assert told["terms"] == [
        {
            "step": AWAIT,
            "round": 1,
            "before": case.day(5).isoformat(),
            "after": case.day(6).isoformat(),
            "became_late": False,
            "stopped_being_late": False,
        }
    ]
    assert told["limit"] == {
        "before": case.day(30).isoformat(),
        "after": case.day(32).isoformat(),
        "became_late": False,
        "stopped_being_late": False,
    }
    assert [each.after.isoformat() for each in expected] == [told["terms"][0]["after"], told["limit"]["after"]]
    assert (step_of(view, AWAIT)["last_day"], view["limit_last_day"]) == (
        case.day(6).isoformat(),
        case.day(32).isoformat(),
    )
    assert view["calendar"]["version"] == "with holidays"
    assert step_of(view, "request_documents") == step_of(before, "request_documents"), "ended terms keep their dates"


async def test_a_term_that_a_recount_moves_ahead_is_late_no_more_and_may_be_late_again(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.until(lambda view: step_of(view, AWAIT)["late"])
    case.world.calendar = off(case.day(3), case.day(4))
    told = await case.update("recount", reason="a decree")
    assert told["terms"][0]["stopped_being_late"] is True
    view = await case.view()
    assert (step_of(view, AWAIT)["late"], step_of(view, AWAIT)["late_days"]) == (False, 0)
    assert escalation(view, f"{AWAIT}.step_overdue")["resolved_by"] == "the terms were recounted (A. Nurlan)"
    assert escalation_ids(view, open_only=True) == []
    await case.sleep_to(8)
    view = await case.until(lambda view: step_of(view, AWAIT)["late"])
    assert escalation_ids(view) == [
        f"{AWAIT}.step_due_soon",
        f"{AWAIT}.step_overdue",
        f"{AWAIT}.step_due_soon.2",
        f"{AWAIT}.step_overdue.2",
    ]


async def test_a_warning_comes_again_where_a_recount_moves_the_last_day_ahead(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(5)
    await case.until(lambda view: escalation_ids(view) == [f"{AWAIT}.step_due_soon"])
    case.world.calendar = off(case.day(5))
    await case.update("recount", reason="a decree")
    assert escalation_ids(await case.view(), open_only=True) == []
    await case.sleep_to(6)
    await case.until(lambda view: escalation_ids(view, open_only=True) == [f"{AWAIT}.step_due_soon.2"])


async def test_a_term_that_a_recount_moves_back_is_late_at_once(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    saturday = case.day(4) + timedelta(days=1)
    case.world.calendar = lambda first, last: plain_days(first, last, working_weekend_days={"decree": [saturday]})
    await case.sleep_to(5)
    told = await case.update("recount", reason="a decree")
    assert told["terms"][0]["became_late"] is True
    view = await case.until(lambda view: f"{AWAIT}.step_overdue" in escalation_ids(view))
    assert (step_of(view, AWAIT)["last_day"], step_of(view, AWAIT)["late_days"]) == (saturday.isoformat(), 1)


async def test_a_limit_that_a_recount_moves_ahead_is_exceeded_no_more_and_may_be_again(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(31)
    await case.until(lambda view: view["risk"] == "exceeded")
    case.world.calendar = off(*(case.day(n) for n in range(20, 25)))
    told = await case.update("recount", reason="a decree")
    view = await case.view()
    assert (view["risk"], view["limit_last_day"]) == ("at_risk", case.day(35).isoformat())
    assert [each for each in escalation_ids(view, open_only=True) if "limit" in each] == ["case.limit_at_risk"]
    assert (told["limit"]["became_late"], told["limit"]["stopped_being_late"]) == (False, True)
    await case.sleep_to(36)
    view = await case.until(lambda view: view["risk"] == "exceeded")
    await case.until(lambda view: "case.limit_exceeded.2" in escalation_ids(view, open_only=True))


async def test_where_the_calendar_cannot_be_read_a_recount_is_refused_and_nothing_moves(case: CaseUnderTest) -> None:
    before = await case.bring_to(AWAIT)
    case.world.lose(Activity.RECORD_CALENDAR)
    assert "try again" in await case.refused("recount", reason="a decree")
    assert (await case.view())["steps"] == before["steps"]


async def test_a_recount_by_an_unchanged_calendar_changes_nothing(case: CaseUnderTest) -> None:
    before = await case.bring_to(AWAIT)
    told = await case.update("recount", reason="to be sure")
    assert told["terms"][0]["before"] == told["terms"][0]["after"]
    assert await case.view() == before
