"""Midnight in Almaty put a few seconds ahead, so that a deadline passes on the real clock within a test."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from temporalio import activity
from temporalio.client import Client

from activities.interface import Activity
from activities.outgoing import DocumentRequest, Taken
from rules.calendar import CalendarDays
from rules.clock import Offset
from tests.support.world import World

ONE_HOUR = timedelta(hours=1)
HALF_A_DAY = 12 * 60 * 60


class BeforeMidnight(World):
    """A world in which every day is a working day and one of them ends at ``midnight``."""

    def __init__(self, client: Client, midnight: datetime) -> None:
        super().__init__(client)
        self.midnight = midnight
        self.calendar = self._every_day
        self.request_sent_at = midnight - timedelta(days=5) - ONE_HOUR
        """The request was sent on the day that ended five days ago: the term of ¶8 ends at midnight."""

    def _every_day(self, first_year: int, last_year: int) -> CalendarDays:
        past_utc_midnight = self.midnight.hour * 3600 + self.midnight.minute * 60 + self.midnight.second
        ahead = 2 * HALF_A_DAY - past_utc_midnight if past_utc_midnight > HALF_A_DAY else -past_utc_midnight
        first, last = date(first_year, 1, 1), date(last_year, 12, 31)
        weekends = [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() >= 5]
        return CalendarDays(
            version="every day",
            first=first,
            last=last,
            days_off={},
            working_weekend_days={"every day counts": weekends},
            offsets=[Offset(since=datetime(first_year - 1, 12, 30, tzinfo=UTC), minutes=ahead / 60)],
        )

    @activity.defn(name=Activity.REQUEST_DOCUMENTS)
    async def request_documents(self, request: DocumentRequest) -> Taken:
        await self._asked(Activity.REQUEST_DOCUMENTS, request)
        letter = self._letter(request, "REX/26-ZP-0001")
        return Taken(
            reference="A-1",
            sent_at=self.request_sent_at,
            received_at=self.request_sent_at,
            letter=letter,
        )

    async def pass_midnight(self) -> None:
        """Wait until midnight has passed."""
        await asyncio.sleep((self.midnight - datetime.now(UTC)).total_seconds() + 0.2)


def seconds_ahead(seconds: float) -> datetime:
    """A midnight so far ahead, on a whole second."""
    return (datetime.now(UTC) + timedelta(seconds=seconds + 1)).replace(microsecond=0)
