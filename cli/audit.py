"""The command ``audit``: whether log, daily heads and documents are what was written (contract, section 9).

It reads register, file of heads and document store, so it works when Temporal is down, and years after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.text import Text
from temporalio.exceptions import ApplicationError

from audit.chains import Broken
from audit.check import LogChecked, check_log
from audit.documents import Named, check_papers, named_papers
from audit.heads import DailyHead, HeadsFile, HeadsOutOfReach
from cli.errors import CannotDo
from cli.printing import console, print_json
from cli.store import open_store
from cli.words import day_words
from register.database import RegisterError, check_migrated, open_register
from register.record import find_case
from runtime.settings import ClientSettings, read_settings


@dataclass(frozen=True)
class Audited:
    """What was looked at, and everything that is not as it was written: of the whole first, then case by case."""

    log: LogChecked
    papers: int
    broken: Sequence[Broken]

    @property
    def last(self) -> DailyHead | None:
        """The latest daily head."""
        return self.log.heads[-1] if self.log.heads else None


async def audit(case_id: str | None, *, head: str | None, as_json: bool) -> None:
    """Check everything, or one case, and name the first broken link of each chain and each paper that is not whole.

    :param head: a daily head that a person has kept: the file has to have it.
    :raises CannotDo: where anything is broken, or could not be looked at.
    """
    settings = read_settings(ClientSettings)
    log, papers = await asyncio.to_thread(_read, settings, case_id)
    try:
        wrong = await check_papers(papers, open_store(settings).fault_of)
    except ApplicationError as error:
        raise CannotDo(error.message) from None
    found = sorted([*log.broken, *_not_kept(log, head, settings), *wrong], key=lambda each: each.case_id or "")
    audited = Audited(log, len({each.document_id for each in papers}), found)
    if as_json:
        print_json(as_data(audited))
    else:
        _print(audited)
    if audited.broken:
        cases = len({each.case_id for each in audited.broken if each.case_id})
        whole = any(each.case_id is None for each in audited.broken)
        parts = ["the daily heads"] * whole + [f"{cases} of {_count(log.cases, 'case')}"] * (cases > 0)
        raise CannotDo(f"not what was written: {' and '.join(parts)}")


def _read(settings: ClientSettings, case_id: str | None) -> tuple[LogChecked, list[Named]]:
    file, now = HeadsFile(settings.chain_heads), datetime.now(UTC)
    try:
        engine = open_register(settings.database_url.get_secret_value())
        try:
            check_migrated(engine)
            log = check_log(engine, file, now=now, case_id=case_id)
            if case_id is not None and not log.lines and not log.broken and find_case(engine, case_id) is None:
                raise CannotDo(f"{case_id}: the register has no such case")
            return log, named_papers(engine, case_id)
        finally:
            engine.dispose()
    except (RegisterError, HeadsOutOfReach) as error:
        raise CannotDo(str(error)) from None


def _not_kept(log: LogChecked, head: str | None, settings: ClientSettings) -> list[Broken]:
    if head is None or any(each.head == head.strip().lower() for each in log.heads):
        return []
    return [Broken(None, f"{settings.chain_heads}: no daily head in it is {head}")]


def as_data(audited: Audited) -> dict[str, Any]:
    """As ``audit --json`` prints it; ``last_head`` is null before the first self-check."""
    last = audited.last
    return {
        "cases": audited.log.cases,
        "lines": audited.log.lines,
        "documents": audited.papers,
        "daily_heads": len(audited.log.heads),
        "last_head": {"day": last.day.isoformat(), "head": last.head} if last else None,
        "broken": [{"case_id": each.case_id, "what": each.what} for each in audited.broken],
    }


def _print(audited: Audited) -> None:
    out = console()
    for each in audited.broken:
        line = Text.assemble((f"{each.case_id}: ", "bold"), each.what) if each.case_id else Text(each.what)
        out.print(line, style="red", soft_wrap=True)
    log, last = audited.log, audited.last
    parts = [
        _count(log.cases, "case"),
        f"{_count(log.lines, 'line')} of the log",
        _count(audited.papers, "document"),
        _count(len(log.heads), "daily head"),
    ]
    out.print(f"{'Checked' if audited.broken else 'All as it was written'}: {', '.join(parts)}", soft_wrap=True)
    if last is not None:
        out.print(f"The last daily head, of {day_words(last.day)}:\n{last.head}", soft_wrap=True)
    else:
        out.print("There is no daily head yet: the self-check writes the first.", soft_wrap=True)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
