"""Facts about Kazakhstan's working days, gathered from decrees: ``tests/data/kazakhstan_calendar.json``."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from calendars.build import build
from rules.calendar import WorkingCalendar

FACTS: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "kazakhstan_calendar.json").read_text(encoding="utf-8")
)


@cache
def around(year: int) -> WorkingCalendar:
    """The calendar of a year and its neighbours."""
    return WorkingCalendar(build(year - 1, year + 1))


def day(written: str) -> date:
    return date.fromisoformat(written)
