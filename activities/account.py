"""The account to the vice-minister (point 3 of the order): once a month, as a message with its paper, to level 3.

What it counts and says is in ``reports/``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from sqlalchemy import Engine
from temporalio import activity

from activities.errors import broken, refused, register_errors, unreachable
from activities.http import Now, utc_now
from activities.interface import Activity
from calendars.build import build
from calendars.time_zone import almaty_clock
from escalation.kinds import HEAD
from escalation.ladder import Language
from letters.typesetting import CannotBeSet
from notifications.dates import almaty_day
from notifications.level import Level
from notifications.message import Message
from register.accounts import opened_before, read_standing, record_sent, sent_to
from register.calendar import read_calendar
from reports.counting import count
from reports.message import message_of
from reports.period import Period, due_on, month_before
from rules.calendar import WorkingCalendar
from rules.refusal import Refusal
from self_check.interface import AccountSent, AccountWanted


@dataclass(frozen=True)
class UnsentAccount:
    """The account of a month, and who does not have it yet: nobody at the end."""

    month: Period
    recipients: tuple[str, ...]


_NONE_DUE: Final = AccountSent(month=None, recipients=0, recipients_before=0)


class AccountActivities:
    """Sends the account of last month to the recipients of level 3."""

    def __init__(
        self, register: Engine, recipients: Sequence[str], language: Language, *, clock: Now = utc_now
    ) -> None:
        """:param recipients: Apprise URLs of level 3, which hold secrets.
        :param language: of level 3.
        :param clock: gives the moment at which the register is read.
        """
        self._register = register
        self._head = Level(HEAD, recipients)
        self._language = language
        self._clock = clock

    @activity.defn(name=Activity.SEND_ACCOUNT)
    async def send_account(self, wanted: AccountWanted) -> AccountSent:
        """Send the account of last month to each recipient who does not have it, from the first working day on.

        A recipient is recorded once its channel has taken the message. A worker that dies between the two sends it
        again: twice is better than never. The message has the same id then.

        :raises ApplicationError: ``UNREACHABLE`` while a recipient is not reached, or the register; those that were
            reached are recorded. ``BROKEN`` where the paper cannot be set or the register refuses.
        """
        try:
            with register_errors():
                return await self._send(almaty_day(wanted.at))
        except Refusal as refusal:
            raise refused(str(refusal)) from None
        except CannotBeSet as error:
            raise broken(f"the account cannot be set: {error}") from None

    async def _send(self, today: date) -> AccountSent:
        unsent = await asyncio.to_thread(unsent_account, self._register, self._head.recipients, today)
        if unsent is None:
            return _NONE_DUE
        if unsent.recipients:
            message = await asyncio.to_thread(self._write, unsent)
            sent = partial(self._sent, unsent.month)
            failures = await self._head.send(message, unsent.recipients, pressing=False, reached=sent)
            if failures:
                raise unreachable(f"the account of {unsent.month.first:%Y-%m} does not reach {'; '.join(failures)}")
        return AccountSent(
            month=unsent.month.first,
            recipients=len(unsent.recipients),
            recipients_before=len(self._head.recipients) - len(unsent.recipients),
        )

    def _write(self, unsent: UnsentAccount) -> Message:
        return message_of(count(read_standing(self._register), unsent.month, self._clock()), self._language)

    def _sent(self, month: Period, recipient: str, scheme: str) -> None:
        record_sent(self._register, month.first, recipient, scheme=scheme, now=self._clock())


def unsent_account(register: Engine, recipients: Iterable[str], today: date) -> UnsentAccount | None:
    """The account of last month, where it is due: from the first working day of this month on.

    Of a month before the register's first case there is none to give.

    :param recipients: those of level 3, as short hashes.
    :param today: in Asia/Almaty.
    :raises register.database.RegisterError: if the database does not answer or refuses.
    :raises Refusal: for a year that the library of holidays has no data for.
    """
    month = month_before(today)
    registered = read_calendar(register)
    days = build(month.last.year, today.year, entries=registered.in_force(), confirmed=registered.confirmed())
    if today < due_on(WorkingCalendar(days), month) or not opened_before(register, almaty_clock().end_of(month.last)):
        return None
    have = sent_to(register, month.first)
    return UnsentAccount(month, tuple(each for each in recipients if each not in have))
