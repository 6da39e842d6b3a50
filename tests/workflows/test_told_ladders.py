"""What a case tells the ladders of its escalations, and what a ladder tells its case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from escalation.kinds import Escalation
from rules.calendar import WorkingCalendar
from rules.terms import Step
from tests.support.calendars import ALMATY, at, plain_days
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.states import standing_at
from workflows.deadlines import finish_step, ladders_know, tell_people

OVERDUE = "await_documents.step_overdue"
DUE_SOON = "await_documents.step_due_soon"


@pytest_asyncio.fixture
async def late(time_skipping: WorkflowEnvironment, task_queue: str) -> AsyncIterator[CaseUnderTest]:
    """A case whose documents are late."""
    world = World(time_skipping.client)
    async with worker(time_skipping.client, world, task_queue):
        case = await open_case(time_skipping, world, task_queue)
        await case.at_step("await_documents")
        await case.sleep_days(10)
        await case.until(lambda view: any(each["id"] == OVERDUE for each in view["escalations"]))
        yield case


def news(case: CaseUnderTest) -> list[tuple[str, str]]:
    return [(each.escalation_id, each.what) for each in case.world.calls[Activity.TELL_LADDER]]


async def test_an_escalation_gets_its_ladder_with_the_calendar_of_the_case(late: CaseUnderTest) -> None:
    [raised] = [each for each in late.world.calls[Activity.START_LADDER] if each.escalation_id == OVERDUE]
    assert raised.days is not None
    assert raised.since == raised.due_at
    assert raised.raised_at >= raised.since


async def test_a_ladder_is_told_who_has_taken_it_on_and_again_only_when_that_changes(late: CaseUnderTest) -> None:
    today = (await late.now() + ALMATY).date().isoformat()
    for _ in range(2):
        await late.update("acknowledge_escalation", escalation_id=OVERDUE, until=today)
    await late.until(lambda _: (OVERDUE, "acknowledged") in news(late))
    assert news(late).count((OVERDUE, "acknowledged")) == 1


async def test_a_ladder_is_told_that_the_step_is_done(late: CaseUnderTest) -> None:
    await late.signal("documents_arrived", documents())
    await late.at_step("inspect")
    await late.until(lambda _: (OVERDUE, "resolved") in news(late))


async def test_a_case_that_closes_has_told_every_ladder_that_it_is_settled(late: CaseUnderTest) -> None:
    await late.update("withdraw", reason="by the customs")
    view = await late.result()
    started = {each.escalation_id for each in late.world.calls[Activity.START_LADDER]}
    assert started <= {each["id"] for each in view["escalations"]}
    assert {name for name, what in news(late) if what in ("resolved", "overtaken")} == started


async def test_the_ladder_of_a_warning_ends_as_its_breach_is_raised_and_hears_no_more(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(5)
    await case.until(lambda view: DUE_SOON in escalation_ids(view))
    assert news(case) == []
    await case.sleep_to(6)
    await case.until(lambda _: news(case) == [(DUE_SOON, "overtaken")])
    assert escalation_ids(await case.view(), open_only=True) == [DUE_SOON, OVERDUE], "settled by the fact alone"
    await case.sleep_to(9)
    await case.update("acknowledge_escalation", escalation_id=DUE_SOON, until=case.day(9).isoformat())
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert escalation_ids(view, open_only=True) == []
    await case.until(lambda _: (OVERDUE, "resolved") in news(case))
    await case.update("withdraw", reason="by the customs")
    await case.result()
    assert news(case) == [(DUE_SOON, "overtaken"), (OVERDUE, "resolved")]


async def test_the_warnings_of_the_thirty_days_end_as_these_are_exceeded(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(31)
    warnings = {"inspect.step_due_soon", "case.limit_due_soon", "case.limit_at_risk"}
    await case.until(lambda _: {name for name, what in news(case) if what == "overtaken"} == warnings)
    assert len(news(case)) == 3
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert escalation_ids(view, open_only=True) == []
    assert {name for name, what in news(case) if what == "resolved"} == {
        "inspect.step_overdue",
        "case.limit_exceeded",
    }


async def test_the_warning_of_a_later_round_is_not_overtaken_by_the_breach_of_the_first(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(6)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.sleep_to(11)
    second = f"{DUE_SOON}.2"
    await case.until(lambda view: second in escalation_ids(view))
    await case.until(lambda _: second in [each.escalation_id for each in case.world.calls[Activity.START_LADDER]])
    assert second not in [name for name, _ in news(case)]


async def test_a_risk_that_outlives_the_breach_that_overtook_it_gets_another_ladder(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(31)
    await case.until(lambda _: ("case.limit_at_risk", "overtaken") in news(case))
    off = [case.day(n).isoformat() for n in range(15, 20)]
    case.world.calendar = lambda first, last: plain_days(first, last, version="a week off", days_off={"decree": off})
    await case.update("recount", reason="a decree")
    view = await case.until(lambda view: "case.limit_at_risk.2" in escalation_ids(view))
    assert escalation(view, "case.limit_at_risk")["resolved_by"] == "A. Nurlan recounts"
    assert "case.limit_exceeded" not in escalation_ids(view, open_only=True)
    await case.until(
        lambda _: "case.limit_at_risk.2" in [e.escalation_id for e in case.world.calls[Activity.START_LADDER]]
    )


def test_a_warning_of_what_is_done_already_is_on_record_and_sent_to_nobody() -> None:
    """The worker was down from before the last day to after the result had come on it."""
    days = plain_days(2026, 2027)
    done, calendar = standing_at(Step.INSPECT, days), WorkingCalendar(days)
    last_day = done.current(Step.INSPECT).last_day
    assert last_day is not None
    finish_step(done, calendar, Step.INSPECT, at(last_day), at(last_day, 15))
    tell_people(done)
    [warning] = done.escalations
    assert (warning.kind, warning.resolved_by) == (Escalation.STEP_DUE_SOON, "the step is done")
    assert (done.actions, ladders_know(done)) == ({}, True)


def test_a_breach_that_is_found_when_its_step_is_done_is_told_all_the_same() -> None:
    days = plain_days(2026, 2027)
    done, calendar = standing_at(Step.INSPECT, days), WorkingCalendar(days)
    due_at = done.current(Step.INSPECT).due_at
    assert due_at is not None
    finish_step(done, calendar, Step.INSPECT, due_at, due_at)
    tell_people(done)
    assert list(done.actions) == ["start_ladder inspect.step_overdue"]


async def test_that_nobody_can_be_reached_is_shown_until_somebody_is(late: CaseUnderTest) -> None:
    since = (await late.now()).isoformat()
    await late.handle.signal("ladder_reports", {"escalation_id": OVERDUE, "nobody_since": since})
    await late.until(lambda view: escalation(view, OVERDUE)["nobody_reached_since"] is not None)
    await late.handle.signal("ladder_reports", {"escalation_id": OVERDUE, "nobody_since": None})
    view = await late.until(lambda view: escalation(view, OVERDUE)["nobody_reached_since"] is None)
    assert view["rejected_count"] == 0
