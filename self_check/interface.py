"""What the activities of the self-check take and give; thin as ``activities.interface``, for a workflow imports it."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from activities.payload import Payload
from rules.instant import Day, Instant


class FindingKind(StrEnum):
    """What the self-check reports (``docs/self_check.md`` explains each)."""

    NOT_IN_TEMPORAL = "case_not_in_temporal"
    NOT_IN_REGISTER = "case_not_in_register"
    REGISTER_DIFFERS = "register_differs"
    CANNOT_BE_REPLAYED = "cannot_be_replayed"
    TERM_NOT_ESCALATED = "term_not_escalated"
    LADDER_ENDED = "ladder_ended"
    NOBODY_REACHED = "nobody_reached"
    TASKS_FAIL = "tasks_fail"
    TASKS_NOT_REPORTED = "tasks_not_reported"
    LEVEL_WITHOUT_RECIPIENT = "level_without_recipient"
    YEAR_NOT_CONFIRMED = "year_not_confirmed"
    ACCOUNT_NOT_SENT = "account_not_sent"
    LOG_BROKEN = "log_broken"
    DAILY_HEAD_MISSING = "daily_head_missing"
    REQUEST_REFUSED = "request_refused"
    REFUSAL_NOT_KEPT = "refusal_not_kept"
    CANNOT_CHECK = "cannot_check"


class CheckFinding(Payload):
    """Something because of which a warning could be missed or the register be wrong.

    ``about`` distinguishes several findings of one workflow (a step, an escalation, a row), or names a level or a
    year. ``workflow_id`` is where the link leads. ``what`` and ``what_to_do`` are one line each.
    """

    kind: FindingKind
    workflow_id: str | None = None
    about: str = ""
    what: str
    what_to_do: str

    @property
    def key(self) -> str:
        """The same finding has the same key, today and tomorrow."""
        return " ".join(part for part in (self.kind.value, self.workflow_id, self.about) if part)


CheckScope = Literal["cases", "calendar"]
"""``cases``: everything but the calendar. ``calendar``: only whether its years are confirmed."""


class CheckWanted(Payload):
    """``check`` -> ``Checked``: look for findings, change nothing. ``at`` gives the day for the calendar."""

    scope: CheckScope
    at: Instant


class Checked(Payload):
    """``findings`` are at most as many as one message can hold; ``total`` counts them all."""

    findings: list[CheckFinding]
    total: int
    open_cases: int

    @property
    def failed(self) -> bool:
        """Whether nothing could be compared: then nothing is known to be well either."""
        return any(finding.kind is FindingKind.CANNOT_CHECK for finding in self.findings)


class FindingsReport(Payload):
    """``report_findings`` -> ``Reported``: one message to on-call (level 2), each finding once a day.

    ``at`` gives the day, in Asia/Almaty. ``total`` as in ``Checked``.
    """

    scope: CheckScope
    at: Instant
    findings: list[CheckFinding]
    total: int


class Reported(Payload):
    """How many findings this message reported, and how many had been reported that day already.

    ``level`` is the level that received it, None where there was nothing new to report.
    """

    reported: int
    reported_before: int
    level: int | None


class AllWell(Payload):
    """``call_heartbeat`` -> whether a heartbeat URL is set; it has been called then."""

    at: Instant


class AccountWanted(Payload):
    """``send_account`` -> ``AccountSent``: the account of last month to level 3, once it is due, each recipient once.

    ``at`` gives the day, in Asia/Almaty.
    """

    at: Instant


class AccountSent(Payload):
    """How many recipients received the account now, and how many had it before.

    ``month`` is the first day of the month that it is about; None where no account is due.
    """

    month: Day | None
    recipients: int
    recipients_before: int


class DailyHeadWanted(Payload):
    """``record_daily_head`` -> ``DailyHeadRecorded``: check the chains of the log, then write down where they stand.

    ``at`` gives the day, in Asia/Almaty; a day has one head.
    """

    at: Instant


class DailyHeadRecorded(Payload):
    """The head of ``day`` over ``cases`` chains with ``lines`` lines in all; None where the file of heads is broken.

    ``findings`` are at most as many as one message can hold; ``broken`` counts them all.
    """

    day: Day
    head: str | None
    cases: int
    lines: int
    findings: list[CheckFinding]
    broken: int


class DailyHeadSent(Payload):
    """``send_daily_head``, of a ``DailyHeadRecorded``: how many recipients of level 3 received it, now and before."""

    recipients: int
    recipients_before: int
