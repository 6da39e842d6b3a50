"""The daily self-check: compares register and Temporal, reports to on-call, and calls the heartbeat if all is well.

What counts as a finding is in ``self_check/``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import register_errors, unreachable
from activities.http import CALL_TIMEOUT, call, client_of, origin_of
from activities.interface import Activity
from notifications.dates import almaty_day
from register.calendar import read_calendar
from register.database import RegisterError
from register.findings import record_reported, reported_on
from self_check import findings
from self_check.cases import CasesCheck
from self_check.interface import AllWell, Checked, CheckFinding, CheckWanted, FindingsReport, Reported
from self_check.report import report_of
from self_check.sending import NobodyReached, send_report
from self_check.temporal import TemporalSide

GRACE: Final = timedelta(minutes=5)
"""What happened less than this before the check is no finding yet: Temporal's lists run a little behind its cases, and
the register a little behind the case."""

MOST_FINDINGS: Final = 100
"""In one message. More than a hundred have one cause, which the first hundred show."""


class SelfCheckActivities:
    """Checks, reports, and calls the heartbeat."""

    def __init__(
        self,
        client: Client,
        register: Engine,
        recipients: Mapping[int, Sequence[str]],
        *,
        ui_url: str,
        heartbeat_url: str | None = None,
        grace: timedelta = GRACE,
    ) -> None:
        """:param recipients: for each level its Apprise URLs, which hold secrets.
        :param ui_url: base of the Temporal UI, for links.
        :param heartbeat_url: called when all is well; it may hold a token, so it is never shown.
        """
        self._client = client
        self._register = register
        self._recipients = recipients
        self._ui_url = ui_url
        self._heartbeat_url = heartbeat_url
        self._grace = grace

    @activity.defn(name=Activity.CHECK)
    async def check(self, wanted: CheckWanted) -> Checked:
        """Compare register and Temporal, or check that the calendar's years are confirmed. It changes nothing.

        :raises ApplicationError: ``UNREACHABLE`` if one of them does not answer, ``BROKEN`` if the register refuses.
        """
        with register_errors():
            if wanted.scope == "calendar":
                confirmed = (await asyncio.to_thread(read_calendar, self._register)).confirmed()
                return _checked(list(findings.years_not_confirmed(almaty_day(wanted.at), confirmed)), open_cases=0)
            try:
                return await self._check_cases()
            except RPCError as error:
                raise unreachable(f"Temporal answers: {error.message or error.status.name.lower()}") from None

    @activity.defn(name=Activity.REPORT_FINDINGS)
    async def report_findings(self, report: FindingsReport) -> Reported:
        """Send on-call one message with the findings that have not been reported that day.

        If nobody of level 2 is reached it goes to level 3, then to level 1. The register remembers what was reported;
        if it is out of reach itself, the report is sent all the same.

        :raises ApplicationError: ``UNREACHABLE`` while nobody at all is reached.
        """
        day = almaty_day(report.at)
        try:
            before = await asyncio.to_thread(reported_on, self._register, day)
        except RegisterError as error:
            activity.logger.warning("the self-check cannot read what was reported today: %s", error)
            before = frozenset()
        new = [finding for finding in report.findings if finding.key not in before]
        if not new:
            return Reported(reported=0, reported_before=len(report.findings), level=None)
        message = report_of(
            new,
            scope=report.scope,
            day=day,
            more=report.total - len(report.findings),
            ui_url=self._ui_url,
            namespace=self._client.namespace,
        )
        try:
            level = await send_report(message, self._recipients)
        except NobodyReached as error:
            raise unreachable(str(error)) from None
        try:
            keys = {finding.key for finding in new}
            await asyncio.to_thread(record_reported, self._register, day, keys, level=level, now=datetime.now(UTC))
        except RegisterError as error:
            activity.logger.warning("the self-check cannot record what was reported today: %s", error)
        return Reported(reported=len(new), reported_before=len(report.findings) - len(new), level=level)

    @activity.defn(name=Activity.CALL_HEARTBEAT)
    async def call_heartbeat(self, _all_well: AllWell) -> bool:
        """Call the heartbeat URL, if one is set, so that a silent self-check is noticed outside.

        :return: whether one is set.
        :raises ApplicationError: ``UNREACHABLE``, ``REFUSED`` or ``BROKEN``, without the URL, as its server answers.
        """
        url = self._heartbeat_url
        if url is None:
            return False
        async with client_of(origin_of(url), CALL_TIMEOUT) as http:
            await call(http, "GET", url, system="the heartbeat (REXV_HEARTBEAT_URL)", secrets=[url], pages=True)
        return True

    async def _check_cases(self) -> Checked:
        temporal = TemporalSide(self._client, activity.info().task_queue)
        now = datetime.now(UTC)
        found = list(findings.levels_without_recipient(self._recipients))
        if not await temporal.reports_failing_tasks():
            found.append(findings.tasks_not_reported(self._client.namespace))
        cases = await CasesCheck(self._register, temporal, now=now, grace=self._grace).check()
        return _checked([*found, *cases.findings], open_cases=cases.open_cases)


def _checked(found: Sequence[CheckFinding], open_cases: int) -> Checked:
    return Checked(findings=findings.most_important(found, MOST_FINDINGS), total=len(found), open_cases=open_cases)
