"""TLS client certificates: the name in one that our authority has signed is passed on to the application.

Uvicorn hands the application nothing of a certificate, so its protocol is asked when a connection is made.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

EXTENSION: Final = "rexv.certificate"
"""In ``scope["extensions"]``: the common name of a verified client certificate."""


class CertifiedProtocol(H11Protocol):
    """HTTP/1.1 that knows by which certificate its connection was made, if by any."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """See base class."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        name = common_name(tls.getpeercert()) if tls is not None else None
        if name is not None:
            self.app = _Certified(self.app, name)


class _Certified:
    def __init__(self, app: Any, name: str) -> None:
        self._app: ASGIApp = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**scope.get("extensions", {}), EXTENSION: self._name}
        await self._app({**scope, "extensions": extensions}, receive, send)


def common_name(certificate: dict[str, Any] | None) -> str | None:
    """The common name of a certificate as ``ssl`` gives one; None where there is none, or more than one."""
    subject = (certificate or {}).get("subject", ())
    names = [value for part in subject for field, value in part if field == "commonName"]
    return names[0] if len(names) == 1 else None
