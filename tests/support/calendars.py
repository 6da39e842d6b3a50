"""Days and calendars of tests: Almaty is five hours ahead of UTC, and the weeks are plain."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from rules.calendar import CalendarDays
from rules.clock import Offset

ALMATY = timedelta(hours=5)


def at(day: date, hour: int = 10) -> datetime:
    """An hour of a day in Almaty, as an aware instant in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC) - ALMATY


def plain_days(first_year: int, last_year: int, *, version: str = "plain", **changes: Any) -> CalendarDays:
    """Monday to Friday, five hours ahead of UTC."""
    return CalendarDays(
        version=version,
        first=date(first_year, 1, 1),
        last=date(last_year, 12, 31),
        days_off=changes.pop("days_off", {}),
        working_weekend_days=changes.pop("working_weekend_days", {}),
        offsets=[Offset(since=datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=2), minutes=300)],
        **changes,
    )
