"""How much one client may ask for: a bucket of tokens for each, filled at a steady rate."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
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

    def _bucket(self, name: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(self._burst, now))
        self._buckets.move_to_end(name)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if len(self._buckets) > MOST_NAMES:
            self._buckets.popitem(last=False)
        return bucket
