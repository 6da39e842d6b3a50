"""The watch over the watch: compares register and Temporal, tells on-call of the gaps, and says "all well" outside.

What a gap is, ``self_check/findings.py`` says; here both sides are asked, and people told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from temporalio import activity
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import broken, unreachable
from activities.http import CALL_TIMEOUT, call, client_of, origin_of
from activities.interface import Activity, AllWell, Gap, GapReport, GapsTold, Look, Looked
from activities.ladders import LADDER
from escalation.kinds import CASE_OFFICER, HEAD, ON_CALL
from escalation.ladder_file import scheme_of
from notifications.channel import send
from notifications.dates import almaty_day
from register.calendar import read_calendar
from register.database import OutOfReach, RegisterError
from register.findings import record_told, told_on
from register.overview import ListedEscalation, RunningTerm, known_cases, list_escalations, running_terms
from register.record import list_open_cases
from rules.terms import Step
from self_check import findings as gaps
from self_check.report import report_of

CASE: Final = "VerificationWorkflow"

GRACE: Final = timedelta(minutes=5)
"""What happened later than this before the look is no gap yet: Temporal's lists run a little behind its cases, and a
case's record a little behind the case."""

MOST_GAPS: Final = 100
"""In one message. Who has more than a hundred has one cause, and the first hundred show it."""

AT_ONCE: Final = 20
"""Questions to Temporal at the same time."""

_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
_TASK_PROBLEMS: Final = '("category=WorkflowTaskFailed", "category=WorkflowTaskTimedOut")'


