"""Webhooks: each event that a client may see is sent to its address, in order, again until it is taken.

Signed as Standard Webhooks has it (standardwebhooks.com): HMAC-SHA256 over id, time and body. How far a client has
taken the feed is in the register, so a gateway that starts again goes on there; an event may come twice, never none.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
from sqlalchemy import Engine

from gateway.clients import Client, Clients
from gateway.feed import as_cloud_event, may_see
from register.database import RegisterError
from register.events import Event, events_after, last_event, number_events, record_taken, webhook_taken

log = logging.getLogger("gateway")

SECRET_PREFIX: Final = "whsec_"
AT_ONCE: Final = 100


@dataclass(frozen=True)
class Pace:
    """How often the feed is looked at, and how long after a failure an event is sent again, doubling each time."""

    look: timedelta = timedelta(seconds=1)
    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=10)
    patience: timedelta = timedelta(seconds=10)


class Webhooks:
    """Sends to every client that has an address, each at its own pace: one that is down holds up no other."""

    def __init__(self, register: Engine, clients: Clients, pace: Pace | None = None) -> None:
        self._register, self._clients, self._pace = register, clients, pace or Pace()
        self._tasks: dict[str, tuple[Client, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Send until cancelled. What goes wrong is logged and tried again."""
        http = httpx.AsyncClient(timeout=self._pace.patience.total_seconds(), trust_env=False, follow_redirects=False)
        try:
            async with http:
                while True:
                    self._keep_up(http)
                    await asyncio.sleep(self._pace.look.total_seconds())
        finally:
            tasks = [task for _, task in self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _keep_up(self, http: httpx.AsyncClient) -> None:
        """One task for each client as the file has it now: another address or secret is another task."""
        wanted = {name: client for name, client in self._clients.all().items() if client.webhook}
        for name, (client, task) in list(self._tasks.items()):
            if wanted.get(name) != client or task.done():
                task.cancel()
                del self._tasks[name]
        for name, client in wanted.items():
            if name not in self._tasks:
                self._tasks[name] = client, asyncio.create_task(self._serve(http, name, client))

    async def _serve(self, http: httpx.AsyncClient, name: str, client: Client) -> None:
        while True:
            try:
                if not await self._send_what_came(http, name, client):
                    await asyncio.sleep(self._pace.look.total_seconds())
            except RegisterError as error:
                log.warning("webhook of %s: %s", name, error)
                await asyncio.sleep(self._pace.first.total_seconds())

    async def _send_what_came(self, http: httpx.AsyncClient, name: str, client: Client) -> bool:
        """Send the next events, and remember each that is taken; whether there were any."""
        await asyncio.to_thread(number_events, self._register)
        taken = await asyncio.to_thread(webhook_taken, self._register, name)
        if taken is None:  # a new one is told of what happens from now on
            taken = await asyncio.to_thread(last_event, self._register)
            await asyncio.to_thread(record_taken, self._register, name, taken)
        events = await asyncio.to_thread(events_after, self._register, taken, AT_ONCE)
        for event in events:
            if may_see(name, client, event):
                await self._send(http, name, client, event)
            await asyncio.to_thread(record_taken, self._register, name, event.number)
        return bool(events)

    async def _send(self, http: httpx.AsyncClient, name: str, client: Client, event: Event) -> None:
        """Send one event until it is taken, which a status of 2xx says."""
        body = json.dumps(as_cloud_event(event), ensure_ascii=False).encode()
        pause = self._pace.first
        while True:
            headers = {"Content-Type": "application/cloudevents+json", **signed(client.secret or "", event, body)}
            try:
                answer = await http.post(client.webhook or "", content=body, headers=headers)
                if answer.is_success:
                    return
                said = f"answers {answer.status_code}"
            except httpx.HTTPError as error:
                said = f"is out of reach ({type(error).__name__})"
            log.warning("webhook of %s: its address %s; event %s is sent again", name, said, event.number)
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, self._pace.longest)


def signed(secret: str, event: Event, body: bytes) -> dict[str, str]:
    """The headers by which the receiver knows that it is ours: ``webhook-id``, ``-timestamp`` and ``-signature``.

    :param secret: ``whsec_`` and base64.
    """
    message_id, timestamp = f"{event.case_id}/{event.key}", str(int(time.time()))
    message_id = "evt_" + hashlib.sha256(message_id.encode()).hexdigest()[:32]
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    mac = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
