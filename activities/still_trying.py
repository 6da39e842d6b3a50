"""Tells a case what is still being tried: a workflow cannot see the attempts of its activities, and people want to.

A case in order gets no such signal, and one whose other side is out of reach for days a dozen at the most.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any, Final

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.signals import CASE, STILL_TRYING, StillTrying
from rules.text import one_line

LONGEST_REASON: Final = 500
"""Characters, as of the reason with which an action gives up."""

PATIENCE: Final = timedelta(seconds=5)
"""How long the attempt's failure waits for this: the case learns of the next one, if not of this one."""


def worth_saying(attempt: int) -> bool:
    """Whether the failure of an attempt is told: of the second, the fourth, the eighth ..., ever more rarely."""
    return attempt >= 2 and attempt & (attempt - 1) == 0


class StillTryingInterceptor(Interceptor):
    """Give it to the worker; activities then need no code of their own."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Temporal's hook: wrap each activity's execution."""
        return _Telling(next)


class _Telling(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except Exception as error:
            final = isinstance(error, ApplicationError) and error.non_retryable
            info = activity.info()
            if not final and info.workflow_type == CASE and worth_saying(info.attempt):
                await _tell(info, error)
            raise


async def _tell(info: activity.Info, error: Exception) -> None:
    told = StillTrying(activity_id=info.activity_id, attempt=info.attempt, reason=reason_of(error))
    # Of this run: a later one begins its actions anew. Whatever keeps the signal back must not change the failure.
    handle = activity.client().get_workflow_handle(info.workflow_id or "", run_id=info.workflow_run_id)
    with contextlib.suppress(RPCError, TimeoutError):
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await handle.signal(STILL_TRYING, told)


def reason_of(error: Exception) -> str:
    """One line. The words of an error that is not ours may be a secret: its type says what it is."""
    text = error.message if isinstance(error, ApplicationError) else type(error).__name__
    return one_line(text, LONGEST_REASON)
