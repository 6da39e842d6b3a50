"""The last days of open cases, and as an iCalendar file (RFC 5545) for a calendar program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.listing import CaseRow
from rules.clock import ONE_DAY
from rules.text import shown


@dataclass(frozen=True)
class LastDay:
    """A last day in Asia/Almaty; ``step`` None: that of the thirty days.

    ``uid`` is the case's own for the term or for the thirty days, whatever the day.
    """

    uid: str
    day: date
    step: str | None
    case: CaseRow


@dataclass(frozen=True)
class CalendarWords:
    """What the file says, in one language.

    :param of: what ends on a last day.
    :param responsible: said before a name.
    :param link: the address of a case.
    """

    name: str
    of: Callable[[LastDay], str]
    responsible: str
    link: Callable[[CaseRow], str]


def last_days(row: CaseRow) -> Iterator[LastDay]:
    """Of the running step and of the thirty days, as far as they are counted."""
    step, limit = row.last_day, row.limit_last_day
    if step is not None:
        yield LastDay(f"{row.case_id}.term@rex-verification", step, row.step or "", row)
    if limit is not None:
        yield LastDay(f"{row.case_id}.limit@rex-verification", limit, None, row)


def open_last_days(rows: Sequence[CaseRow]) -> list[LastDay]:
    """Those of all open cases, the soonest first."""
    return sorted((each for row in rows if row.open for each in last_days(row)), key=lambda each: each.day)


def calendar_of(found: Sequence[LastDay], words: CalendarWords, now: datetime) -> bytes:
    """Whole-day events. Importing a later file moves a case's events: the newer ``DTSTAMP`` holds (RFC 5546).

    :param now: aware, when the file is made.
    """
    from icalendar import Calendar, Event  # here, because it takes a while to load

    calendar = Calendar()
    calendar.add("prodid", "-//REX Verification//Last days of open cases//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words.name)
    calendar.add("x-wr-timezone", "Asia/Almaty")
    for each in found:
        row = each.case
        responsible = f"{words.responsible}: {row.responsible}" if row.responsible else ""
        about = [row.exporter or "", row.rex_number or "", responsible]
        event = Event()
        event.add("uid", each.uid)
        event.add("dtstamp", now)
        event.add("last-modified", now)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + ONE_DAY)
        event.add("summary", f"{row.case_id}: {words.of(each)}")
        event.add("description", "\n".join(shown(part) for part in about if part))
        event.add("url", words.link(row))
        event.add("categories", ["REX"])
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
