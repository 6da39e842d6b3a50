"""What a case says to its recipients, in words of the moment, and what becomes of it (docs/escalations.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from activities.interface import Activity
from escalation.ladder import LadderBook, Recipient
from escalation.notice import Notice
from escalation.resolution import Resolution
from tests.support.calendars import at
from tests.support.cases import CaseInMemory
from tests.support.messages import documents, inspection
from tests.support.people import ladder_book
from tests.support.views import escalation, escalation_ids
from tests.support.world import World
from tests.workflows.conftest import Opening

AWAIT = "await_documents"
DUE_SOON, OVERDUE, REFUSED = (f"{AWAIT}.{kind}" for kind in ("step_due_soon", "step_overdue", "documents_refused"))


def said(notice: Notice) -> tuple[str, list[str], bool]:
    """To whom, of what, and whether it says that this is resolved."""
    return notice.recipient.id, [each.escalation_id for each in notice.matters], notice.resolved is not None


def all_said(case: CaseInMemory) -> list[tuple[str, list[str], bool]]:
    """All that was told, in that order."""
    return [said(notice) for notice in case.world.told]


async def refuse_a_document(case: CaseInMemory) -> None:
    case.world.bad_documents = {"contract.pdf": "its sha256 differs"}
    await case.signal("documents_arrived", documents("d1", "contract"))
    case.world.bad_documents = {}


# -- one notice for what arises in one moment ---------------------------------------------------------------------


async def test_what_one_case_raises_in_one_moment_is_one_notice_with_the_gravest_first(
    opening: Opening, world: World, monday: Any
) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening(at(monday - timedelta(days=14)))
    [first] = [notice for notice in world.notices() if notice.not_before == await case.now()]
    assert said(first) == (
        "r20",
        ["request_documents.action_failed", "request_documents.step_overdue", "case.limit_at_risk"],
        False,
    )
    assert (first.level, first.urgent, first.risk) == (2, True, "at_risk")
    await case.update("acknowledge_escalation", escalation_id="all", until=case.day(1).isoformat())
    await case.sleep_to(1)
    assert all_said(case) == [said(first)], "one acknowledgement for all of them"


async def test_different_levels_have_each_their_notice(opening: Opening, world: World, monday: Any) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    await opening(at(monday - timedelta(days=45)), backdated_because=None)
    assert {notice.recipient.id: notice.matters[0].escalation_id for notice in world.notices()} == {
        "r20": "request_documents.action_failed",
        "r30": "case.limit_exceeded",
    }


async def test_a_notice_says_how_things_stand_who_was_told_before_and_who_comes_next(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6, hour=14)
    [_, first, second, *_] = [notice for notice in case.world.notices() if not notice.resolved][-3:]
    [matter] = first.matters
    assert (matter.escalation_id, matter.level, matter.rung, matter.earlier) == (OVERDUE, 2, 1, [])
    assert (matter.next.level, matter.next.at) == (3, at(case.day(6), 13)) if matter.next else False
    assert (matter.paragraph, matter.last_day, matter.late_days) == (8, case.day(5), 1)
    [matter] = second.matters
    assert (matter.level, [(each.level, each.at) for each in matter.earlier]) == (3, [(2, case.end_of(5))])
    assert "conclude_without_documents" in matter.what_to_do
    assert (second.exporter, second.reference, second.step) == ("Altyn Dan LLP", "2026-0042", AWAIT)
    assert (second.today, second.reserve_days, second.limit_last_day) == (case.day(6), 7, case.day(30))


async def test_the_next_working_day_is_proposed_for_an_acknowledgement(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    warning, *_, breach = case.world.notices()
    assert (warning.today, warning.acknowledge_until) == (case.day(5), case.day(6))
    assert case.day(5).weekday() == 0
    assert (breach.today, breach.acknowledge_until) == (case.day(6), case.day(7))
    case.world.refuse(Activity.FETCH_DOCUMENTS)
    await case.sleep_to(9)
    await case.signal("documents_arrived", documents("d1", "contract"))
    failed = case.world.notices()[-1]
    assert (failed.today.weekday(), failed.acknowledge_until) == (4, case.day(10)), "on a Friday it is the Monday"


async def test_words_hold_until_the_end_of_the_day_or_of_the_offices_hours(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    warning, *_, breach = case.world.notices()
    assert (warning.urgent, warning.hold_until) == (False, at(case.day(5), 18))
    assert (breach.urgent, breach.hold_until) == (True, case.end_of(6))


# -- what a recipient reports -------------------------------------------------------------------------------------


async def test_a_notice_whose_words_hold_no_longer_is_said_anew_in_words_of_its_day(case: CaseInMemory) -> None:
    await case.bring_to("inspect")
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    case.world.refuse(Activity.FETCH_DOCUMENTS)
    case.world.silent = True
    await case.signal("documents_arrived", documents("d9", "contract"))
    failed = f"{AWAIT}.action_failed.2"  # of the second round
    [first] = case.world.waiting
    assert (first.recipient.id, first.matters[0].working_days_left) == ("r20", 6)
    await case.update("acknowledge_escalation", escalation_id=failed, until=case.day(2).isoformat())
    assert case.world.waiting == []
    await case.sleep_to(3)
    [again, *_] = case.world.waiting
    assert (again.today, again.matters[0].working_days_left) == (case.day(3), 3)


async def test_what_was_not_told_by_the_end_of_its_day_comes_back_and_is_told_the_next(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(0, hour=17)
    case.world.silent = True
    await refuse_a_document(case)
    [first] = case.world.waiting
    await case.sleep_to(1)
    assert first.hold_until < await case.now()
    await case.world.get_through()
    await case.view()
    again = case.world.told[-1]
    assert (said(again), again.today) == (("r10", [REFUSED], False), case.day(1))
    assert again.matters[0].rung == first.matters[0].rung, "the same rung"
    notified = escalation(await case.view(), REFUSED)["notified"]
    assert [each["notified_at"] is not None for each in notified] == [False, True]


async def test_a_report_that_comes_twice_or_is_none_changes_nothing(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    before = await case.view()
    told = case.world.notices()[-1]
    again = {
        "key": told.key,
        "recipient_id": told.recipient.id,
        "notified_at": None,
        "error": "late",
        "at": told.not_before,
    }
    for arguments in ((), ("x",), ({"key": told.key},), (again, again), (again,), ({**again, "key": "another"},)):
        case.driver.turns.outcome(arguments)
    assert await case.view() == before


# -- who is in the ladder file ------------------------------------------------------------------------------------


def book_of(version: str, **recipients: int) -> LadderBook:
    """A ladder file whose level 2 has these recipients, each by its place."""
    book = ladder_book(version)
    of_2 = tuple(Recipient(id=name, level=2, index=index, scheme="mailto") for name, index in recipients.items())
    return book.model_copy(
        update={"levels": {**book.levels, 2: book.levels[2].model_copy(update={"recipients": of_2})}}
    )


async def test_who_is_new_in_the_ladder_file_is_notified_of_what_is_open(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.sleep_to(0, hour=15)
    assert [to for to, *_ in all_said(case)] == ["r10", "r20"]
    case.world.book = book_of("newer", r20=0, somebody=1)
    await send_gibberish(case)
    await case.view()
    assert ("somebody", [REFUSED], False) in all_said(case)
    assert [to for to, what, _ in all_said(case) if what == [REFUSED]] == ["r10", "r20", "somebody"]


async def send_gibberish(case: CaseInMemory) -> None:
    """Something else to notify of, by which the case learns of the newer ladder file."""
    await case.signal("gibberish")


async def test_who_has_left_the_ladder_file_is_replaced_by_who_is_there_now(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    case.world.book = book_of("newer", somebody=0)
    await case.sleep_to(6)
    notified = escalation(await case.view(), REFUSED)["notified"]
    [gone] = [each for each in notified if each["recipient"] == "r20"]
    assert (gone["error"], gone["notified_at"]) == ("is no longer in the ladder file", None)
    [there] = [each for each in notified if each["recipient"] == "somebody"]
    assert there["notified_at"] is not None


# -- the end ------------------------------------------------------------------------------------------------------


async def test_who_was_notified_hears_once_that_it_is_resolved_and_nobody_else_does(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    await case.sleep_to(8)
    assert all_said(case) == [
        ("r10", [DUE_SOON], False),
        ("r20", [DUE_SOON], False),
        ("r30", [DUE_SOON], False),
        ("r20", [OVERDUE], False),
        ("r20", [OVERDUE], True),
    ], "the head was not notified, and the warning is over with its breach"
    resolved = case.world.notices()[-1].resolved
    assert resolved is not None
    assert (resolved.by, resolved.who, resolved.at) == (Resolution.STEP_DONE, None, at(case.day(6)))


async def test_what_waits_is_withdrawn_as_it_is_resolved_and_who_could_not_be_reached_hears_of_the_end(
    opening: Opening, world: World
) -> None:
    world.book = ladder_book(recipients=2)
    case = await opening()
    await case.bring_to(AWAIT)
    case.world.unreached = {"r20": "no line"}
    await case.sleep_to(6)
    assert [each.recipient.id for each in world.waiting] == ["r20"]
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    assert [said(each) for each in world.waiting] == [("r20", [OVERDUE], True)]
    assert all_said(case)[-1] == ("r21", [OVERDUE], True)


async def test_who_was_told_in_the_moment_of_a_withdrawal_hears_of_the_end(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(5, hour=23)
    case.world.silent = True
    await case.sleep_to(6)
    [on_its_way] = case.world.waiting
    await case.update("acknowledge_escalation", escalation_id=OVERDUE, until=case.day(7).isoformat())
    assert case.world.waiting == []
    case.world.waiting = [on_its_way]
    await case.world.get_through()
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    assert all_said(case)[-2:] == [("r20", [OVERDUE], False), ("r20", [OVERDUE], True)]


async def test_the_end_goes_to_whoever_has_the_notice_still_to_tell_and_replaces_it_there(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(5, hour=23)
    case.world.silent = True
    await case.sleep_to(6)
    before = len(all_said(case))
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    assert said(case.world.notices()[-1]) == ("r20", [OVERDUE], True)
    assert (case.world.waiting, all_said(case)[before:]) == ([], []), "who never heard of it hears nothing"


async def test_what_is_not_urgent_is_said_to_be_resolved_when_the_office_opens(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.sleep_to(0, hour=20)
    await case.signal("documents_arrived", documents("d2"))
    await case.at_step("inspect")
    end = case.world.notices()[-1]
    assert (said(end), end.not_before) == (("r20", [REFUSED], True), at(case.day(1), 9))


async def test_several_that_end_by_one_fact_are_one_notice(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.signal("gibberish")
    await case.sleep_to(0, hour=11)
    await case.update("withdraw", reason="by the customs")
    await case.result()
    assert all_said(case)[-1] == ("r10", [REFUSED, f"{AWAIT}.message_rejected"], True)


async def test_a_retry_that_failed_again_is_another_escalation_and_nothing_is_said_to_be_resolved(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    case.world.refuse(Activity.FETCH_DOCUMENTS)
    await case.signal("documents_arrived", documents("d1", "contract"))
    await case.update("retry_action")
    first, second = f"{AWAIT}.action_failed", f"{AWAIT}.action_failed.2"
    view = await case.view()
    assert escalation_ids(view, open_only=True) == [second]
    assert (escalation(view, first)["overtaken_by"], escalation(view, first)["resolved_at"]) == (second, None)
    assert all_said(case) == [("r20", [first], False), ("r20", [second], False)]
    assert "was retried and failed again" in escalation(view, second)["summary"]
    case.world.mend(Activity.FETCH_DOCUMENTS)
    await case.update("retry_action")
    view = await case.view()
    assert escalation_ids(view, open_only=True) == []
    assert {escalation(view, each)["resolved_by"] for each in (first, second)} == {"the action succeeded"}
    assert all_said(case)[2:] == [("r20", [second], True)]


# -- warnings that are overtaken ----------------------------------------------------------------------------------


async def test_a_warning_that_its_breach_has_overtaken_ends_quietly_and_is_resolved_with_its_step(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    view = await case.view()
    warning = escalation(view, DUE_SOON)
    assert (warning["overtaken_by"], warning["resolved_at"], warning["next_at"]) == (OVERDUE, None, None)
    assert escalation_ids(view, open_only=True) == [OVERDUE]
    until = case.day(6).isoformat()
    refusal = await case.refused("acknowledge_escalation", escalation_id=DUE_SOON, until=until)
    assert refusal == f"escalation_id: {DUE_SOON} is overtaken by {OVERDUE}; expected that one"
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert escalation(view, DUE_SOON)["resolved_by"] == "the step is done"
    assert [what for _, what, over in all_said(case) if over] == [[OVERDUE]]


async def test_the_warnings_of_the_thirty_days_are_overtaken_as_these_are_exceeded(case: CaseInMemory) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(31)
    view = await case.view()
    overtaken = {each["id"]: each["overtaken_by"] for each in view["escalations"] if each["overtaken_by"]}
    assert overtaken == {
        "inspect.step_due_soon": "inspect.step_overdue",
        "case.limit_at_risk": "case.limit_exceeded",
        "case.limit_due_soon": "case.limit_exceeded",
    }


async def test_the_warning_of_a_later_round_is_not_overtaken_by_the_breach_of_the_first(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.sleep_to(11)
    assert f"{DUE_SOON}.2" in escalation_ids(await case.view(), open_only=True)
    assert all_said(case)[-1] == ("r10", [f"{DUE_SOON}.2"], False)


@pytest.mark.parametrize("late", [False, True], ids=["a warning", "a breach"])
async def test_of_what_was_over_when_it_was_found_only_a_breach_is_told_and_that_it_is_over(
    case: CaseInMemory, late: bool
) -> None:
    await case.bring_to("inspect")
    case.stop()
    done = case.end_of(7) if late else at(case.day(7))
    await case.sleep_to(9)
    await case.signal("inspection_completed", inspection(completed_at=done.isoformat()))
    await case.start()
    view = await case.at_step("conclude")
    raised = ["inspect.step_due_soon", "inspect.step_overdue"] if late else ["inspect.step_due_soon"]
    assert (escalation_ids(view), escalation_ids(view, open_only=True)) == (raised, [])
    assert all_said(case) == ([("r20", ["inspect.step_overdue"], True)] if late else [])
