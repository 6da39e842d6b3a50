"""Taking in the documents that Atameken offers: fetched, looked into, scanned and stored (¶8; docs/documents.md)."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.arrivals import ArrivalActivities
from activities.document_store import DocumentStore, document_id_of
from activities.errors import unreachable
from activities.fetching import DocumentFetcher
from activities.interface import (
    Activity,
    ErrorKind,
    Fetch,
    Fetched,
    QuarantinedDocument,
    RefusedDocument,
    Release,
    StoredDocument,
)
from activities.looking import Looks
from activities.scanner import Scanner
from rules.documents import OfferedDocument, RecordedDocument
from rules.refusal import Refusal
from rules.text import one_line

AT_ONCE = 4
"""Documents of one message that are fetched at the same time: quick for a set of ten, gentle on the other side."""

SHOWN_FAILURES = 3

log = logging.getLogger(__name__)

Settled = StoredDocument | QuarantinedDocument | RefusedDocument


@dataclass(frozen=True)
class Patience:
    """How long a message's documents wait for each other, so that a stuck host holds up neither them nor the case.

    ``more`` is how long those that are done wait for the next, ``message`` is for everything: an activity profile's
    start-to-close timeout must be longer. What one document may take is the fetcher's and the look's business.
    """

    more: timedelta = timedelta(seconds=25)
    message: timedelta = timedelta(minutes=10)


class DocumentActivities:
    """Takes documents in, each by itself: what happens to one is that one's alone.

    :param scanner: of ``REXV_CLAMD_ADDRESS``; without one nothing is scanned.
    """

    def __init__(
        self,
        fetcher: DocumentFetcher,
        store: DocumentStore,
        scanner: Scanner | None = None,
        arrivals: ArrivalActivities | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._store = store
        self._scanner = scanner
        self._arrivals = arrivals
        self._patience = patience or Patience()
        self._looks = Looks()

    @activity.defn(name=Activity.FETCH_DOCUMENTS)
    async def fetch_documents(self, fetch: Fetch) -> Fetched:
        """Fetch, check and store what a message offers.

        Every document is fetched, each time: that the store has the bytes with a hash says nothing about who sent
        them. Storing them again changes nothing.

        :raises ApplicationError: unreachable, where every document is out of reach.
        """
        settled: list[Settled] = []
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
                if settled:
                    wait = min(wait, self._patience.more.total_seconds())
                done, pending = await asyncio.wait(pending, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    match task.result():
                        case ApplicationError() as error:
                            failures[tasks[task]] = error
                        case document:
                            settled.append(document)
        finally:
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
        if not settled:
            raise _all_out_of_reach(fetch, failures)
        arrived_at = None
        if fetch.arrival is not None and self._arrivals is not None:
            [arrived_at] = await self._arrivals.read_arrivals(fetch.arrival)
        settled.sort(key=lambda each: each.index)
        return Fetched(
            arrived_at=arrived_at,
            stored=[each for each in settled if type(each) is StoredDocument],
            quarantined=[each for each in settled if isinstance(each, QuarantinedDocument)],
            refused=[each for each in settled if isinstance(each, RefusedDocument)],
            out_of_reach=sorted({*failures, *(tasks[task] for task in pending)}),
        )

    @activity.defn(name=Activity.RELEASE_DOCUMENT)
    async def release_document(self, release: Release) -> None:
        """Put a document that was kept apart among the others; the same again changes nothing.

        :raises ApplicationError: broken, where the store does not have it any more, or changed; unreachable.
        """
        await self._store.release(release.sha256)

    async def _try(
        self, index: int, document: OfferedDocument | RecordedDocument, turns: asyncio.Semaphore
    ) -> Settled | ApplicationError:
        async with turns:
            try:
                return await self._take_in(index, document)
            except Refusal as refusal:
                reason = str(refusal)
            except ApplicationError as error:
                if error.type == ErrorKind.UNREACHABLE.value:
                    return error
                reason = error.message
            except (OSError, MemoryError) as error:
                return unreachable(f"there is no room for it on this machine ({type(error).__name__})")
            except Exception as error:
                # A check that breaks off is a fault of ours; that it met this document is this document's alone.
                where = "".join(traceback.format_tb(error.__traceback__))  # without its words, which may be a secret
                log.error("the check of a document broke off: %s\n%s", type(error).__name__, where)
                reason = f"its check broke off ({type(error).__name__}); expected a document that can be read"
            return RefusedDocument(index=index, reason=f"{_shown(document.filename)}: {one_line(reason)}")

    async def _take_in(self, index: int, document: OfferedDocument | RecordedDocument) -> StoredDocument:
        with tempfile.TemporaryFile() as temporary:
            file = cast(BinaryIO, temporary)  # the type stubs keep the two apart
            if isinstance(document, RecordedDocument):  # a person has put it in the store, where it is looked at
                size = file.write(await self._store.read_also_apart(document.document_id))
            else:
                size = await self._fetcher.fetch(document, file)
            file.flush()
            verdict = await self._looks.into(file, document)
            reasons = [verdict.reason] if verdict.state == "quarantined" else []
            if self._scanner is not None and (found := await self._scanner.scan(file)):
                reasons.append(f"the scanner finds {found}")
            stored = StoredDocument(
                index=index,
                document_id=document_id_of(document.sha256),
                sha256=document.sha256,
                size=size,
                media_type=verdict.media_type,
                signatures=verdict.signatures,
            )
            if reasons:
                await self._store.put_apart(file)
                return QuarantinedDocument(**stored.model_dump(), reason=one_line("; ".join(reasons)))
            await self._store.put(file)
            return stored


def _shown(filename: str) -> str:
    """A file name fit for one line; its sender chose it."""
    return one_line(filename, 120) or "document without a name"


def _all_out_of_reach(fetch: Fetch, failures: dict[int, ApplicationError]) -> ApplicationError:
    reasons = [f"{_shown(fetch.documents[index].filename)}: {error.message}" for index, error in failures.items()]
    waits = [error.next_retry_delay for error in failures.values() if error.next_retry_delay]
    # The first that may be asked again sets the pace, and one without a wish leaves it to the retry policy.
    wait = min(waits) if waits and len(waits) == len(fetch.documents) else None
    more = f"; and {len(fetch.documents) - SHOWN_FAILURES} more" if len(fetch.documents) > SHOWN_FAILURES else ""
    said = "; ".join(reasons[:SHOWN_FAILURES]) or "no answer in time"
    return unreachable(f"none of {len(fetch.documents)} documents can be fetched: {said}{more}", wait)
