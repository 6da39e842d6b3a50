"""The daily head: the chains of the log are checked, where they stand is written down, and level 3 receives it.

What is checked, and what the file of daily heads holds, is in ``audit/``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import register_errors, unreachable
from activities.http import Now, utc_now
from activities.interface import Activity
from audit.chains import read_chains
from audit.check import check_log
from audit.heads import HeadsBroken, HeadsFile, HeadsOutOfReach
from escalation.kinds import HEAD
from escalation.ladder import Language
from notifications.dates import almaty_day
from notifications.level import Level
from register.heads import record_sent_head, who_has_head
from self_check.daily_head import message_of
from self_check.findings import log_broken, most_important
from self_check.interface import DailyHeadRecorded, DailyHeadSent, DailyHeadWanted

MOST_FINDINGS: Final = 50
"""In one report, beside those of the other checks."""


class DailyHeadActivities:
    """Checks the log, writes down the head of the day, and sends it to level 3."""

    def __init__(
        self,
        register: Engine,
        file: HeadsFile,
        recipients: Sequence[str],
        language: Language,
        *,
        clock: Now = utc_now,
    ) -> None:
        """:param file: of the daily heads (``REXV_CHAIN_HEADS``).
        :param recipients: Apprise URLs of level 3, which hold secrets.
        :param language: of level 3.
        :param clock: gives the moment at which the register is read.
        """
        self._register = register
        self._file = file
        self._head = Level(HEAD, recipients)
        self._language = language
        self._clock = clock

    @activity.defn(name=Activity.RECORD_DAILY_HEAD)
    async def record_daily_head(self, wanted: DailyHeadWanted) -> DailyHeadRecorded:
        """Check every chain against itself and the heads before; then add the head of the day, where it has none.

        A broken chain is written down as it stands now, too: the heads before go on to show that it was another.

        :raises ApplicationError: ``UNREACHABLE`` where the file or the database does not answer, ``BROKEN`` where the
            database says no.
        """
        try:
            with register_errors():
                return await asyncio.to_thread(self._record, wanted)
        except HeadsOutOfReach as error:
            raise unreachable(str(error)) from None

    @activity.defn(name=Activity.SEND_DAILY_HEAD)
    async def send_daily_head(self, recorded: DailyHeadRecorded) -> DailyHeadSent:
        """Send the head of a day to each recipient of level 3 who does not have it; twice is better than never.

        :raises ApplicationError: ``UNREACHABLE`` while a recipient is not reached, or the register; those that were
            reached are recorded. ``BROKEN`` where the register refuses.
        """
        with register_errors():
            have = await asyncio.to_thread(who_has_head, self._register, recorded.day)
            lacking = [each for each in self._head.recipients if each not in have]
            message = message_of(recorded, self._language)
            failures = await self._head.send(
                message, lacking, pressing=recorded.broken > 0, reached=partial(self._sent, recorded)
            )
        if failures:
            raise unreachable(f"the daily head of {recorded.day} does not reach {'; '.join(failures)}")
        return DailyHeadSent(recipients=len(lacking), recipients_before=len(self._head.recipients) - len(lacking))

    def _record(self, wanted: DailyHeadWanted) -> DailyHeadRecorded:
        now, day = self._clock(), almaty_day(wanted.at)
        checked = check_log(self._register, self._file, now=now)
        try:
            added = self._file.add(day, now, read_chains(self._register))
        except HeadsBroken:
            added = None  # It is among the findings; nothing is written behind what somebody has changed.
        findings = list(log_broken(checked.broken))
        return DailyHeadRecorded(
            day=added.day if added else day,
            head=added.head if added else None,
            cases=added.cases if added else checked.cases,
            lines=added.lines if added else checked.lines,
            findings=most_important(findings, MOST_FINDINGS),
            broken=len(findings),
        )

    def _sent(self, recorded: DailyHeadRecorded, recipient: str, scheme: str) -> None:
        day, head = recorded.day, recorded.head or ""
        record_sent_head(self._register, day, recipient, head=head, scheme=scheme, now=self._clock())
