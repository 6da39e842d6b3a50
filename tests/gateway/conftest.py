"""The gateway as it is served, over a real socket, beside an office at work: Temporal, a worker, simulators, mail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from gateway.app import create_app
from runtime.settings import GatewaySettings, read_settings
from tests.cli.conftest import Office, closed_office, office
from tests.servers import running

__all__ = ["closed_office", "gateway_client", "office"]


@pytest_asyncio.fixture
async def gateway_client(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the gateway by HTTP; ``office`` is where its cases live."""
    app = create_app(read_settings(GatewaySettings))
    async with app.router.lifespan_context(app), running(app) as base, httpx.AsyncClient(base_url=base) as client:
        yield client
