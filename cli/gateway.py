"""``gateway``: the web service for systems and people, until it is stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from pydantic import SecretStr

from cases.errors import CannotDo
from gateway.app import create_app
from gateway.tls import CertifiedProtocol
from runtime.logs import log_plainly
from runtime.settings import GatewaySettings, read_settings

GRACE: Final = 10
"""Seconds that requests under way get when the gateway stops: more than a message waits for its answer."""

KEEP_ALIVE: Final = 75
"""Seconds that an idle connection stays open: longer than clients keep theirs, or one sends into a closing one."""


def serve() -> None:
    """Serve until SIGTERM or SIGINT; prints one line with the address as soon as it answers.

    :raises CannotDo: one line, where the address is taken or the register's URL cannot be used.
    """
    settings = read_settings(GatewaySettings)
    log_plainly(value for _, value in settings if isinstance(value, SecretStr))
    config = config_for(settings)
    try:
        listening = listen(settings.gateway_listen, config.backlog)
    except (OSError, OverflowError) as error:
        raise CannotDo(f"REXV_GATEWAY_LISTEN: cannot listen on {settings.gateway_listen}: {error}") from None
    with listening:
        asyncio.run(Server(config, settings).serve_until_stopped(listening))


def listen(address: str, backlog: int | None = None) -> socket.socket:
    """A socket that listens on ``host:port``, and sends each answer at once.

    asyncio sees to that only for sockets that it makes itself; else an answer waits 40 ms until the one before is
    confirmed.

    :raises OSError: where the address cannot be had; OverflowError for a port that there is not.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, int(port)), family=family, backlog=backlog)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def config_for(settings: GatewaySettings) -> uvicorn.Config:
    """How it is served: by TLS where it has a certificate, with certificates of clients where an authority is named."""
    return uvicorn.Config(
        create_app(settings),
        http=CertifiedProtocol,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=settings.gateway_tls_cert,
        ssl_keyfile=str(settings.gateway_tls_key) if settings.gateway_tls_key else None,
        ssl_ca_certs=str(settings.gateway_client_ca) if settings.gateway_client_ca else None,
        ssl_cert_reqs=ssl.CERT_OPTIONAL if settings.gateway_client_ca else ssl.CERT_NONE,
    )


class Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would end the process by the signal, not with exit code 0."""

    def __init__(self, config: uvicorn.Config, settings: GatewaySettings) -> None:
        super().__init__(config)
        self._settings = settings

    async def serve_until_stopped(self, listening: socket.socket) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        await self.serve(sockets=[listening])
        if not self.started:
            raise CannotDo("the gateway did not start; the log above says why")

    def _stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            port = sockets[0].getsockname()[1]
            host = self._settings.gateway_listen.rpartition(":")[0]
            print(f"gateway on {self._settings.gateway_scheme}://{host}:{port}", flush=True)

    @contextmanager
    def capture_signals(self) -> Iterator[Any]:
        yield
