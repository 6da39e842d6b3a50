"""The application: ``/api/v1`` for systems, and whatever else is mounted beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from fastapi import FastAPI

from activities.document_store import DocumentStore
from gateway.api import documents
from gateway.api.resources import add_api
from gateway.clients import Clients
from gateway.connected import Connected
from gateway.desk.forms.uploads import LARGEST_FORM
from gateway.desk.mounting import add_desk, open_desk
from gateway.desk.problem_page import problem_page
from gateway.guards import Guards, Larger
from gateway.problems import answer_problems
from gateway.signing import read_or_make_key
from gateway.webhooks import Webhooks
from register.database import open_register
from rules.documents import LARGEST_DOCUMENT
from runtime.connection import connect
from runtime.settings import GatewaySettings

HERE: Final = ("127.0.0.1", "localhost", "::1")
"""Names under which a browser on this machine reaches it."""


def create_app(settings: GatewaySettings) -> FastAPI:
    """The gateway; it connects when it is started, and starts also while Temporal is out of reach.

    :raises ValueError: one line, for a setting that does not fit.
    """
    app = FastAPI(
        title="REX Verification",
        version="1",
        lifespan=_lifespan(settings),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    answer_problems(app, problem_page)
    add_api(app)
    add_desk(app)
    larger = (Larger("PUT", documents.PATH, LARGEST_DOCUMENT), Larger("POST", "/desk/cases/", LARGEST_FORM))
    app.add_middleware(Guards, hosts=hosts_of(settings), larger=larger)
    return app


def hosts_of(settings: GatewaySettings) -> set[str]:
    """The names that the header Host may have: that of the public address, and this machine's own."""
    return {*HERE, (urlsplit(settings.gateway_base).hostname or "").lower()}


def _lifespan(settings: GatewaySettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        register = open_register(settings.database_url.get_secret_value())
        try:
            app.state.connected = Connected(
                client=await connect(lazy=True),
                register=register,
                store=DocumentStore(settings.document_store),
                settings=settings,
                clients=Clients(settings.clients_file),
                signer=read_or_make_key(settings.door_key, settings.door_keys),
            )
            app.state.desk = open_desk(settings)
            webhooks = asyncio.create_task(Webhooks(register, app.state.connected.clients).run())
            try:
                yield
            finally:
                webhooks.cancel()
                await asyncio.gather(webhooks, return_exceptions=True)
        finally:
            register.dispose()

    return lifespan
