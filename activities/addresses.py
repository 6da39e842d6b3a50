"""Where a document may be fetched from: an origin that a setting names, and an address that may be behind its name.

A name of the allow list says who is meant, not where it leads: whoever answers for it in DNS could point it at this
machine, at the ministry's own network or at a cloud's metadata. So a name is resolved once, every address that it has
is checked, and the connection is made to one of those, never to what a second look-up says.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import httpx

from activities.http import origin_of
from rules.refusal import Refusal

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a host name; raises ``OSError`` where it has none."""

_METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"))
)
"""Services of clouds for their own machines that stand outside the link-local range: Alibaba, Azure, AWS, Google."""

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Origins:
    """The origins from which documents are fetched.

    :param own: Atameken's own. Like ``private`` ones it may have an address in a private network or on this machine:
        whoever runs the system has named it for that.
    :param further: ``REXV_DOCUMENT_HOSTS``; a name there has to lead to a public address, an address stands for itself.
    :param private: ``REXV_PRIVATE_DOCUMENT_HOSTS``.
    :raises ValueError: where one of them is no origin.
    """

    def __init__(self, own: str | httpx.URL, further: Iterable[str] = (), private: Iterable[str] = ()) -> None:
        self._private = frozenset({origin_of(own), *map(origin_of, private)})
        self._all = self._private | {origin_of(each) for each in further}

    def check(self, url: str | httpx.URL) -> str:
        """The origin of a URL. :raises Refusal: where nothing may be fetched from it."""
        try:
            origin = origin_of(url)
        except ValueError as error:
            raise Refusal(f"url: {error}") from None
        if origin not in self._all:
            raise Refusal(
                f"url: documents are not fetched from {origin}; "
                "expected Atameken's own origin or one of REXV_DOCUMENT_HOSTS"
            )
        return origin

    def check_address(self, origin: str, host: str, address: str) -> None:
        """Whether an origin's host may have this address. :raises Refusal: naming the address where it may not."""
        found = _innermost(ipaddress.ip_address(address))
        if _literal(host) == ipaddress.ip_address(address) or (host == "localhost" and found.is_loopback):
            return
        never = found.is_link_local or found.is_multicast or found.is_unspecified or found in _METADATA
        if not never and (found.is_global or (origin in self._private and found.is_private)):
            return
        raise Refusal(
            f"url: {origin} leads to {address}, which is no public address; "
            "expected a public one, or the origin in REXV_PRIVATE_DOCUMENT_HOSTS"
        )


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _innermost(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address to which an IPv6 address of a transition mechanism leads; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None) or address


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by this machine's resolver, in its order.

    :raises OSError: where there is none, or no resolver answers.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # An address of one interface ("fe80::1%eth0") is the same address, as far as the check is concerned.
    return list(dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found))


class CheckedTransport(httpx.AsyncBaseTransport):
    """Sends requests to addresses that were checked, and past every proxy: a proxy would resolve the name anew.

    For the exchanges of one document: connections are pooled by address, and two hosts may have the same.
    """

    def __init__(self, origins: Origins, trusted: ssl.SSLContext, resolve: Resolve = resolve) -> None:
        self._origins = origins
        self._resolve = resolve
        self._transport = httpx.AsyncHTTPTransport(verify=trusted, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """httpx's hook.

        :raises Refusal: where the host may not be asked.
        :raises httpx.ConnectError: where it has no address, or none of them answers.
        """
        origin = self._origins.check(request.url)
        host = request.url.raw_host.decode("ascii").lower()
        addresses = [host] if _literal(host) else await self._addresses(host, request.url)
        for address in addresses:
            self._origins.check_address(origin, host, address)
        failure: httpx.ConnectError | None = None
        for address in addresses:
            at_address = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,  # with the Host of the name
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},  # the certificate has to be the name's, too
            )
            try:
                return await self._transport.handle_async_request(at_address)
            except httpx.ConnectError as error:
                failure = error
        raise failure or httpx.ConnectError("the name has no address")

    async def _addresses(self, host: str, url: httpx.URL) -> list[str]:
        try:
            return await self._resolve(host, url.port or {"http": 80, "https": 443}[url.scheme])
        except OSError:
            raise httpx.ConnectError("the name cannot be resolved") from None

    async def aclose(self) -> None:
        """Hang up."""
        await self._transport.aclose()
