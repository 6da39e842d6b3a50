"""When a set of documents is complete, and when it was (¶7, ¶8; contract, sections 2 and 3)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import document, documents, inspection, signature
from tests.support.views import escalation, escalation_ids, instant, step_of
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening

APPLICATION = {"name": "Altyn Dan LLP", "tin": "990140000384"}


def times(**stated: datetime) -> dict[str, str]:
    return {name: value.isoformat() for name, value in stated.items()}


@pytest.mark.parametrize(
    ("kinds", "missing"),
    [
        (["registration_application"], ["origin_evidence"]),
        (["invoice", "contract"], ["registration_application"]),
        (["power_of_attorney"], ["registration_application", "origin_evidence"]),
        (["registration_application", "power_of_attorney"], ["origin_evidence"]),
    ],
    ids=lambda each: "+".join(each),
)
async def test_an_incomplete_set_stays_awaited_and_says_what_is_missing(
    case: CaseUnderTest, kinds: list[str], missing: list[str]
) -> None:
    await case.bring_to("await_documents")
    await case.signal("documents_arrived", documents("d1", *kinds))
    view = await case.until(lambda view: len(view["documents"]) == len(kinds))
    assert (view["step"], view["missing_documents"]) == ("await_documents", missing)


@pytest.mark.parametrize(
    "said",
    [{"via_representative": True}, {"application": {**APPLICATION, "via_representative": True}}],
    ids=["in the message", "in the application"],
)
async def test_a_representative_needs_a_power_of_attorney_and_a_later_message_does_not_unsay_it(
    case: CaseUnderTest, said: dict[str, Any]
) -> None:
    await case.bring_to("await_documents")
    await case.signal("documents_arrived", documents(**said))
    view = await case.until(lambda view: len(view["documents"]) == 2)
    assert (view["step"], view["missing_documents"]) == ("await_documents", ["power_of_attorney"])
    await case.signal(
        "documents_arrived", documents("d2", "contract", via_representative=False, application=APPLICATION)
    )
    view = await case.until(lambda view: len(view["documents"]) == 3)
    assert view["missing_documents"] == ["power_of_attorney"]
    await case.signal("documents_arrived", documents("d3", "power_of_attorney"))
    assert (await case.at_step("inspect"))["missing_documents"] == []


async def test_documents_of_several_messages_add_up_and_the_set_was_sent_with_the_last_that_it_needed(
    case: CaseUnderTest,
) -> None:
    """Sent in the order invoice (day 1), application (day 3), contract (day 4); they arrive the other way round."""
    await case.bring_to("await_documents")
    await case.sleep_to(6)
    for kind, sent, received in (("contract", 4, 5), ("registration_application", 3, 6), ("invoice", 1, 2)):
        stated = times(sent_at=at(case.day(sent)), received_at=at(case.day(received), 9))
        await case.signal("documents_arrived", documents(kind, kind, **stated))
    view = await case.until(lambda view: len(view["documents"]) == 3 and view["step"] == "inspect")
    waiting, inspecting = step_of(view, "await_documents"), step_of(view, "inspect")
    # The application and the contract make a set already, or the application and the invoice do: the smallest time.
    assert instant(waiting["ended_at"]) in (at(case.day(3)), at(case.day(4)))
    assert (waiting["late"], waiting["late_days"]) == (False, 0)
    assert instant(inspecting["started_at"]) == at(case.day(6), 9)
    assert inspecting["last_day"] == case.day(13).isoformat()


async def test_the_smallest_time_at_which_the_accepted_documents_are_complete_counts_not_the_last_of_them(
    case: CaseUnderTest,
) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(6)
    offered = [document(kind) for kind in ("registration_application", "invoice")]
    await case.signal(
        "documents_arrived",
        documents("later", "contract", **times(sent_at=at(case.day(5)), received_at=at(case.day(5), 11))),
    )
    await case.until(lambda view: len(view["documents"]) == 1)
    await case.signal(
        "documents_arrived",
        documents("d1", documents=offered, **times(sent_at=at(case.day(2)), received_at=at(case.day(4)))),
    )
    view = await case.at_step("inspect")
    assert instant(step_of(view, "await_documents")["ended_at"]) == at(case.day(2))
    assert instant(step_of(view, "inspect")["started_at"]) == at(case.day(4))


async def test_what_comes_after_the_set_is_stored_and_restarts_no_term(case: CaseUnderTest) -> None:
    before = await case.bring_to("inspect")
    await case.sleep_to(2)
    await case.signal("documents_arrived", documents("d2", "contract"))
    view = await case.until(lambda view: len(view["documents"]) == 3)
    assert view["steps"] == before["steps"]


async def test_stated_times_are_shown_beside_those_of_arrival(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(4)
    sent, received = at(case.day(1)), at(case.day(3))
    await case.signal("documents_arrived", documents(**times(sent_at=sent, received_at=received)))
    view = await case.at_step("inspect")
    [first, _] = view["documents"]
    assert (instant(first["sent_at"]), instant(first["received_at"])) == (sent, received)
    assert instant(first["arrived_at"]) - at(case.day(4)) < timedelta(minutes=1)


async def test_without_stated_times_arrival_decides(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(4)
    await case.signal("documents_arrived", documents())
    view = await case.at_step("inspect")
    assert step_of(view, "await_documents")["ended_at"] == view["documents"][0]["arrived_at"]
    assert step_of(view, "inspect")["started_at"] == view["documents"][0]["arrived_at"]


async def test_a_receipt_stated_alone_decides_also_when_it_was_sent(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(7)
    await case.signal("documents_arrived", documents(**times(received_at=at(case.day(5)))))
    view = await case.at_step("inspect")
    assert instant(step_of(view, "await_documents")["ended_at"]) == at(case.day(5))
    assert not step_of(view, "await_documents")["late"]


async def test_a_receipt_before_the_sending_is_refused(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(3)
    stated = times(sent_at=at(case.day(2)), received_at=at(case.day(1)))
    assert (await case.rejected("documents_arrived", documents(**stated))).startswith("received_at:")


async def test_one_refused_document_holds_up_none_of_the_others_and_is_told(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    case.world.bad_documents["invoice.pdf"] = "sha256 is not as stated"
    await case.signal("documents_arrived", documents("d1", "registration_application", "invoice"))
    view = await case.until(lambda view: bool(view["refused_documents"]))
    assert [each["kind"] for each in view["documents"]] == ["registration_application"]
    assert view["refused_documents"] == [
        {"kind": "invoice", "filename": "invoice.pdf", "reason": "sha256 is not as stated", "message_id": "d1"}
    ]
    assert (view["step"], view["missing_documents"]) == ("await_documents", ["origin_evidence"])
    told = escalation(view, "await_documents.documents_refused")
    assert (told["level"], told["resolved_at"]) == (1, None)
    case.world.bad_documents.clear()
    await case.signal("documents_arrived", documents("d2", "invoice"))
    view = await case.at_step("inspect")
    assert escalation(view, "await_documents.documents_refused")["resolved_by"] == "the set of documents is complete"


async def test_one_document_out_of_reach_holds_up_none_of_the_others(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    case.world.out_of_reach.add("contract.pdf")
    await case.signal("documents_arrived", documents("d1", "registration_application", "invoice", "contract"))
    view = await case.at_step("inspect")
    assert len(view["documents"]) == 2
    case.world.out_of_reach.clear()
    await case.sleep_days(1)
    view = await case.until(lambda view: len(view["documents"]) == 3)
    assert escalation_ids(view) == []


async def test_a_document_out_of_reach_for_a_day_escalates_and_can_be_tried_again(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    case.world.out_of_reach.add("invoice.pdf")
    await case.signal("documents_arrived", documents("d1", "registration_application", "invoice"))
    await case.sleep_days(1.5)
    view = await case.until(lambda view: bool(view["failed_actions"]))
    assert (view["step"], view["failed_actions"][0]["action"]) == ("await_documents", "fetch_documents d1")
    case.world.out_of_reach.clear()
    await case.update("retry_action")
    view = await case.at_step("inspect")
    assert instant(step_of(view, "await_documents")["ended_at"]) < at(case.day(1), 0), "as they were sent"
    assert escalation(view, "await_documents.action_failed")["resolved_by"] == "the action succeeded"


async def test_the_time_that_we_need_to_fetch_makes_nobody_late(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(5, hour=20)
    case.world.out_of_reach.update({"registration_application.pdf", "invoice.pdf"})
    await case.signal("documents_arrived", documents())
    await case.sleep_to(6, hour=9)
    view = await case.view()
    assert "await_documents.step_overdue" not in escalation_ids(view)
    assert (step_of(view, "await_documents")["late"], view["step"]) == (False, "await_documents")
    case.world.out_of_reach.clear()
    await case.sleep_to(6, hour=12)
    view = await case.at_step("inspect")
    assert not step_of(view, "await_documents")["late"]
    assert "await_documents.step_overdue" not in escalation_ids(view)


@pytest.mark.parametrize("too_little", [True, False], ids=["an incomplete set", "sent after midnight"])
async def test_only_a_complete_set_sent_in_time_holds_the_breach_back_while_it_is_fetched(
    case: CaseUnderTest, too_little: bool
) -> None:
    """The negative of the test above. (A clock may be five minutes ahead of ours.)"""
    await case.bring_to("await_documents")
    await case.sleep_until(case.end_of(5) - timedelta(minutes=2))
    case.world.out_of_reach.update({"registration_application.pdf", "invoice.pdf"})
    message = documents("d1", "invoice") if too_little else documents(**times(sent_at=case.end_of(5)))
    await case.signal("documents_arrived", message)
    await case.sleep_until(case.end_of(5) + timedelta(minutes=1))
    await case.until(lambda view: "await_documents.step_overdue" in escalation_ids(view))


async def test_a_failed_look_up_holds_up_neither_documents_nor_inspection(case: CaseUnderTest) -> None:
    case.world.refuse(Activity.LOOK_UP_REGISTRATION)
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection())
    await case.drafted()


async def test_the_application_is_compared_with_the_registration_in_rex(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    application = {**APPLICATION, "name": "ALTYN DAN, LLP", "tin": "990140000393", "hs_codes": ["1101", "1102"]}
    await case.signal("documents_arrived", documents(application=application))
    view = await case.at_step("inspect")
    assert [(each["field"], each["severity"]) for each in view["findings"]] == [
        ("tin", "serious"),
        ("hs_codes", "serious"),
    ]
    assert view["findings"][0]["rex"] == REX_RECORD["tin"]
    rows = {each["field"]: each["severity"] for each in view["comparison"]}
    assert (rows["name"], rows["tin"], rows["registration_status"]) == ("none", "serious", "none")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (None, "REX has no registration"),
        ({**REX_RECORD, "status": "revoked", "revoked_on": "2025-12-01"}, "revoked on 2025-12-01"),
        ({**REX_RECORD, "valid_from": "2026-02-01"}, "after the statement of 2026-01-15"),
    ],
    ids=["none", "revoked", "valid later"],
)
async def test_a_registration_that_does_not_hold_on_the_dates_of_the_statements_is_a_finding(
    opening: Any, world: Any, record: dict[str, Any] | None, words: str
) -> None:
    world.rex_record = record
    case = await opening()
    view = await case.until(lambda view: bool(view["findings"]))
    assert view["findings"][0]["field"] == "registration_status"
    assert words in view["findings"][0]["text"]


@pytest.mark.parametrize("step", ["inspect", "conclude"])
async def test_a_document_refused_after_the_set_is_settled_as_the_step_is_done(case: CaseUnderTest, step: str) -> None:
    await case.bring_to(step)
    case.world.bad_documents = {"contract.pdf": "its sha256 differs"}
    await case.signal("documents_arrived", documents("d2", "contract"))
    refused = f"{step}.documents_refused"
    await case.until(lambda view: refused in escalation_ids(view, open_only=True))
    if step == "inspect":
        await case.signal("inspection_completed", inspection())
        view = await case.at_step("conclude")
    else:
        case.world.refuse(Activity.SEND_REPLY)
        await case.signal("conclusion_signed", signature())
        view = await case.at_step("reply")
    assert escalation(view, refused)["resolved_by"] == "the step is done"


async def test_an_early_document_that_was_refused_is_settled_by_the_complete_set_alone(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    world.bad_documents = {"contract.pdf": "its sha256 differs"}
    case = await opening()
    await case.until(lambda view: bool(view["failed_actions"]))
    await case.signal("documents_arrived", documents("d1", "contract"))
    refused = "request_documents.documents_refused"
    await case.until(lambda view: refused in escalation_ids(view))
    await case.update("record_dispatch", sent_at=(await case.now()).isoformat(), letter_reference="L-17")
    assert refused in escalation_ids(await case.at_step("await_documents"), open_only=True)
    await case.signal("documents_arrived", documents("d2"))
    view = await case.at_step("inspect")
    assert escalation(view, refused)["resolved_by"] == "the set of documents is complete"


async def test_a_bad_document_that_comes_to_light_after_the_withdrawal_is_settled_as_the_case_ends(
    opening: Opening, world: World
) -> None:
    gate = world.gates[Activity.FETCH_DOCUMENTS] = asyncio.Event()
    world.bad_documents["invoice.pdf"] = "its sha256 is another"
    case = await opening()
    await case.at_step("await_documents")
    await case.signal("documents_arrived", documents())
    await case.until(lambda _: bool(world.attempts[Activity.FETCH_DOCUMENTS]))
    await case.update("withdraw", reason="taken back")
    gate.set()
    view = await case.result()
    assert escalation(view, "case.documents_refused")["resolved_by"] == "the case is closed"
    assert world.notices() == [], "nobody could see to it any more"
