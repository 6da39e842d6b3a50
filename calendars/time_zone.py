"""The UTC offsets of Asia/Almaty, from the pinned package ``tzdata`` and never from the machine's own files.

A machine whose files are older than 2024 would still put Kazakhstan six hours ahead.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from rules.clock import ONE_DAY, Clock, Offset

_ONE_MINUTE = timedelta(minutes=1)


@cache
def almaty() -> ZoneInfo:
    """Asia/Almaty as ``tzdata`` has it."""
    with files("tzdata").joinpath("zoneinfo", "Asia", "Almaty").open("rb") as data:
        return ZoneInfo.from_file(data, key="Asia/Almaty")


@cache
def almaty_clock() -> Clock:
    """The clock of Asia/Almaty for words, letters and papers: exact for every year that one of them can name."""
    return Clock(offsets(1995, 2060))


@cache
def offsets(first_year: int, last_year: int) -> tuple[Offset, ...]:
    """The offset at the start of the first year, and each change up to the end of the last, in order of time."""
    zone = almaty()
    # A day to either side: the year in Almaty begins hours before the year in UTC.
    at = datetime(first_year, 1, 1, tzinfo=UTC) - ONE_DAY
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + ONE_DAY
    found = [Offset(since=at, minutes=_minutes(zone, at))]
    while at < end:
        if _minutes(zone, at + ONE_DAY) != found[-1].minutes:
            found.append(_change(zone, at))
        at += ONE_DAY
    return tuple(found)


def _change(zone: ZoneInfo, after: datetime) -> Offset:
    """The one change within the day that follows, to the minute."""
    before = _minutes(zone, after)
    low, high = 0, ONE_DAY // _ONE_MINUTE
    while high - low > 1:
        middle = (low + high) // 2
        if _minutes(zone, after + middle * _ONE_MINUTE) == before:
            low = middle
        else:
            high = middle
    since = after + high * _ONE_MINUTE
    return Offset(since=since, minutes=_minutes(zone, since))


def _minutes(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always has one
    return offset // _ONE_MINUTE
