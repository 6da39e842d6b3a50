"""Fetching one document into a file, within a budget of bytes and seconds (contract, sections 3 and 8)."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from collections.abc import Iterable
from datetime import timedelta
from typing import BinaryIO

import httpx

from activities.addresses import CheckedTransport, Origins, Resolve, resolve
from activities.errors import unexpected
from activities.http import AS_THEY_ARE, failure_of, is_packed, is_page, line_lost, origin_of, trusted_certificates
from rules.documents import LARGEST_DOCUMENT, OfferedFile
from rules.refusal import Refusal

MOST_REDIRECTS = 5

CONNECT_WITHIN = timedelta(seconds=10)
BETWEEN_BYTES = timedelta(seconds=20)
WHOLE_DOCUMENT = timedelta(minutes=5)
"""50 MB in this time is a line of 170 kB/s. A host that drips passes every other limit, but not this one."""


class DocumentFetcher:
    """Fetches from Atameken's origin (with its token) and from the further ones (without).

    Each document has a client of its own, so that no cookie and no connection of one host serves another.

    :param client: of ``atameken_client``; its base URL is Atameken's origin, and its authentication is used.
    :param further: ``REXV_DOCUMENT_HOSTS``.
    :param private: ``REXV_PRIVATE_DOCUMENT_HOSTS``.
    :param trusted: certificates; the usual ones by default.
    :raises ValueError: where one of the origins is none.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        further: Iterable[str] = (),
        private: Iterable[str] = (),
        *,
        connect: timedelta = CONNECT_WITHIN,
        between_bytes: timedelta = BETWEEN_BYTES,
        whole: timedelta = WHOLE_DOCUMENT,
        resolve: Resolve = resolve,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._origins = Origins(client.base_url, further, private)
        self._auth = client.auth
        self._timeout = httpx.Timeout(between_bytes.total_seconds(), connect=connect.total_seconds())
        self._whole = whole
        self._resolve = resolve
        self._trusted = trusted or trusted_certificates()

    async def fetch(self, document: OfferedFile, into: BinaryIO) -> int:
        """Write a document's bytes to a file and return how many there are, where size and hash are as offered.

        :raises Refusal: where it may not be fetched, its host does not give it out, or it is not what was offered.
        :raises ApplicationError: unreachable; broken or refused where the host's answer is none of HTTP's usual.
        """
        self._origins.check(document.url)
        if document.size == 0:
            raise Refusal("its size is given as 0 bytes; expected a document")
        if document.size is not None and document.size > LARGEST_DOCUMENT:
            raise Refusal(f"its size is given as {document.size} bytes; expected at most {LARGEST_DOCUMENT}")
        try:
            async with (
                asyncio.timeout(self._whole.total_seconds()),
                httpx.AsyncClient(
                    transport=CheckedTransport(self._origins, self._trusted, self._resolve),
                    auth=self._auth,
                    timeout=self._timeout,
                    follow_redirects=False,
                    trust_env=False,
                ) as client,
            ):
                return await _download(client, document, into)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise line_lost(error, "its host") from None


async def _download(client: httpx.AsyncClient, document: OfferedFile, into: BinaryIO) -> int:
    url = httpx.URL(document.url)
    first_origin = origin_of(url)
    for _ in range(MOST_REDIRECTS + 1):
        async with client.stream("GET", url, headers={"Accept": "*/*", **AS_THEY_ARE}) as response:
            if not response.has_redirect_location:
                return await _read_body(response, document, into)
            url = _next_url(response, first_origin)
    raise Refusal(f"its host redirects without end; expected at most {MOST_REDIRECTS} redirects")


async def _read_body(response: httpx.Response, document: OfferedFile, into: BinaryIO) -> int:
    failure = failure_of(response, "its host")
    if failure:
        raise failure
    if response.status_code != 200:
        raise Refusal(f"its host answered {response.status_code}; expected 200 and the whole document")
    try:
        return await _as_announced(response, document, into)
    except Refusal:
        if is_page(response):
            raise unexpected("its host answered with an HTML page; expected the document") from None
        raise


async def _as_announced(response: httpx.Response, document: OfferedFile, into: BinaryIO) -> int:
    if is_packed(response):
        raise Refusal("its host sends it with a Content-Encoding; expected the bytes as they are")
    most = min(LARGEST_DOCUMENT, document.size or LARGEST_DOCUMENT)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and (len(announced) > 15 or int(announced) > most):
        raise _too_large(document)
    digest, size = hashlib.sha256(), 0
    # Raw, so that nothing is unpacked on the way.
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > most:
            raise _too_large(document)
        digest.update(piece)
        into.write(piece)
    if document.size is not None and size != document.size:
        raise Refusal(f"it has {size} bytes; expected {document.size}, as its size says")
    if digest.hexdigest() != document.sha256:
        raise Refusal(f"its sha256 is {digest.hexdigest()}; expected {document.sha256}")
    return size


def _too_large(document: OfferedFile) -> Refusal:
    if document.size is not None:
        return Refusal(f"it has more than {document.size} bytes; expected as many as its size says")
    return Refusal(f"it has more than {LARGEST_DOCUMENT} bytes; expected at most 50 MB")


def _next_url(response: httpx.Response, first_origin: str) -> httpx.URL:
    try:
        url = response.url.join(response.headers["Location"])
        origin = origin_of(url)
    except (httpx.InvalidURL, ValueError):
        raise Refusal("its host redirects to something that cannot be fetched; expected the document") from None
    if origin != first_origin:
        raise Refusal(f"its host redirects to {origin}; redirects off {first_origin} are not followed")
    return url
