"""What a case sends out: the receipt, which holds up nothing, and letters known by number and document."""

from __future__ import annotations

from activities.interface import Activity
from tests.support.calendars import at
from tests.support.cases import CaseUnderTest
from tests.support.messages import signature
from tests.support.views import escalation_ids
from tests.support.world import World
from tests.workflows.conftest import Opening


def letters(view: dict[str, object]) -> list[tuple[str, str]]:
    listed = view["letters"]
    assert isinstance(listed, list)
    return [(each["what"], each["number"]) for each in listed]


async def test_the_customs_are_told_at_once_that_their_request_is_in(case: CaseUnderTest) -> None:
    view = await case.view()
    [told] = case.world.calls[Activity.ACKNOWLEDGE_RECEIPT]
    assert told.limit_last_day.isoformat() == view["limit_last_day"]
    assert (told.reference, told.to_email) == (view["request"]["reference"], view["request"]["reply_to"]["email"])
    assert letters(view)[0] == ("acknowledgement", "REX/26-UV-0001")


async def test_a_receipt_that_cannot_be_sent_holds_up_nothing(opening: Opening, world: World) -> None:
    world.refuse(Activity.ACKNOWLEDGE_RECEIPT, "reply_to.email: not an address")
    case = await opening()
    await case.bring_to("conclude")
    view = await case.view()
    assert escalation_ids(view) == ["request_documents.action_failed"]
    assert "acknowledgement" in [each["fields"].get("what") for each in view["to_send"]]
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert (view["step"], view["failed_actions"]) == ("closed", [])


async def test_a_receipt_sent_by_hand_is_recorded_once(opening: Opening, world: World) -> None:
    world.refuse(Activity.ACKNOWLEDGE_RECEIPT)
    case = await opening()
    fields = {"what": "acknowledgement", "sent_at": at(case.day(0)).isoformat(), "letter_reference": "04-7/111"}
    await case.update("record_dispatch", **fields)
    view = await case.view()
    assert ("acknowledgement", "04-7/111") in letters(view)
    assert view["failed_actions"] == []
    assert "acknowledged already" in await case.refused("record_dispatch", **fields)


async def test_an_office_that_confirms_first_acknowledges_no_unconfirmed_request(
    opening: Opening, world: World
) -> None:
    world.confirm_request = True
    case = await opening()
    assert world.calls[Activity.ACKNOWLEDGE_RECEIPT] == []
    await case.update("confirm_request")
    assert len(world.calls[Activity.ACKNOWLEDGE_RECEIPT]) == 1


async def test_a_case_knows_its_letters_by_number_and_document(case: CaseUnderTest) -> None:
    await case.bring_to("conclude", grounds=["scheme_terms"])
    drafted = (await case.view())["conclusion"]
    await case.signal("conclusion_signed", signature())
    view = await case.result()
    assert drafted["number"] == "REX/26-ZK-0001"
    assert sorted(letters(view)) == [
        ("acknowledgement", "REX/26-UV-0001"),
        ("appeal", "REX/26-OB-0001"),
        ("conclusion", "REX/26-ZK-0001"),
        ("document_request", "REX/26-ZP-0001"),
        ("reply", "REX/26-OV-0001"),
    ]
    written = {each.key: each for entries in case.world.written for each in entries.letters}
    assert all(each.document_id for each in written.values())
    assert {each["document_id"] for each in view["letters"]} == {each.document_id for each in written.values()}


async def test_a_withdrawal_is_a_letter_that_names_the_request(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.update("withdraw", reason="the customs withdrew it")
    [told] = case.world.calls[Activity.WITHDRAW_REQUEST]
    assert (told.request_letter.number, told.reason) == ("REX/26-ZP-0001", "the customs withdrew it")
    assert ("withdrawal", "REX/26-OT-0001") in letters(await case.result())


async def test_a_reminder_says_how_late_it_is_and_what_has_not_come(case: CaseUnderTest) -> None:
    await case.bring_to("await_documents")
    await case.sleep_to(7)
    first, second = case.world.calls[Activity.REMIND_ATAMEKEN]
    assert (first.late_days, first.count) == (0, 1)
    assert (second.late_days, second.count, second.missing) == (1, 2, ["registration_application", "origin_evidence"])
    assert [each for each in letters(await case.view()) if each[0] == "reminder"] == [
        ("reminder", "REX/26-NP-0001"),
        ("reminder", "REX/26-NP-0002"),
    ]


async def test_the_draft_has_the_terms_as_they_were_kept(case: CaseUnderTest) -> None:
    await case.bring_to("conclude")
    [draft] = case.world.calls[Activity.DRAFT_CONCLUSION]
    assert [(each.step, each.late_days) for each in draft.terms] == [
        ("request_documents", 0),
        ("await_documents", 0),
        ("inspect", 0),
        ("conclude", 0),
    ]
    assert draft.terms[0].last_day == case.day(3)
    assert draft.terms[-1].ended_on is None


async def test_the_page_lists_them_with_numbers(opening: Opening) -> None:
    case = await opening()
    await case.bring_to("await_documents")
    page = case.driver.page()
    assert "Our letters" in page
    assert "Acknowledgement REX/26-UV-0001 to " in page
    assert "Document request REX/26-ZP-0001 to Atameken" in page


async def test_where_a_letter_could_not_be_sent_it_says_that_it_is_there(opening: Opening, world: World) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    assert "do it by hand (the letter is among the papers)" in (await case.view())["to_do"]
    world.mend(Activity.REQUEST_DOCUMENTS)
    world.refuse(Activity.LOOK_UP_REGISTRATION)
    await case.update("retry_action")
    await case.at_step("await_documents")
    assert "among the papers" not in (await case.view())["to_do"]
