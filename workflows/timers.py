"""The durable timers of a case: those that it wants are set, those of moments that moved are dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from temporalio import workflow

from workflows.deadlines import Alarm


class Timers:
    """By name, what each waits for; an operator sees them on the timeline, with their summaries."""

    def __init__(self, fired: Callable[[], None]) -> None:
        """:param fired: called when any of them has fired."""
        self._fired = fired
        self._set: dict[str, tuple[Alarm, asyncio.Task[None]]] = {}

    def set(self, wanted: Mapping[str, Alarm], now: datetime) -> bool:
        """Have exactly these timers run; whether that took a command."""
        changed = False
        for name, (alarm, task) in list(self._set.items()):
            if task.done() or wanted.get(name) != alarm:
                if alarm.until > now:  # One whose moment has come fires by itself: to cancel it would race with that.
                    task.cancel()
                    changed = True
                del self._set[name]
        for name, alarm in wanted.items():
            if name not in self._set:
                self._set[name] = (alarm, asyncio.create_task(self._wait(alarm, now)))
                changed = True
        return changed

    async def _wait(self, alarm: Alarm, now: datetime) -> None:
        await workflow.sleep(alarm.until - now, summary=alarm.summary[:200])
        self._fired()
