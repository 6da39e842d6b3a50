"""The bare workflow that a case is compared with: five activities and three signals, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow


@workflow.defn
class Bare:
    """Two activities, then one for each signal."""

    def __init__(self) -> None:
        self._signals = 0

    @workflow.signal
    def go_on(self) -> None:
        """The next signal has come."""
        self._signals += 1

    @workflow.run
    async def run(self) -> None:
        """To the end of the fifth activity."""
        for number in range(5):
            await workflow.wait_condition(lambda: self._signals >= number - 1)  # noqa: B023 - it is awaited here
            await workflow.execute_activity("step", number, start_to_close_timeout=timedelta(seconds=30))
