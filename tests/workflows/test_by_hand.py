"""What people report themselves: judged as the message of a system is, and answered at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, signature
from tests.support.views import instant, step_of
from tests.support.world import World
from tests.workflows.conftest import Opening

IN_ORDER = {"documents_complete": True, "data_reliable": True, "rex_data_match": True, "grounds": []}


async def told(case: CaseUnderTest, name: str, **fields: Any) -> str:
    """What a person is told to do next after a decision."""
    answer = await case.update(name, **fields)
    assert (answer["case_id"], answer["done"]) == ((await case.view())["case_id"], name)
    return str(answer["to_do"])


async def test_an_inspection_recorded_by_a_person_ends_the_step_and_the_answer_says_what_comes_next(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("inspect")
    answer = await case.update("record_inspection", **IN_ORDER, remarks="page 2 is pale")
    assert (answer["step"], "is being drafted" in answer["to_do"]) == ("conclude", True)
    view = await case.drafted()
    inspected = view["inspection"]
    assert (inspected["inspector"], inspected["sent_by"], inspected["remarks"]) == (
        "A. Nurlan",
        "A. Nurlan",
        "page 2 is pale",
    )
    assert (view["step"], view["conclusion"]["outcome"]) == ("conclude", "valid")
    log = [line for entries in case.world.written for line in entries.log if line.what == "record_inspection"]
    assert [(line.who, line.key) for line in log] == [("A. Nurlan", inspected["message_id"])]


async def test_who_inspected_and_when_may_be_said(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    now = await case.now()
    await case.sleep_days(0.1)
    await case.update("record_inspection", **IN_ORDER, inspector="G. Serikova", completed_at=now.isoformat())
    view = await case.view()
    assert view["inspection"]["inspector"] == "G. Serikova"
    assert instant(step_of(view, "inspect")["ended_at"]) == now


async def test_a_second_result_is_refused_once_the_inspection_has_ended_whoever_reports_it(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    assert "the inspection has ended" in await case.refused("record_inspection", **IN_ORDER)


async def test_what_is_left_empty_is_named(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    reason = await case.refused("record_inspection", by="", documents_complete=None, data_reliable=True)
    assert reason.startswith("by: expected a text") or "documents_complete: expected true or false" in reason
    assert "rex_data_match: is required" in reason


async def test_a_conclusion_signed_by_a_person_closes_the_case(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    answer = await case.update("sign_conclusion", signature_reference="GO-1")
    assert answer["to_do"] == "No action needed: the final conclusion is being made."
    view = await case.result()
    conclusion = view["conclusion"]
    assert (view["outcome"], conclusion["signed_by"], conclusion["signature_reference"]) == (
        "valid",
        "A. Nurlan",
        "GO-1",
    )
    assert conclusion["message_id"].startswith("sign_conclusion ")


async def test_a_signature_is_refused_as_the_message_is(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    assert await case.refused("sign_conclusion") == "there is no draft to sign"
    await case.update("record_inspection", **IN_ORDER)
    first = (await case.drafted())["conclusion"]
    assert "another draft" in await case.refused("sign_conclusion", document_id="sha256-0")
    early = (instant(first["drafted_at"]) - timedelta(microseconds=1)).isoformat()
    assert (await case.refused("sign_conclusion", signed_at=early)).startswith("signed_at:")
    await case.update("return_conclusion", reason="misspelt")
    second = (await case.drafted())["conclusion"]
    assert "is required" in await case.refused("sign_conclusion")
    await case.update("sign_conclusion", document_id=second["document_id"], signed_by="B. Omarov")
    assert (await case.result())["conclusion"]["signed_by"] == "B. Omarov"


async def test_a_person_cannot_sign_what_a_system_has_signed(opening: Opening, world: World) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    case = await opening()
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await case.signal("conclusion_signed", signature())
    await case.at_step("appeal")
    assert "signed already" in await case.refused("sign_conclusion")


async def test_a_refusal_is_no_refused_message_and_escalates_nothing(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.refused("sign_conclusion")
    view = await case.view()
    assert (view["rejected_count"], view["escalations"]) == (0, [])
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
