"""The clock of Asia/Almaty: on which day an instant falls, by recorded offsets and by no zone file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from rules.instant import Instant

ONE_DAY: Final = timedelta(days=1)


class Offset(BaseModel):
    """From ``since`` on, Asia/Almaty is ``minutes`` ahead of UTC; whole ones, but a test may put midnight anywhere."""

    model_config = ConfigDict(frozen=True)
    since: Instant
    minutes: float


class Clock:
    """Instants and days in Asia/Almaty; instants come out in UTC."""

    def __init__(self, offsets: Sequence[Offset]) -> None:
        """:param offsets: in order of time, at least one; the first holds for all time before it too."""
        self._offsets = [(each.since, timedelta(minutes=each.minutes)) for each in offsets]

    def local(self, instant: datetime) -> datetime:
        """What the clock in Almaty shows at the instant, as a naive datetime."""
        offset = self._offsets[0][1]
        for since, each in self._offsets:
            if instant >= since:
                offset = each
        return (instant.astimezone(UTC) + offset).replace(tzinfo=None)

    def day_of(self, instant: datetime) -> date:
        """The day in Almaty on which the instant falls."""
        return self.local(instant).date()

    def start_of(self, day: date) -> datetime:
        """00:00 of the day in Almaty, in UTC, by the last offset that holds then."""
        local = datetime.combine(day, time(), tzinfo=UTC)
        found = local - self._offsets[0][1]
        for since, offset in self._offsets:
            if local - offset >= since:
                found = local - offset
        return found

    def end_of(self, day: date) -> datetime:
        """24:00 of the day, which is 00:00 of the next: the last day belongs to the sender until then."""
        return self.start_of(day + ONE_DAY)


PRESENT: Final = Clock([Offset(since=datetime(2024, 2, 29, 19, tzinfo=UTC), minutes=300)])
"""The clock as it goes since 1 March 2024, for a case that has no recorded calendar yet."""
