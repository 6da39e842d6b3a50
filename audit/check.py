"""The check of everything but documents: the file of daily heads, who was sent which, and every chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from audit.chains import Broken, check_chains
from audit.heads import DailyHead, HeadsFile, by_case
from register.heads import heads_sent


@dataclass(frozen=True)
class LogChecked:
    """What was looked at, the daily heads, and everything that is not as it was written."""

    cases: int
    lines: int
    heads: Sequence[DailyHead]
    broken: Sequence[Broken]


def check_log(engine: Engine, file: HeadsFile, *, now: datetime, case_id: str | None = None) -> LogChecked:
    """Check the log of every case, or of one, against itself and against the daily heads.

    :param now: aware.
    :raises register.database.RegisterError: where the database does not answer or refuses.
    :raises audit.heads.HeadsOutOfReach: where the file cannot be read.
    """
    # In this order: a head is in the file before anybody receives it, and a self-check may run meanwhile.
    sent = heads_sent(engine)
    heads, broken = file.read()
    found = [Broken(None, broken)] if broken else _not_in(file, heads, sent)
    chains = check_chains(engine, by_case(heads), now=now, case_id=case_id)
    return LogChecked(chains.cases, chains.lines, heads, [*found, *chains.broken])


def _not_in(file: HeadsFile, heads: Sequence[DailyHead], sent: Mapping[date, str]) -> list[Broken]:
    """The first day of which people have a head that the file does not have."""
    have = {each.day: each.head for each in heads}
    for day, head in sorted(sent.items()):
        if have.get(day) != head:
            what = "is another in it" if day in have else "is not in it"
            what += "; is it the file of the workers (REXV_CHAIN_HEADS)?" if not have else ""
            return [Broken(None, f"{file.path}: the daily head of {day}, which level 3 has received, {what}")]
    return []
