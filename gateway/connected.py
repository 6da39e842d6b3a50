"""What every request of the gateway needs: Temporal, register, store, clients and key, opened once."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request
from sqlalchemy import Engine
from temporalio.client import Client

from activities.document_store import DocumentStore
from gateway.clients import Clients
from gateway.rates import AtOnce, Rate
from gateway.repeats import Repeats
from gateway.signing import Signer
from gateway.views import Views
from runtime.settings import GatewaySettings


@dataclass(frozen=True)
class Rates:
    """How much is taken from whom.

    What is sent costs a worker some tasks, refused or not: so each client has few of them at a time, and a client gone
    wild is stopped early.
    """

    calls: Rate = field(default_factory=lambda: Rate("requests of this client", per_second=50, burst=100))
    refused: Rate = field(default_factory=lambda: Rate("refused messages of this client", per_second=1, burst=30))
    at_once: AtOnce = field(default_factory=lambda: AtOnce(8))
    sending: AtOnce = field(default_factory=lambda: AtOnce(3))
    strangers: Rate = field(default_factory=lambda: Rate("wrong tokens from this address", per_second=1, burst=20))


@dataclass(frozen=True)
class Connected:
    """The gateway's connections, with its settings. The register is read in threads: its calls block."""

    client: Client
    register: Engine
    store: DocumentStore
    settings: GatewaySettings
    clients: Clients
    signer: Signer
    rates: Rates = field(default_factory=Rates)
    repeats: Repeats = field(default_factory=Repeats)
    views: Views = field(default_factory=Views)


async def connected(request: Request) -> Connected:  # async: FastAPI runs a plain function in a thread
    """The connections of the application that serves the request, for ``Depends``."""
    found: Connected = request.app.state.connected
    return found
