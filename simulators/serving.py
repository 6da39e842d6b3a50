"""Runs an ASGI application as a real server on this machine: a program of its own, or inside a test."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn

GRACE = 2
"""Seconds that running calls get when the server stops; one that hangs on purpose would hold it up for ever."""


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs it: uvicorn would end the process by the signal, not with exit code 0."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answering = asyncio.Event()
        self.leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    async def main_loop(self) -> None:
        # Instead of a look ten times a second for limits that are not set here: tests start many servers.
        await self.leaving.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running(
    app: Any, host: str = "127.0.0.1", port: int = 0, certificate: Path | None = None
) -> AsyncIterator[str]:
    """Serve ``app`` while the context lasts; port 0 takes a free one.

    :param app: an ASGI application.
    :param certificate: a PEM file with key and certificate, to serve https.
    :returns: the base URL, without a slash at its end.
    :raises OSError: where the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms to be confirmed
        # No configuration of logging: a test or the demo that runs this has its own.
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            date_header=False,
            ssl_certfile=certificate,
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            # A server that fails to start ends here, too, and says why below.
            serving.add_done_callback(lambda _: server.answering.set())
            await server.answering.wait()
            scheme = "https" if certificate else "http"
            yield f"{scheme}://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        finally:
            server.leaving.set()
            await serving


async def serve_until_stopped(app: Any, name: str, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; prints one line with the base URL as soon as it answers."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(app, host, port) as base_url:
        print(f"{name} on {base_url}", flush=True)
        await stopped.wait()
