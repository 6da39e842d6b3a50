"""The self-check of all cases: asks the register and Temporal, and has ``findings`` and ``comparison`` judge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

from activities.interface import CaseRecord
from notifications.dates import almaty_day
from register.overview import ListedEscalation, RunningTerm, known_cases, list_escalations, running_terms
from register.record import disagreeing_log_keys, find_present, list_open_cases, log_of
from register.refused_requests import RefusedRequests, kept_runs, list_refused_requests
from rules.case_view import CaseView
from rules.terms import Step
from self_check import findings
from self_check.comparison import differences, log_disagrees
from self_check.interface import CheckFinding
from self_check.temporal import NoAnswer, TemporalSide

COMPARED_AT_ONCE: Final = 4
"""Cases. Each question makes a worker replay the case, some 30 ms of its CPU, while open cases go on."""

RECENTLY_CLOSED: Final = timedelta(days=1)
"""A case is compared with the register once more after its last write."""


@dataclass(frozen=True)
class CasesChecked:
    """The findings, and how many cases are open in the register."""

    findings: list[CheckFinding]
    open_cases: int


@dataclass(frozen=True)
class _Register:
    """What the register says.

    ``known``: of the cases that Temporal lists, those it has, with when they were closed. ``refused``: the refused
    requests that nobody has dealt with. ``kept``: of the runs that Temporal lists as failed, those it has.
    """

    open_cases: frozenset[str]
    known: Mapping[str, datetime | None]
    terms: Sequence[RunningTerm]
    escalations: Sequence[ListedEscalation]
    refused: Sequence[RefusedRequests]
    kept: frozenset[str]
    disagreeing_log_keys: Sequence[tuple[str, str]]


class CasesCheck:
    """One self-check of all cases at one moment."""

    def __init__(self, register: Engine, temporal: TemporalSide, *, now: datetime, grace: timedelta) -> None:
        """:param now: aware.
        :param grace: what happened less than this ago is no finding yet: Temporal's lists run behind its cases.
        """
        self._engine = register
        self._temporal = temporal
        self._now = now
        self._before = now - grace

    async def check(self) -> CasesChecked:
        """Compare everything.

        :raises RegisterError, RPCError: if one side does not answer as a whole.
        """
        # Temporal first: a case that is opened or closed meanwhile is then in the register.
        listed = await self._temporal.cases()
        failing = await self._temporal.failing()
        refused = await self._temporal.refused()
        register = await asyncio.to_thread(self._read_register, list(listed), list(refused))
        compared = self._to_compare(register, listed)
        found = [
            *findings.failing_tasks(failing),
            *await self._not_in_temporal(register, listed),
            *self._not_in_register(register, listed),
            *await self._closed_and_running(register, listed),
            *findings.requests_refused(register.refused, self._before),
            *(findings.refusal_not_kept(case_id, run) for run, case_id in refused.items() if run not in register.kept),
            *await self._terms(register),
            *await self._of_each_case(sorted(compared - failing.keys())),
            *(log_disagrees(case_id, key) for case_id, key in register.disagreeing_log_keys if case_id in compared),
        ]
        return CasesChecked(found, open_cases=len(register.open_cases))

    def _read_register(self, listed: Sequence[str], refused_runs: Sequence[str]) -> _Register:
        open_cases = frozenset(case.case_id for case in list_open_cases(self._engine))
        return _Register(
            open_cases=open_cases,
            known=known_cases(self._engine, listed),
            terms=running_terms(self._engine),
            escalations=list_escalations(self._engine, open_only=True),
            refused=list_refused_requests(self._engine, open_only=True),
            kept=kept_runs(self._engine, refused_runs),
            disagreeing_log_keys=disagreeing_log_keys(self._engine),
        )

    async def _not_in_temporal(
        self, register: _Register, listed: Mapping[str, WorkflowExecution]
    ) -> list[CheckFinding]:
        doubtful = [case_id for case_id in register.open_cases if not _runs(listed.get(case_id))]
        runs = await self._temporal.describe(doubtful)
        found = (
            findings.not_in_temporal(case_id, run, self._temporal.task_queue, self._before)
            for case_id, run in runs.items()
        )
        return [finding for finding in found if finding is not None]

    def _not_in_register(self, register: _Register, listed: Mapping[str, WorkflowExecution]) -> list[CheckFinding]:
        return [
            findings.not_in_register(case_id)
            for case_id, run in listed.items()
            if case_id not in register.known and run.start_time < self._before
        ]

    async def _closed_and_running(
        self, register: _Register, listed: Mapping[str, WorkflowExecution]
    ) -> list[CheckFinding]:
        closed = {
            case_id: closed_at
            for case_id, closed_at in register.known.items()
            if closed_at is not None and closed_at < self._before and _runs(listed[case_id])
        }
        # A case that is closing waits for its pending activities, for days if one of them cannot be done.
        return [
            findings.closed_in_register(case_id, almaty_day(closed[case_id]))
            for case_id, run in (await self._temporal.describe(closed)).items()
            if run is not None and run.running and not run.busy
        ]

    async def _terms(self, register: _Register) -> list[CheckFinding]:
        late = list(findings.terms_not_escalated(register.terms, register.escalations, self._before))
        # Documents that were sent in time and are still being fetched make nobody late (contract, section 2).
        runs = await self._temporal.describe({each.workflow_id for each in late if each.workflow_id})
        fetching = {case_id for case_id, run in runs.items() if run is not None and run.fetching}
        awaiting = Step.AWAIT_DOCUMENTS.value
        return [each for each in late if not (each.about == awaiting and each.workflow_id in fetching)]

    def _to_compare(self, register: _Register, listed: Mapping[str, WorkflowExecution]) -> frozenset[str]:
        """The cases that are open on both sides, and those that were closed on both sides lately."""
        lately = self._now - RECENTLY_CLOSED
        return frozenset(
            case_id
            for case_id, closed_at in register.known.items()
            if (_runs(listed[case_id]) if closed_at is None else closed_at >= lately and _ended(listed[case_id]))
        )

    async def _of_each_case(self, case_ids: Sequence[str]) -> list[CheckFinding]:
        running = await self._temporal.running_recipients()
        today = almaty_day(self._now)
        gate = asyncio.Semaphore(COMPARED_AT_ONCE)

        async def one(case_id: str) -> list[CheckFinding]:
            async with gate:
                try:
                    case = await self._temporal.view(case_id)
                    if case is None:
                        return []
                    escalations = findings.escalations_without_end(case, running, today=today, before=self._before)
                    return [*escalations, *await self._compare(case)]
                except NoAnswer as error:
                    return [findings.cannot_be_replayed(case_id, str(error))]

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(case_id)) for case_id in case_ids]
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return [finding for task in tasks for finding in task.result()]

    async def _compare(self, case: CaseView) -> list[CheckFinding]:
        """The differences, unless the case is writing to the register or changed while it was compared."""
        record = await self._temporal.record(case.case_id)
        if record is None or record.busy:
            return []
        found = await asyncio.to_thread(self._differences, case, record)
        if not found:
            return []
        again = await self._temporal.record(case.case_id)
        unchanged = again == record and await self._temporal.view(case.case_id) == case
        return found if unchanged else []

    def _differences(self, case: CaseView, record: CaseRecord) -> list[CheckFinding]:
        kept = find_present(self._engine, case.case_id)
        if kept is None:
            return []
        log_keys = {line.key for line in log_of(self._engine, case.case_id)}
        return list(differences(kept, log_keys, case, record.accepted))


def _runs(listed: WorkflowExecution | None) -> bool:
    return listed is not None and listed.status is WorkflowExecutionStatus.RUNNING


def _ended(listed: WorkflowExecution) -> bool:
    return listed.status is WorkflowExecutionStatus.COMPLETED
