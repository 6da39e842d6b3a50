"""The command ``deadlines``: the last days of open cases as an iCalendar file (RFC 5545), for a calendar program."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cases.deadlines import CalendarWords, LastDay, calendar_of, open_last_days
from cases.listing import list_cases
from cli.connected import connected
from cli.errors import CannotDo
from cli.printing import console
from cli.words import step_words


async def deadlines(ics: str) -> None:
    """Write the last days of the open cases to a file, or to standard output for ``-``; an existing file is replaced.

    From Temporal's list alone, so it works without a worker.

    :raises CannotDo: where the file cannot be written.
    """
    world = await connected()
    found = open_last_days(await list_cases(world.client, world.settings.ui_url, step=None, risk=None))
    data = calendar_of(found, IN_ENGLISH, datetime.now(UTC).replace(microsecond=0))
    if ics == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        await asyncio.to_thread(Path(ics).write_bytes, data)
    except OSError as error:
        raise CannotDo(f"{ics}: cannot be written: {error.strerror}") from None
    cases = len({each.case.case_id for each in found})
    console().print(f"{ics}: {len(found)} last days of {cases} open cases", soft_wrap=True)


def _what(each: LastDay) -> str:
    return "the 30 working days of ¶5 end" if each.step is None else step_words(each.step)


IN_ENGLISH: Final = CalendarWords("REX: last days of open cases", _what, "Responsible", lambda row: row.link)
"""With links into the Temporal UI."""
