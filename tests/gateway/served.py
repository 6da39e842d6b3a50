"""The gateway as ``starter.py gateway`` serves it, on a port of this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli.gateway import Server, config_for, listen
from runtime.settings import GatewaySettings


@asynccontextmanager
async def served(settings: GatewaySettings) -> AsyncIterator[str]:
    """Gives the address of a question that only a known client is answered, and then with 400."""
    with listen("127.0.0.1:0") as listening:
        server = Server(config_for(settings), settings)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn says it no other way
                await asyncio.sleep(0.01)
        yield f"{settings.gateway_scheme}://127.0.0.1:{listening.getsockname()[1]}/api/v1/cases?step=x"
        server.should_exit = True
        await serving
