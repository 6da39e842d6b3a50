"""What anything outside a case was asked, and what it shall fail at."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.interface import (
    Activity,
    ErrorKind,
)


class Outside:
    """What anything outside was asked, and what it shall fail at."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client
        self.calls: dict[Activity, list[Any]] = defaultdict(list)
        self.failing: dict[Activity, Callable[[], BaseException | None]] = {}
        self.attempts: Counter[Activity] = Counter()
        self.gates: dict[Activity, asyncio.Event] = {}
        self.clock: Callable[[], datetime] | None = None

    def now(self) -> datetime:
        """The server's time, which skips where the server does; or the clock of a case in memory."""
        return self.clock() if self.clock is not None else activity.info().started_time

    def refuse(self, which: Activity, message: str = "no") -> None:
        """Have an activity fail for good until ``mend``."""
        self.failing[which] = lambda: ApplicationError(message, type=ErrorKind.REFUSED, non_retryable=True)

    def lose(self, which: Activity) -> None:
        """Have an activity be out of reach until ``mend``."""
        self.failing[which] = lambda: ApplicationError("out of reach", type=ErrorKind.UNREACHABLE)

    def mend(self, which: Activity) -> None:
        """Let an activity work again."""
        self.failing.pop(which, None)

    async def _asked(self, which: Activity, payload: Any) -> None:
        self.attempts[which] += 1
        if which in self.gates:
            await self.gates[which].wait()
        error = self.failing[which]() if which in self.failing else None
        if error is not None:
            raise error
        self.calls[which].append(payload)
