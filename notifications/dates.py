"""How letters and notices write days and what outsiders wrote."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ALMATY: Final = ZoneInfo("Asia/Almaty")

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def almaty_day(instant: datetime) -> date:
    """The day in Asia/Almaty on which the instant (aware) falls."""
    return instant.astimezone(ALMATY).date()


def english_date(day: date) -> str:
    """The day in words that no reader can take for another: ``1 December 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, so that it cannot pass for more than one line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
