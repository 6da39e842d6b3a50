"""A case whose history has grown long goes on in a new run with all its state (contract, section 3)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from register.rows import LARGEST_BODY, EscalationEntry, LogEntry, RefusedMessageEntry
from tests.support.cases import CaseUnderTest, open_case
from tests.support.continuing import EVENTS, continued, continuing_server, runs_of
from tests.support.messages import documents, inspection, signature
from tests.support.requests import request
from tests.support.waiting import judged, until
from tests.support.workers import worker
from tests.support.world import World
from workflows.case import Accepted, Case
from workflows.continue_as_new import REMEMBERED, WAITING_BODIES, lighten
from workflows.verification import LARGEST_HISTORY


@pytest_asyncio.fixture
async def continuing() -> AsyncIterator[WorkflowEnvironment]:
    async with continuing_server() as environment:
        yield environment


async def carried_through(environment: WorkflowEnvironment, task_queue: str) -> CaseUnderTest:
    world = World(environment.client)
    async with worker(environment.client, world, task_queue):
        given = request(datetime.now(UTC) - timedelta(hours=1))
        case = await open_case(environment, world, task_queue, given, case_id="rex-ch-continued")
        await continued(case)
    return case


@pytest.mark.slow
async def test_a_case_in_many_runs_comes_to_what_it_comes_to_in_one(
    continuing: WorkflowEnvironment, dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    in_many, in_one = await asyncio.gather(
        carried_through(continuing, task_queue), carried_through(dev_server, task_queue)
    )
    assert len(await runs_of(in_many)) >= 4
    assert len(await runs_of(in_one)) == 1
    many, one = timeless(await in_many.result()), timeless(await in_one.result())
    assert many["rejected_count"] == 7
    assert many == one
    for which in (Activity.REQUEST_DOCUMENTS, Activity.APPEAL_FOR_REVOCATION, Activity.SEND_REPLY):
        assert len(in_many.world.calls[which]) == 1, which
    assert set(notified(in_many.world).values()) == {1}
    assert rows(in_many.world) == rows(in_one.world)


async def test_an_update_a_timer_and_a_running_activity_survive_going_on(
    continuing: WorkflowEnvironment, task_queue: str
) -> None:
    world = World(continuing.client)
    gate = world.gates[Activity.FETCH_DOCUMENTS] = asyncio.Event()
    async with worker(continuing.client, world, task_queue):
        case = await open_case(continuing, world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))
        await case.until(lambda view: view["step"] == "await_documents")
        for n in range(EVENTS // 4):
            await case.signal("documents_arrived", {"message_id": f"bad{n}"})
            await judged(case, n + 1)
        await until(lambda: world.written)
        assert len(await runs_of(case)) > 1
        await case.signal("documents_arrived", documents())
        await until(lambda: world.attempts[Activity.FETCH_DOCUMENTS])
        running = len(await runs_of(case))

        async def goes_on() -> bool:
            return len(await runs_of(case)) > running

        for n in range(EVENTS // 4):
            await case.signal("never_heard_of", {"message_id": f"unknown{n}"})
            await judged(case, EVENTS // 4 + n + 2)
        assert len(await runs_of(case)) == running, "while something is under way it is waited for"
        gate.set()
        await case.until(lambda view: view["step"] == "inspect")
        assert world.attempts[Activity.FETCH_DOCUMENTS] == 1
        await until(goes_on)
        told_back = await case.update("recount", reason="to be sure")
        assert told_back["terms"][0]["step"] == "inspect"
        await case.signal("inspection_completed", inspection())
        await case.until(lambda view: view["conclusion"] and view["conclusion"]["document_id"])
        await case.signal("conclusion_signed", signature())
        view = await case.result()
    assert (view["outcome"], view["rejected_count"]) == ("valid", 2 * (EVENTS // 4))


def test_a_state_is_made_to_fit_and_what_fits_stays_as_it_is() -> None:
    now = datetime.now(UTC)
    case = Case.model_validate({"case_id": "c", "request": request(now), "opened_at": now, "seen_at": now})
    case.accepted = {"d1": Accepted(name="documents_arrived", digest="0" * 64, at=now, number=1)}
    before = case.model_dump()
    lighten(case)
    assert case.model_dump() == before
    for n in range(REMEMBERED + 5):
        case.accepted[f"m{n}"] = Accepted(name="documents_arrived", digest="0" * 64, at=now, number=n + 2)
    case.unwritten.refused_messages = [
        RefusedMessageEntry(
            key=f"r.{n}",
            name="x",
            message_id=None,
            reason="r",
            at=now,
            sha256="0" * 64,
            size=LARGEST_BODY,
            body="x" * LARGEST_BODY,
        )
        for n in range(100)
    ]
    lighten(case)
    assert next(iter(case.accepted)) == "m5"
    assert len(case.accepted) == REMEMBERED
    assert len(case.unwritten.refused_messages) == 100
    kept = [each for each in case.unwritten.refused_messages if each.body]
    assert len(kept) * LARGEST_BODY == WAITING_BODIES
    assert len(case.model_dump_json()) < 2_000_000 < LARGEST_HISTORY


def timeless(view: dict[str, Any]) -> dict[str, Any]:
    """A view without what differs from one run of a test to the next: times, digests that hold times, and notices."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stripped(each) for key, each in value.items() if not _differs(key)}
        return [stripped(each) for each in value] if isinstance(value, list) else value

    shown: dict[str, Any] = stripped(view)
    # Appeal and reply leave together: which is answered first is chance.
    return shown | {"letters": sorted(shown["letters"], key=lambda letter: str(letter["number"]))}


def _differs(key: str) -> bool:
    of_time = key.endswith(("_at", "since", "sha256", "document_id")) or key in ("at", "to_sign")
    return of_time or key in ("notified", "level", "next_level", "nobody_reached_since")


def notified(world: World) -> Counter[tuple[str, int, bool, str]]:
    """What each recipient was notified of, and how often: a rung, or the end."""
    return Counter(
        (matter.escalation_id, matter.rung, notice.resolved is not None, notice.recipient.id)
        for notice in world.notices()
        for matter in notice.matters
    )


def rows(world: World) -> tuple[list[Any], ...]:
    """What the register holds in the end: escalations, refused messages, letters, and what the log says."""
    escalations: dict[str, EscalationEntry] = {}
    refused: set[tuple[str, str | None, str]] = set()
    letters: set[str] = set()
    log: dict[str, LogEntry] = {}
    for entries in world.written:
        escalations.update({each.id: each for each in entries.escalations})
        refused |= {(each.name, each.message_id, each.reason) for each in entries.refused_messages}
        letters |= {each.key for each in entries.letters}
        for each in entries.log:
            assert log.setdefault(each.key, each) == each, "the same line, however often it is written"
    ended = [(each.id, each.resolved_by) for each in escalations.values()]
    return ended, sorted(refused, key=str), sorted(letters), sorted(each.what for each in log.values())
