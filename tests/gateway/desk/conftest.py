"""The desk with its register and its accounts; ``office_desk`` has cases, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Engine
from temporalio.testing import WorkflowEnvironment

from gateway.app import create_app
from gateway.connected import Connected
from gateway.desk.accounts import Account, write_accounts
from gateway.desk.desk import Desk, Guesses
from gateway.desk.roles import DeskRole
from register.database import migrate, open_register
from runtime.settings import GatewaySettings
from tests.cli.conftest import closed_office, office
from tests.gateway.desk.browser import PASSWORD, Browser

__all__ = ["closed_office", "office"]

BASE = "https://rex.example"

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""The same password for all, hashed once and at no cost; the cost stands in the hash."""


def fill(file: Path, people: dict[str, tuple[DeskRole, ...]]) -> None:
    """Write accounts with the one password."""
    now = datetime.now(UTC)
    write_accounts(
        file, {name: Account(roles=frozenset(roles), password=CHEAP, added_at=now) for name, roles in people.items()}
    )


EVERYBODY: Final[dict[str, tuple[DeskRole, ...]]] = {
    **{role.value: (role,) for role in DeskRole},
    "Both Hands": (DeskRole.INSPECTOR, DeskRole.SIGNATORY),
}


@pytest.fixture
def gateway_files(gateway_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As for the gateway; notices have links, too."""
    monkeypatch.setenv("REXV_GATEWAY_URL", "http://127.0.0.1:9")
    return gateway_files


@dataclass
class Served:
    """The application, and how to reach it; ``since`` the test began."""

    app: FastAPI
    accounts: Path
    since: datetime

    @property
    def desk(self) -> Desk:
        """What its pages need."""
        found: Desk = self.app.state.desk
        return found

    @property
    def register(self) -> Engine:
        """Where acts are written down."""
        connected: Connected = self.app.state.connected
        return connected.register

    def browser(self) -> Browser:
        """A new browser, of a person whose language is English."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("10.0.0.7", 1234))
        return Browser(httpx.AsyncClient(transport=transport, base_url=BASE, headers={"accept-language": "en"}))


@pytest.fixture(scope="module")
def served_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, Path]]:
    """The desk, started once for a module; no Temporal answers."""
    folder = tmp_path_factory.mktemp("desk")
    register = open_register(f"sqlite:///{folder / 'register.db'}")
    migrate(register)
    register.dispose()
    with pytest.MonkeyPatch.context() as environment, asyncio.Runner() as runner:
        environment.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
        settings = GatewaySettings(
            database_url=SecretStr(f"sqlite:///{folder / 'register.db'}"),
            gateway_url=BASE,
            accounts_file=folder / "accounts.json",
            session_key=folder / "session-key",
            link_key=folder / "link-key",
            door_key=folder / "door-key.pem",
            door_keys=folder / "door-keys",
            clients_file=folder / "clients.json",
            document_store=str(folder / "documents"),
        )
        app = create_app(settings)
        lifespan = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        yield app, folder / "accounts.json"
        runner.run(lifespan.__aexit__(None, None, None))


@pytest.fixture
def served(served_app: tuple[FastAPI, Path]) -> Served:
    """The desk with its accounts, and nobody has guessed a password yet."""
    app, accounts = served_app
    fill(accounts, EVERYBODY)
    app.state.desk = replace(app.state.desk, guesses=Guesses())
    return Served(app, accounts, datetime.now(UTC))


@pytest.fixture
def browser(served: Served) -> Browser:
    """Nobody is logged in."""
    return served.browser()


@pytest.fixture
def dev_server(dev_server_of_its_own: WorkflowEnvironment) -> WorkflowEnvironment:
    """Without the cases of other tests, for which no worker answers: the desk's first page waits for each."""
    return dev_server_of_its_own


@pytest_asyncio.fixture
async def office_desk(gateway_files: Path, gateway_client: httpx.AsyncClient) -> AsyncIterator[Callable[[], Browser]]:
    """Makes browsers of the desk of an office at work."""
    fill(gateway_files / "accounts.json", EVERYBODY)
    base, opened = gateway_client.base_url, []

    def new() -> Browser:
        client = httpx.AsyncClient(base_url=base, timeout=60, headers={"accept-language": "en"})
        opened.append(client)
        return Browser(client)

    yield new
    for client in opened:
        await client.aclose()
