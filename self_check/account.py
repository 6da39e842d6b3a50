"""Which account is due and not yet sent: asked by the activity that sends it and by the self-check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from calendars.build import build
from calendars.time_zone import almaty_clock
from register.accounts import opened_before, sent_to
from register.calendar import read_calendar
from reports.period import Period, due_on, month_before
from rules.calendar import WorkingCalendar


@dataclass(frozen=True)
class UnsentAccount:
    """The account of a month that is due since a day; ``recipients`` are those who do not have it, none at the end."""

    month: Period
    due_on: date
    recipients: tuple[str, ...]


def unsent_account(register: Engine, recipients: Iterable[str], today: date) -> UnsentAccount | None:
    """The account of last month, where it is due: from the first working day of this month on.

    Of a month before the register's first case there is none to give.

    :param recipients: those of level 3, as short hashes.
    :param today: in Asia/Almaty.
    :raises register.database.RegisterError: if the database does not answer or refuses.
    :raises rules.refusal.Refusal: for a year that the library of holidays has no data for.
    """
    month = month_before(today)
    registered = read_calendar(register)
    days = build(month.last.year, today.year, entries=registered.in_force(), confirmed=registered.confirmed())
    due = due_on(WorkingCalendar(days), month)
    if today < due or not opened_before(register, almaty_clock().end_of(month.last)):
        return None
    have = sent_to(register, month.first)
    return UnsentAccount(month, due, tuple(each for each in recipients if each not in have))
