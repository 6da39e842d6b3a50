"""Decisions that ask the outside world first: here papers that came by post; ``test_recounts`` has the other."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents
from tests.support.views import instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening
from workflows.facts import MOST_DOCUMENTS


def stored(kind: str, filename: str | None = None) -> dict[str, Any]:
    """A document as ``starter.py store`` has put it there."""
    name = filename or f"{kind}.pdf"
    return {"kind": kind, "filename": name, "document_id": f"sha256-{hashlib.sha256(name.encode()).hexdigest()}"}


SET = [stored("registration_application"), stored("invoice")]


async def test_a_set_that_came_by_post_ends_the_wait_at_its_stated_time_and_the_answer_says_what_comes_next(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(3)
    sent_at, received_at = (await case.now()).isoformat(), (await case.now()).isoformat()
    await case.sleep_to(4)
    answer = await case.update("record_documents", documents=SET, sent_at=sent_at, received_at=received_at)
    assert answer["step"] == "inspect"
    assert answer["to_do"].startswith("Inspect")
    view = await case.view()
    assert [(each["filename"], each["document_id"]) for each in view["documents"]] == [
        (each["filename"], each["document_id"]) for each in SET
    ]
    assert instant(step_of(view, "await_documents")["ended_at"]) == instant(sent_at)
    [log] = [line for entries in case.world.written for line in entries.log if line.what == "record_documents"]
    assert (log.who, log.key) == ("A. Nurlan", view["documents"][0]["message_id"])


async def test_they_add_up_with_what_came_by_message_and_say_what_is_still_missing(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    answer = await case.update("record_documents", documents=SET[1:], via_representative=True)
    assert "registration application, power of attorney" in answer["to_do"]
    await case.sleep_days(0.1)
    await case.signal("documents_arrived", documents("d1", "registration_application"))
    answer = await case.update("record_documents", documents=[stored("power_of_attorney")])
    assert answer["step"] == "inspect"


async def test_a_document_that_the_store_does_not_have_is_named_and_nothing_is_recorded(
    opening: Opening, world: World
) -> None:
    case = await opening()
    await case.bring_to("await_documents")
    world.bad_documents["invoice.pdf"] = "invoice.pdf: the document store does not have it"
    reason = await case.refused("record_documents", documents=SET)
    assert reason == "documents.1: invoice.pdf: the document store does not have it"
    view = await case.view()
    assert (view["documents"], view["refused_documents"], view["escalations"]) == ([], [], [])
    world.bad_documents.clear()
    assert (await case.update("record_documents", documents=SET))["step"] == "inspect"


@pytest.mark.parametrize("gone", [{"invoice.pdf"}, {"invoice.pdf", "registration_application.pdf"}])
async def test_a_store_out_of_reach_is_a_reason_to_try_again(opening: Opening, world: World, gone: set[str]) -> None:
    case = await opening()
    await case.bring_to("await_documents")
    world.out_of_reach |= gone
    assert "try again" in await case.refused("record_documents", documents=SET)
    view = await case.view()
    assert (view["documents"], view["failed_actions"], view["escalations"]) == ([], [], [])


async def test_the_same_limits_hold_as_for_messages(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    now = await case.now()
    early = {"sent_at": now.isoformat(), "received_at": (await case.now()).replace(year=2025).isoformat()}
    assert "received_at: lies before" in await case.refused("record_documents", documents=SET, **early)
    hundred = [stored("invoice", f"{number}.pdf") for number in range(100)]
    for _ in range(MOST_DOCUMENTS // 100):
        await case.update("record_documents", documents=hundred)
        await case.sleep_days(0.01)
    assert f"no more than {MOST_DOCUMENTS}" in await case.refused("record_documents", documents=SET)
    assert Activity.FETCH_DOCUMENTS not in {each["action"] for each in (await case.view())["failed_actions"]}


async def test_a_case_carried_into_another_run_answers_whoever_waits_first(opening: Opening) -> None:
    case = await opening(carried=True)
    await case.bring_to("await_documents")
    assert (await case.update("record_documents", documents=SET))["step"] == "inspect"
