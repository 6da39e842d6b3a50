"""Cases as systems look at them: a worker is asked only where something has happened since it was asked last.

Each query is a replay of the case, and systems look often. Temporal itself says, without a worker, how long a case's
history is: while that is the same, so is the case.
"""

from __future__ import annotations

import asyncio
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
class _Look:
    """``history``: run and length before it was asked, so that what happens meanwhile makes the next look ask again."""

    history: tuple[str | None, int]
    at: float
    view: asyncio.Task[dict[str, Any]]


class Views:
    """What the query ``case`` answered, and at which length of the history. ``clock``: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looks: OrderedDict[str, _Look] = OrderedDict()

    async def look(self, client: Client, case_id: str) -> dict[str, Any]:
        """The object of the query ``case``; raises as ``ask_case`` does. Looks at the same moment share one query."""
        described = await describe(client, case_id)
        history, now = (described.run_id, described.history_length), self._clock()
        look = self._looks.get(case_id)
        if look is None or look.history != history or now >= look.at + FRESH_FOR.total_seconds() or _failed(look):
            running = described.status is WorkflowExecutionStatus.RUNNING
            asked = ask(client, case_id, "case") if running else ask_case(client, case_id)
            look = self._looks[case_id] = _Look(history, now, asyncio.create_task(asked))
        self._looks.move_to_end(case_id)
        if len(self._looks) > MOST:
            self._looks.popitem(last=False)
        # Whoever goes away takes nothing from the others who wait.
        return await asyncio.shield(look.view)


def _failed(look: _Look) -> bool:
    return look.view.done() and (look.view.cancelled() or look.view.exception() is not None)
