"""Webhooks: signed, in order, again until taken, and each client by itself."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.clients import Clients, add_client, remove_client
from gateway.webhooks import Pace, Webhooks
from register.database import open_register
from register.events import webhook_taken
from rules.refusal import Refusal
from tests.gateway.test_events import add, line
from tests.servers import running

QUICK = Pace(look=timedelta(milliseconds=20), first=timedelta(milliseconds=20), longest=timedelta(milliseconds=50))
NOW = datetime.now(UTC)


class Receiver:
    """Somebody's web server, that may be out of order for a while."""

    def __init__(self) -> None:
        self.broken = 0
        self.took: list[str] = []
        self.asked: list[tuple[bytes, dict[str, str]]] = []
        self.app = Starlette(routes=[Route("/hook", self._hook, methods=["POST"])])

    async def _hook(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append((body, dict(request.headers)))
        if self.broken:
            self.broken -= 1
            return Response(status_code=503)
        self.took.append(json.loads(body)["id"].rpartition("/")[2])
        return Response(status_code=204)

    async def until(self, *keys: str) -> None:
        async with asyncio.timeout(20):
            while len(self.took) < len(keys):  # noqa: ASYNC110 - a real server in this loop
                await asyncio.sleep(0.01)
        assert self.took == list(keys)


@pytest.fixture
def register(sqlite_register_url: str) -> Engine:
    return open_register(sqlite_register_url)


@asynccontextmanager
async def sending(register: Engine, file: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(Webhooks(register, Clients(file), QUICK).run())
    async with asyncio.timeout(20):  # a new webhook is told of what happens from now on
        while webhook_taken(register, "office") is None:  # noqa: ASYNC110 - written by a thread
            await asyncio.sleep(0.01)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def signature(secret: str | None, body: bytes, headers: dict[str, str]) -> str:
    """As Standard Webhooks has it, by the receiver's own count."""
    assert secret is not None
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


async def test_events_come_signed_and_in_order_again_until_taken_and_after_a_new_start(
    register: Engine, tmp_path: Path
) -> None:
    receiver, file = Receiver(), tmp_path / "clients.json"
    add(register, 1, line("before"))
    async with running(receiver.app) as base:
        added = add_client(file, "office", ["read"], NOW, webhook=f"{base}/hook")
        add_client(file, "down", ["read"], NOW, webhook="http://127.0.0.1:9/hook")
        add_client(file, "curious", ["events"], NOW, webhook=f"{base}/other")
        async with sending(register, file):
            receiver.broken = 2
            add(register, 2, line("a"), line("b"))
            await receiver.until("a", "b")
            async with asyncio.timeout(20):  # what was taken and not written down yet would come again
                while webhook_taken(register, "office") != 3:  # noqa: ASYNC110 - written by a thread
                    await asyncio.sleep(0.01)
        add(register, 3, line("c"))
        async with sending(register, file):
            await receiver.until("a", "b", "c")
    assert len(receiver.asked) == 5
    body, headers = receiver.asked[0]
    assert headers["webhook-signature"] == signature(added.secret, body, headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert receiver.asked[0][1]["webhook-id"] == receiver.asked[1][1]["webhook-id"]


async def test_a_client_that_is_removed_and_added_again_is_sent_events_with_its_new_secret(
    register: Engine, tmp_path: Path
) -> None:
    receiver, file = Receiver(), tmp_path / "clients.json"
    async with running(receiver.app) as base:
        add_client(file, "office", ["read"], NOW, webhook=f"{base}/hook")
        async with sending(register, file):
            remove_client(file, "office")
            added = add_client(file, "office", ["read"], NOW, webhook=f"{base}/hook")
            await asyncio.sleep(5 * QUICK.look.total_seconds())  # what was on its way under the old secret may go
            add(register, 1, line("a"))
            await receiver.until("a")
    body, headers = receiver.asked[-1]
    assert headers["webhook-signature"] == signature(added.secret, body, headers)


@pytest.mark.parametrize("url", ["http://example.kz/hook", "ftp://example.kz", "example.kz", "https://", "http://["])
def test_an_address_that_is_not_secure_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refusal, match="webhook: expected an https address"):
        add_client(tmp_path / "clients.json", "office", ["read"], NOW, webhook=url)
