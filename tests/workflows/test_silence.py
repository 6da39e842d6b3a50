"""Atameken says nothing, to the thirtieth day and beyond."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, first_level, instant, step_of

# Asked on day 0, Atameken's last day is day 5; ¶9 and ¶10 then take 7 + 7 + 3 = 17 of the thirty.
LAST_DAY, TO_COME = 5, 17
ALL = [
    "await_documents.step_due_soon",
    "await_documents.step_overdue",
    "case.limit_at_risk",
    "case.limit_due_soon",
    "case.limit_exceeded",
]


def reserve_on(day: int) -> int:
    return 30 - max(day, LAST_DAY) - TO_COME


def risk_on(day: int) -> str:
    if day > 30:
        return "exceeded"
    reserve = reserve_on(day)
    return "on_track" if reserve >= 3 else "tight" if reserve >= 0 else "at_risk"


def on_that_day(day: int) -> Callable[[dict[str, Any]], bool]:
    """Whether a view shows the reserve, the risk and the late days of that working day."""
    expected = (reserve_on(day), risk_on(day), max(0, day - LAST_DAY))
    return lambda view: (view["reserve_days"], view["risk"], step_of(view, "await_documents")["late_days"]) == expected


async def test_reserve_risk_and_late_days_follow_the_working_days(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    seen = []
    for day in range(1, 33):
        await case.sleep_to(day, hour=12)
        await case.until(on_that_day(day))
        seen.append(risk_on(day))
    assert list(dict.fromkeys(seen)) == ["on_track", "tight", "at_risk", "exceeded"]


async def test_every_escalation_is_raised_once_at_its_moment_and_told_once_to_its_level(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(40)
    view = await case.until(lambda view: step_of(view, "await_documents")["late_days"] == 35)
    assert escalation_ids(view) == ALL
    assert escalation_ids(view, open_only=True) == [ALL[1], ALL[4]], "the others are overtaken by these"
    assert [first_level(each) for each in view["escalations"]] == [1, 2, 2, 2, 3]
    moments = [
        at(case.day(5), 0),
        case.end_of(5),
        at(case.day(14), 0),  # the first day from which 17 more do not fit
        at(case.day(28), 0),
        case.end_of(30),
    ]
    for each, moment in zip(view["escalations"], moments, strict=True):
        assert timedelta() <= instant(each["raised_at"]) - moment < timedelta(minutes=1), each["id"]
    assert [each.paragraph for each in case.world.matters(rung=1)] == [8, 8, 5, 5, 5]
    assert [each.escalation_id for each in case.world.matters(rung=1)] == ALL


async def test_at_the_last_instant_of_the_thirtieth_day_the_limit_is_not_exceeded(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_until(case.end_of(30) - timedelta(seconds=5))
    view = await case.view()
    assert (view["risk"], instant(view["limit_at"])) == ("at_risk", case.end_of(30))
    assert "case.limit_exceeded" not in escalation_ids(view)
    await case.sleep_until(case.end_of(30) + timedelta(seconds=5))
    await case.until(lambda view: view["risk"] == "exceeded" and "case.limit_exceeded" in escalation_ids(view))


async def test_the_reserve_falls_below_0_as_the_monday_after_a_weekend_begins(case: CaseUnderTest) -> None:
    """From the weekend on the case is late already; the Monday is the first working day that eats the reserve."""
    await case.bring_to("await_documents")
    await case.sleep_until(case.end_of(9) + timedelta(hours=12))  # Saturday
    await case.until(lambda view: (view["reserve_days"], view["risk"]) == (4, "on_track"))
    await case.sleep_until(at(case.day(10), 0) + timedelta(minutes=1))
    view = await case.until(lambda view: view["reserve_days"] == 3)
    assert step_of(view, "await_documents")["late_days"] == 5


async def test_documents_are_taken_after_all_that_and_the_case_goes_on_to_its_end(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(33)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert step_of(view, "await_documents")["late_days"] == 28
    assert escalation_ids(view, open_only=True) == ALL[4:], "the step's own are resolved, the limit's is not"
    assert escalation(view, ALL[1])["resolved_by"] == "the step is done"
    assert step_of(view, "inspect")["last_day"] == case.day(40).isoformat()
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["outcome"], view["limit_met"], view["risk"], view["reserve_days"]) == ("valid", False, "exceeded", -3)
    assert escalation_ids(view, open_only=True) == []
    assert escalation_ids(view) == ALL


async def test_documents_sent_in_time_that_arrive_late_take_the_lateness_back_and_leave_it_on_record(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(8)
    await case.until(lambda view: step_of(view, "await_documents")["late_days"] == 3)
    sent_at = at(case.day(4), 15)
    await case.signal("documents_arrived", documents(sent_at=sent_at.isoformat()))
    view = await case.at_step("inspect")
    state = step_of(view, "await_documents")
    assert (state["late"], state["late_days"], instant(state["ended_at"])) == (False, 0, sent_at)
    assert escalation_ids(view) == ALL[:2]
    assert step_of(view, "inspect")["last_day"] == case.day(15).isoformat(), "from our receipt, on day 8"


async def test_documents_that_come_in_time_let_the_reserve_rise_and_settle_the_risk(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(14)
    await case.until(lambda view: escalation_ids(view) == ALL[:3])
    await case.signal(
        "documents_arrived", documents(sent_at=at(case.day(5)).isoformat(), received_at=at(case.day(6)).isoformat())
    )
    view = await case.at_step("inspect")
    assert (view["reserve_days"], view["risk"]) == (30 - 14 - 10, "on_track")
    view = await case.until(lambda view: escalation(view, "case.limit_at_risk")["resolved_at"] is not None)


async def test_a_case_that_falls_at_risk_again_raises_it_a_second_time(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(14)
    await case.until(lambda view: view["risk"] == "at_risk")
    await case.signal("documents_arrived", documents(received_at=at(case.day(6)).isoformat()))
    view = await case.at_step("inspect")
    assert view["risk"] == "on_track"
    await case.sleep_to(22)
    view = await case.until(lambda view: view["risk"] == "at_risk")
    assert [each for each in escalation_ids(view) if "risk" in each] == ["case.limit_at_risk", "case.limit_at_risk.2"]
    assert [each for each in escalation_ids(view, open_only=True) if "risk" in each] == ["case.limit_at_risk.2"]


async def test_silence_then_concluded_without_documents_keeps_the_late_days(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(20)
    await case.update("conclude_without_documents", reason="Atameken does not answer")
    view = await case.drafted()
    state = step_of(view, "await_documents")
    assert (state["state"], state["late_days"]) == ("done", 15)
    assert view["reserve_days"] == 30 - 20 - 7
    await case.until(lambda view: escalation_ids(view, open_only=True) == [])
