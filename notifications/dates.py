"""Days in Asia/Almaty as letters and notices write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from calendars.time_zone import almaty_clock

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def almaty_day(instant: datetime) -> date:
    """The day in Asia/Almaty on which the instant (aware) falls."""
    return almaty_clock().day_of(instant)


def english_date(day: date) -> str:
    """The day in words that no reader can take for another: ``1 December 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
