"""Fetching, checking and storing the documents that Atameken offers (¶8; contract, sections 3 and 8)."""

from __future__ import annotations

import asyncio
import hashlib
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, BinaryIO, cast

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.arrivals import ArrivalActivities
from activities.document_store import DocumentStore, document_id_of
from activities.document_type import media_type_of
from activities.errors import unexpected, unreachable
from activities.http import AS_THEY_ARE, failure_of, is_packed, is_page, line_lost, origin_of
from activities.interface import Activity, ErrorKind, Fetch, Fetched, RefusedDocument, StoredDocument
from rules.documents import LARGEST_DOCUMENT, OfferedDocument
from rules.refusal import Refusal
from rules.text import one_line

AT_ONCE = 4
"""Documents of one message that are fetched at the same time: quick for a set of ten, gentle on the other side."""

MOST_REDIRECTS = 5
KEPT_IN_MEMORY = 1024 * 1024
SHOWN_FAILURES = 3


@dataclass(frozen=True)
class Patience:
    """How long fetching waits, so that a stuck host holds up neither the case nor the other documents.

    ``connect`` and ``between_bytes`` are for each connection, ``document`` is for the whole of one document,
    ``more`` is how long those that are done wait for the next, ``message`` is for everything: an activity profile's
    start-to-close timeout must be longer.
    """

    connect: timedelta = timedelta(seconds=10)
    between_bytes: timedelta = timedelta(seconds=20)
    document: timedelta = timedelta(minutes=5)
    more: timedelta = timedelta(seconds=25)
    message: timedelta = timedelta(minutes=10)


