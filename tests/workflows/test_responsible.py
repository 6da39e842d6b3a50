"""The officer responsible for a case: shown wherever the case is, and notified at level 1."""

from __future__ import annotations

import pytest

from escalation.ladder import Recipient
from tests.support.cases import CaseInMemory
from tests.support.messages import documents
from tests.support.people import ladder_book
from tests.support.world import World
from tests.workflows.conftest import Opening

AWAIT = "await_documents"
REFUSED, OVERDUE = f"{AWAIT}.documents_refused", f"{AWAIT}.step_overdue"

SERIKOVA = Recipient(id="serikova", level=1, index=0, scheme="mailto")
OMAROV = Recipient(id="omarov", level=1, index=0, scheme="mailto")


@pytest.fixture
async def case(opening: Opening, world: World) -> CaseInMemory:
    """It waits for documents; the ladder file has two officers, one of them with a recipient of level 1 as well."""
    book = ladder_book()
    officers = {"a. serikova": (SERIKOVA, book.levels[1].recipients[0]), "b. omarov": (OMAROV,)}
    world.book = ladder_book("with officers", officers=officers)
    case = await opening()
    await case.bring_to(AWAIT)
    return case


async def refuse_a_document(case: CaseInMemory, message_id: str = "d0") -> None:
    case.world.bad_documents = {"contract.pdf": "its sha256 differs"}
    await case.signal("documents_arrived", documents(message_id, "contract"))
    case.world.bad_documents = {}


def notified(case: CaseInMemory, escalation_id: str, *, resolved: bool = False) -> list[str]:
    return [
        notice.recipient.id
        for notice in case.world.notices()
        for matter in notice.matters
        if matter.escalation_id == escalation_id and (notice.resolved is not None) is resolved
    ]


async def test_the_officer_is_on_the_page_in_the_query_and_in_the_log(case: CaseInMemory) -> None:
    assert (await case.view())["responsible"] is None
    answer = await case.update("assign", to="A. Serikova")
    assert answer["done"] == "assign"
    assert (await case.view())["responsible"] == "A. Serikova"
    assert "Responsible: A. Serikova" in case.driver.page().replace("\\", "")
    [line] = [each for entries in case.world.written for each in entries.log if each.what == "assign"]
    assert (line.who, line.details["to"]) == ("A. Nurlan", "A. Serikova")
    await case.update("assign", to=None)
    assert (await case.view())["responsible"] is None
    assert "Responsible" not in case.driver.page()


async def test_the_officer_is_notified_at_level_1_beside_its_own_recipients_each_once(case: CaseInMemory) -> None:
    await case.update("assign", to="  a.  SERIKOVA ")
    await refuse_a_document(case)
    assert sorted(notified(case, REFUSED)) == ["r10", "serikova"]
    assert {each.responsible for each in case.world.notices()} == {"a.  SERIKOVA"}
    await case.sleep_to(7)
    assert "serikova" not in notified(case, OVERDUE), "a matter of level 2"
    await case.bring_to("inspect")
    assert {"r10", "serikova"} <= set(notified(case, REFUSED, resolved=True))


async def test_who_is_assigned_while_level_1_is_the_latest_is_notified_then(case: CaseInMemory) -> None:
    await refuse_a_document(case)
    assert notified(case, REFUSED) == ["r10"]
    await case.update("assign", to="B. Omarov")
    assert notified(case, REFUSED) == ["r10", "omarov"]
    await case.update("assign", to="A. Serikova")
    assert notified(case, REFUSED) == ["r10", "omarov", "serikova"]
    await case.sleep_to(0, hour=15)
    await case.update("assign", to="B. Omarov")
    assert notified(case, REFUSED) == ["r10", "omarov", "serikova", "r20"], "level 2 has it now"


@pytest.mark.parametrize(("officer", "next_at_once"), [("B. Omarov", []), ("C. Nobody", ["r20"])])
async def test_where_only_the_officer_is_reached_level_1_is_reached(
    case: CaseInMemory, officer: str, next_at_once: list[str]
) -> None:
    await case.update("assign", to=officer)
    case.world.unreached = {"r10": "no mailbox is free"}
    await refuse_a_document(case)
    await case.sleep_to(0, hour=12)
    assert [each for each in notified(case, REFUSED) if each == "r20"] == next_at_once


async def test_an_officer_whom_the_ladder_file_does_not_have_is_named_and_not_notified(case: CaseInMemory) -> None:
    await case.update("assign", to="C. Nobody")
    await refuse_a_document(case)
    [notice] = case.world.notices()
    assert (notice.recipient.id, notice.responsible) == ("r10", "C. Nobody")


@pytest.mark.parametrize("fields", [{}, {"to": ""}, {"to": 5}, {"to": "x" * 101}])
async def test_an_assignment_that_does_not_fit_is_refused_by_its_field(
    case: CaseInMemory, fields: dict[str, object]
) -> None:
    assert (await case.refused("assign", **fields)).startswith("to: ")


async def test_a_closed_case_is_assigned_to_nobody(case: CaseInMemory) -> None:
    await case.update("withdraw", reason="no longer needed")
    await case.result()
    assert "closed" in await case.refused("assign", to="A. Serikova")
