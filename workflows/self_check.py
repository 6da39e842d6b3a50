"""The daily self-check: finds what could make a warning be missed or the register be wrong, and reports it to on-call.

Started by Temporal Schedules that ``starter.py setup`` makes. What is compared is in ``self_check/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict
from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from activities.interface import Activity
from self_check.interface import (
    AccountSent,
    AccountWanted,
    AllWell,
    Checked,
    CheckFinding,
    CheckScope,
    CheckWanted,
    DailyHeadRecorded,
    DailyHeadSent,
    DailyHeadWanted,
    FindingKind,
    FindingsReport,
    Reported,
)
from workflows.profiles import ACCOUNT, CHECK, DAILY_HEAD, HEARTBEAT, REPORT

SELF_CHECK: Final = "SelfCheck"
"""The workflow type."""


class SelfCheckWanted(BaseModel):
    """The start argument. ``check_again_after`` in seconds: a finding is reported if it is there both times."""

    model_config = ConfigDict(frozen=True)

    scope: CheckScope = "cases"
    check_again_after: float = 300


class SelfCheckDone(BaseModel):
    """The result: what was found and who received the report.

    ``total`` counts findings beyond those listed too. ``heartbeat`` is ``called``, ``none set`` or why it was not
    reached; None if not all is well. ``account`` says what became of last month's account to level 3, ``daily_head``
    which head of the log's chains was written down and who received it.
    """

    open_cases: int
    findings: list[CheckFinding]
    total: int
    reported: Reported | None = None
    heartbeat: str | None = None
    account: str | None = None
    daily_head: str | None = None


@dataclass(frozen=True)
class _Found:
    """Findings as far as one message can hold them, and how many there are in all."""

    findings: list[CheckFinding]
    total: int


@workflow.defn(name=SELF_CHECK)
class SelfCheck:
    """The account if it is due; the daily head; one check, and a second if the first found something; one report, or
    the heartbeat."""

    @workflow.run
    async def run(self, wanted: SelfCheckWanted) -> SelfCheckDone:
        """Send last month's account if it is due, write down and send the daily head, check, report what was found.

        :raises ActivityError: if the report reached nobody at all.
        """
        account, daily_head, own = None, None, _Found([], 0)
        if wanted.scope == "cases":
            account, not_sent = await self._send_account()
            daily_head, broken = await self._daily_head()
            own = _Found([*not_sent, *broken.findings], len(not_sent) + broken.total)
        checked = await self._check(wanted)
        findings, total = [*own.findings, *checked.findings], own.total + checked.total
        checked = checked.model_copy(update={"findings": findings, "total": total})
        done = SelfCheckDone(
            open_cases=checked.open_cases,
            findings=checked.findings,
            total=checked.total,
            account=account,
            daily_head=daily_head,
        )
        if checked.findings:
            return done.model_copy(update={"reported": await self._report(wanted.scope, checked)})
        if wanted.scope == "cases":
            return done.model_copy(update={"heartbeat": await self._call_heartbeat()})
        return done

    async def _check(self, wanted: SelfCheckWanted) -> Checked:
        first = await self._check_once(wanted.scope)
        if not first.findings or first.failed or wanted.scope == "calendar":
            return first
        # Cases go on during a check, and after an outage they catch up: what mends itself is not reported.
        await workflow.sleep(timedelta(seconds=wanted.check_again_after), summary="check again before reporting")
        second = await self._check_once(wanted.scope)
        if second.failed:
            return second
        before = {finding.key for finding in first.findings}
        confirmed = [finding for finding in second.findings if finding.key in before]
        passed = len(second.findings) - len(confirmed)
        total = second.total - passed if confirmed else 0
        return second.model_copy(update={"findings": confirmed, "total": total})

    async def _check_once(self, scope: CheckScope) -> Checked:
        try:
            checked: Checked = await workflow.execute_activity(
                Activity.CHECK,
                CheckWanted(scope=scope, at=workflow.now()),
                result_type=Checked,
                summary="compare the register with Temporal" if scope == "cases" else "check the calendar's years",
                **CHECK.options(),
            )
        except ActivityError as error:
            finding = CheckFinding(
                kind=FindingKind.CANNOT_CHECK,
                what=f"the self-check could not compare the register with Temporal: {_why(error)}",
                what_to_do="Bring back what does not answer, then trigger the schedule in Temporal again.",
            )
            return Checked(findings=[finding], total=1, open_cases=0)
        return checked

    async def _report(self, scope: CheckScope, checked: Checked) -> Reported:
        report = FindingsReport(
            scope=scope, at=workflow.info().start_time, findings=checked.findings, total=checked.total
        )
        reported: Reported = await workflow.execute_activity(
            Activity.REPORT_FINDINGS,
            report,
            result_type=Reported,
            summary=f"report to on-call: {checked.total} findings",
            **REPORT.options(),
        )
        return reported

    async def _call_heartbeat(self) -> str:
        try:
            called = await workflow.execute_activity(
                Activity.CALL_HEARTBEAT,
                AllWell(at=workflow.now()),
                result_type=bool,
                summary="all is well: call the heartbeat",
                **HEARTBEAT.options(),
            )
        except ActivityError as error:
            # Nobody is notified: the service outside notices that the heartbeat does not come.
            workflow.logger.warning("all is well, but the heartbeat was not reached: %s", _why(error))
            return f"not reached: {_why(error)}"
        return "called" if called else "none set"

    async def _daily_head(self) -> tuple[str, _Found]:
        """What became of the daily head, and what of the log is not as it was written."""
        try:
            recorded: DailyHeadRecorded = await workflow.execute_activity(
                Activity.RECORD_DAILY_HEAD,
                DailyHeadWanted(at=workflow.info().start_time),
                result_type=DailyHeadRecorded,
                summary="check the chains of the log, and write down the head of the day",
                **DAILY_HEAD.options(),
            )
        except ActivityError as error:
            missing = _head_missing("the daily head of the log could not be recorded", error)
            return f"not recorded: {_why(error)}", missing
        broken = _Found(recorded.findings, recorded.broken)
        if recorded.head is None:
            return "not recorded: the file of daily heads is broken", broken
        whose = f"of {recorded.day}: {recorded.head}"
        try:
            sent: DailyHeadSent = await workflow.execute_activity(
                Activity.SEND_DAILY_HEAD,
                recorded,
                result_type=DailyHeadSent,
                summary="send level 3 the head of the day",
                **DAILY_HEAD.options(),
            )
        except ActivityError as error:
            missing = _head_missing("the daily head of the log could not be sent to level 3", error)
            return f"{whose}, not sent: {_why(error)}", _Found([*missing.findings, *broken.findings], 1 + broken.total)
        return f"{whose}, sent to {sent.recipients}, before to {sent.recipients_before}", broken

    async def _send_account(self) -> tuple[str, list[CheckFinding]]:
        """What became of the account, and the finding where it could not be sent: the next self-check tries again."""
        try:
            sent: AccountSent = await workflow.execute_activity(
                Activity.SEND_ACCOUNT,
                AccountWanted(at=workflow.info().start_time),
                result_type=AccountSent,
                summary="send level 3 the account of last month, if it is due",
                **ACCOUNT.options(),
            )
        except ActivityError as error:
            finding = CheckFinding(
                kind=FindingKind.ACCOUNT_NOT_SENT,
                what=f"the account of last month could not be sent to level 3: {_why(error)}",
                what_to_do="Mend what does not answer. The next self-check sends it; so does triggering the schedule.",
            )
            return f"not sent: {_why(error)}", [finding]
        if sent.month is None:
            return "none due", []
        return f"of {sent.month:%Y-%m}: sent to {sent.recipients}, before to {sent.recipients_before}", []


def _head_missing(what: str, error: FailureError) -> _Found:
    finding = CheckFinding(
        kind=FindingKind.DAILY_HEAD_MISSING,
        what=f"{what}: {_why(error)}",
        what_to_do="Mend what does not answer, then trigger the schedule in Temporal again.",
    )
    return _Found([finding], 1)


def _why(error: FailureError) -> str:
    """The innermost message: a time-out carries the failure of its last attempt."""
    while isinstance(error.cause, FailureError):
        error = error.cause
    return error.message