class DocumentActivities:
    """Fetches documents from Atameken's origin (the client sends its token there) and the further ones (no token).

    :param client: of ``atameken_client``; its base URL is Atameken's origin.
    :param further_origins: ``REXV_DOCUMENT_HOSTS``.
    :raises ValueError: where one of them is no origin.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        store: DocumentStore,
        further_origins: Iterable[str] = (),
        patience: Patience | None = None,
        arrivals: ArrivalActivities | None = None,
    ) -> None:
        self._client = client
        self._arrivals = arrivals
        self._store = store
        self._patience = patience or Patience()
        self._origins = frozenset({origin_of(client.base_url), *map(origin_of, further_origins)})
        wait = self._patience.between_bytes.total_seconds()
        self._timeout = httpx.Timeout(wait, connect=self._patience.connect.total_seconds())

    @activity.defn(name=Activity.FETCH_DOCUMENTS)
    async def fetch_documents(self, fetch: Fetch) -> Fetched:
        """Fetch, check and store what a message offers; bytes that the store has are not fetched again.

        :raises ApplicationError: unreachable, where every document is out of reach.
        """
        stored: list[StoredDocument] = []
        refused: list[RefusedDocument] = []
        failures: dict[int, ApplicationError] = {}
        turns = asyncio.Semaphore(AT_ONCE)
        tasks = {
            asyncio.create_task(self._try(index, document, turns)): index
            for index, document in enumerate(fetch.documents)
        }
        pending = set(tasks)
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience.message.total_seconds()
        try:
            while pending:
                wait = end - loop.time()
                if stored or refused:
                    wait = min(wait, self._patience.more.total_seconds())
                done, pending = await asyncio.wait(pending, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    match task.result():
                        case StoredDocument() as document:
                            stored.append(document)
                        case RefusedDocument() as refusal:
                            refused.append(refusal)
                        case error:
                            failures[tasks[task]] = error
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        if not stored and not refused:
            raise _all_out_of_reach(fetch, failures)
        arrived_at = None
        if fetch.arrival is not None and self._arrivals is not None:
            [arrived_at] = await self._arrivals.read_arrivals(fetch.arrival)
        return Fetched(
            arrived_at=arrived_at,
            stored=sorted(stored, key=lambda each: each.index),
            refused=sorted(refused, key=lambda each: each.index),
            out_of_reach=sorted({*failures, *(tasks[task] for task in pending)}),
        )

    async def _try(
        self, index: int, document: OfferedDocument, turns: asyncio.Semaphore
    ) -> StoredDocument | RefusedDocument | ApplicationError:
        async with turns:
            try:
                return await self._fetch(index, document)
            except Refusal as refusal:
                return RefusedDocument(index=index, reason=f"{_shown(document.filename)}: {refusal}")
            except ApplicationError as error:
                if error.type == ErrorKind.UNREACHABLE.value:
                    return error
                return RefusedDocument(index=index, reason=f"{_shown(document.filename)}: {error.message}")

    async def _fetch(self, index: int, document: OfferedDocument) -> StoredDocument:
        url = self._allowed(document.url)
        if document.size == 0:
            raise Refusal("its size is given as 0 bytes; expected a document")
        if document.size is not None and document.size > LARGEST_DOCUMENT:
            raise Refusal(f"its size is given as {document.size} bytes; expected at most {LARGEST_DOCUMENT}")
        there = await self._stored_already(document)
        if there is not None:
            media_type = await asyncio.to_thread(media_type_of, there, document.media_type)
            return _stored(index, document.sha256, len(there.getbuffer()), media_type)
        with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as spooled:
            # The type stubs keep a spooled file apart from the binary file that it behaves as.
            file = cast(BinaryIO, spooled)
            try:
                async with asyncio.timeout(self._patience.document.total_seconds()):
                    size = await self._download(url, document, spooled)
            except TimeoutError as error:
                raise line_lost(error, "its host") from None
            media_type = await asyncio.to_thread(media_type_of, file, document.media_type)
            await self._store.put(file)
        return _stored(index, document.sha256, size, media_type)

    async def _stored_already(self, document: OfferedDocument) -> io.BytesIO | None:
        """The bytes from the store, if it has them unharmed."""
        document_id = document_id_of(document.sha256)
        size = await self._store.size(document_id)
        if size is None or document.size not in (None, size):
            return None
        try:
            return io.BytesIO(await self._store.read(document_id))
        except ApplicationError as error:
            if error.type == ErrorKind.UNREACHABLE.value:
                raise
            return None

    async def _download(self, url: httpx.URL, document: OfferedDocument, into: IO[bytes]) -> int:
        """Write the bytes behind ``url`` and return how many there are, where size and hash are as the message says."""
        first_origin = origin_of(url)
        for _ in range(MOST_REDIRECTS + 1):
            request = self._client.build_request(
                "GET", url, headers={"Accept": "*/*", **AS_THEY_ARE}, timeout=self._timeout
            )
            try:
                response = await self._client.send(request, stream=True, follow_redirects=False)
                try:
                    if not response.has_redirect_location:
                        return await _read_body(response, document, into)
                    url = _next_url(response, first_origin)
                finally:
                    await response.aclose()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise line_lost(error, "its host") from None
        raise Refusal(f"its host redirects without end; expected at most {MOST_REDIRECTS} redirects")

    def _allowed(self, url: str) -> httpx.URL:
        try:
            origin = origin_of(url)
        except ValueError as error:
            raise Refusal(f"url: {error}") from None
        if origin not in self._origins:
            raise Refusal(
                f"url: documents are not fetched from {origin}; "
                "expected Atameken's own origin or one of REXV_DOCUMENT_HOSTS"
            )
        return httpx.URL(url)


async def _read_body(response: httpx.Response, document: OfferedDocument, into: IO[bytes]) -> int:
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


async def _as_announced(response: httpx.Response, document: OfferedDocument, into: IO[bytes]) -> int:
    if is_packed(response):
        raise Refusal("its host sends it with a Content-Encoding; expected the bytes as they are")
    most = min(LARGEST_DOCUMENT, document.size or LARGEST_DOCUMENT)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > most:
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


def _too_large(document: OfferedDocument) -> Refusal:
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


def _stored(index: int, sha256: str, size: int, media_type: str) -> StoredDocument:
    return StoredDocument(
        index=index, document_id=document_id_of(sha256), sha256=sha256, size=size, media_type=media_type
    )


def _shown(filename: str) -> str:
    """A file name fit for one line; its sender chose it."""
    return one_line(filename)[:120] or "document without a name"


def _all_out_of_reach(fetch: Fetch, failures: dict[int, ApplicationError]) -> ApplicationError:
    reasons = [f"{_shown(fetch.documents[index].filename)}: {error.message}" for index, error in failures.items()]
    waits = [error.next_retry_delay for error in failures.values() if error.next_retry_delay]
    # The first that may be asked again sets the pace, and one without a wish leaves it to the retry policy.
    wait = min(waits) if waits and len(waits) == len(fetch.documents) else None
    more = f"; and {len(fetch.documents) - SHOWN_FAILURES} more" if len(fetch.documents) > SHOWN_FAILURES else ""
    said = "; ".join(reasons[:SHOWN_FAILURES]) or "no answer in time"
    return unreachable(f"none of {len(fetch.documents)} documents can be fetched: {said}{more}", wait)
