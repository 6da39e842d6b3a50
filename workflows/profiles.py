"""How long each activity may take and how it is tried again: profiles by purpose, each number with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

from activities.interface import (
    Activity,
    Drafted,
    Fetched,
    LookedUp,
    Sent,
    Taken,
)
from rules.calendar import CalendarDays


@dataclass(frozen=True)
class Profile:
    """How an activity is called. ``at_once``: first as a local activity, within the workflow task, for that long."""

    start_to_close: timedelta
    gives_up_after: timedelta
    first_retry: timedelta = timedelta(seconds=1)
    at_once: timedelta | None = None
    heartbeat: timedelta | None = timedelta(seconds=7)

    def regular(self) -> dict[str, Any]:
        """Options of a regular activity."""
        return {
            "start_to_close_timeout": self.start_to_close,
            "schedule_to_close_timeout": self.gives_up_after,
            # Activities beat every 3 s: work in the hands of a dead worker is taken up within 15 s.
            "heartbeat_timeout": self.heartbeat,
            "retry_policy": RetryPolicy(
                # The first within 2 s, then doubling to 10 minutes (contract, section 8).
                initial_interval=self.first_retry,
                backoff_coefficient=2,
                maximum_interval=timedelta(minutes=10),
            ),
        }

    def local(self) -> dict[str, Any]:
        """Options of the local attempt: one event instead of six, and no second try, for the regular one follows."""
        return {
            "schedule_to_close_timeout": self.at_once,
            "retry_policy": RetryPolicy(maximum_attempts=1),
        }


OWN = Profile(
    # The register, the calendar and our own store answer in milliseconds; a lock or a restart takes seconds.
    start_to_close=timedelta(seconds=30),
    # After a quarter of an hour it is an outage that on-call must know of; the case loses nothing by waiting.
    gives_up_after=timedelta(minutes=15),
    # Below the 10 s of a workflow task, so that an outage does not hold up the case.
    at_once=timedelta(seconds=4),
)

LOOKUP = Profile(
    # A login and a page.
    start_to_close=timedelta(seconds=30),
    # The look-up is wanted for the inspection, days later; a night's maintenance in Brussels passes by itself.
    gives_up_after=timedelta(hours=12),
    at_once=timedelta(seconds=3),
)

LETTER = Profile(
    # One HTTP call or one e-mail; a slow line is given a minute.
    start_to_close=timedelta(minutes=1),
    # Half an office day: then a person can still send the letter by hand within the same day of a 3-day term.
    gives_up_after=timedelta(hours=4),
)

FETCH = Profile(
    # Up to 100 documents of up to 50 MB over a slow line.
    start_to_close=timedelta(hours=1),
    # Our own time does not count against Atameken, but the inspection's 7 days run: a day at the most.
    gives_up_after=timedelta(hours=24),
)

LADDER = Profile(
    # A row in the register and one call to Temporal; a register that is out of reach is passed over.
    start_to_close=timedelta(seconds=30),
    # Over a weekend: an escalation must have its ladder, and Temporal, which runs this, is there to be called.
    gives_up_after=timedelta(hours=72),
    at_once=timedelta(seconds=5),
)

LOOK = Profile(
    # A list of every case and of every open escalation; thousands take seconds.
    start_to_close=timedelta(minutes=5),
    # A watch that has been blind for an hour says so.
    gives_up_after=timedelta(hours=1),
)

REPORT = Profile(
    # Three levels, one after the other, of up to 30 s each.
    start_to_close=timedelta(minutes=2),
    # Below a day, so that the next sweep is not kept from looking anew.
    gives_up_after=timedelta(hours=20),
)

HEARTBEAT = Profile(
    # One call.
    start_to_close=timedelta(seconds=90),
    # Those who wait for it outside allow for some hours, not for a day.
    gives_up_after=timedelta(hours=2),
)

PROFILES: dict[Activity, Profile] = {
    Activity.RECORD_CALENDAR: OWN,
    Activity.READ_ARRIVALS: OWN,
    Activity.WRITE_REGISTER: OWN,
    Activity.DRAFT_CONCLUSION: OWN,
    Activity.LOOK_UP_REGISTRATION: LOOKUP,
    Activity.REQUEST_DOCUMENTS: LETTER,
    # Nothing waits for a reminder, and its answer is a bare 202: mostly one event of the history will do for it.
    Activity.REMIND_ATAMEKEN: replace(LETTER, at_once=timedelta(seconds=3)),
    Activity.WITHDRAW_REQUEST: LETTER,
    Activity.APPEAL_FOR_REVOCATION: LETTER,
    Activity.SEND_REPLY: LETTER,
    Activity.FETCH_DOCUMENTS: FETCH,
    Activity.START_LADDER: LADDER,
    Activity.TELL_LADDER: LADDER,
}

RESULTS: dict[Activity, type | None] = {
    Activity.RECORD_CALENDAR: CalendarDays,
    Activity.WRITE_REGISTER: None,
    Activity.DRAFT_CONCLUSION: Drafted,
    Activity.LOOK_UP_REGISTRATION: LookedUp,
    Activity.REQUEST_DOCUMENTS: Taken,
    Activity.REMIND_ATAMEKEN: None,
    Activity.WITHDRAW_REQUEST: None,
    Activity.APPEAL_FOR_REVOCATION: Taken,
    Activity.SEND_REPLY: Sent,
    Activity.FETCH_DOCUMENTS: Fetched,
    Activity.START_LADDER: None,
    Activity.TELL_LADDER: None,
}

SUMMARIES: dict[Activity, str] = {
    Activity.RECORD_CALENDAR: "¶5: record the working days that this case counts by",
    Activity.READ_ARRIVALS: "when Temporal recorded the messages",
    Activity.WRITE_REGISTER: "write the case to the register",
    Activity.DRAFT_CONCLUSION: "¶10: draft the conclusion as a PDF",
    Activity.LOOK_UP_REGISTRATION: "¶9: look up the registration in REX",
    Activity.REQUEST_DOCUMENTS: "¶7: ask Atameken for the documents",
    Activity.REMIND_ATAMEKEN: "¶8: remind Atameken of the documents",
    Activity.WITHDRAW_REQUEST: "tell Atameken that the request is withdrawn",
    Activity.APPEAL_FOR_REVOCATION: "¶10: appeal to Atameken for revocation",
    Activity.SEND_REPLY: "reply to the requesting customs",
    Activity.FETCH_DOCUMENTS: "¶8: fetch, check and store the documents",
    Activity.START_LADDER: "start the ladder of an escalation",
    Activity.TELL_LADDER: "tell a ladder that somebody has taken it on, or that it is settled",
}

OF_THE_STEP = frozenset(
    {
        Activity.REQUEST_DOCUMENTS,
        Activity.FETCH_DOCUMENTS,
        Activity.DRAFT_CONCLUSION,
        Activity.APPEAL_FOR_REVOCATION,
    }
)
"""Activities that the running step's term hangs on: their summary names its last day."""
