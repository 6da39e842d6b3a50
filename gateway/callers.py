"""Which system calls: by its bearer token, or by its TLS client certificate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request

from gateway.clients import Client
from gateway.connected import Connected, connected
from gateway.problems import Problem
from gateway.tls import EXTENSION
from rules.seal import Authenticated

TOKEN: Final = "token"
CERTIFICATE: Final = "certificate"

_ASK: Final = {"WWW-Authenticate": 'Bearer realm="rex-verification"'}


@dataclass(frozen=True)
class Caller:
    """A system that is known. ``how``: by what; ``received_at``: when its request came, in UTC."""

    name: str
    client: Client
    how: str
    received_at: datetime

    def needs(self, right: str) -> None:
        """:raises Problem: 403, where the system may not do this."""
        if not self.client.may_do(right):
            raise Problem(403, f"{self.name} may not do this here; it would need the right {right}.")

    @property
    def authenticated(self) -> Authenticated:
        """What the gateway's seal says of it."""
        return Authenticated(client=self.name, how=self.how, received_at=self.received_at)


async def caller(request: Request, world: Annotated[Connected, Depends(connected)]) -> AsyncIterator[Caller]:
    """The system that calls, for ``Depends``; while it is answered it has one of its turns.

    :raises Problem: 401 for nobody we know, 429 for one that calls too often.
    """
    now = datetime.now(UTC)
    address = request.client.host if request.client else ""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    common_name = request.scope.get("extensions", {}).get(EXTENSION)
    if scheme.lower() == "bearer" and token.strip():
        found, how = world.clients.by_token(token.strip()), TOKEN
    elif common_name:
        found, how = world.clients.by_certificate(common_name), CERTIFICATE
    else:
        raise Problem(401, "Expected the header Authorization: Bearer TOKEN.", _ASK)
    if found is None:
        # Whoever is known is let in from any address: a stranger beside it, behind one proxy, locks nobody out.
        world.rates.strangers.check(address)
        world.rates.strangers.take(address)
        raise Problem(401, f"This {how} belongs to no client here.", _ASK)
    name, client = found
    world.rates.calls.check(name)
    world.rates.calls.take(name)
    async with world.rates.at_once.turn(name):
        yield Caller(name, client, how, now)
