"""How long each activity may take and how it is tried again: profiles by purpose, each number with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy


@dataclass(frozen=True)
class Profile:
    """How an activity is called. ``gives_up_after`` counts from its being wanted, all attempts and pauses included."""

    start_to_close: timedelta
    gives_up_after: timedelta
    first_retry: timedelta = timedelta(seconds=1)

    def options(self) -> dict[str, Any]:
        """Options for ``workflow.start_activity``."""
        return {
            "start_to_close_timeout": self.start_to_close,
            "schedule_to_close_timeout": self.gives_up_after,
            # Activities beat every 3 s: work in the hands of a dead worker is taken up within 15 s.
            "heartbeat_timeout": timedelta(seconds=7),
            "retry_policy": RetryPolicy(
                # The first within 2 s, then doubling to 10 minutes (contract, section 8).
                initial_interval=self.first_retry,
                backoff_coefficient=2,
                maximum_interval=timedelta(minutes=10),
            ),
        }


OWN = Profile(
    # The register, the calendar and our own store answer in milliseconds; a lock or a restart takes seconds.
    start_to_close=timedelta(seconds=30),
    # After a quarter of an hour it is an outage that on-call must know of; the case loses nothing by waiting.
    gives_up_after=timedelta(minutes=15),
)

AT_THE_SCREEN = Profile(
    # A person waits for the answer at the screen.
    start_to_close=timedelta(seconds=10),
    gives_up_after=timedelta(seconds=20),
)

LOOKUP = Profile(
    # One HTTP call, with a login before it at times.
    start_to_close=timedelta(seconds=30),
    # The look-up is wanted for the inspection, days later; a night's maintenance in Brussels passes by itself.
    gives_up_after=timedelta(hours=12),
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

NOTIFY = Profile(
    # A few calls to Temporal, which runs this and so is there to be called.
    start_to_close=timedelta(seconds=30),
    # Over a weekend: an escalation must reach its recipients.
    gives_up_after=timedelta(hours=72),
)

CHECK = Profile(
    # A look at every case, with a question to each open one; thousands take minutes.
    start_to_close=timedelta(minutes=15),
    # A self-check that has been blind for an hour says so.
    gives_up_after=timedelta(hours=1),
)

REPORT = Profile(
    # Three levels, one after the other, of up to 30 s each.
    start_to_close=timedelta(minutes=2),
    # Below a day, so that the next self-check is not kept from looking anew.
    gives_up_after=timedelta(hours=20),
)

HEARTBEAT = Profile(
    # One call.
    start_to_close=timedelta(seconds=90),
    # Those who wait for it outside allow for some hours, not for a day.
    gives_up_after=timedelta(hours=2),
)

DAILY_HEAD = Profile(
    # Every line of the log is read: a million takes a minute or two. Or all recipients are called, up to 30 s.
    start_to_close=timedelta(minutes=10),
    # As an account: the check waits for it, and the next day writes the next head.
    gives_up_after=timedelta(minutes=15),
)

ACCOUNT = Profile(
    # The register is read, a paper set, and all recipients are called at once for up to 30 s.
    start_to_close=timedelta(minutes=2),
    # The check waits for it. What does not pass by in that time on-call hears of; the next day sends it.
    gives_up_after=timedelta(minutes=15),
)
