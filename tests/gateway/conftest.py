"""The gateway as it is served, over a real socket, beside an office at work: Temporal, a worker, simulators, mail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gateway.app import create_app
from gateway.clients import RIGHTS, add_client
from gateway.connected import Rates
from runtime.settings import GatewaySettings, read_settings
from tests.cli.conftest import Office, closed_office, office
from tests.servers import running

__all__ = ["closed_office", "gateway_client", "gateway_files", "office", "system"]


@pytest.fixture
def gateway_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the gateway's own files; it is set in the environment."""
    folder = tmp_path / "gateway"
    monkeypatch.setenv("REXV_DOOR_KEY", str(folder / "door-key.pem"))
    monkeypatch.setenv("REXV_DOOR_KEYS", str(folder / "door-keys"))
    monkeypatch.setenv("REXV_CLIENTS_FILE", str(folder / "clients.json"))
    monkeypatch.setenv("REXV_ACCOUNTS_FILE", str(folder / "accounts.json"))
    monkeypatch.setenv("REXV_SESSION_KEY", str(folder / "session-key"))
    monkeypatch.setenv("REXV_LINK_KEY", str(folder / "link-key"))
    return folder


@asynccontextmanager
async def serving(rates: Rates | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Serves the gateway of the environment, and speaks to it."""
    app = create_app(read_settings(GatewaySettings))
    async with (
        app.router.lifespan_context(app),
        running(app) as base,
        httpx.AsyncClient(base_url=base, timeout=60) as client,
    ):
        if rates is not None:
            app.state.connected = replace(app.state.connected, rates=rates)
        yield client


@pytest_asyncio.fixture
async def gateway_client(gateway_files: Path, closed_office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to the gateway by HTTP; ``office`` is where its cases live, ``closed_office`` the same without worker."""
    closed_office.settings = closed_office.settings.model_copy(update={"door_keys": gateway_files / "door-keys"})
    async with serving() as client:
        yield client


@pytest.fixture
def system(gateway_files: Path, gateway_client: httpx.AsyncClient) -> Callable[..., dict[str, str]]:
    """Adds a client that may do all this, or everything; the headers by which it is known."""

    def add(name: str, *may: str) -> dict[str, str]:
        token = add_client(gateway_files / "clients.json", name, may or list(RIGHTS), datetime.now(UTC)).token
        return {"Authorization": f"Bearer {token}"}

    return add
