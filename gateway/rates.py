"""How much one client may ask for: so much in a time, and so much at once."""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from gateway.problems import Problem

MOST_NAMES: Final = 10_000
"""Buckets that are remembered: addresses of strangers have no end."""


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rate:
    """``burst`` calls at once, and ``per_second`` from then on, for each name.

    :param what: what is limited, in words.
    :param clock: seconds, monotonic.
    """

    def __init__(
        self, what: str, *, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what, self._per_second, self._burst, self._clock = what, per_second, burst, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, name: str) -> None:
        """:raises Problem: 429 with Retry-After, where the name has none left."""
        tokens = self._bucket(name).tokens
        if tokens < 1:
            seconds = math.ceil((1 - tokens) / self._per_second)
            raise Problem(
                429, f"Too many {self._what}; expected the next in {seconds} s.", {"Retry-After": str(seconds)}
            )

    def take(self, name: str) -> None:
        """Count one; the bucket may go below nothing, so that what was let in together is paid for together."""
        self._bucket(name).tokens -= 1

    def give_back(self, name: str) -> None:
        """Undo one ``take``: what it was for turned out to be in order."""
        self._bucket(name).tokens += 1

    def _bucket(self, name: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, now))
        self._buckets.move_to_end(name)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if len(self._buckets) > MOST_NAMES:
            self._buckets.popitem(last=False)
        return bucket


class AtOnce:
    """So many requests of one name at a time; the others wait for their turn, and for no longer than ``patience``.

    Whatever a client sends, a worker has only so much of it before what another sends.
    """

    def __init__(self, most: int, patience: timedelta = timedelta(seconds=5)) -> None:
        self._most, self._patience = most, patience
        self._turns: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Hold one of the name's turns. :raises Problem: 429, where none came free in time."""
        turns, users = self._turns.get(name, (asyncio.Semaphore(self._most), 0))
        self._turns[name] = turns, users + 1
        try:
            try:
                async with asyncio.timeout(self._patience.total_seconds()):
                    await turns.acquire()
            except TimeoutError:
                raise Problem(
                    429, f"Too many requests at once; expected at most {self._most}.", {"Retry-After": "1"}
                ) from None
            try:
                yield
            finally:
                turns.release()
        finally:
            turns, users = self._turns[name]
            if users > 1:
                self._turns[name] = turns, users - 1
            else:
                del self._turns[name]
