"""Heartbeats for every activity with a heartbeat timeout, so that another worker soon takes over from a dead one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

HEARTBEAT_EVERY = timedelta(seconds=3)
"""Well inside the profiles' heartbeat timeout: one lost beat is not taken for a dead worker (contract: 15 s)."""


class HeartbeatInterceptor(Interceptor):
    """Give it to the worker; activities then need no code of their own to beat.

    The beat comes from the worker's event loop: it stops with the process and with a loop that is stuck. What hangs
    in one activity alone is the business of that activity's own time limits.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Temporal's hook: wrap each activity's execution."""
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        # Kept, because for a threaded activity `activity.heartbeat` may not be called from the event loop.
        self._outbound = _Remembering(outbound)
        super().init(self._outbound)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        timeout = activity.info().heartbeat_timeout
        if not timeout:
            return await super().execute_activity(input)
        beating = asyncio.create_task(self._beat(min(HEARTBEAT_EVERY, timeout / 3)))
        try:
            return await super().execute_activity(input)
        finally:
            beating.cancel()

    async def _beat(self, every: timedelta) -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            self._outbound.heartbeat(*self._outbound.details)


class _Remembering(ActivityOutboundInterceptor):
    """Keeps the details of the activity's own last heartbeat: a beat without them would erase them."""

    def __init__(self, next: ActivityOutboundInterceptor) -> None:
        super().__init__(next)
        self.details: tuple[Any, ...] = tuple(next.info().heartbeat_details)

    def heartbeat(self, *details: Any) -> None:
        self.details = details
        super().heartbeat(*details)
