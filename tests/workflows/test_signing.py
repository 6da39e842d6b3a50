"""The signature of the conclusion: what is judged when, what leaves, and that a draft never does (¶10)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseInMemory, CaseUnderTest
from tests.support.messages import signature
from tests.support.views import escalation, escalation_ids, instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

FILE = {"url": "https://files.example/c.pdf", "filename": "signed.pdf", "sha256": "ab" * 32}
STORED = {"document_id": f"sha256-{'cd' * 32}"}
GROUND = {"grounds": ["scheme_terms"]}


def left(world: World) -> list[str]:
    """The SHA-256 of each conclusion that went out, attached or cited."""
    replied = [each.conclusion_document_id.removeprefix("sha256-") for each in world.calls[Activity.SEND_REPLY]]
    return replied + [each.conclusion_sha256 for each in world.calls[Activity.APPEAL_FOR_REVOCATION]]


# -- without a file ---------------------------------------------------------------------------------------------------


async def test_without_a_file_a_final_paper_says_who_signed_as_what_and_when_and_it_is_what_leaves(
    opening: Opening, world: World
) -> None:
    case = await opening()
    view = await case.bring_to("conclude", **GROUND)
    await case.update("sign_conclusion", position="Vice-minister", signature_reference="GO-1")
    view = await case.result()
    [seal] = world.calls[Activity.SEAL_CONCLUSION]
    conclusion = view["conclusion"]
    assert (seal.signed.by, seal.signed.position, seal.signed.reference) == ("A. Nurlan", "Vice-minister", "GO-1")
    assert seal.signed.at == instant(conclusion["signed_at"])
    final = conclusion["final"]
    assert (final["signed_file"], final["signatures"], conclusion["position"]) == (False, [], "Vice-minister")
    assert left(world) == [final["sha256"], final["sha256"]]


async def test_the_letters_wait_for_the_final_paper_and_its_failure_is_escalated(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.SEAL_CONCLUSION, "no room")
    case = await opening()
    await case.bring_to("conclude", **GROUND)
    await case.signal("conclusion_signed", signature())
    view = await case.until(lambda view: [each["action"] for each in view["failed_actions"]] == ["seal_conclusion"])
    assert (left(world), view["conclusion"]["final"], view["limit_met"]) == ([], None, True)
    assert escalation(view, "appeal.action_failed")["summary"].endswith("gave up: no room")
    world.mend(Activity.SEAL_CONCLUSION)
    await case.update("retry_action")
    assert (await case.result())["step"] == "closed"
    assert len(left(world)) == 2


async def test_rex_is_looked_up_with_the_final_paper_and_a_change_holds_the_letters(
    opening: Opening, world: World
) -> None:
    case = await opening()
    view = await case.bring_to("conclude")
    looked = len(world.calls[Activity.LOOK_UP_REGISTRATION])
    world.rex_record = {**(world.rex_record or {}), "status": "revoked"}
    await case.signal("conclusion_signed", signature())
    view = await case.until(lambda view: view["conclusion"]["held_because"])
    assert (left(world), len(world.calls[Activity.LOOK_UP_REGISTRATION])) == ([], looked)
    assert view["rex_lookups"][-1]["occasion"] == "signature"
    await case.update("return_conclusion", reason="REX has changed")
    view = await case.drafted()
    assert (view["conclusion"]["final"], view["conclusion"]["signed_by"], view["conclusion"]["position"]) == (
        None,
        None,
        None,
    )


async def test_a_final_paper_that_comes_after_its_conclusion_was_returned_is_none(
    opening: Opening, world: World
) -> None:
    world.lose(Activity.LOOK_UP_REGISTRATION)
    gate = world.gates[Activity.SEAL_CONCLUSION] = asyncio.Event()
    case = await opening()
    await case.bring_to("conclude")
    await case.signal("conclusion_signed", signature())
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.update("retry_action", action="look_up_registration")  # wanted since the opening
    world.rex_record = {**(world.rex_record or {}), "status": "revoked"}
    await case.update("record_lookup", record=world.rex_record, reason="seen on the screen")
    assert (await case.view())["conclusion"]["held_because"]
    await case.update("return_conclusion", reason="REX has changed")
    gate.set()
    view = await case.drafted()
    await case.sleep_days(0.1)
    assert (view["conclusion"]["version"], (await case.view())["conclusion"]["final"]) == (2, None)


async def test_a_look_at_rex_that_fails_beside_the_final_paper_is_tried_on(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.lose(Activity.LOOK_UP_REGISTRATION)
    await case.signal("conclusion_signed", signature())
    view = await case.at_step("reply")
    assert (view["conclusion"]["final"] is not None, left(world)) == (True, [])
    world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.sleep_days(0.1)
    assert len(left(world)) == 1


# -- with a file, by a person ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [FILE, STORED], ids=["fetched", "from the store"])
async def test_a_signed_file_is_what_leaves_and_no_paper_is_made(
    opening: Opening, world: World, file: dict[str, str]
) -> None:
    case = await opening()
    view = await case.bring_to("conclude", **GROUND)
    answer = await case.update("sign_conclusion", signed_file=file)
    assert answer["step"] in ("appeal", "reply")
    view = await case.result()
    final = view["conclusion"]["final"]
    assert (final["signed_file"], [each["holds"] for each in final["signatures"]]) == (True, [True])
    assert final["sha256"] == file.get("sha256", "cd" * 32)
    assert left(world) == [final["sha256"], final["sha256"]]
    assert world.calls[Activity.SEAL_CONCLUSION] == []
    [check] = world.calls[Activity.CHECK_SIGNED_FILE]
    assert [each.document_id for each in check.drafts] == [view["conclusion"]["document_id"]]


async def test_a_file_that_is_not_the_signed_draft_is_refused_at_once_and_nothing_is_signed(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.bad_signed_files["signed.pdf"] = "the signature of B. Omarov does not hold"
    reason = await case.refused("sign_conclusion", signed_file=FILE)
    assert reason == "signed_file: the signature of B. Omarov does not hold"
    view = await case.view()
    assert (view["step"], view["conclusion"]["signed_at"], view["escalations"]) == ("conclude", None, [])
    await case.update("sign_conclusion", signed_file=STORED)
    assert (await case.result())["outcome"] == "valid"


async def test_of_two_who_sign_at_once_the_second_is_refused_before_anything_is_fetched(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    turns, name = case.driver.turns, "sign_conclusion"
    asked = [{"by": by, "signed_file": FILE} for by in ("A. Nurlan", "B. Omarov")]
    first, second = (turns.decided(name, turns.read(name, [fields], case.driver.now), [fields]) for fields in asked)
    await case.result()
    assert (first.refusal, str(second.refusal)) == (None, "the conclusion is signed already")
    assert len(world.calls[Activity.CHECK_SIGNED_FILE]) == 1


async def test_a_host_out_of_reach_is_a_reason_to_try_again(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.lose(Activity.CHECK_SIGNED_FILE)
    reason = await case.refused("sign_conclusion", signed_file=FILE)
    assert reason == "the signed file could not be checked, try again: out of reach"
    assert (await case.view())["failed_actions"] == []


@pytest.mark.parametrize(
    "file",
    [
        {},
        {"url": FILE["url"]},
        {"url": FILE["url"], "sha256": FILE["sha256"]},
        {**FILE, **STORED},
    ],
)
async def test_a_file_is_named_in_one_way_of_two(case: CaseUnderTest, file: dict[str, str]) -> None:
    await case.bring_to("conclude")
    reason = await case.refused("sign_conclusion", signed_file=file)
    assert reason == "signed_file: expected either url, filename and sha256, or document_id of a file in the store"


# -- with a file, by a system ---------------------------------------------------------------------------------------


async def test_a_message_is_judged_once_its_file_was_looked_into(opening: Opening, world: World) -> None:
    gate = world.gates[Activity.CHECK_SIGNED_FILE] = asyncio.Event()
    case = await opening()
    await case.bring_to("conclude")
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    view = await case.view()
    assert (view["step"], view["rejected_count"], view["conclusion"]["signed_at"]) == ("conclude", 0, None)
    assert (await case.message("s1"))["state"] == "unknown"
    assert "being fetched and checked" in view["to_do"]
    gate.set()
    view = await case.result()
    assert (await case.message("s1"))["state"] == "accepted"
    assert view["conclusion"]["final"]["sha256"] == FILE["sha256"]


async def test_a_bad_file_is_a_refused_message_kept_shown_and_escalated(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.bad_signed_files["signed.pdf"] = f"its sha256 is {'0' * 64}; expected {FILE['sha256']}"
    reason = await case.rejected("conclusion_signed", signature(signed_file=FILE))
    assert reason.startswith("signed_file: its sha256 is")
    view = await case.view()
    assert escalation(view, "conclude.message_rejected")["resolved_at"] is None
    kept = [each for entries in world.written for each in entries.refused_messages]
    assert [each.message_id for each in kept] == ["s1"]
    world.bad_signed_files.clear()
    await case.signal("conclusion_signed", signature(signed_file=FILE))  # corrected, under its id
    assert (await case.result())["outcome"] == "valid"


async def test_the_arrival_of_the_message_decides_and_the_clocks_go_on_while_its_file_is_out_of_reach(
    opening: Opening, world: World
) -> None:
    """¶10 ends on the 7th working day; the host answers on the 8th."""
    case = await opening()
    await case.bring_to("conclude")
    await case.sleep_to(7)
    world.lose(Activity.CHECK_SIGNED_FILE)
    arrived = await case.now()
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    await case.sleep_to(8, 8)
    assert escalation(await case.view(), "conclude.step_overdue")["resolved_at"] is None
    world.mend(Activity.CHECK_SIGNED_FILE)
    await case.sleep_days(0.1)
    view = await case.result()
    conclude = step_of(view, "conclude")
    assert (instant(conclude["ended_at"]), conclude["late"], view["limit_met"]) == (arrived, False, True)
    assert instant(view["conclusion"]["signature_arrived_at"]) == arrived


async def test_a_host_that_never_answers_is_escalated_and_a_person_has_it_tried_again(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.lose(Activity.CHECK_SIGNED_FILE)
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    await case.sleep_days(1.1)
    view = await case.view()
    assert [each["action"] for each in view["failed_actions"]] == ["check_signed_file s1"]
    world.mend(Activity.CHECK_SIGNED_FILE)
    await case.update("retry_action")
    assert (await case.result())["conclusion"]["final"]["signed_file"] is True


async def test_what_was_signed_otherwise_meanwhile_is_refused_and_not_fetched_any_more(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.lose(Activity.CHECK_SIGNED_FILE)
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    await case.sleep_days(1.1)
    await case.update("sign_conclusion", signed_by="B. Omarov")
    view = await case.result()
    assert [each["reason"] for each in view["rejected_messages"]] == ["the conclusion is signed already"]
    assert (view["failed_actions"], escalation_ids(view, open_only=True)) == ([], [])


async def test_a_draft_that_is_returned_meanwhile_is_not_signed(opening: Opening, world: World) -> None:
    gate = world.gates[Activity.CHECK_SIGNED_FILE] = asyncio.Event()
    case = await opening()
    await case.bring_to("conclude")
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    await case.update("return_conclusion", reason="a misprint")
    gate.set()
    view = await case.drafted()
    assert (view["conclusion"]["version"], view["conclusion"]["signed_at"], view["rejected_count"]) == (2, None, 1)


async def test_the_same_message_again_is_looked_into_once_and_another_under_its_id_is_refused(
    opening: Opening, world: World
) -> None:
    gate = world.gates[Activity.CHECK_SIGNED_FILE] = asyncio.Event()
    case = await opening()
    await case.bring_to("conclude")
    for _ in range(2):
        await case.signal("conclusion_signed", signature(signed_file=FILE))
    reason = await case.rejected("conclusion_signed", signature(signed_file=STORED))
    assert "was used before for another content" in reason
    for number in range(2, 6):
        await case.signal("conclusion_signed", signature(f"s{number}", signed_file=FILE))
    assert (await case.view())["rejected_count"] == 1
    reason = await case.rejected("conclusion_signed", signature("s6", signed_file=FILE))
    assert "expected one at a time" in reason
    gate.set()
    view = await case.result()
    assert (view["conclusion"]["message_id"], view["rejected_count"]) == ("s1", 6)


async def test_a_case_carried_into_another_run_looks_on(opening: Opening, world: World) -> None:
    case = await opening(carried=True)
    await case.bring_to("conclude")
    world.lose(Activity.CHECK_SIGNED_FILE)
    await case.signal("conclusion_signed", signature(signed_file=FILE))
    await case.sleep_days(0.1)
    world.mend(Activity.CHECK_SIGNED_FILE)
    await case.sleep_days(0.1)
    assert (await case.result())["conclusion"]["final"]["signed_file"] is True


# -- an office that asks for the file -------------------------------------------------------------------------------


async def test_an_office_may_refuse_a_conclusion_without_its_signed_file(opening: Opening, world: World) -> None:
    world.require_signed_file = True
    case = await opening()
    view = await case.bring_to("conclude")
    assert (view["require_signed_file"], "signed_file" in view["to_do"]) == (True, True)
    wanted = (
        "signed_file: is required by this office; expected the signed conclusion, as url, filename and sha256, or as "
        "the document_id of a file in the store"
    )
    assert await case.refused("sign_conclusion") == wanted
    assert await case.rejected("conclusion_signed", signature()) == wanted
    await case.update("sign_conclusion", signed_file=STORED)
    assert (await case.result())["conclusion"]["final"]["signed_file"] is True


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"signatures": []}, "no valid electronic signature (it has none)"),
        (
            {
                "signatures": [
                    {"signer": "B. Omarov", "issuer": "NCA", "signed_at": None, "holds": None, "fault": "GOST"}
                ]
            },
            "no valid electronic signature (B. Omarov: GOST)",
        ),
    ],
)
async def test_then_a_file_without_a_valid_signature_is_refused_and_otherwise_it_is_a_finding(
    opening: Opening, world: World, changes: dict[str, Any], said: str
) -> None:
    from rules.conclusion import FinalConclusion

    example = {"document_id": "d", "sha256": "s", "size": 1, "media_type": "application/pdf"}
    read = FinalConclusion.model_validate({**example, "signed_file": True, "from_draft": False, **changes})
    world.signed_file_changes = {"signatures": read.signatures, "from_draft": False}
    world.require_signed_file = True
    case = await opening()
    await case.bring_to("conclude")
    assert said in await case.refused("sign_conclusion", signed_file=FILE)
    assert said in await case.rejected("conclusion_signed", signature(signed_file=FILE))
    world.require_signed_file = False
    other = await opening()
    await other.bring_to("conclude")
    await other.update("sign_conclusion", signed_file=FILE)
    findings = [each["text"] for each in (await other.result())["findings"]]
    assert any(each.startswith("the signed conclusion") for each in findings)


async def test_a_case_keeps_what_held_at_its_opening(opening: Opening, world: World) -> None:
    case = await opening()
    world.require_signed_file = True
    await case.bring_to("conclude")
    await case.update("sign_conclusion")
    assert (await case.result())["outcome"] == "valid"


# -- drafts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{}, {"signed_file": FILE}], ids=["final paper", "signed file"])
async def test_no_draft_ever_leaves_and_every_one_is_kept(
    opening: Opening, world: World, fields: dict[str, Any]
) -> None:
    case = await opening()
    view = await case.bring_to("conclude", **GROUND)
    for number in range(2):
        await case.update("return_conclusion", reason=f"misprint {number}")
        await case.sleep_days(1)
        view = await case.drafted()
    await case.update("sign_conclusion", document_id=view["conclusion"]["document_id"], **fields)
    view = await case.result()
    drafts = view["conclusion"]["drafts"]
    assert [(each["version"], each["returned_because"]) for each in drafts] == [
        (1, "misprint 0"),
        (2, "misprint 1"),
        (3, None),
    ]
    assert drafts[-1]["document_id"] == view["conclusion"]["document_id"]
    assert len({each["sha256"] for each in drafts}) == 3
    assert len(left(world)) == 2
    assert not {each["sha256"] for each in drafts} & set(left(world))
    recorded = [each.document_id for entries in world.written for each in entries.letters]
    assert not {each["document_id"] for each in drafts} & set(recorded)


async def test_all_drafts_are_named_to_whoever_looks_so_that_none_comes_back_as_the_signed_file(
    opening: Opening, world: World
) -> None:
    case = await opening()
    first = (await case.bring_to("conclude"))["conclusion"]["document_id"]
    await case.update("return_conclusion", reason="a misprint")
    second = (await case.drafted())["conclusion"]["document_id"]
    await case.update("sign_conclusion", document_id=second, signed_file=FILE)
    [check] = world.calls[Activity.CHECK_SIGNED_FILE]
    assert [each.document_id for each in check.drafts] == [first, second]
    assert isinstance(case, CaseInMemory)
