"""The working calendar as a case records it: one activity; all later counting is pure code over its result."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401 - no workflow task is to be the first to load it
from sqlalchemy import Engine
from temporalio import activity

from activities.errors import broken, closed, not_authenticated, refused, register_errors
from activities.interface import Activity, CalendarWanted, DoorKeys, Recorded
from calendars.build import build
from register.calendar import keep_state, read_calendar
from register.record import open_case
from register.rows import CaseEntry
from rules.calendar import CalendarDays
from rules.readings import Readings
from rules.refusal import Refusal
from rules.seal import NOT_SEALED, REQUEST, Authenticated, PublicKeys, verify
from runtime.door_keys import WrongKeys, read_door_keys


class CalendarActivities:
    """The calendar's activity, on the register that the worker has opened, and how the office works.

    :param cutoff: ``HH:MM`` in Asia/Almaty (setting ``REXV_RECEIPT_CUTOFF``), or None.
    :param readings: how the office reads the order (``REXV_READINGS``).
    :param confirm_request: whether a person confirms a request before the letter of ¶7 leaves.
    :param door_keys: the file of the gateway's public keys (``REXV_DOOR_KEYS``), which may be missing.
    :param only_authenticated: whether only what came through the gateway is taken (``REXV_ONLY_AUTHENTICATED``).
    :param require_signed_file: whether a conclusion is signed with the signed file only.
    """

    def __init__(
        self,
        register: Engine,
        cutoff: str | None = None,
        readings: Readings | None = None,
        *,
        confirm_request: bool = False,
        door_keys: Path | None = None,
        only_authenticated: bool = False,
        require_signed_file: bool = False,
    ) -> None:
        self._register = register
        self._cutoff = cutoff
        self._readings = readings or Readings()
        self._confirm_request = confirm_request
        self._door_keys = door_keys
        self._only_authenticated = only_authenticated
        self._require_signed_file = require_signed_file

    @activity.defn(name=Activity.RECORD_CALENDAR)
    async def record_calendar(self, wanted: CalendarWanted) -> Recorded:
        """The days of the years wanted, as they count now; the register keeps them under their version.

        Without the register there is no calendar: its entries may be what decides, so nothing is counted without them.

        :raises ApplicationError: ``CLOSED`` for a case number that is used up, ``NOT_AUTHENTICATED`` for a request that
            did not come as it has to, ``REFUSED`` for a year without data,
            ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
        """
        keys = await asyncio.to_thread(self._keys)
        request_by = opened_by(wanted, keys, only_authenticated=self._only_authenticated)
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
            door_keys=keys,
            only_authenticated=self._only_authenticated,
            request_by=request_by,
        )

    @activity.defn(name=Activity.READ_DOOR_KEYS)
    async def read_door_keys(self) -> DoorKeys:
        """The gateway's public keys as they are now. :raises ApplicationError: ``BROKEN`` for a file that is none."""
        return DoorKeys(keys=await asyncio.to_thread(self._keys))

    def _keys(self) -> dict[str, str]:
        try:
            return read_door_keys(self._door_keys) if self._door_keys is not None else {}
        except WrongKeys as error:
            raise broken(f"REXV_DOOR_KEYS: {error}") from None

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


def opened_by(wanted: CalendarWanted, keys: PublicKeys, *, only_authenticated: bool) -> Authenticated | None:
    """Who sent the request of the case that is being opened, by the gateway's seal on it; None where nobody knows.

    :raises ApplicationError: ``NOT_AUTHENTICATED`` where the seal does not hold, or is missing and has to be there.
    """
    if wanted.opening is None:
        return None
    if wanted.sealed is None:
        if only_authenticated:
            raise not_authenticated(f"the request: {NOT_SEALED}")
        return None
    try:
        return verify(wanted.sealed.seal, wanted.opening.case_id, REQUEST, wanted.sealed.content_sha256, keys)
    except Refusal as refusal:
        raise not_authenticated(str(refusal)) from None
