"""A closed case number is not opened again by any client, and the permanent record stays as it was."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from activities.errors import closed, unreachable
from activities.interface import Activity
from rules.refusal import Refusal
from tests.support.cases import CaseUnderTest
from tests.support.messages import document
from tests.support.world import World
from tests.workflows.conftest import Opening, ServedOpening

CLOSED = "the case number rex-ch-1 is closed (valid, 2026-03-02)"


@pytest.mark.parametrize("register", ["answers at once", "is out of reach at first"])
async def test_a_number_that_the_register_has_closed_is_refused_and_its_record_stays(
    opening: Opening, world: World, register: str
) -> None:
    def answer() -> ApplicationError:
        if register == "is out of reach at first" and world.attempts[Activity.RECORD_CALENDAR] == 1:
            return unreachable("the register is being restarted")
        return closed(CLOSED)

    world.failing[Activity.RECORD_CALENDAR] = answer
    case = await opening()
    await case.sleep_days(0.1)
    with pytest.raises(Refusal, match="rex-ch-1 is closed"):
        await case.result()
    assert world.written == [], "what the register has of the closed case stays as it is"
    assert world.calls[Activity.REQUEST_DOCUMENTS] == []


async def test_a_client_is_told_that_the_number_is_used_up(served_opening: ServedOpening, served_world: World) -> None:
    served_world.failing[Activity.RECORD_CALENDAR] = lambda: closed(CLOSED)
    case = await served_opening()
    with pytest.raises(WorkflowFailureError) as failure:
        await case.result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert (failure.value.cause.type, failure.value.cause.message) == ("Refusal", CLOSED)


async def test_the_same_bytes_offered_twice_in_one_message_are_one_row_and_no_endless_writing(
    case: CaseUnderTest,
) -> None:
    twice = document("invoice") | {"filename": "copy.pdf"}
    offered = {"message_id": "d1", "sent_by": "Atameken", "documents": [document("invoice"), twice]}
    await case.signal("documents_arrived", offered)
    assert [each["filename"] for each in (await case.view())["documents"]] == ["invoice.pdf", "copy.pdf"]
    await case.update("withdraw", reason="test")
    await case.result()
    rows = [row.filename for entries in case.world.written for row in entries.documents]
    assert rows == ["invoice.pdf"]


async def test_a_withdrawn_request_that_went_by_hand_is_to_be_taken_back_by_hand_and_says_so(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.REQUEST_DOCUMENTS)
    case = await opening()
    sent_at = (await case.now()).isoformat()
    await case.update("record_dispatch", sent_at=sent_at, letter_reference="12-03/118")
    await case.at_step("await_documents")
    told = await case.update("withdraw", reason="taken back")
    assert "by letter" in told["to_do"]
    await case.result()
    assert world.calls[Activity.WITHDRAW_REQUEST] == []
    [line] = [each for entries in world.written for each in entries.log if each.what == "withdrawal_to_be_sent_by_hand"]
    assert line.details == {"letters": ["12-03/118"]}
