"""Ctrl-C and the other signals to stop, for a program that has processes of its own to stop first."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Turns the first Ctrl-C, SIGTERM or hang-up into a cancellation, so that everything is stopped in order.

    Further ones while it stops change nothing: a second Ctrl-C would leave processes behind.
    """

    def __init__(self) -> None:
        """``stopping``: set it once everything is being stopped."""
        self.stopping = False
        self._received: signal.Signals | None = None
        self._task: asyncio.Task[Any] | None = None
        self._before: dict[signal.Signals, Any] = {}

    def take_over(self) -> None:
        """Handle the signals from now on, by cancelling the present task."""
        self._task = asyncio.current_task()
        for each in SIGNALS:
            self._before[each] = signal.getsignal(each)
            asyncio.get_running_loop().add_signal_handler(each, self._leave, each)

    def _leave(self, received: signal.Signals) -> None:
        if self._received is None and not self.stopping and self._task:
            self._received = received
            self._task.cancel()

    def restore(self) -> None:
        """Restore the signal handlers, and exit as the received signal asks."""
        for each, before in self._before.items():
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, before)
        if self._received is signal.SIGINT:
            raise KeyboardInterrupt from None
        if self._received is not None:
            raise SystemExit(128 + self._received) from None
