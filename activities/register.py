"""Writing the permanent record on behalf of a case."""

from __future__ import annotations

import asyncio

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import register_errors
from activities.interface import Activity
from register.record import write
from register.rows import RegisterEntries


class RegisterActivities:
    """The register's activity, on a database that the worker has opened and found migrated."""

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
