"""What gives up escalates and waits for a person; the clocks go on, and nothing else is held up (design, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, step_of
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening


def failing(view: dict[str, object]) -> list[str]:
    failed = view["failed_actions"]
    assert isinstance(failed, list)
    return [each["action"] for each in failed]


# -- the calendar -------------------------------------------------------------------------------------------------


async def test_without_a_calendar_nothing_is_counted_until_it_is_there(opening: Opening, world: World) -> None:
    world.refuse(Activity.RECORD_CALENDAR, "no calendar of 2027")
    case = await opening()
    view = await case.until(lambda view: failing(view) == ["record_calendar"])
    assert (view["limit_at"], view["reserve_days"], step_of(view, "request_documents")["due_at"]) == (None, None, None)
    assert world.calls[Activity.REQUEST_DOCUMENTS] == []
    raised = escalation(view, "request_documents.action_failed")
    assert (raised["level"], "no calendar of 2027" in raised["summary"]) == (2, True)
    assert "retry_action, assign or withdraw" in await case.refused("recount", reason="x")
    world.mend(Activity.RECORD_CALENDAR)
    await case.update("retry_action")
    view = await case.at_step("await_documents")
    assert view["limit_last_day"] == case.day(30).isoformat()
    assert escalation_ids(view, open_only=True) == []


async def test_without_a_calendar_its_failure_can_be_taken_on_by_plain_days(opening: Opening, world: World) -> None:
    world.refuse(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.until(lambda view: failing(view) == ["record_calendar"])
    failed, today = "request_documents.action_failed", case.day(0)
    for days in (-1, 15):
        until = (today + timedelta(days=days)).isoformat()
        told = await case.refused("acknowledge_escalation", escalation_id=failed, until=until)
        assert told.startswith(f"until: expected a date from {today} to {today + timedelta(days=14)} (14 days ahead")
    for days in (0, 14):
        until = (today + timedelta(days=days)).isoformat()
        await case.update("acknowledge_escalation", escalation_id=failed, until=until)
        taken_on = escalation(await case.view(), failed)
        assert (taken_on["acknowledged_by"], taken_on["acknowledged_until"]) == ("A. Nurlan", until)
    logged = [line for entries in world.written for line in entries.log if line.what == "acknowledge_escalation"]
    assert [line.details["until"] for line in logged] == [today.isoformat(), until]
    await case.sleep_until(at(today, 1) + timedelta(days=1))  # 01:00 in Almaty, and still yesterday in Greenwich
    until = today.isoformat()
    assert "expected a date from" in await case.refused("acknowledge_escalation", escalation_id=failed, until=until)


@pytest.mark.parametrize("calendar", ["refused", "out of reach"])
async def test_without_a_calendar_a_request_can_be_withdrawn(opening: Opening, world: World, calendar: str) -> None:
    if calendar == "refused":
        world.refuse(Activity.RECORD_CALENDAR)
    else:
        world.lose(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.until(lambda view: bool(failing(view)) or calendar == "out of reach")
    told = await case.update("withdraw", reason="the year of the receipt is a misprint")
    assert (told["done"], told["step"]) == ("withdraw", "closed")
    view = await case.result()
    assert (view["outcome"], view["failed_actions"], view["limit_at"]) == ("withdrawn", [], None)
    assert escalation_ids(view, open_only=True) == []
    assert (world.written[-1].case.step, world.written[-1].case.outcome) == ("closed", "withdrawn")
    assert world.calls[Activity.REQUEST_DOCUMENTS] == []


async def test_a_calendar_that_comes_days_later_counts_from_the_receipt_and_finds_what_is_past(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.until(lambda view: failing(view) == ["record_calendar"])
    await case.sleep_to(5)
    world.mend(Activity.RECORD_CALENDAR)
    await case.update("retry_action")
    view = await case.at_step("await_documents")
    assert step_of(view, "request_documents")["late_days"] == 2
    assert escalation_ids(view)[1:] == ["request_documents.step_due_soon", "request_documents.step_overdue"]
    assert view["limit_last_day"] == case.day(30).isoformat()


async def test_what_arrives_before_the_calendar_is_kept_and_used(opening: Opening, world: World) -> None:
    world.refuse(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.until(lambda view: failing(view) == ["record_calendar"])
    await case.signal("documents_arrived", documents())
    await case.until(lambda view: len(view["documents"]) == 2)
    world.mend(Activity.RECORD_CALENDAR)
    await case.update("retry_action")
    await case.at_step("inspect")


async def test_a_calendar_out_of_reach_for_minutes_holds_up_the_opening_and_escalates_nothing(
    opening: Opening, world: World
) -> None:
    world.lose(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.until(lambda view: world.attempts[Activity.RECORD_CALENDAR] >= 2)
    world.mend(Activity.RECORD_CALENDAR)
    await case.sleep_days(0.01)
    view = await case.at_step("await_documents")
    assert view["escalations"] == []


# -- the register -------------------------------------------------------------------------------------------------


async def test_a_register_out_of_reach_holds_up_no_step_and_is_written_when_it_is_back(
    opening: Opening, world: World
) -> None:
    world.lose(Activity.WRITE_REGISTER)
    case = await opening()
    await case.bring_to("inspect")
    assert world.written == []
    world.mend(Activity.WRITE_REGISTER)
    await case.sleep_days(0.01)
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert view["escalations"] == []
    keys = [each.key for entries in world.written for each in entries.log]
    assert len(set(keys)) == len(keys), "each line once"
    assert keys[0] == "opened"
    letters = {each.what for entries in world.written for each in entries.letters}
    assert letters == {"acknowledgement", "document_request", "conclusion", "reply"}
    assert world.written[-1].case.step == "closed"


async def test_a_register_down_for_long_escalates_and_is_written_after_a_retry(opening: Opening, world: World) -> None:
    world.lose(Activity.WRITE_REGISTER)
    case = await opening()
    await case.bring_to("await_documents")
    await case.sleep_days(0.05)
    view = await case.until(lambda view: failing(view) == ["write_register"])
    assert escalation(view, "await_documents.action_failed")["level"] == 2
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    world.mend(Activity.WRITE_REGISTER)
    await case.update("retry_action")
    await case.until(lambda view: not failing(view))
    await case.until(lambda view: bool(world.written) and world.written[-1].case.step == "inspect")


async def test_a_case_does_not_end_before_the_register_has_it(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.refuse(Activity.WRITE_REGISTER)
    await case.signal("conclusion_signed", signature())
    view = await case.until(lambda view: failing(view) == ["write_register"] and view["step"] == "closed")
    assert world.written[-1].case.step == "conclude"
    world.mend(Activity.WRITE_REGISTER)
    await case.update("retry_action")
    view = await case.result()
    assert (world.written[-1].case.step, view["outcome"]) == ("closed", "valid")


# -- Atameken -----------------------------------------------------------------------------------------------------


async def test_atameken_out_of_reach_for_hours_is_asked_again_by_itself(opening: Opening, world: World) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: world.attempts[Activity.REQUEST_DOCUMENTS] >= 1)
    await case.sleep_to(0, hour=12)
    assert world.attempts[Activity.REQUEST_DOCUMENTS] > 10
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.sleep_to(0, hour=13)
    view = await case.at_step("await_documents")
    assert view["escalations"] == []


async def test_atameken_out_of_reach_for_half_a_day_escalates_while_the_clock_goes_on(
    opening: Opening, world: World
) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.sleep_to(0, hour=15)
    view = await case.until(lambda view: failing(view) == ["request_documents"])
    assert view["failed_actions"][0]["error"] == "out of reach"
    await case.sleep_to(4)
    view = await case.until(lambda view: step_of(view, "request_documents")["late"])
    assert escalation_ids(view) == [
        "request_documents.action_failed",
        "request_documents.step_due_soon",
        "request_documents.step_overdue",
    ]
    keys = {each.key for each in world.calls[Activity.REQUEST_DOCUMENTS]}
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action")
    view = await case.at_step("await_documents")
    assert step_of(view, "request_documents")["late_days"] == 1
    assert len(keys | {each.key for each in world.calls[Activity.REQUEST_DOCUMENTS]}) == 1, "one key, however often"


async def test_a_failing_appeal_keeps_its_step_open_until_it_is_through(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("appeal", grounds=["scheme_terms"])
    await case.until(lambda view: failing(view) == ["appeal_for_revocation"])
    world.mend(Activity.APPEAL_FOR_REVOCATION)
    await case.update("retry_action")
    view = await case.result()
    assert (view["appeal"]["reference"], escalation_ids(view, open_only=True)) == ("R-1", [])


async def test_a_withdrawal_that_atameken_cannot_be_told_waits_for_a_person(opening: Opening, world: World) -> None:
    world.refuse(Activity.WITHDRAW_REQUEST)
    case = await opening()
    await case.bring_to("await_documents")
    await case.update("withdraw", reason="taken back")
    view = await case.until(lambda view: failing(view) == ["withdraw_request 1"])
    assert (view["step"], view["outcome"]) == ("closed", "withdrawn")
    assert escalation_ids(view, open_only=True) == ["case.action_failed"]
    [raised] = world.matters()
    assert (raised.step, raised.paragraph, raised.due_at, raised.last_day) == (None, None, None, None)
    world.mend(Activity.WITHDRAW_REQUEST)
    await case.update("retry_action", action="withdraw_request")
    view = await case.result()
    assert escalation_ids(view, open_only=True) == []


async def test_a_reminder_that_fails_holds_up_neither_step_nor_closing(opening: Opening, world: World) -> None:
    world.refuse(Activity.REMIND_ATAMEKEN)
    case = await opening()
    await case.bring_to("await_documents")
    await case.sleep_to(4)
    await case.until(lambda view: bool(failing(view)))
    view = await case.bring_to_end()
    assert (view["outcome"], escalation_ids(view, open_only=True)) == ("valid", [])


# -- REX, the draft, the reply ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fail", [World.refuse, World.lose])
async def test_a_look_up_that_does_not_succeed_holds_up_nothing_but_the_letters(
    opening: Opening, world: World, fail: Callable[[World, Activity], None]
) -> None:
    fail(world, Activity.LOOK_UP_REGISTRATION)
    case = await opening()
    await case.bring_to("conclude")
    await case.signal("conclusion_signed", signature())
    view = await case.until(lambda view: view["step"] == "reply")
    assert (view["outcome"], view["rex_lookups"], view["limit_met"]) == ("valid", [], True)
    await case.sleep_to(5)
    assert world.calls[Activity.SEND_REPLY] == []
    await case.update("record_lookup", record=REX_RECORD, reason="REX is down; looked up on its web page")
    view = await case.result()
    assert [(each["occasion"], each["by"]) for each in view["rex_lookups"]] == [("signature", "A. Nurlan")]
    assert view["failed_actions"] == []
    resolved = {each["resolved_by"] for each in view["escalations"] if not each["overtaken_by"]}
    assert resolved <= {"done by hand (A. Nurlan)"}


async def test_a_draft_that_fails_leaves_the_case_in_conclude_until_it_is_there(opening: Opening, world: World) -> None:
    world.refuse(Activity.DRAFT_CONCLUSION)
    case = await opening()
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection())
    view = await case.until(lambda view: failing(view) == ["draft_conclusion"])
    assert (view["step"], view["conclusion"]["document_id"]) == ("conclude", None)
    assert "no draft to return" in await case.refused("return_conclusion", reason="x")
    world.mend(Activity.DRAFT_CONCLUSION)
    await case.update("retry_action")
    await case.drafted()


async def test_a_failed_draft_is_void_when_missing_documents_are_asked_for(opening: Opening, world: World) -> None:
    world.refuse(Activity.DRAFT_CONCLUSION)
    case = await opening()
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection())
    await case.until(lambda view: failing(view) == ["draft_conclusion"])
    await case.update("request_missing_documents", missing=["contract"], remarks="it is not there")
    world.mend(Activity.DRAFT_CONCLUSION)
    view = await case.at_step("await_documents")
    assert failing(view) == []
    await case.signal("documents_arrived", documents("d2", "contract"))
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection("i2"))
    view = await case.drafted()
    assert (step_of(view, "conclude", 2)["state"], view["conclusion"]["outcome"]) == ("running", "valid")


async def test_a_reply_that_fails_is_the_step_reply_until_it_is_through(opening: Opening, world: World) -> None:
    world.refuse(Activity.SEND_REPLY, "mailbox unknown")
    case = await opening()
    await case.bring_to("reply")
    view = await case.until(lambda view: failing(view) == ["send_reply"])
    assert (view["outcome"], view["limit_met"], view["reply"]) == ("valid", True, None)
    assert escalation_ids(view, open_only=True) == ["reply.action_failed"]
    [raised] = world.matters(rung=1)
    assert (raised.step, raised.paragraph, raised.due_at, raised.last_day) == ("reply", None, None, None), "no term"
    await case.sleep_to(40)
    view = await case.view()
    assert (view["step"], view["risk"], view["reserve_days"]) == ("reply", "on_track", 30)
    world.mend(Activity.SEND_REPLY)
    await case.update("retry_action")
    view = await case.result()
    assert (view["step"], view["reply"]["reference"]) == ("closed", "<reply@ministry>")


async def test_risk_reserve_and_limit_stay_as_they_are_at_the_signature_however_late_the_appeal(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await case.sleep_to(2)
    await case.signal("conclusion_signed", signature())
    view = await case.at_step("appeal")
    frozen = {"limit_met": True, "reserve_days": 30 - 2 - 3, "risk": "on_track"}
    assert {key: view[key] for key in frozen} == frozen
    await case.sleep_to(36)
    view = await case.until(lambda view: step_of(view, "appeal")["late_days"] == 31)
    assert {key: view[key] for key in frozen} == frozen
    assert [each for each in escalation_ids(view) if each.startswith("case.")] == []


async def test_a_document_still_out_of_reach_when_all_else_is_done_is_refused_at_the_close(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.out_of_reach.add("contract.pdf")
    await case.signal("documents_arrived", documents("d2", "contract"))
    await case.sleep_days(1.5)
    await case.until(lambda view: failing(view) == ["fetch_documents d2"])
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert [each["filename"] for each in view["refused_documents"]] == ["contract.pdf"]
    assert (view["failed_actions"], view["outcome"]) == ([], "valid")


async def test_a_document_still_out_of_reach_after_the_withdrawal_is_refused_as_its_fetch_gives_up(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("await_documents")
    world.out_of_reach.add("contract.pdf")
    await case.signal("documents_arrived", documents("d1", "contract"))
    await case.until(lambda _: bool(world.attempts[Activity.FETCH_DOCUMENTS]))
    await case.update("withdraw", reason="taken back")
    await case.sleep_days(1.5)
    view = await case.result()
    [refused] = view["refused_documents"]
    assert (refused["filename"], refused["reason"]) == (
        "contract.pdf",
        "out of reach until the case closed: out of reach",
    )
    assert (view["outcome"], view["failed_actions"]) == ("withdrawn", [])
    assert escalation(view, "case.documents_refused")["resolved_by"] == "the case is closed"


@pytest.mark.parametrize("activity", [Activity.READ_LADDERS, Activity.NOTIFY])
async def test_an_escalation_that_cannot_be_told_is_on_record_and_holds_up_no_case(
    opening: Opening, world: World, activity: Activity, monday: date
) -> None:
    world.refuse(activity)
    case: CaseUnderTest = await opening(at(date.fromordinal(monday.toordinal() - 7)))
    await case.bring_to("conclude")
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert "request_documents.step_overdue" in escalation_ids(view)
    assert not any("action_failed" in each for each in escalation_ids(view))
