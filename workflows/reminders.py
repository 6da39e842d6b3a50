"""Reminding Atameken while its documents are awaited (¶8): up to five times, by its interface, until all is in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from activities.interface import Activity
from activities.outgoing import Reminder
from rules.calendar import WorkingCalendar
from rules.terms import TERMS, Step
from workflows import letters
from workflows.case import Case
from workflows.papers import RequestRound

OFFICE_OPENS: Final = timedelta(hours=9)
"""After 00:00 in Almaty: a reminder at night is read no earlier."""

DAYS_BEFORE: Final = 1
DAYS_AFTER: Final = (1, 3, 5, 7)
"""Working days before and after Atameken's last day on which it is reminded."""


def moments(case: Case, calendar: WorkingCalendar) -> list[datetime]:
    """When Atameken is reminded in the running round, in order; empty where there is nothing to chase or no way to."""
    last_day = case.current(Step.AWAIT_DOCUMENTS).last_day
    if _chased(case) is None or last_day is None:
        return []
    days = [calendar.before(last_day, DAYS_BEFORE), *(calendar.after(last_day, n) for n in DAYS_AFTER)]
    return [calendar.start_of(day) + OFFICE_OPENS for day in days]


def remind(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """Send the reminder whose moment has come; of several that an outage held up, the last alone."""
    asked = _chased(case)
    state = case.current(Step.AWAIT_DOCUMENTS)
    come = [number for number, moment in enumerate(moments(case, calendar), start=1) if moment <= now]
    if asked is None or asked.dispatch is None or state.last_day is None or not come or come[-1] <= asked.reminders:
        return
    number = asked.reminders = come[-1]
    late = f"the last day was {state.last_day}, {state.late_days} working days ago"
    stands = late if state.late_days else f"the last day is {state.last_day}"
    case.want(
        Activity.REMIND_ATAMEKEN,
        Reminder(
            **letters.about(case, f"{Activity.REMIND_ATAMEKEN.value}.{asked.round}.{number}"),
            request_id=asked.dispatch.reference or "",
            request_letter=asked.dispatch.letter,
            last_day=state.last_day,
            late_days=state.late_days,
            count=number,
            missing=case.papers.missing(),
            message=f"Reminder {number} of {1 + len(DAYS_AFTER)} (¶{TERMS[Step.AWAIT_DOCUMENTS].paragraph}): "
            f"{stands}; still missing: {', '.join(case.papers.missing())}.",
        ),
        key=f"{Activity.REMIND_ATAMEKEN.value} {asked.round}.{number}",
    )


def _chased(case: Case) -> RequestRound | None:
    """The request to be chased: sent by interface, its documents still awaited and not all of them on the way."""
    asked = case.papers.awaited
    if case.step is not Step.AWAIT_DOCUMENTS or asked is None or asked.dispatch is None:
        return None
    by_interface = asked.dispatch.by is None and asked.dispatch.reference is not None
    on_the_way = case.papers.on_the_way(case.readings.inspection_starts, case.fetching_given_up)
    lacking = case.papers.missing() and not on_the_way
    return asked if by_interface and lacking else None
