"""The working calendar as a case records it: one activity; all later counting is pure code over its result."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from importlib.metadata import version

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import closed, refused, register_errors
from activities.interface import Activity, CalendarWanted, Recorded
from calendars.build import build
from register.calendar import keep_state, read_calendar
from register.record import open_case
from register.rows import CaseEntry
from rules.calendar import CalendarDays
from rules.readings import Readings
from rules.refusal import Refusal


class CalendarActivities:
    """The calendar's activity, on the register that the worker has opened, and how the office works.

    :param cutoff: ``HH:MM`` in Asia/Almaty (setting ``REXV_RECEIPT_CUTOFF``), or None.
    :param readings: how the office reads the order (``REXV_READINGS``).
    :param confirm_request: whether a person confirms a request before the letter of ¶7 leaves.
    :param require_signed_file: whether a conclusion is signed with the signed file only.
    """

    def __init__(
        self,
        register: Engine,
        cutoff: str | None = None,
        readings: Readings | None = None,
        *,
        confirm_request: bool = False,
        require_signed_file: bool = False,
    ) -> None:
        self._register = register
        self._cutoff = cutoff
        self._readings = readings or Readings()
        self._confirm_request = confirm_request
        self._require_signed_file = require_signed_file

    @activity.defn(name=Activity.RECORD_CALENDAR)
    async def record_calendar(self, wanted: CalendarWanted) -> Recorded:
        """The days of the years wanted, as they count now; the register keeps them under their version.

        Without the register there is no calendar: its entries may be what decides, so nothing is counted without them.

        :raises ApplicationError: ``CLOSED`` for a case number that is used up, ``REFUSED`` for a year without data,
            ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
        """
        try:
            with register_errors():
                days = await asyncio.to_thread(self._record, wanted)
        except Refusal as refusal:
            raise refused(str(refusal)) from None
        return Recorded(
            days=days,
            readings=self._readings,
            confirm_request=self._confirm_request,
            require_signed_file=self._require_signed_file,
        )

    def _record(self, wanted: CalendarWanted) -> CalendarDays:
        registered = read_calendar(self._register)
        days = build(
            wanted.first_year,
            wanted.last_year,
            entries=registered.in_force(),
            confirmed=registered.confirmed(),
            cutoff=self._cutoff,
        )
        keep_state(self._register, days, library=f"holidays {version('holidays')}", now=datetime.now(UTC))
        # Last, so that a request which is refused for its dates leaves its number free.
        if wanted.opening is not None:
            self._open(wanted.opening)
        return days

    def _open(self, case: CaseEntry) -> None:
        before = open_case(self._register, case)
        if before is not None:
            how = f"{before.outcome or 'without outcome'}, {before.closed_at:%Y-%m-%d}"
            raise closed(f"the case number {before.case_id} is closed ({how}); expected a number not yet used")