class WatchActivities:
    """Looks, tells, and says that all is well."""

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
        """:param recipients: for each level its Apprise URLs, secrets.
        :param ui_url: base of the Temporal UI, for links.
        :param heartbeat_url: called when all is well; it may hold a token and is never told.
        """
        self._client = client
        self._register = register
        self._recipients = recipients
        self._ui_url = ui_url
        self._heartbeat_url = heartbeat_url
        self._grace = grace

    @activity.defn(name=Activity.LOOK_FOR_GAPS)
    async def look_for_gaps(self, look: Look) -> Looked:
        """Compare register and Temporal, or see whether the calendar's years are confirmed. Changes nothing.

        :raises ApplicationError: ``UNREACHABLE`` where one of them does not answer, ``BROKEN`` where it says no.
        """
        try:
            if look.through == "calendar":
                return _looked(await self._calendar(look.at), open_cases=0)
            return await self._cases()
        except OutOfReach as error:
            raise unreachable(str(error)) from None
        except RegisterError as error:
            raise broken(str(error)) from None
        except RPCError as error:
            raise unreachable(f"Temporal answers: {error.message or error.status.name.lower()}") from None

    @activity.defn(name=Activity.REPORT_GAPS)
    async def report_gaps(self, report: GapReport) -> GapsTold:
        """Tell on-call in one message of the gaps that have not been told that day.

        Where nobody of level 2 is reached, level 3 is told, then level 1. The register remembers what was told; where
        it is out of reach itself, the report is told all the same.

        :raises ApplicationError: ``UNREACHABLE`` while nobody at all is reached.
        """
        day = almaty_day(report.at)
        try:
            before = await asyncio.to_thread(told_on, self._register, day)
        except RegisterError as error:
            activity.logger.warning("the sweep cannot see what was told today: %s", error)
            before = frozenset()
        new = [gap for gap in report.gaps if gap.key not in before]
        if not new:
            return GapsTold(told=0, told_before=len(report.gaps), level=None)
        level = await self._tell(report, new)
        try:
            keys = {gap.key for gap in new}
            await asyncio.to_thread(record_told, self._register, day, keys, level=level, now=datetime.now(UTC))
        except RegisterError as error:
            activity.logger.warning("the sweep cannot write down what was told today: %s", error)
        return GapsTold(told=len(new), told_before=len(report.gaps) - len(new), level=level)

    @activity.defn(name=Activity.SAY_ALL_WELL)
    async def say_all_well(self, _all_well: AllWell) -> bool:
        """Call the heartbeat URL, if there is one, so that the silence of the watch is noticed outside.

        :return: whether there is one.
        :raises ApplicationError: ``UNREACHABLE``, ``REFUSED`` or ``BROKEN``, without the URL, as its server answers.
        """
        url = self._heartbeat_url
        if url is None:
            return False
        async with client_of(origin_of(url), CALL_TIMEOUT) as http:
            await call(http, "GET", url, whom="the heartbeat (REXV_HEARTBEAT_URL)", secrets=[url])
        return True

    # -- looking ----------------------------------------------------------------------------------------------------

    async def _calendar(self, at: datetime) -> list[Gap]:
        confirmed = (await asyncio.to_thread(read_calendar, self._register)).confirmed()
        return list(gaps.years_not_confirmed(almaty_day(at), confirmed))

    async def _cases(self) -> Looked:
        now = datetime.now(UTC)
        before, today = now - self._grace, almaty_day(now)
        # Temporal first: a case that is opened or closed while we look is then in the register.
        listed = await self._list(f"WorkflowType = '{CASE}' AND ExecutionStatus NOT IN ('Failed', 'ContinuedAsNew')")
        ladders = await self._list(f"WorkflowType = '{LADDER}' AND ExecutionStatus = 'Running'")
        register = await asyncio.to_thread(self._read_register, list(listed))
        late = list(gaps.terms_not_escalated(register.terms, register.escalations, before))
        found = [
            *gaps.levels_without_recipient(self._recipients),
            *await self._tasks_failing(),
            *await self._not_in_temporal(register, listed, before),
            *(
                gaps.not_in_register(case_id)
                for case_id in listed
                if self._is_unknown(case_id, register, listed, before)
            ),
            *await self._closed_and_running(register, listed, before),
            *await self._without_those_fetching(late),
            *gaps.idle_escalations(register.escalations, ladders, today=today, before=before),
        ]
        return _looked(found, open_cases=len(register.open_cases))

    def _read_register(self, listed: Sequence[str]) -> _Register:
        open_cases = frozenset(case.case_id for case in list_open_cases(self._register))
        return _Register(
            open_cases=open_cases,
            known=known_cases(self._register, listed),
            terms=running_terms(self._register),
            escalations=list_escalations(self._register, open_only=True),
        )

    async def _list(self, query: str) -> dict[str, WorkflowExecution]:
        """The workflows of our task queue, by id: another office may share the namespace."""
        found = self._client.list_workflows(f"{query} AND TaskQueue = '{self._task_queue}'")
        return {each.id: each async for each in found}

    @property
    def _task_queue(self) -> str:
        return activity.info().task_queue

    async def _tasks_failing(self) -> list[Gap]:
        namespace = await self._client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self._client.namespace)
        )
        if not namespace.namespace_info.capabilities.reported_problems_search_attribute:
            return [gaps.tasks_not_watched(self._client.namespace)]
        query = f"ExecutionStatus = 'Running' AND {_PROBLEMS.name} IN {_TASK_PROBLEMS}"
        failing = await self._list(query)
        return list(
            gaps.failing_tasks({id: each.typed_search_attributes.get(_PROBLEMS) or () for id, each in failing.items()})
        )

    async def _not_in_temporal(
        self, register: _Register, listed: Mapping[str, WorkflowExecution], before: datetime
    ) -> list[Gap]:
        doubtful = [case_id for case_id in register.open_cases if not _runs(listed.get(case_id))]
        runs = await self._describe(doubtful)
        found = (gaps.not_in_temporal(case_id, run, self._task_queue, before) for case_id, run in runs.items())
        return [gap for gap in found if gap is not None]

    @staticmethod
    def _is_unknown(
        case_id: str, register: _Register, listed: Mapping[str, WorkflowExecution], before: datetime
    ) -> bool:
        return case_id not in register.known and listed[case_id].start_time < before

    async def _closed_and_running(
        self, register: _Register, listed: Mapping[str, WorkflowExecution], before: datetime
    ) -> list[Gap]:
        closed = {
            case_id: closed_at
            for case_id, closed_at in register.known.items()
            if closed_at is not None and closed_at < before and _runs(listed[case_id])
        }
        runs = await self._describe(closed)
        # One that closes waits for what is under way, for days where a channel is down.
        return [
            gaps.closed_in_register(case_id, closed[case_id])
            for case_id, run in runs.items()
            if run is not None and run.running and not run.busy
        ]

    async def _without_those_fetching(self, late: Sequence[Gap]) -> list[Gap]:
        """Documents sent in time and still being fetched make nobody late (contract, section 2)."""
        runs = await self._describe({gap.workflow_id for gap in late if gap.workflow_id})
        fetching = {case_id for case_id, run in runs.items() if run is not None and run.fetching}
        awaiting = Step.AWAIT_DOCUMENTS.value
        return [gap for gap in late if not (gap.about == awaiting and gap.workflow_id in fetching)]

    async def _describe(self, case_ids: Iterable[str]) -> dict[str, gaps.CaseRun | None]:
        """What Temporal itself says of each, beside its lists, which run behind."""
        wanted = sorted(case_ids)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(case_id: str) -> gaps.CaseRun | None:
            async with gate:
                try:
                    return _run_of(await self._client.get_workflow_handle(case_id).describe())
                except RPCError as error:
                    if error.status is RPCStatusCode.NOT_FOUND:
                        return None
                    raise

        return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))

    # -- telling ----------------------------------------------------------------------------------------------------

    async def _tell(self, report: GapReport, new: Sequence[Gap]) -> int:
        """Tell the first level of which anybody is reached, and answer with it."""
        failures: list[str] = []
        for level in (ON_CALL, HEAD, CASE_OFFICER):
            notice = report_of(
                new,
                through=report.through,
                day=almaty_day(report.at),
                level=level,
                more=report.gaps_in_all - len(report.gaps),
                ui_url=self._ui_url,
                namespace=self._client.namespace,
            )
            urls = self._recipients.get(level, ())
            answers = await asyncio.gather(*(asyncio.to_thread(send, url, notice, pressing=True) for url in urls))
            failures += [
                f"level {level}, recipient {place} ({scheme_of(url)}): {answer}"
                for place, (url, answer) in enumerate(zip(urls, answers, strict=True), 1)
                if answer is not None
            ]
            if any(answer is None for answer in answers):
                for failure in failures:
                    activity.logger.warning("the report of the sweep: %s", failure)
                return level
        raise unreachable(
            f"the report of the sweep reaches nobody: {'; '.join(failures) or 'no level has a recipient'}"
        )


@dataclass(frozen=True)
class _Register:
    """What the register says: open cases, and of those that Temporal lists which it knows and when they were closed."""

    open_cases: frozenset[str]
    known: Mapping[str, datetime | None]
    terms: Sequence[RunningTerm]
    escalations: Sequence[ListedEscalation]


def _looked(found: Sequence[Gap], open_cases: int) -> Looked:
    return Looked(gaps=gaps.most_important(found, MOST_GAPS), gaps_in_all=len(found), open_cases=open_cases)


def _runs(listed: WorkflowExecution | None) -> bool:
    return listed is not None and listed.status is WorkflowExecutionStatus.RUNNING


def _run_of(described: WorkflowExecutionDescription) -> gaps.CaseRun:
    pending = [each.activity_type.name for each in described.raw_description.pending_activities]
    return gaps.CaseRun(
        status=described.status.name.lower() if described.status else "unknown",
        task_queue=described.task_queue,
        opened_at=described.start_time,
        closed_at=described.close_time,
        fetching=Activity.FETCH_DOCUMENTS.value in pending,
        busy=bool(pending),
    )
