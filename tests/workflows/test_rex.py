"""The registration is looked up in REX when it counts, and what follows where it has changed (contract, section 3)."""

from __future__ import annotations

from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import escalation, escalation_ids, step_of
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening

REVOKED = {**REX_RECORD, "status": "revoked", "revoked_on": "2026-03-05"}
LETTERS = (Activity.SEND_REPLY, Activity.APPEAL_FOR_REVOCATION)


def occasions(view: dict[str, Any]) -> list[str]:
    return [each["occasion"] for each in view["rex_lookups"]]


def left(case: CaseUnderTest) -> int:
    return sum(len(case.world.calls[which]) for which in LETTERS)


async def changed_after_the_signature(case: CaseUnderTest, **inspected: Any) -> dict[str, Any]:
    """REX shows the registration as revoked at the last look, after the signature."""
    await case.bring_to("conclude", **inspected)
    await case.sleep_to(3)
    case.world.rex_record = REVOKED
    await case.signal("conclusion_signed", signature())
    return await case.until(lambda view: view["conclusion"]["held_because"])


async def test_rex_is_looked_up_at_the_opening_the_inspection_the_draft_and_the_signature(case: CaseUnderTest) -> None:
    for day, (step, so_far) in enumerate(
        [("await_documents", ["opening"]), ("inspect", ["inspection"]), ("conclude", ["draft"]), ("reply", [])]
    ):
        await case.sleep_to(day)
        match step:
            case "inspect":
                await case.signal("documents_arrived", documents())
            case "conclude":
                await case.signal("inspection_completed", inspection())
            case "reply":
                await case.signal("conclusion_signed", signature())
                so_far = ["signature"]
        view = await case.view()
        assert occasions(view)[-1:] == so_far
        assert view["rex_lookups"][-1]["at"].startswith((case.day(day)).isoformat())
    assert occasions(view) == ["opening", "inspection", "draft", "signature"]
    assert view["findings"] == []
    assert left(case) == 1


async def test_each_round_and_each_draft_has_its_own_look(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.update("request_missing_documents", missing=["contract"], remarks="it is not there")
    await case.signal("documents_arrived", documents("d2", "contract"))
    await case.signal("inspection_completed", inspection("i2"))
    await case.update("return_conclusion", reason="a misprint")
    await case.update("return_conclusion", reason="look again", reopen_inspection=True)
    view = await case.view()
    assert occasions(view) == ["opening", "inspection", "inspection", "draft", "draft", "inspection"]


async def test_the_letters_leave_only_after_the_look_that_follows_the_signature(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude", grounds=["scheme_terms"])
    world.lose(Activity.LOOK_UP_REGISTRATION)
    await case.signal("conclusion_signed", signature())
    view = await case.at_step("appeal")
    assert (view["outcome"], view["limit_met"], left(case)) == ("not_valid", True, 0)
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.update("retry_action", action="look_up_registration")
    await case.result()
    assert left(case) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Altyn Nan LLP"}, "name was Altyn Dan LLP, and is Altyn Nan LLP"),
        ({"hs_codes": ["1101", "1102"]}, "hs codes was 1101, and is 1101, 1102"),
        ({"status": "revoked"}, "status was valid, and is revoked"),
    ],
)
async def test_a_change_before_the_inspection_is_a_finding_and_no_alarm(
    case: CaseUnderTest, changes: dict[str, Any], said: str
) -> None:
    await case.bring_to("await_documents")
    case.world.rex_record = {**REX_RECORD, **changes}
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert any(said in finding["text"] for finding in view["findings"])
    assert escalation_ids(view) == []


