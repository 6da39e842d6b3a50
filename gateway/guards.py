"""What stands before every request: a bound on its size, the names under which we answer, and headers for browsers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import Problem

LARGEST_BODY: Final = 256 * 1024
"""Bytes of a request: a message of the contract is far below; documents have a bound of their own."""


@dataclass(frozen=True)
class Larger:
    """Requests whose body may be larger: by method and by the beginning of their path."""

    method: str
    path: str
    largest: int

    def fits(self, scope: Scope) -> bool:
        """Whether this is such a request."""
        method, path = str(scope["method"]), str(scope["path"])
        return method == self.method and path.startswith(self.path)


class Guards:
    """An ASGI middleware.

    :param hosts: the names that the header Host may have, without port: another one is a browser led here by a
        stranger's page (DNS rebinding).
    :param larger: requests that may have more than ``LARGEST_BODY``.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], larger: Sequence[Larger] = ()) -> None:
        self._app, self._hosts, self._larger = app, frozenset(hosts), tuple(larger)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_host(headers.get("host", ""))
            largest = next((each.largest for each in self._larger if each.fits(scope)), LARGEST_BODY)
            receive = _bounded(receive, headers.get("content-length"), largest)
        except Problem as problem:
            await problem.response()(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)

    def _check_host(self, host: str) -> None:
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        if name.lower().strip("[]") not in self._hosts:
            raise Problem(421, "This server does not answer under this name; see the setting REXV_GATEWAY_URL.")


def _bounded(receive: Receive, declared: str | None, largest: int) -> Receive:
    """:raises Problem: 413, at once where the length is declared, else when too much has come."""
    too_large = Problem(413, f"The request is too large; expected at most {largest // 1024} kB.")
    if declared is not None and (not declared.isdigit() or int(declared) > largest):
        raise too_large
    come = 0

    async def bounded() -> Message:
        nonlocal come
        message = await receive()
        come += len(message.get("body", b""))
        if come > largest:
            raise too_large
        return message

    return bounded


_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
"""What an answer says to a browser unless it says otherwise: it keeps, runs and frames nothing of it."""
