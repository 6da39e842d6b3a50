"""Days and times in Asia/Almaty as letters and notices write them, and outsiders' text on one line."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Final

from calendars.time_zone import offsets
from rules.clock import Clock

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@cache
def almaty_clock() -> Clock:
    """The clock of Asia/Almaty by the pinned offsets, for every year that a paper can name."""
    return Clock(offsets(1995, 2060))


def almaty_day(instant: datetime) -> date:
    """The day in Asia/Almaty on which the instant (aware) falls."""
    return almaty_clock().day_of(instant)


def english_date(day: date) -> str:
    """The day in words that no reader can take for another: ``1 December 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, so that it cannot pass for more than one line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
