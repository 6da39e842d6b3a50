"""Who has to do what is next: a role wherever somebody has to act, and none while the system is at it."""

from __future__ import annotations

import pytest

from activities.interface import Activity
from rules.roles import Role
from tests.support.cases import CaseInMemory
from tests.support.messages import inspection, signature
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening


async def who(case: CaseInMemory) -> Role | None:
    view = await case.view()
    assert view["to_do"].startswith(("No action needed", "The request is being sent")) is (view["to_do_by"] is None)
    return Role(view["to_do_by"]) if view["to_do_by"] else None


@pytest.mark.parametrize(
    ("step", "role"),
    [("await_documents", Role.ATAMEKEN), ("inspect", Role.INSPECTOR), ("conclude", Role.SIGNATORY)],
)
async def test_each_step_has_its_role(case: CaseInMemory, step: str, role: Role) -> None:
    await case.bring_to(step)
    assert await who(case) is role


async def test_a_conclusion_that_was_returned_for_it_is_the_inspectors_again(case: CaseInMemory) -> None:
    await case.bring_to("conclude")
    await case.update("return_conclusion", reason="the quantity", reopen_inspection=True)
    assert await who(case) is Role.INSPECTOR


async def test_what_gave_up_is_for_on_call_whatever_the_step(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    assert await who(case) is Role.ON_CALL


async def test_held_letters_and_a_request_to_confirm_are_for_the_case_officer(opening: Opening, world: World) -> None:
    case = await opening()
    await case.bring_to("conclude")
    world.rex_record = {**REX_RECORD, "status": "revoked"}
    await case.signal("conclusion_signed", signature())
    assert await who(case) is Role.CASE_OFFICER


async def test_nobody_has_to_act_while_the_system_does_or_once_all_is_done(opening: Opening, world: World) -> None:
    world.lose(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    assert await who(case) is None
    world.mend(Activity.REQUEST_DOCUMENTS)
    await case.sleep_to(1)
    await case.bring_to("inspect")
    world.lose(Activity.DRAFT_CONCLUSION)
    await case.signal("inspection_completed", inspection())
    assert await who(case) is None
    world.mend(Activity.DRAFT_CONCLUSION)
    await case.sleep_to(2)
    await case.signal("conclusion_signed", signature())
    assert (await case.result())["step"] == "closed"
    assert await who(case) is None
