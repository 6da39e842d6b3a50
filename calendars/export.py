"""A year as an iCalendar file (RFC 5545), for the ministry's own calendars."""

from __future__ import annotations

from datetime import datetime

from calendars.kazakhstan import YearOfDays
from rules.clock import ONE_DAY


def icalendar_of(year: YearOfDays, version: str, *, confirmed: bool, now: datetime) -> bytes:
    """The year's days off and working weekend days as whole-day events; importing a later export replaces them.

    :param confirmed: whether the year's official calendar has been taken in; else each event is tentative.
    :param now: aware datetime, when the file is made.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//REX Verification//Working calendar of Kazakhstan//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Working calendar of Kazakhstan {year.year} ({version})")
    calendar.add("x-wr-timezone", "Asia/Almaty")
    days = [(day, False, reason) for day, reason in (year.off | year.festive).items()]
    days += [(day, True, reason) for day, reason in year.working.items()]
    for day, works, reason in sorted(days, key=lambda each: each[0]):
        sure = confirmed and day not in year.estimated
        event = Event()
        # By the day alone, so that a later export of the year replaces this one's event.
        event.add("uid", f"{day.isoformat()}@working-calendar.rex-verification")
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("dtend", day + ONE_DAY)
        event.add("summary", f"{'Working day' if works else 'Day off'}: {reason}")
        event.add("categories", ["working day" if works else "day off"])
        event.add("status", "CONFIRMED" if sure else "TENTATIVE")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
