"""Chasing Atameken while its documents are awaited (¶8): five reminders through its interface, none once all is in."""

from __future__ import annotations

from datetime import datetime, timedelta

from activities.interface import Activity, Reminder
from register.rows import LetterEntry
from rules.calendar import WorkingCalendar
from rules.terms import TERMS, Step
from workflows.case import Case, RequestRound
from workflows.on_the_way import set_on_its_way

OFFICE_OPENS = timedelta(hours=9)
"""After 00:00 in Almaty: a reminder at night is read no earlier."""

DAYS_BEFORE, DAYS_AFTER = 1, (1, 3, 5, 7)
"""Working days before and after Atameken's last day on which it is reminded."""


def moments(case: Case, calendar: WorkingCalendar) -> list[datetime]:
    """When Atameken is reminded in the running round, in order; empty where there is nothing to chase or no way to."""
    asked = _chased(case)
    last_day = case.current(Step.AWAIT_DOCUMENTS).last_day
    if asked is None or last_day is None:
        return []
    days = [calendar.before(last_day, DAYS_BEFORE), *(calendar.after(last_day, n) for n in DAYS_AFTER)]
    return [calendar.start_of(day) + OFFICE_OPENS for day in days]


def remind(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Send the reminder whose moment has come; of several that an outage held up, the last alone."""
    asked = _chased(case)
    come = [number for number, moment in enumerate(moments(case, calendar), start=1) if moment <= now]
    if asked is None or asked.dispatch is None or not come or come[-1] <= asked.reminders:
        return
    number = asked.reminders = come[-1]
    last_day = case.current(Step.AWAIT_DOCUMENTS).last_day
    if last_day is None:
        return
    late = case.current(Step.AWAIT_DOCUMENTS).late_days
    state = f"the last day was {last_day}, {late} working days ago" if late else f"the last day is {last_day}"
    key = f"{case.case_id}.{Activity.REMIND_ATAMEKEN.value}.{asked.round}.{number}"
    case.want(
        Activity.REMIND_ATAMEKEN,
        Reminder(
            key=key,
            case_id=case.case_id,
            request_id=asked.dispatch.reference or "",
            last_day=last_day,
            message=f"Reminder {number} of {1 + len(DAYS_AFTER)} (¶{TERMS[Step.AWAIT_DOCUMENTS].paragraph}): "
            f"{state}; still missing: {', '.join(case.missing())}.",
        ),
        key=f"{Activity.REMIND_ATAMEKEN.value} {asked.round}.{number}",
    )


def reminded(case: Case, reminder: Reminder, now: datetime) -> None:
    """Atameken has taken a reminder: it is a letter in the register."""
    number = case.next_letter_number()
    case.unwritten.letters.append(
        LetterEntry(
            key=reminder.key,
            what="reminder",
            addressee="Atameken",
            number=number,
            sent_at=now,
            reference=reminder.request_id,
        )
    )
    case.note(now, "case", "reminder_sent", key=reminder.key, letter=number)


def _chased(case: Case) -> RequestRound | None:
    """The request to be chased: sent by interface, its documents still awaited and not all of them sent."""
    asked = case.request_round
    if case.step is not Step.AWAIT_DOCUMENTS or asked is None or asked.dispatch is None:
        return None
    by_interface = asked.dispatch.by is None and asked.dispatch.reference is not None
    return asked if by_interface and case.missing() and not set_on_its_way(case) else None
