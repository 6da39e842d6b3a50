"""Cases as systems look at them: a worker is asked only where something has happened since it was asked last.

Each query is a replay of the case, and systems look often. Temporal itself says, without a worker, how long a case's
history is: while that is the same, so is the case.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client, WorkflowExecutionStatus

from cases.asking import ask, ask_case, describe

MOST: Final = 500
"""Cases that are remembered; a large one takes some hundred kB."""

FRESH_FOR: Final = timedelta(minutes=1)
"""Some of a view goes by the present, as what is to be done by a day that is over: so it is never older."""


@dataclass(frozen=True)
class _Seen:
    history: tuple[str | None, int]
    at: float
    view: dict[str, Any]


class Views:
    """What the query ``case`` answered, and at which length of the history. ``clock``: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    async def look(self, client: Client, case_id: str) -> dict[str, Any]:
        """The object of the query ``case``; raises as ``ask_case`` does."""
        described = await describe(client, case_id)
        history, now = (described.run_id, described.history_length), self._clock()
        seen = self._seen.get(case_id)
        if seen is not None and seen.history == history and now < seen.at + FRESH_FOR.total_seconds():
            self._seen.move_to_end(case_id)
            return seen.view
        running = described.status is WorkflowExecutionStatus.RUNNING
        view = await (ask(client, case_id, "case") if running else ask_case(client, case_id))
        # Of the length before it was asked: what happens meanwhile makes the next look ask again.
        self._seen[case_id] = _Seen(history, now, view)
        self._seen.move_to_end(case_id)
        if len(self._seen) > MOST:
            self._seen.popitem(last=False)
        return view
