"""The daily heads: where every chain stood on a day, in a file outside the database.

Whoever owns the database can write a whole chain anew, so that it holds in itself. He cannot do so behind a head that
was written down before, elsewhere, and sent to people. One JSON line a day has the chains that grew since the line
before, and ``head``: a hash over that day, the head before it, and case, length and last hash of every chain.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from rules.instant import Day, Instant
from rules.text import canonical_json, sha256_of

BEFORE_THE_FIRST: Final = ""
"""``previous`` of the first daily head."""


class ChainHead(BaseModel):
    """Where a chain stood: how many lines it had, and the hash of the last one."""

    model_config = ConfigDict(frozen=True)

    length: int
    head: str


class DailyHead(BaseModel):
    """One line of the file. ``chains`` are those that changed since the line before, by case; ``day`` in Asia/Almaty.

    ``cases`` and ``lines`` count what all chains have.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day
    at: Instant
    cases: int
    lines: int
    chains: dict[str, ChainHead]
    previous: str
    head: str


class HeadsBroken(Exception):
    """The file is not what was written. One line that names the file, the line and what is wrong."""


class HeadsOutOfReach(Exception):
    """The file cannot be read or written now. One line that names it and says why."""


@dataclass(frozen=True)
class Recorded:
    """Where a chain stood on a day."""

    day: date
    length: int
    head: str


class HeadsFile:
    """The file of daily heads (``REXV_CHAIN_HEADS``): lines are added, none is ever changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[list[DailyHead], str | None]:
        """Every daily head up to the first line that is not what was written, and what is wrong with that one.

        Each is checked against the one before it. A file that is not there yet has none.

        :raises HeadsOutOfReach: where it cannot be read.
        """
        try:
            whole = self.path.read_bytes()
        except FileNotFoundError:
            whole = b""
        except OSError as error:
            raise HeadsOutOfReach(f"{self.path}: cannot be read: {error.strerror}") from None
        found: list[DailyHead] = []
        try:
            for each in self._checked(whole):
                found.append(each)
        except HeadsBroken as error:
            return found, str(error)
        return found, None

    def add(self, day: date, at: datetime, chains: Mapping[str, ChainHead]) -> DailyHead:
        """Write the head of a day, once: of a day that has one, and of an earlier one, the last stays as it is.

        :param day: in Asia/Almaty.
        :param at: when the chains stood so; aware.
        :param chains: every chain, by case.
        :raises HeadsBroken: naming the first line that is not what was written; nothing is added behind it.
        :raises HeadsOutOfReach: where the file cannot be read or written.
        """
        try:
            with self._alone() as file:
                whole = file.read()
                before = list(self._checked(whole))
                if before and before[-1].day >= day:
                    return before[-1]
                new = _next(before, day, at, chains)
                # Whatever stands behind the last line's end was never finished: its writer died, and told nobody.
                file.truncate(whole.rfind(b"\n") + 1)
                file.seek(0, os.SEEK_END)
                file.write(canonical_json(new.model_dump(mode="json")).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
                return new
        except OSError as error:
            raise HeadsOutOfReach(f"{self.path}: cannot be written: {error.strerror}") from None

    @contextmanager
    def _alone(self) -> Iterator[BinaryIO]:
        """The file, made where it is missing, while no other worker of this machine has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o640), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _checked(self, whole: bytes) -> Iterator[DailyHead]:
        """The heads in the file's bytes. What has no line end was never finished, and is none."""
        chains: dict[str, ChainHead] = {}
        previous = BEFORE_THE_FIRST
        for number, line in enumerate(whole.split(b"\n")[:-1], 1):
            try:
                found = DailyHead.model_validate_json(line)
            except ValidationError:
                raise HeadsBroken(f"{self.path}: line {number} is no daily head; it was changed") from None
            chains |= found.chains
            whose = f"{self.path}: line {number} ({found.day})"
            if found.previous != previous:
                raise HeadsBroken(f"{whose} does not follow the line before it; a line was removed, added or moved")
            if found.head != _head_of(found, chains):
                raise HeadsBroken(f"{whose} was changed; its content does not fit its head")
            previous = found.head
            yield found


def by_case(heads: Sequence[DailyHead]) -> dict[str, list[Recorded]]:
    """Where each chain stood, on every day on which that was written down anew."""
    found: dict[str, list[Recorded]] = {}
    for each in heads:
        for case_id, chain in each.chains.items():
            found.setdefault(case_id, []).append(Recorded(each.day, chain.length, chain.head))
    return found


def _next(before: Sequence[DailyHead], day: date, at: datetime, chains: Mapping[str, ChainHead]) -> DailyHead:
    known: dict[str, ChainHead] = {}
    for each in before:
        known |= each.chains
    # A chain that is gone stays where it stood: its end is not that it was never there.
    whole = known | dict(chains)
    new = DailyHead(
        day=day,
        at=at,
        cases=len(whole),
        lines=sum(each.length for each in whole.values()),
        chains={case_id: each for case_id, each in sorted(chains.items()) if known.get(case_id) != each},
        previous=before[-1].head if before else BEFORE_THE_FIRST,
        head="",
    )
    return new.model_copy(update={"head": _head_of(new, whole)})


def _head_of(daily: DailyHead, chains: Mapping[str, ChainHead]) -> str:
    """The hash over a day and every chain as it stood, which covers the head before it too."""
    own = daily.model_dump(mode="json", include={"day", "at", "cases", "lines", "previous"})
    standing = [[case_id, each.length, each.head] for case_id, each in sorted(chains.items())]
    return sha256_of(canonical_json([own, standing]))
