"""How a worker runs workflow tasks: each task is a replay of the whole history (docs/design.md, section 4)."""

from __future__ import annotations

from typing import Final, TypedDict

from temporalio.worker import PollerBehaviorSimpleMaximum


class ReplayOptions(TypedDict):
    """Keyword arguments of a ``Worker``."""

    max_cached_workflows: int
    max_concurrent_workflow_tasks: int
    workflow_task_poller_behavior: PollerBehaviorSimpleMaximum


EACH_TASK_A_REPLAY: Final = ReplayOptions(
    # With a cache a query that reaches a worker without the case lets it run ahead of its history.
    max_cached_workflows=0,
    # One at a time in a worker. Of two tasks of one case at the same time, a query and what has come, SDK 1.35 without
    # a cache drops the second ("leftover buffered tasks when evicting run"), and only its time-out brings it back.
    max_concurrent_workflow_tasks=1,
    workflow_task_poller_behavior=PollerBehaviorSimpleMaximum(1),
)
"""For every worker of ours, in production and in tests."""

TASKS_AT_ONCE: Final = 3
"""Workers of one process. While one waits for the server or for the other half of the SDK, another replays; six
are no better on two cores (docs/performance.md)."""
