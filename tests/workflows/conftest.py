"""A case in memory, or (``served_...``) on a server that skips time.

Opened on a Monday at 10:00 in Almaty, by a calendar of Mondays to Fridays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.support.calendars import ALMATY, at
from tests.support.cases import CaseInMemory, CaseUnderTest, open_case
from tests.support.driver import Driver
from tests.support.requests import request
from tests.support.workers import worker
from tests.support.world import World

Opening = Callable[..., Awaitable[CaseInMemory]]
"""``opening(received_at=..., **changes of the request)`` opens the case, after a test has arranged its world."""

ServedOpening = Callable[..., Awaitable[CaseUnderTest]]
"""The same on a server."""


@pytest.fixture
def monday() -> date:
    """The Monday at whose 10:00 in Almaty a case in memory is opened."""
    return date(2026, 3, 2)


@pytest.fixture
def world() -> World:
    """The world around a case in memory."""
    return World()


@pytest.fixture
def opening(world: World, monday: date) -> Opening:
    """Opens a case in memory."""

    async def open_it(received_at: datetime | None = None, *, carried: bool = False, **changes: Any) -> CaseInMemory:
        given = request(received_at or at(monday), **changes)
        driver = Driver(world, "rex-ch-2026-0042", given, at(monday), carried=carried)
        await driver.settle()
        return CaseInMemory(driver, monday)

    return open_it


@pytest_asyncio.fixture
async def case(opening: Opening) -> CaseInMemory:
    return await opening()


@pytest_asyncio.fixture
async def served_monday(time_skipping: WorkflowEnvironment) -> date:
    """The day of the test's clock: the coming Monday, put to 10:00 in Almaty."""
    now = await time_skipping.get_current_time()
    today = (now + ALMATY).date()
    day = today + timedelta(days=7 - today.weekday())
    await time_skipping.sleep(at(day) - now)
    return day


@pytest_asyncio.fixture
async def served_world(time_skipping: WorkflowEnvironment) -> World:
    return World(time_skipping.client)


@pytest_asyncio.fixture
async def served_opening(
    time_skipping: WorkflowEnvironment, served_world: World, served_monday: date, task_queue: str
) -> AsyncIterator[ServedOpening]:
    async def open_it(received_at: datetime | None = None, **changes: Any) -> CaseUnderTest:
        given = request(received_at or await time_skipping.get_current_time(), **changes)
        return await open_case(time_skipping, served_world, task_queue, given, opened_on=served_monday)

    async with worker(time_skipping.client, served_world, task_queue):
        yield open_it


@pytest_asyncio.fixture
async def served_case(served_opening: ServedOpening) -> CaseUnderTest:
    return await served_opening()


@pytest.fixture
def live_world(dev_server: WorkflowEnvironment) -> World:
    """The world around a case on the one dev server of the run of tests, on the real clock."""
    return World(dev_server.client)


@pytest_asyncio.fixture
async def live_case(
    dev_server: WorkflowEnvironment, live_world: World, task_queue: str
) -> AsyncIterator[CaseUnderTest]:
    """A case on the dev server whose request came an hour ago and whose documents are awaited."""
    async with worker(dev_server.client, live_world, task_queue):
        case = await open_case(dev_server, live_world, task_queue, request(datetime.now(UTC) - timedelta(hours=1)))
        await case.at_step("await_documents")
        yield case