async def test_a_change_that_the_draft_brings_to_light_is_escalated_and_stands_in_the_draft(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("inspect")
    case.world.rex_record = REVOKED
    await case.signal("inspection_completed", inspection())
    view = await case.drafted()
    raised = escalation(view, "conclude.registration_changed")
    assert (raised["level"], raised["resolved_at"]) == (2, None)
    assert "status was valid, and is revoked" in raised["summary"]
    assert view["conclusion"]["held_because"] is None
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert escalation(view, "conclude.registration_changed")["resolved_by"] == "the step is done"


async def test_a_change_after_the_signature_holds_the_letters_until_they_are_released(case: CaseUnderTest) -> None:
    view = await changed_after_the_signature(case, grounds=["scheme_terms"])
    assert (view["step"], view["outcome"], left(case)) == ("appeal", "not_valid", 0)
    assert "revoked" in view["conclusion"]["held_because"]
    assert "release_conclusion" in view["to_do"]
    assert escalation(view, "appeal.registration_changed")["level"] == 2
    await case.sleep_to(5)
    assert left(case) == 0
    await case.update("release_conclusion", reason="revoked for another reason; the conclusion stands")
    view = await case.result()
    assert (left(case), view["conclusion"]["released_by"]) == (2, "A. Nurlan")
    assert escalation(view, "appeal.registration_changed")["resolved_by"] == "the letters were released (A. Nurlan)"


async def test_a_held_conclusion_can_be_returned_as_if_it_had_never_been_signed(case: CaseUnderTest) -> None:
    before = await changed_after_the_signature(case, grounds=["scheme_terms"])
    assert step_of(before, "conclude")["state"] == "done"
    await case.update("return_conclusion", reason="revoked meanwhile", reopen_inspection=True)
    view = await case.view()
    assert (view["step"], view["outcome"], view["limit_met"], view["limit_ended_at"]) == ("conclude", None, None, None)
    assert [step_of(view, step)["state"] for step in ("conclude", "appeal")] == ["running", "pending"]
    assert step_of(view, "conclude")["due_at"] == step_of(before, "conclude")["due_at"]
    assert view["conclusion"]["signed_at"] is view["conclusion"]["held_because"] is None
    changed = escalation(view, "appeal.registration_changed")
    assert changed["resolved_by"] == "the conclusion was returned (A. Nurlan)"
    await case.signal("inspection_completed", inspection("i2", registration="revoked", grounds=["scheme_terms"]))
    view = await case.drafted()
    await case.signal("conclusion_signed", signature("s2", document_id=view["conclusion"]["document_id"]))
    view = await case.result()
    assert (view["outcome"], view["appeal"], left(case)) == ("not_valid", None, 1)


async def test_a_conclusion_returned_after_its_last_day_is_late_again(case: CaseUnderTest) -> None:
    await changed_after_the_signature(case)
    await case.sleep_to(9)  # the last day to conclude was the seventh
    await case.update("return_conclusion", reason="revoked meanwhile")
    view = await case.view()
    assert step_of(view, "conclude")["late_days"] == 2
    assert "conclude.step_overdue" in escalation_ids(view, open_only=True)


async def test_what_was_escalated_before_the_signature_comes_anew_where_that_is_void(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    await case.sleep_to(28)
    before = escalation_ids(await case.view())
    assert before == ["conclude.step_due_soon", "conclude.step_overdue", "case.limit_due_soon"]
    case.world.rex_record = REVOKED
    await case.signal("conclusion_signed", signature())
    view = await case.until(lambda view: view["conclusion"]["held_because"])
    assert escalation_ids(view, open_only=True) == ["reply.registration_changed"]
    await case.update("return_conclusion", reason="revoked meanwhile")
    view = await case.view()
    assert escalation_ids(view, open_only=True) == ["conclude.step_overdue.2", "case.limit_due_soon.2"]


async def test_a_conclusion_is_not_returned_while_the_last_look_is_still_to_come(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.lose(Activity.LOOK_UP_REGISTRATION)
    await case.signal("conclusion_signed", signature())
    await case.at_step("reply")
    assert "letters that are held" in await case.refused("return_conclusion", reason="x")


async def test_what_is_not_held_can_be_neither_released_nor_returned_after_the_signature(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.SEND_REPLY)
    case = await opening()
    await case.bring_to("reply")
    assert "no letter is held" in await case.refused("release_conclusion", reason="x")
    assert "letters that are held" in await case.refused("return_conclusion", reason="x")


async def test_a_look_up_by_hand_after_the_letters_have_left_holds_nothing(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("appeal", grounds=["scheme_terms"])
    await case.update("record_lookup", record=REVOKED, reason="seen on the web page")
    view = await case.view()
    assert (view["conclusion"]["held_because"], occasions(view)[-1]) == (None, "by_hand")
    assert "appeal.registration_changed" in escalation_ids(view, open_only=True)


async def test_a_look_up_that_gave_up_is_tried_anew_at_the_next_moment_that_counts(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.LOOK_UP_REGISTRATION, "REX refuses the login")
    case = await opening()
    view = await case.bring_to("await_documents")
    assert escalation_ids(view) == ["request_documents.action_failed"]
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert (occasions(view), view["failed_actions"]) == (["inspection"], [])
    assert escalation(view, "request_documents.action_failed")["resolved_by"] == "the action succeeded"


async def test_a_look_up_under_way_when_another_is_called_for_is_followed_by_that_one(
    opening: Opening, world: World
) -> None:
    world.lose(Activity.LOOK_UP_REGISTRATION)
    case = await opening()
    await case.bring_to("inspect")
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.sleep_to(1)
    view = await case.view()
    assert occasions(view) == ["opening", "inspection"]
    assert [each.number for each in world.calls[Activity.LOOK_UP_REGISTRATION]] == [1, 2]


async def test_a_draft_made_without_rex_has_the_look_up_tried_on(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("inspect")
    world.refuse(Activity.LOOK_UP_REGISTRATION)
    await case.signal("inspection_completed", inspection())
    view = await case.drafted()
    assert [each["action"] for each in view["failed_actions"]] == ["look_up_registration"]
    world.mend(Activity.LOOK_UP_REGISTRATION)
    world.rex_record = REVOKED
    await case.update("retry_action")
    view = await case.view()
    assert occasions(view) == ["opening", "inspection", "draft"]
    assert "conclude.registration_changed" in escalation_ids(view, open_only=True)


async def test_a_draft_that_reaches_rex_makes_an_earlier_failure_superfluous(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("await_documents")
    world.refuse(Activity.LOOK_UP_REGISTRATION)
    await case.signal("documents_arrived", documents())
    assert (await case.at_step("inspect"))["failed_actions"]
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.signal("inspection_completed", inspection())
    view = await case.drafted()
    assert (view["failed_actions"], escalation_ids(view, open_only=True)) == ([], [])


async def test_a_power_of_attorney_that_never_came_is_a_finding(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.signal("documents_arrived", documents("d2", "contract", via_representative=True))
    view = await case.view()
    assert view["missing_documents"] == ["power_of_attorney"]
    [finding] = view["findings"]
    assert (finding["field"], finding["severity"]) == ("power_of_attorney", "serious")
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    [drafted] = case.world.calls[Activity.DRAFT_CONCLUSION]
    assert drafted.lacking == ["power_of_attorney"]
