"""The command ``deadlines``: the last days of open cases as an iCalendar file (RFC 5545), for a calendar program."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cases.listing import CaseRow, list_cases
from cli.connected import connected
from cli.errors import CannotDo
from cli.printing import console
from cli.words import step_words
from rules.clock import ONE_DAY
from rules.text import shown


@dataclass(frozen=True)
class LastDay:
    """A last day in Asia/Almaty. ``uid`` is the case's own for the term or for the thirty days, whatever the day."""

    uid: str
    day: date
    what: str
    case: CaseRow


async def deadlines(ics: str) -> None:
    """Write the last days of the open cases to a file, or to standard output for ``-``; an existing file is replaced.

    From Temporal's list alone, so it works without a worker.

    :raises CannotDo: where the file cannot be written.
    """
    world = await connected()
    rows = await list_cases(world.client, world.settings.ui_url, step=None, risk=None)
    found = sorted((each for row in rows if row.open for each in last_days(row)), key=lambda each: each.day)
    data = calendar_of(found, datetime.now(UTC).replace(microsecond=0))
    if ics == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        await asyncio.to_thread(Path(ics).write_bytes, data)
    except OSError as error:
        raise CannotDo(f"{ics}: cannot be written: {error.strerror}") from None
    cases = len({each.case.case_id for each in found})
    console().print(f"{ics}: {len(found)} last days of {cases} open cases", soft_wrap=True)


def last_days(row: CaseRow) -> Iterator[LastDay]:
    """Of the running step and of the thirty days, as far as they are counted."""
    step, limit = row.last_day, row.limit_last_day
    if step is not None:
        yield LastDay(f"{row.case_id}.term@rex-verification", step, step_words(row.step or ""), row)
    if limit is not None:
        yield LastDay(f"{row.case_id}.limit@rex-verification", limit, "the 30 working days of ¶5 end", row)


def calendar_of(found: Sequence[LastDay], now: datetime) -> bytes:
    """Whole-day events. Importing a later file moves a case's events: the newer ``DTSTAMP`` holds (RFC 5546).

    :param now: aware, when the file is made.
    """
    from icalendar import Calendar, Event  # here, because it takes a while to load

    calendar = Calendar()
    calendar.add("prodid", "-//REX Verification//Last days of open cases//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "REX: last days of open cases")
    calendar.add("x-wr-timezone", "Asia/Almaty")
    for each in found:
        row = each.case
        about = [row.exporter or "", row.rex_number or "", f"Responsible: {row.responsible}" if row.responsible else ""]
        event = Event()
        event.add("uid", each.uid)
        event.add("dtstamp", now)
        event.add("last-modified", now)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + ONE_DAY)
        event.add("summary", f"{row.case_id}: {each.what}")
        event.add("description", "\n".join(shown(part) for part in about if part))
        event.add("url", row.link)
        event.add("categories", ["REX"])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
