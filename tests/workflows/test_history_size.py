"""How many events a case leaves (the figures of the issue), on a server that skips time."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents, inspection, signature
from tests.support.waiting import until
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.conftest import Opening

MOST_EVENTS = 130
MOST_OF_AN_APPEAL = 20
MOST_OF_A_RUNG = 20


async def events(case: CaseUnderTest) -> Counter[str]:
    """The events of a closed case by type."""
    history = await case.history()
    return Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)


async def one_by_one(
    cases: list[CaseUnderTest], *, on: tuple[int, ...], proof: bool = False, stated: bool = False, **inspected: Any
) -> list[Counter[str]]:
    """The messages come one by one on these working days; the cases are not asked meanwhile, only waited for.

    :param stated: the messages state their times.
    :param inspected: changes the inspection's result of the last case.
    """

    async def times(*fields: str) -> dict[str, str]:
        now = (await cases[0].now()).isoformat()
        return dict.fromkeys(fields, now) if stated else {}

    async def written(step: str) -> None:
        for case in cases:
            await written_at(case, step)

    await written("await_documents")
    if proof:
        received_at = (await cases[0].now()).isoformat()
        for case in cases:
            message = {"message_id": "p1", "sent_by": "Atameken", "received_at": received_at}
            await case.signal("document_request_received", message)
    await cases[0].sleep_to(on[0])
    for case in cases:
        await case.signal("documents_arrived", documents(**await times("sent_at", "received_at")))
    await written("inspect")
    await cases[0].sleep_to(on[1])
    for case in cases:
        changed = inspected if case is cases[-1] else {}
        await case.signal("inspection_completed", inspection(**await times("completed_at"), **changed))
    await written("conclude")
    await cases[0].sleep_to(on[2])
    for case in cases:
        await case.signal("conclusion_signed", signature(**await times("signed_at")))
    await written("closed")  # waited for so, as the server skips time while a result is
    for case in cases:
        await case.result()
    return [await events(case) for case in cases]


@pytest.mark.parametrize(
    ("on", "proof", "stated"),
    [
        pytest.param((0, 0, 0), False, False, id="on one day"),
        pytest.param((0, 0, 0), True, False, id="on one day, with a proof of receipt"),
        pytest.param((2, 7, 12), False, False, id="on different days"),
        pytest.param((2, 7, 12), True, True, id="on different days, with a proof of receipt, with stated times"),
    ],
)
async def test_a_case_that_ends_valid_in_time_has_at_most_130_events(
    served_opening: Opening, on: tuple[int, ...], proof: bool, stated: bool
) -> None:
    case = await served_opening()
    [counted] = await one_by_one([case], on=on, proof=proof, stated=stated)
    print(f"{counted.total()} events: {dict(counted)}")
    assert counted.total() <= MOST_EVENTS
    assert not [call for which in NOT_NEEDED for call in case.world.calls[which]]


async def test_when_a_message_arrived_is_asked_only_where_its_day_is_not_known(served_opening: Opening) -> None:
    """Inspection and signature come on other days than the case last looked, and state no time; documents are asked
    with their bytes."""
    case = await served_opening()
    await one_by_one([case], on=(2, 7, 12))
    history = await case.history()
    asked = [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
    ]
    assert asked.count("read_arrivals") == 2


async def test_a_reminder_adds_at_most_20_events(served_opening: Opening) -> None:
    """The documents come on the last day but one, after a reminder, and still in time."""
    case = await served_opening()
    [counted] = await one_by_one([case], on=(4, 9, 15), stated=True)
    print(f"{counted.total()} events with a reminder: {dict(counted)}")
    assert len(case.world.calls[Activity.REMIND_ATAMEKEN]) == 1
    assert counted.total() <= MOST_EVENTS + 10


NOT_NEEDED = (
    Activity.REMIND_ATAMEKEN,
    Activity.WITHDRAW_REQUEST,
    Activity.APPEAL_FOR_REVOCATION,
    Activity.READ_LADDERS,
    Activity.NOTIFY,
)
"""What a case in order and in time never calls."""


async def test_a_case_in_order_calls_each_activity_as_often_as_it_must(served_opening: Opening) -> None:
    case = await served_opening()
    await one_by_one([case], on=(2, 7, 12))
    calls = {which.value: len(case.world.calls[which]) for which in Activity if case.world.calls[which]}
    assert calls == {
        "record_calendar": 1,
        "acknowledge_receipt": 1,
        "request_documents": 1,
        "look_up_registration": 2,
        "fetch_documents": 1,
        "draft_conclusion": 1,
        "seal_conclusion": 1,
        "send_reply": 1,
        "write_register": len(case.world.written),
    }
    # One for each change: opened, request sent, documents offered, set complete, drafted, signed, closed.
    assert len(case.world.written) <= 7
    before = case.world.written[0]
    for entries in case.world.written[1:]:
        assert entries.model_dump(exclude={"case"}) != before.model_dump(exclude={"case"})
        before = entries


@pytest.mark.parametrize("last", [Activity.APPEAL_FOR_REVOCATION, Activity.SEND_REPLY])
async def test_an_appeal_adds_at_most_20_events(
    time_skipping: WorkflowEnvironment, monday: date, task_queue: str, last: Activity
) -> None:
    """Appeal and reply leave together; at worst each is answered in a task of its own, in either order."""
    worlds = {f"{task_queue}-{which}": World(time_skipping.client) for which in ("valid", "appeal")}
    appealing = worlds[f"{task_queue}-appeal"]
    gate = appealing.gates[last] = asyncio.Event()

    async def answered_last() -> None:
        other = next(each for each in (Activity.APPEAL_FOR_REVOCATION, Activity.SEND_REPLY) if each is not last)
        await until(lambda: bool(appealing.calls[other]))
        gate.set()

    async with AsyncExitStack() as until_done:
        cases = []
        for queue, world in worlds.items():
            await until_done.enter_async_context(worker(time_skipping.client, world, queue))
            cases.append(await open_case(time_skipping, world, queue, opened_on=monday))
        (without, with_appeal), _ = await asyncio.gather(
            one_by_one(cases, on=(2, 7, 12), grounds=["scheme_terms"]), answered_last()
        )
    added = with_appeal.total() - without.total()
    print(f"an appeal adds {added} events: {dict(with_appeal - without)}")
    assert 0 < added <= MOST_OF_AN_APPEAL


async def test_a_rung_adds_at_most_20_events(served_opening: Opening) -> None:
    """Atameken's term is over at midnight; four working hours later nobody has acknowledged: the head is notified."""
    case = await served_opening()
    await written_at(case, "await_documents")
    await case.sleep_to(6, 11)
    before, calls = await events(case), len(case.world.calls[Activity.NOTIFY])
    await case.sleep_to(6, 14)
    await until(lambda: len(case.world.calls[Activity.NOTIFY]) == calls + 1)
    await case.sleep_to(6, 15)
    added = (await events(case)).total() - before.total()
    print(f"a rung adds {added} events")
    assert 0 < added <= MOST_OF_A_RUNG


async def written_at(case: CaseUnderTest, step: str) -> None:
    """Until the register has the case at a step."""
    await until(lambda: any(entries.case.step == step for entries in case.world.written))
