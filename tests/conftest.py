"""What many tests need: real Temporal servers on this machine, from the wheels that the project pins.

Both servers are cheap (a third of a second, a tenth of a second). One dev server serves a whole run of tests: give each
workflow its own id and task queue. The clock of a time-skipping server is one for all its workflows and never
goes back, so each test gets its own.
"""

from __future__ import annotations

import socket
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from runtime import search_attributes
from runtime.connection import client_options
from runtime.namespace import adding

pytest_plugins = ["tests.databases"]

BIN = Path(sys.executable).parent
"""Where this Python's programs lie, ``temporal`` and ``temporal-test-server`` among them."""

ROOT = Path(__file__).resolve().parent.parent

NAMESPACES = [f"own-{n}" for n in range(64)]
"""Of the dev server, each for one test that lists all cases."""

DEV_SERVER_ARGUMENTS = ("--dynamic-config-value", "limit.historySize.error=536870912")
"""As the embedded server has it (embedded/system.py says why)."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes the dev server, offices and the gateway among it: ``make test-live`` runs it."""
    for item in items:
        if isinstance(item, pytest.Function) and "dev_server_process" in item.fixturenames:
            item.add_marker("live")


@asynccontextmanager
async def new_dev_server(*arguments: str) -> AsyncIterator[WorkflowEnvironment]:
    """A dev server of its own with every search attribute."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"),
        dev_server_log_level="error",
        dev_server_extra_args=[*DEV_SERVER_ARGUMENTS, *arguments],
        search_attributes=search_attributes.ALL,
        **client_options(),
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
def dev_server_http() -> str:
    """The base URL of the dev server's HTTP API."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def dev_server_process(dev_server_http: str) -> AsyncIterator[WorkflowEnvironment]:
    """The one dev server of this run of tests, with every search attribute; use ``dev_server`` instead."""
    namespaces = [argument for name in NAMESPACES for argument in ("--namespace", name)]
    async with new_dev_server("--http-port", dev_server_http.rpartition(":")[2], *namespaces) as environment:
        yield environment


@pytest.fixture(scope="session")
def namespaces_left() -> Iterator[str]:
    """The namespaces that no test has taken yet."""
    return iter(NAMESPACES)


@pytest.fixture(scope="session")
def namespace_of_self_checks(namespaces_left: Iterator[str]) -> str:
    """A namespace for the tests of the self-check, which asks every open case that it finds."""
    return next(namespaces_left)


@pytest_asyncio.fixture
async def dev_server_of_self_checks(
    dev_server_process: WorkflowEnvironment, namespace_of_self_checks: str
) -> WorkflowEnvironment:
    """As ``dev_server``, without the cases of other tests, for which no worker answers."""
    address = dev_server_process.client.service_client.config.target_host
    client = await Client.connect(address, namespace=namespace_of_self_checks, **client_options())
    return WorkflowEnvironment.from_client(client)


@pytest_asyncio.fixture
async def dev_server_of_its_own(
    dev_server_process: WorkflowEnvironment, namespaces_left: Iterator[str]
) -> WorkflowEnvironment:
    """As ``dev_server``, in a namespace that has no case of another test."""
    address = dev_server_process.client.service_client.config.target_host
    client = await Client.connect(address, namespace=next(namespaces_left), **client_options())
    return WorkflowEnvironment.from_client(client)


@pytest_asyncio.fixture
async def dev_server(dev_server_process: WorkflowEnvironment) -> WorkflowEnvironment:
    """A real Temporal server with every search attribute, on the real clock; its client lives in the test's loop."""
    address = dev_server_process.client.service_client.config.target_host
    return WorkflowEnvironment.from_client(await Client.connect(address, **client_options()))


@pytest_asyncio.fixture
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A time-skipping server of this test's own, with every search attribute."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BIN / "temporal-test-server"), **client_options()
    ) as environment:
        await environment.client.operator_service.add_search_attributes(adding(environment.client.namespace))
        yield environment


@pytest.fixture
def task_queue() -> str:
    """A task queue that no other test polls."""
    return f"test-{uuid.uuid4().hex[:12]}"
