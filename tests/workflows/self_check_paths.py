"""The ways that a self-check can go, with activities that answer as each path says.

``python -m tests.workflows.self_check_paths [PATH ...]`` records a history of each for ``test_self_check``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.interface import Activity, ErrorKind
from runtime.connection import client_options
from runtime.process import leave
from runtime.replays import EACH_TASK_A_REPLAY
from self_check.interface import (
    AccountSent,
    AccountWanted,
    AllWell,
    Checked,
    CheckFinding,
    CheckWanted,
    DailyHeadRecorded,
    DailyHeadSent,
    DailyHeadWanted,
    FindingKind,
    FindingsReport,
    Reported,
)
from tests.conftest import BIN
from workflows.self_check import SELF_CHECK, SelfCheck, SelfCheckDone, SelfCheckWanted

Answer = TypeVar("Answer")

FOLDER = Path(__file__).parent / "histories" / "self_check"

FIRST = CheckFinding(
    kind=FindingKind.NOT_IN_TEMPORAL, workflow_id="rex-ch-1", what="rex-ch-1 is lost", what_to_do="Find it."
)
SECOND = FIRST.model_copy(update={"workflow_id": "rex-ch-2", "what": "rex-ch-2 is lost"})


NONE_DUE = AccountSent(month=None, recipients=0, recipients_before=0)
RECORDED = DailyHeadRecorded(day=date(2026, 3, 2), head="d4e5", cases=12, lines=90, findings=[], broken=0)
OF_MARCH = AccountSent(month=date(2026, 3, 1), recipients=2, recipients_before=1)


LOG_BROKEN = CheckFinding(
    kind=FindingKind.LOG_BROKEN, workflow_id="rex-ch-9", what="rex-ch-9: line 3 is missing", what_to_do="Find it."
)
BROKEN = RECORDED.model_copy(update={"findings": [LOG_BROKEN], "broken": 7})


def checked(*findings: CheckFinding, total: int | None = None) -> Checked:
    """What a check answers."""
    return Checked(findings=list(findings), total=len(findings) if total is None else total, open_cases=12)


@dataclass
class Answers:
    """What the activities answer; None for one that fails for good. ``reports`` keeps what was reported."""

    checks: list[Checked | None]
    wanted: SelfCheckWanted = field(default_factory=SelfCheckWanted)
    heartbeat: bool | None = True
    account: AccountSent | None = field(default_factory=lambda: NONE_DUE)
    reports: list[FindingsReport] = field(default_factory=list)
    accounts: list[AccountWanted] = field(default_factory=list)
    head: DailyHeadRecorded | None = field(default_factory=lambda: RECORDED)
    head_sent: bool = True

    def activities(self) -> list[Callable[..., Any]]:
        """All of them."""
        checks = iter(self.checks)

        @activity.defn(name=Activity.CHECK)
        async def check(_wanted: CheckWanted) -> Checked:
            return _or_broken(next(checks))

        @activity.defn(name=Activity.REPORT_FINDINGS)
        async def report_findings(report: FindingsReport) -> Reported:
            self.reports.append(report)
            return Reported(reported=len(report.findings), reported_before=0, level=2)

        @activity.defn(name=Activity.CALL_HEARTBEAT)
        async def call_heartbeat(_all_well: AllWell) -> bool:
            return _or_broken(self.heartbeat)

        @activity.defn(name=Activity.SEND_ACCOUNT)
        async def send_account(wanted: AccountWanted) -> AccountSent:
            self.accounts.append(wanted)
            return _or_broken(self.account)

        @activity.defn(name=Activity.RECORD_DAILY_HEAD)
        async def record_daily_head(_wanted: DailyHeadWanted) -> DailyHeadRecorded:
            return _or_broken(self.head)

        @activity.defn(name=Activity.SEND_DAILY_HEAD)
        async def send_daily_head(_recorded: DailyHeadRecorded) -> DailyHeadSent:
            return _or_broken(DailyHeadSent(recipients=1, recipients_before=0) if self.head_sent else None)

        return [check, report_findings, call_heartbeat, send_account, record_daily_head, send_daily_head]


def _or_broken(answer: Answer | None) -> Answer:
    if answer is None:
        raise ApplicationError("no answer as agreed", type=ErrorKind.BROKEN, non_retryable=True)
    return answer


PATHS: dict[str, Callable[[], Answers]] = {
    "all_well": lambda: Answers([checked()]),
    "heartbeat_refused": lambda: Answers([checked()], heartbeat=None),
    "reported": lambda: Answers([checked(FIRST, SECOND, total=9), checked(FIRST, total=8)]),
    "mended": lambda: Answers([checked(FIRST), checked(SECOND)]),
    "cannot_check": lambda: Answers([None]),
    "cannot_check_again": lambda: Answers([checked(FIRST), None]),
    "account_sent": lambda: Answers([checked()], account=OF_MARCH),
    "account_not_sent": lambda: Answers([checked(FIRST), checked(FIRST)], account=None),
    "log_broken": lambda: Answers([checked(FIRST), checked(FIRST)], head=BROKEN),
    "daily_head_missing": lambda: Answers([checked()], head=None),
    "daily_head_not_sent": lambda: Answers([checked()], head=BROKEN, head_sent=False),
    "calendar": lambda: Answers([checked(FIRST)], SelfCheckWanted(scope="calendar")),
}


async def begin(environment: WorkflowEnvironment, answers: Answers, task_queue: str) -> WorkflowHandle[Any, Any]:
    """Start a self-check for the worker of ``serving``."""
    return await environment.client.start_workflow(
        SELF_CHECK, answers.wanted, id=f"{task_queue}-self-check", task_queue=task_queue, result_type=SelfCheckDone
    )


def serving(environment: WorkflowEnvironment, answers: Answers, task_queue: str) -> Worker:
    """A worker that keeps no workflow in its cache, as in production."""
    return Worker(
        environment.client,
        task_queue=task_queue,
        workflows=[SelfCheck],
        activities=answers.activities(),
        **EACH_TASK_A_REPLAY,
    )


async def main(wanted: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BIN / "temporal-test-server"), **client_options()
    ) as environment:
        for path in wanted or PATHS:
            answers = PATHS[path]()
            async with serving(environment, answers, path):
                handle = await begin(environment, answers, path)
                await handle.result()
            history = json.loads((await handle.fetch_history()).to_json())
            compact = json.dumps(history, separators=(",", ":"), ensure_ascii=False)
            (FOLDER / f"{path}.json").write_text(compact + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
    leave(0)
