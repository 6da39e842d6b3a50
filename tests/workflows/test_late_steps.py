"""Each step of the order late, or just not: late is decided by dates (contract, section 2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.calendars import at, plain_days
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, first_level, instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

TERM = {"request_documents": 3, "await_documents": 5, "inspect": 7, "conclude": 7, "appeal": 3}
AN_INSTANT = timedelta(microseconds=1)


async def stand_at(opening: Opening, world: World, step: str) -> CaseUnderTest:
    """A case that reached the step on its first day, and cannot leave it by itself."""
    if step == "request_documents":
        world.refuse(Activity.REQUEST_DOCUMENTS)
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    if step == "request_documents":
        await case.until(lambda view: bool(view["failed_actions"]))
    else:
        await case.bring_to(step, grounds=["scheme_terms"])
    return case


async def end(case: CaseUnderTest, step: str, ended_at: datetime, **inspected: Any) -> dict[str, Any]:
    """End the step at a stated time; ``inspected`` changes the inspection."""
    stated = ended_at.isoformat()
    match step:
        case "request_documents":
            await case.update("record_dispatch", sent_at=stated, letter_reference="04-7/112")
        case "await_documents":
            await case.signal("documents_arrived", documents(sent_at=stated))
        case "inspect":
            await case.signal("inspection_completed", inspection(completed_at=stated, **inspected))
        case "conclude":
            await case.signal("conclusion_signed", signature(signed_at=stated))
        case "appeal":
            await case.update("record_dispatch", what="appeal", sent_at=stated, letter_reference="04-7/113")
    return await case.until(lambda view: step_of(view, step)["state"] == "done")


def judged(view: dict[str, Any], step: str) -> tuple[bool, int]:
    state = step_of(view, step)
    return state["late"], state["late_days"]


@pytest.mark.parametrize("step", TERM)
async def test_a_step_that_ends_in_the_last_instant_before_midnight_is_in_time(
    opening: Opening, world: World, step: str
) -> None:
    case = await stand_at(opening, world, step)
    midnight = case.end_of(TERM[step])
    await case.sleep_until(midnight - timedelta(minutes=1))
    view = await end(case, step, midnight - AN_INSTANT)
    assert judged(view, step) == (False, 0)
    assert instant(step_of(view, step)["due_at"]) == midnight
    assert step_of(view, step)["last_day"] == case.day(TERM[step]).isoformat()
    assert f"{step}.step_overdue" not in escalation_ids(view)


@pytest.mark.parametrize("step", TERM)
async def test_a_step_that_ends_at_midnight_itself_is_late_by_one_day(
    opening: Opening, world: World, step: str
) -> None:
    case = await stand_at(opening, world, step)
    midnight = case.end_of(TERM[step])
    await case.sleep_until(midnight - timedelta(minutes=1))
    view = await end(case, step, midnight)
    assert judged(view, step) == (True, 1)
    overdue = escalation(view, f"{step}.step_overdue")
    assert (overdue["level"], instant(overdue["due_at"])) == (2, midnight)
    assert overdue["resolved_by"] == "the step is done"


@pytest.mark.parametrize("days", [1, 6])
@pytest.mark.parametrize("step", TERM)
async def test_a_step_late_by_days_shows_them_also_over_a_weekend(
    opening: Opening, world: World, step: str, days: int
) -> None:
    case = await stand_at(opening, world, step)
    await case.sleep_to(TERM[step] + days, hour=12)
    view = await case.until(lambda view: judged(view, step) == (True, days))
    assert escalation(view, f"{step}.step_overdue")["resolved_at"] is None
    view = await end(case, step, at(case.day(TERM[step] + days), 12))
    assert judged(view, step) == (True, days)
    assert escalation_ids(view).count(f"{step}.step_overdue") == 1
    assert escalation(view, f"{step}.step_overdue")["resolved_at"] is not None


@pytest.mark.parametrize("step", TERM)
async def test_the_warning_comes_as_the_last_day_begins_and_the_breach_as_it_ends(
    opening: Opening, world: World, step: str
) -> None:
    case = await stand_at(opening, world, step)
    n = TERM[step]
    await case.sleep_until(case.end_of(n - 1) - timedelta(seconds=5))
    assert f"{step}.step_due_soon" not in escalation_ids(await case.view())
    await case.sleep_until(case.end_of(n) - timedelta(seconds=5))
    view = await case.view()
    warning = escalation(view, f"{step}.step_due_soon")
    last_day_begins = at(case.day(n), 0)
    assert (instant(warning["raised_at"]) - last_day_begins) < timedelta(minutes=1)
    assert (first_level(warning), warning["step"], instant(warning["due_at"])) == (1, step, case.end_of(n))
    assert f"{step}.step_overdue" not in escalation_ids(view)
    await case.sleep_until(case.end_of(n) + timedelta(seconds=5))
    view = await case.until(lambda view: judged(view, step) == (True, 1))
    breach = escalation(view, f"{step}.step_overdue")
    assert (instant(breach["raised_at"]) - case.end_of(n)) < timedelta(minutes=1)


SATURDAY, SUNDAY = 5, 6


@pytest.mark.parametrize(("weekday", "late_days"), [(SATURDAY, 2), (SUNDAY, 2)])
async def test_what_ends_on_a_weekend_counts_as_ended_on_the_monday(
    opening: Opening, world: World, monday: date, weekday: int, late_days: int
) -> None:
    """The last day is the Thursday: the Friday is one day, the Monday, on which the weekend ends, the second."""
    case = await stand_at(opening, world, "request_documents")
    day = monday + timedelta(days=weekday)
    await case.sleep_until(at(day, 12))
    view = await end(case, "request_documents", at(day, 11))
    assert judged(view, "request_documents") == (True, late_days)


@pytest.mark.parametrize("weekday", [SATURDAY, SUNDAY], ids=["Saturday", "Sunday"])
async def test_a_working_weekend_day_by_decree_counts(
    opening: Opening, world: World, monday: date, weekday: int
) -> None:
    works = monday + timedelta(days=weekday)
    world.calendar = lambda first, last: plain_days(first, last, working_weekend_days={"by decree": [works]})
    case = await stand_at(opening, world, "await_documents")
    view = await case.view()
    assert step_of(view, "await_documents")["last_day"] == works.isoformat()
    await case.sleep_until(at(works, 23))
    view = await end(case, "await_documents", at(works, 22))
    assert judged(view, "await_documents") == (False, 0)


@pytest.mark.parametrize("weekday", [SATURDAY, SUNDAY], ids=["Saturday", "Sunday"])
async def test_a_working_weekend_day_by_decree_is_a_late_day(
    opening: Opening, world: World, monday: date, weekday: int
) -> None:
    works = monday + timedelta(days=weekday)
    world.calendar = lambda first, last: plain_days(first, last, working_weekend_days={"by decree": [works]})
    case = await stand_at(opening, world, "request_documents")
    await case.sleep_to(5)
    await case.until(lambda view: judged(view, "request_documents") == (True, 3))
    view = await end(case, "request_documents", at(works, 10))
    assert judged(view, "request_documents") == (True, 2)


async def test_holidays_do_not_count(opening: Opening, world: World, monday: date) -> None:
    off = [monday + timedelta(days=2), monday + timedelta(days=3)]
    world.calendar = lambda first, last: plain_days(first, last, days_off={"a holiday": off})
    case = await stand_at(opening, world, "request_documents")
    view = await case.view()
    assert step_of(view, "request_documents")["last_day"] == case.day(5).isoformat()
    assert view["limit_last_day"] == case.day(32).isoformat()


async def test_a_receipt_after_the_office_cut_off_counts_as_the_next_working_days(
    opening: Opening, world: World
) -> None:
    world.calendar = lambda first, last: plain_days(first, last, receipt_cutoff="09:30")
    case = await opening()
    view = await case.at_step("await_documents")
    assert step_of(view, "request_documents")["last_day"] == case.day(4).isoformat()
    assert view["limit_last_day"] == case.day(31).isoformat()
    assert step_of(view, "await_documents")["last_day"] == case.day(5).isoformat(), "Atameken's receipt, not ours"


async def test_late_steps_eat_the_reserve_and_steps_done_early_add_to_it(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    view = await case.until(lambda view: bool(view["failed_actions"]))
    assert (view["reserve_days"], view["risk"]) == (5, "on_track")
    await case.sleep_to(5)
    view = await case.until(lambda view: view["reserve_days"] == 3)
    assert view["risk"] == "on_track"
    view = await end(case, "request_documents", at(case.day(5), 9))
    view = await case.at_step("await_documents")
    assert view["reserve_days"] == 3
    await case.sleep_to(7)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert view["reserve_days"] == 30 - 7 - 7 - 10
    await case.signal("inspection_completed", inspection())
    view = await case.drafted()
    assert view["reserve_days"] == 30 - 7 - 7, "no appeal follows a conclusion that the registration is valid"


async def test_an_appeal_is_planned_for_until_it_is_known_that_there_is_none(case: CaseUnderTest) -> None:
    view = await case.bring_to("conclude", grounds=["scheme_terms"])
    assert view["reserve_days"] == 30 - 7 - 3


async def test_every_step_late_in_one_case_keeps_all_breaches_and_late_days(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    day = 0
    for step, term in TERM.items():
        await case.at_step(step)
        if step == "conclude":
            await case.drafted()
        day += term + 1
        await case.sleep_to(day)
        await end(case, step, at(case.day(day), 9), grounds=["scheme_terms"])
    view = await case.result()
    assert [(each["late"], each["late_days"]) for each in view["steps"]] == [(True, 1)] * 5
    assert [each for each in escalation_ids(view) if "overdue" in each] == [f"{step}.step_overdue" for step in TERM]
    assert escalation_ids(view, open_only=True) == []
    assert (view["limit_met"], view["reserve_days"]) == (True, 30 - 26 - 3)


async def test_late_by_days_of_a_withdrawn_step_stay_on_record(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(8)
    await case.until(lambda view: judged(view, "await_documents") == (True, 3))
    await case.update("withdraw", reason="the customs have taken it back")
    view = await case.result()
    assert judged(view, "await_documents") == (True, 3)
    assert "await_documents.step_overdue" in escalation_ids(view)
