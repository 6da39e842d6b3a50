"""Writing the permanent record on behalf of a case, or of a request that opens none."""

from __future__ import annotations

import asyncio

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import register_errors
from activities.interface import Activity, RefusedRequest, RefusedRequestKept
from register.record import write
from register.refused_requests import keep_refused_request
from register.rows import RegisterEntries


class RegisterActivities:
    """The register's activities, on a database that the worker has opened and found migrated."""

    def __init__(self, register: Engine) -> None:
        self._register = register

    @activity.defn(name=Activity.WRITE_REGISTER)
    async def write_register(self, entries: RegisterEntries) -> None:
        """Write what a change of the case has done; doing it again, or late, changes nothing.

        An attempt that Temporal has given up on may still finish in its thread: the record bears that (``write``).

        :raises ApplicationError: ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
        """
        with register_errors():
            await asyncio.to_thread(write, self._register, entries)

    @activity.defn(name=Activity.KEEP_REFUSED_REQUEST)
    async def keep_refused_request(self, refused: RefusedRequest) -> RefusedRequestKept:
        """Keep a request that opens no case, and raise its escalation; doing it again changes nothing.

        :raises ApplicationError: ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
        """
        with register_errors():
            kept = await asyncio.to_thread(
                keep_refused_request, self._register, refused.case_id, refused.request, refused.messages
            )
        return RefusedRequestKept(escalation_id=kept.escalation_id, raised=kept.raised)
