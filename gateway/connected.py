"""What every request of the gateway needs: Temporal, register and document store, opened once."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy import Engine
from temporalio.client import Client

from activities.document_store import DocumentStore
from runtime.settings import GatewaySettings


@dataclass(frozen=True)
class Connected:
    """The gateway's connections, with its settings. The register is read in threads: its calls block."""

    client: Client
    register: Engine
    store: DocumentStore
    settings: GatewaySettings


def connected(request: Request) -> Connected:
    """The connections of the application that serves the request, for ``Depends``."""
    found: Connected = request.app.state.connected
    return found
