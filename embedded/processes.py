"""Programs as processes: each has a log, is waited for until it is ready, and is always stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

READY_WITHIN = timedelta(seconds=60)
"""Each takes a second or two; a busy machine with cold disks needs longer."""

LOOK_EVERY = 0.02
"""Seconds between two looks at a log. It is a plain file, so that it survives whatever happens to us."""


class ProcessTrouble(Exception):
    """A process did not start, or died. One line that names it and its log."""


@dataclass(frozen=True)
class Program:
    """A running program, in a process group of its own, so that a Ctrl-C at the terminal reaches only us."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    log_begins: int

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, folder: Path, logs: Path, environment: Mapping[str, str]
    ) -> Program:
        """Start it in ``folder``; what it prints is added to ``logs/<name>.log``."""
        log = logs / f"{name}.log"
        with log.open("ab") as printed:
            begins = printed.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=dict(environment),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printed,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, log, begins)

    async def printed(self, pattern: str) -> str:
        """Wait for a line that matches; its first group, or the whole match where there is none.

        :raises ProcessTrouble: where it dies first, or does not print it in time.
        """
        wanted = re.compile(pattern, re.MULTILINE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN.total_seconds()):
                while True:
                    died = self.process.returncode is not None  # asked first, so that its last lines are still read
                    if match := wanted.search(self.output()):
                        return match[match.re.groups and 1]
                    if died:
                        raise self.death()
                    await asyncio.sleep(LOOK_EVERY)
        raise ProcessTrouble(f"{self.name} was not ready within {READY_WITHIN.seconds} s; see {self.log}")

    def output(self) -> str:
        """What it has printed since it was started, whole lines only."""
        with self.log.open("rb") as log:
            log.seek(self.log_begins)
            return log.read().decode(errors="replace").rpartition("\n")[0]

    def death(self) -> ProcessTrouble:
        """That it died, in one line with the last line it printed."""
        last = (self.output().splitlines() or ["it printed nothing"])[-1]
        return ProcessTrouble(f"{self.name} died with exit code {self.process.returncode} ({last}); see {self.log}")

    async def stop(self, within: timedelta) -> None:
        """Ask it to stop, and kill it and whatever it started if it has not stopped in time."""
        self._signal(signal.SIGTERM)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), within.total_seconds())
        finally:
            # Also if it stopped by itself: something that it started may be left.
            self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
