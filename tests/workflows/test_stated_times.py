"""A message's own time decides, else that of its arrival; the proof of receipt moves ¶8 (contract, section 2)."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.calendars import at, plain_days
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

AWAIT = "await_documents"


def proof(received_at: datetime, message_id: str = "p1") -> dict[str, Any]:
    return {"message_id": message_id, "sent_by": "Atameken", "received_at": received_at.isoformat()}


async def test_an_inspection_done_in_time_and_told_late_is_not_late_and_its_escalation_stays(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(9)
    await case.until(lambda view: step_of(view, "inspect")["late_days"] == 2)
    done = at(case.day(7), 23)
    await case.signal("inspection_completed", inspection(completed_at=done.isoformat()))
    view = await case.drafted()
    state = step_of(view, "inspect")
    assert (state["late"], state["late_days"], instant(state["ended_at"])) == (False, 0, done)
    assert escalation(view, "inspect.step_overdue")["resolved_by"] == "the step is done"
    assert step_of(view, "conclude")["last_day"] == case.day(14).isoformat()


async def test_a_signature_in_time_that_is_told_after_the_limit_keeps_the_thirty_days(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    signed_at = at(case.day(1))
    await case.sleep_to(32)
    await case.until(lambda view: view["risk"] == "exceeded")
    await case.signal("conclusion_signed", signature(signed_at=signed_at.isoformat()))
    view = await case.result()
    assert (view["limit_met"], view["risk"], view["reserve_days"]) == (True, "on_track", 29)
    assert not step_of(view, "conclude")["late"]
    assert escalation(view, "case.limit_exceeded")["resolved_by"] == "the conclusion is signed"


async def test_a_clock_up_to_five_minutes_ahead_is_taken(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    ahead = await case.now() + timedelta(minutes=4)
    await case.signal("inspection_completed", inspection(completed_at=ahead.isoformat()))
    view = await case.drafted()
    assert instant(step_of(view, "inspect")["ended_at"]) == ahead


async def test_an_inspection_stated_before_its_step_began_ends_it_where_it_began(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(3)
    await case.signal("inspection_completed", inspection(completed_at=at(case.day(2)).isoformat()))
    await case.signal("documents_arrived", documents())
    view = await case.drafted()
    assert step_of(view, "inspect")["ended_at"] == step_of(view, "inspect")["started_at"]
    assert not step_of(view, "inspect")["late"]


async def test_documents_stated_before_our_request_end_the_wait_where_it_began(case: CaseUnderTest) -> None:
    await case.bring_to(AWAIT)
    received = instant((await case.view())["received_at"])
    await case.signal("documents_arrived", documents(sent_at=received.isoformat(), received_at=received.isoformat()))
    view = await case.at_step("inspect")
    waiting = step_of(view, AWAIT)
    assert waiting["ended_at"] == waiting["started_at"] == step_of(view, "inspect")["started_at"]


async def test_the_wait_runs_from_the_receipt_that_atamekens_answer_gives(case: CaseUnderTest) -> None:
    view = await case.bring_to(AWAIT)
    assert step_of(view, AWAIT)["provisional"] is False
    assert step_of(view, AWAIT)["started_at"] >= step_of(view, "request_documents")["ended_at"]


async def test_without_any_receipt_the_wait_runs_from_our_sending_and_is_provisional(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    view = await case.bring_to(AWAIT)
    assert step_of(view, AWAIT)["provisional"] is True
    assert step_of(view, AWAIT)["started_at"] == step_of(view, "request_documents")["ended_at"]
    assert view["calendar"]["provisional"] is False


async def test_the_proof_of_receipt_moves_the_term_and_ends_its_being_provisional(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(3)
    await case.signal("document_request_received", proof(at(case.day(2))))
    view = await case.until(lambda view: not step_of(view, AWAIT)["provisional"])
    state = step_of(view, AWAIT)
    assert (instant(state["started_at"]), state["last_day"]) == (at(case.day(2)), case.day(7).isoformat())
    assert view["reserve_days"] == 30 - 7 - 17
    await case.sleep_until(case.end_of(7) - timedelta(minutes=1))
    assert "await_documents.step_overdue" not in escalation_ids(await case.view())
    await case.sleep_until(case.end_of(7) + timedelta(minutes=1))
    await case.until(lambda view: "await_documents.step_overdue" in escalation_ids(view))


async def test_a_second_proof_with_another_time_is_refused_and_the_same_time_is_not(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(3)
    await case.signal("document_request_received", proof(at(case.day(2))))
    await case.until(lambda view: not step_of(view, AWAIT)["provisional"])
    reason = await case.rejected("document_request_received", proof(at(case.day(1)), "p2"))
    assert "another time" in reason
    await case.signal("document_request_received", proof(at(case.day(2)), "p3"))
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert (view["rejected_count"], instant(step_of(view, AWAIT)["started_at"])) == (1, at(case.day(2)))


async def test_a_proof_before_our_sending_is_refused(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    reason = await case.rejected("document_request_received", proof(await case.now()))
    assert "has not been sent yet" in reason
    await case.sleep_to(2)
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action")
    await case.at_step(AWAIT)
    reason = await case.rejected("document_request_received", proof(at(case.day(1)), "p2"))
    assert "before our sending" in reason


async def test_a_proof_that_moves_an_overdue_term_ahead_resolves_the_breach_which_may_come_again(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.until(lambda view: step_of(view, AWAIT)["late"])
    await case.signal("document_request_received", proof(at(case.day(4))))
    view = await case.until(lambda view: not step_of(view, AWAIT)["late"])
    assert step_of(view, AWAIT)["last_day"] == case.day(9).isoformat()
    assert escalation_ids(view, open_only=True) == []
    await case.sleep_to(10)
    view = await case.until(lambda view: len(view["escalations"]) == 4)
    assert escalation_ids(view)[2:] == ["await_documents.step_due_soon.2", "await_documents.step_overdue.2"]


async def test_a_proof_after_the_step_ended_takes_its_lateness_back_and_leaves_the_escalation(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(7)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert step_of(view, AWAIT)["late_days"] == 2
    await case.signal("document_request_received", proof(at(case.day(2))))
    view = await case.until(lambda view: not step_of(view, AWAIT)["provisional"])
    state = step_of(view, AWAIT)
    assert (state["late"], state["late_days"], state["last_day"]) == (False, 0, case.day(7).isoformat())
    assert "await_documents.step_overdue" in escalation_ids(view)
    assert view["step"] == "inspect"


async def test_a_proof_after_the_step_ended_that_makes_it_late_puts_that_on_record(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: now + timedelta(days=2)
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert (step_of(view, AWAIT)["late"], step_of(view, AWAIT)["last_day"]) == (False, case.day(7).isoformat())
    await case.signal("document_request_received", proof(at(case.day(0), 11)))
    view = await case.until(lambda view: step_of(view, AWAIT)["late"])
    assert step_of(view, AWAIT)["late_days"] == 1
    assert escalation(view, "await_documents.step_overdue")["resolved_by"] == "the step is done"


async def test_a_receipt_after_the_documents_were_complete_is_recorded_and_the_step_started_as_it_ended(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(2)
    await case.signal("documents_arrived", documents())
    ended_at = instant(step_of(await case.at_step("inspect"), AWAIT)["ended_at"])
    await case.sleep_to(3)
    await case.signal("document_request_received", proof(ended_at + timedelta(hours=1)))
    view = await case.until(lambda view: not step_of(view, AWAIT)["provisional"])
    state = step_of(view, AWAIT)
    assert (instant(state["started_at"]), instant(state["ended_at"]), state["late"]) == (ended_at, ended_at, False)
    assert view["rejected_count"] == 0


async def test_a_proof_that_overtakes_the_answer_to_our_request_is_used_once_that_is_there(
    opening: Opening, world: World
) -> None:
    world.received_at = lambda now: None
    gate = world.gates[Activity.REQUEST_DOCUMENTS] = asyncio.Event()
    case = await opening()
    await case.until(lambda _: bool(world.attempts[Activity.REQUEST_DOCUMENTS]))
    received_at = await case.now()
    await case.signal("document_request_received", proof(received_at))
    await case.signal("documents_arrived", documents("d1", "invoice"))
    view = await case.until(lambda view: bool(view["documents"]))
    assert (view["rejected_count"], (await case.message("p1"))["state"]) == (0, "unknown")
    gate.set()
    view = await case.at_step(AWAIT)
    state = step_of(view, AWAIT)
    assert (state["provisional"], view["rejected_count"]) == (False, 0)
    assert (await case.message("p1"))["state"] == "accepted"


async def test_a_signature_that_overtakes_the_news_of_its_draft_is_taken_once_the_draft_is_known(
    opening: Opening, world: World
) -> None:
    """A query shows a draft as soon as Temporal has it; the signature may come in the task that takes the draft in."""
    gate = world.gates[Activity.DRAFT_CONCLUSION] = asyncio.Event()
    case = await opening()
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection())
    await case.until(lambda _: bool(world.attempts[Activity.DRAFT_CONCLUSION]))
    await case.signal("conclusion_signed", signature())
    assert (await case.message("s1"))["state"] == "unknown"
    gate.set()
    view = await case.result()
    assert (view["outcome"], view["rejected_count"]) == ("valid", 0)


async def test_a_signature_from_long_before_its_draft_is_refused(opening: Opening, world: World) -> None:
    gate = world.gates[Activity.DRAFT_CONCLUSION] = asyncio.Event()
    case = await opening()
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection())
    await case.until(lambda _: bool(world.attempts[Activity.DRAFT_CONCLUSION]))
    await case.signal("conclusion_signed", signature())
    await case.sleep_until(await case.now() + timedelta(minutes=6))
    gate.set()
    view = await case.until(lambda view: view["rejected_count"] == 1)
    assert view["rejected_messages"][0]["reason"] == "there was no draft to sign when it came"
    assert view["conclusion"]["signed_at"] is None


@pytest.mark.parametrize("then", ["gives up", "is sent by hand"])
async def test_a_proof_that_was_kept_is_judged_also_where_our_request_does_not_get_through(
    opening: Opening, world: World, then: str
) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda _: bool(world.attempts[Activity.REQUEST_DOCUMENTS]))
    sent_at = await case.now()
    await case.signal("document_request_received", proof(sent_at))
    if then == "gives up":
        await case.sleep_days(0.2)
        view = await case.until(lambda view: view["rejected_count"] == 1)
        assert "has not been sent yet" in view["rejected_messages"][0]["reason"]
    else:
        await case.update("record_dispatch", sent_at=sent_at.isoformat(), letter_reference="04-7/112")
        view = await case.at_step(AWAIT)
        assert (step_of(view, AWAIT)["provisional"], instant(step_of(view, AWAIT)["started_at"])) == (False, sent_at)


async def test_an_unconfirmed_year_makes_terms_and_calendar_provisional(opening: Opening, world: World) -> None:
    world.calendar = lambda first, last: plain_days(first, last, provisional_years=list(range(first, last + 1)))
    view = await (await opening()).bring_to(AWAIT)
    assert view["calendar"] == {"version": "plain", "provisional": True, "receipt_cutoff": None}
    assert [step_of(view, step)["provisional"] for step in ("request_documents", AWAIT)] == [True, True]


async def test_an_estimated_day_makes_only_the_terms_over_it_provisional(
    opening: Opening, world: World, monday: date
) -> None:
    friday = monday + timedelta(days=4)
    world.calendar = lambda first, last: plain_days(first, last, provisional_days=[friday])
    view = await (await opening()).bring_to(AWAIT)
    assert [step_of(view, step)["provisional"] for step in ("request_documents", AWAIT)] == [False, True]
    assert view["calendar"]["provisional"] is True
