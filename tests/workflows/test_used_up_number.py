"""A closed case number is not opened again by any client, and the permanent record stays as it was."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.errors import closed, unreachable
from activities.interface import Activity
from tests.support.cases import open_case
from tests.support.messages import document
from tests.support.workers import worker
from tests.support.world import World


@pytest.mark.parametrize("register", ["answers at once", "is out of reach at first"])
async def test_a_number_that_the_register_has_closed_is_refused_and_its_record_stays(
    time_skipping: WorkflowEnvironment, task_queue: str, register: str
) -> None:
    world = World(time_skipping.client)

    def answer() -> ApplicationError:
        if register == "is out of reach at first" and world.attempts[Activity.RECORD_CALENDAR] == 1:
            return unreachable("the register is being restarted")
        return closed("the case number rex-ch-1 is closed (valid, 2026-03-02)")

    world.failing[Activity.RECORD_CALENDAR] = answer
    async with worker(time_skipping.client, world, task_queue):
        case = await open_case(time_skipping, world, task_queue)
        with pytest.raises(WorkflowFailureError) as failure:
            await case.result()
    assert isinstance(failure.value.cause, ApplicationError)
    assert failure.value.cause.type == "Refusal"
    assert "rex-ch-1 is closed" in failure.value.cause.message
    # The register keeps what a later revision wrote; what it is given before it can answer undoes nothing.
    assert [entries.case.revision for entries in world.written] in ([], [1])
    assert world.calls[Activity.REQUEST_DOCUMENTS] == []


async def test_the_same_bytes_offered_twice_in_one_message_are_one_row_and_no_endless_writing(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    world = World(time_skipping.client)
    async with worker(time_skipping.client, world, task_queue):
        case = await open_case(time_skipping, world, task_queue)
        await case.at_step("await_documents")
        twice = document("invoice") | {"filename": "copy.pdf"}
        await case.signal(
            "documents_arrived",
            {"message_id": "d1", "sent_by": "Atameken", "documents": [document("invoice"), twice]},
        )
        view = await case.until(lambda view: len(view["documents"]) == 2)
        assert [each["filename"] for each in view["documents"]] == ["invoice.pdf", "copy.pdf"]
        await case.update("withdraw", reason="test")
        await case.result()
    rows = [row.filename for entries in world.written for row in entries.documents]
    assert rows == ["invoice.pdf"]


async def test_a_withdrawn_request_that_went_by_hand_is_to_be_taken_back_by_hand_and_says_so(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    world = World(time_skipping.client)
    world.refuse(Activity.REQUEST_DOCUMENTS)
    async with worker(time_skipping.client, world, task_queue):
        case = await open_case(time_skipping, world, task_queue)
        await case.until(lambda view: bool(view["failed_actions"]))
        sent_at = (await case.now()).isoformat()
        await case.update("record_dispatch", sent_at=sent_at, letter_reference="12-03/118")
        await case.at_step("await_documents")
        told = await case.update("withdraw", reason="taken back")
        assert "by letter" in told["to_do"]
        await case.result()
    assert world.calls[Activity.WITHDRAW_REQUEST] == []
    logged = [line.what for entries in world.written for line in entries.log]
    assert "withdrawal_to_be_sent_by_hand" in logged
