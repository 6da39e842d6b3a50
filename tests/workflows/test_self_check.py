"""The self-check: it checks twice before it reports, reports once a day, and calls the heartbeat if all is well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    Worker,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)
from temporalio.workflow import NondeterminismError

from activities.account import AccountActivities
from activities.daily_head import DailyHeadActivities
from activities.self_check import SelfCheckActivities
from audit.heads import HeadsFile
from escalation.ladder import Language
from notifications.dates import almaty_day
from register.database import open_register
from register.record import write
from register.rows import CaseEntry, RegisterEntries
from reports.period import month_before
from runtime.connection import PLUGIN
from runtime.replays import EACH_TASK_A_REPLAY
from self_check.interface import FindingKind, Reported
from simulators import mail
from tests.register import examples
from tests.servers import Answer, Host, running
from tests.workflows.self_check_paths import FIRST, FOLDER, LOG_BROKEN, PATHS, Answers, begin, checked, serving
from workflows.self_check import SELF_CHECK, SelfCheck, SelfCheckDone, SelfCheckWanted

# -- what it decides, on a server that skips time ----------------------------------------------------------------------


@pytest.fixture
def dev_server(dev_server_of_self_checks: WorkflowEnvironment) -> WorkflowEnvironment:
    return dev_server_of_self_checks


async def run(environment: WorkflowEnvironment, answers: Answers, task_queue: str) -> SelfCheckDone:
    """Run a self-check to its end."""
    async with serving(environment, answers, task_queue):
        done: SelfCheckDone = await (await begin(environment, answers, task_queue)).result()
        return done


async def test_if_all_is_well_the_heartbeat_is_called(time_skipping: WorkflowEnvironment, task_queue: str) -> None:
    done = await run(time_skipping, Answers([checked()]), task_queue)
    assert done == SelfCheckDone(
        open_cases=12,
        findings=[],
        total=0,
        reported=None,
        heartbeat="called",
        account="none due",
        daily_head="of 2026-03-02: d4e5, sent to 1, before to 0",
    )


async def test_without_a_heartbeat_url_the_result_says_so(time_skipping: WorkflowEnvironment, task_queue: str) -> None:
    assert (await run(time_skipping, Answers([checked()], heartbeat=False), task_queue)).heartbeat == "none set"


async def test_a_finding_that_is_there_at_both_checks_is_reported_and_all_is_not_well(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["reported"]()
    before = await time_skipping.get_current_time()
    done = await run(time_skipping, answers, task_queue)
    [report] = answers.reports
    assert (report.findings, report.total) == ([FIRST], 8)
    assert done.reported == Reported(reported=1, reported_before=0, level=2)
    assert (done.findings, done.total, done.heartbeat) == ([FIRST], 8, None)
    assert (await time_skipping.get_current_time() - before).total_seconds() >= 300


async def test_what_is_gone_or_new_at_the_second_check_is_not_reported(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["mended"]()
    done = await run(time_skipping, answers, task_queue)
    assert (done.findings, done.total, done.heartbeat, answers.reports) == ([], 0, "called", [])


@pytest.mark.parametrize("path", ["cannot_check", "cannot_check_again"])
async def test_a_check_that_fails_is_reported_and_all_is_not_well(
    time_skipping: WorkflowEnvironment, task_queue: str, path: str
) -> None:
    """What the first check found and the second could not see again is no proof that it is gone."""
    answers = PATHS[path]()
    done = await run(time_skipping, answers, task_queue)
    assert [each.kind for each in done.findings] == [FindingKind.CANNOT_CHECK]
    assert "could not compare the register with Temporal: no answer as agreed" in done.findings[0].what
    assert [report.findings for report in answers.reports] == [done.findings]
    assert done.heartbeat is None


async def test_the_account_of_last_month_is_sent_where_it_is_due(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["account_sent"]()
    done = await run(time_skipping, answers, task_queue)
    assert (done.account, done.heartbeat, len(answers.accounts)) == (
        "of 2026-03: sent to 2, before to 1",
        "called",
        1,
    )


async def test_an_account_that_cannot_be_sent_is_a_finding_among_the_others(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["account_not_sent"]()
    done = await run(time_skipping, answers, task_queue)
    [report] = answers.reports
    assert [each.kind for each in report.findings] == [FindingKind.ACCOUNT_NOT_SENT, FIRST.kind]
    assert "could not be sent to level 3: no answer as agreed" in report.findings[0].what
    assert (report.total, done.total, done.account, done.heartbeat) == (2, 2, "not sent: no answer as agreed", None)


async def test_a_broken_log_is_reported_whatever_the_second_check_finds(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["log_broken"]()
    done = await run(time_skipping, answers, task_queue)
    [report] = answers.reports
    assert (report.findings, report.total, done.heartbeat) == ([LOG_BROKEN, FIRST], 8, None)


@pytest.mark.parametrize(
    ("path", "said", "kinds"),
    [
        ("daily_head_missing", "not recorded: no answer as agreed", [FindingKind.DAILY_HEAD_MISSING]),
        (
            "daily_head_not_sent",
            "of 2026-03-02: d4e5, not sent: no answer as agreed",
            [FindingKind.DAILY_HEAD_MISSING, FindingKind.LOG_BROKEN],
        ),
    ],
)
async def test_a_daily_head_that_is_missing_is_a_finding(
    time_skipping: WorkflowEnvironment, task_queue: str, path: str, said: str, kinds: list[FindingKind]
) -> None:
    answers = PATHS[path]()
    done = await run(time_skipping, answers, task_queue)
    [report] = answers.reports
    assert (done.daily_head, [each.kind for each in report.findings], done.heartbeat) == (said, kinds, None)


async def test_the_check_of_the_calendar_sends_no_account(time_skipping: WorkflowEnvironment, task_queue: str) -> None:
    answers = PATHS["calendar"]()
    done = await run(time_skipping, answers, task_queue)
    assert (done.account, answers.accounts, done.daily_head) == (None, [], None)


async def test_findings_keep_no_account_back(time_skipping: WorkflowEnvironment, task_queue: str) -> None:
    answers = PATHS["reported"]()
    await run(time_skipping, answers, task_queue)
    assert (len(answers.reports), len(answers.accounts)) == (1, 1)


async def test_the_calendar_is_checked_once_and_calls_no_heartbeat(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    answers = PATHS["calendar"]()
    done = await run(time_skipping, answers, task_queue)
    assert (len(answers.reports), answers.reports[0].scope, done.heartbeat) == (1, "calendar", None)
    nothing = Answers([checked()], SelfCheckWanted(scope="calendar"))
    assert (await run(time_skipping, nothing, f"{task_queue}-again")).heartbeat is None


# -- with a real register, real mail and a real heartbeat ------------------------------------------------------------


class Checking:
    """A register, on-call's mailbox and a heartbeat outside, with a worker that runs the self-check."""

    def __init__(self, environment: WorkflowEnvironment, register: Engine, task_queue: str, folder: Path) -> None:
        self.client, self.register, self.task_queue, self.folder = environment.client, register, task_queue, folder
        self.outside = Host({"/ping": Answer()})
        self.count = 0
        self.head = ""

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        server = await mail.start(self.folder, 0)
        on_call = f"mailto://127.0.0.1:{mail.port_of(server)}?from=rex@example.kz&to=on-call@example.kz"
        self.head = on_call.replace("on-call", "head")
        async with running(self.outside) as url:
            own = SelfCheckActivities(
                self.client,
                self.register,
                {1: ["json://127.0.0.1:9"], 2: [on_call], 3: [self.head]},
                ui_url="https://temporal.example",
                heartbeat_url=f"{url}/ping",
            )
            async with Worker(
                self.client,
                task_queue=self.task_queue,
                workflows=[SelfCheck],
                activities=[
                    own.check,
                    own.report_findings,
                    own.call_heartbeat,
                    self.account().send_account,
                    self.daily_head().record_daily_head,
                    self.daily_head().send_daily_head,
                ],
                **EACH_TASK_A_REPLAY,
            ):
                yield
        server.close()

    def daily_head(self) -> DailyHeadActivities:
        return DailyHeadActivities(self.register, HeadsFile(self.folder / "heads"), [self.head], Language.ENGLISH)

    def account(self) -> AccountActivities:
        return AccountActivities(self.register, [self.head], Language.ENGLISH)

    async def begin(self, **wanted: Any) -> WorkflowHandle[Any, Any]:
        """Start a self-check as its schedule does: each run with an id of its own."""
        self.count += 1
        return await self.client.start_workflow(
            SELF_CHECK,
            SelfCheckWanted(**{"check_again_after": 0.2} | wanted),
            id=f"{self.task_queue}-self-check-{self.count}",
            task_queue=self.task_queue,
            result_type=SelfCheckDone,
        )

    async def run(self, **wanted: Any) -> SelfCheckDone:
        done: SelfCheckDone = await asyncio.wait_for((await self.begin(**wanted)).result(), 30)
        return done

    def lose_a_case(self) -> None:
        """A case that is open in the register and that Temporal never had; opened now, so that no account is due."""
        write(self.register, RegisterEntries(case=self.lost()))

    def find_it(self) -> None:
        write(self.register, RegisterEntries(case=self.lost(2, closed_at=datetime.now(UTC))))

    def lost(self, *number: int, **changes: Any) -> CaseEntry:
        return examples.case(*number, case_id="rex-ch-lost", limit_at=None, opened_at=datetime.now(UTC), **changes)

    @property
    def letters(self) -> int:
        """But the daily heads, which level 3 has from every self-check."""
        return sum(b"Daily head" not in each.read_bytes() for each in self.folder.glob("*.eml"))


async def second_check(handle: WorkflowHandle[Any, Any]) -> None:
    """Return when the self-check has checked once and waits for its second check."""
    async for event in handle.fetch_history_events(wait_new_event=True):
        if event.HasField("timer_started_event_attributes"):
            return


@pytest.fixture
def checking(
    dev_server: WorkflowEnvironment, sqlite_register_url: str, task_queue: str, tmp_path: Path
) -> Iterator[Checking]:
    register = open_register(sqlite_register_url)
    yield Checking(dev_server, register, task_queue, tmp_path / "mail")
    register.dispose()


async def test_a_second_self_check_of_the_day_reports_nothing_twice(checking: Checking) -> None:
    checking.lose_a_case()
    async with checking.at_work():
        first = await checking.run()
        again = await checking.run()
    assert [finding.key for finding in first.findings] == ["case_not_in_temporal rex-ch-lost"]
    assert first.reported == Reported(reported=1, reported_before=0, level=2)
    assert again.reported == Reported(reported=0, reported_before=1, level=None)
    assert (checking.outside.asked, checking.letters) == ([], 1)


async def test_level_3_has_the_account_of_last_month_once_however_often_the_self_check_runs(
    checking: Checking,
) -> None:
    """From the first working day on: before it, the self-check says that none is due."""
    long_ago = datetime.now(UTC) - timedelta(days=40)
    closed = examples.case(case_id="rex-ch-old", opened_at=long_ago, closed_at=long_ago, received_at=long_ago)
    write(checking.register, RegisterEntries(case=closed, log=[examples.log()]))
    async with checking.at_work():
        said = [(await checking.run()).account for _ in range(2)]
    month = month_before(almaty_day(datetime.now(UTC))).first
    if said[0] == "none due":
        assert (said[1], checking.letters) == ("none due", 0)
    else:
        assert said == [f"of {month:%Y-%m}: sent to 1, before to 0", f"of {month:%Y-%m}: sent to 0, before to 1"]
        assert checking.letters == 1


async def test_what_mends_itself_between_two_checks_is_reported_to_nobody(checking: Checking) -> None:
    checking.lose_a_case()
    async with checking.at_work():
        handle = await checking.begin(check_again_after=3)
        await second_check(handle)
        checking.find_it()
        done: SelfCheckDone = await asyncio.wait_for(handle.result(), 30)
    assert (done.findings, done.total, done.heartbeat, checking.letters) == ([], 0, "called", 0)
    assert checking.outside.asked == ["/ping"]


async def test_a_heartbeat_that_is_refused_is_in_the_result_and_in_the_log(
    checking: Checking, caplog: pytest.LogCaptureFixture
) -> None:
    checking.outside.answers = {"/ping": Answer(status=403)}
    async with checking.at_work():
        done = await checking.run()
    assert done.heartbeat == "not reached: the heartbeat (REXV_HEARTBEAT_URL) answered 403"
    assert "the heartbeat was not reached: the heartbeat (REXV_HEARTBEAT_URL) answered 403" in caplog.text
    assert checking.letters == 0


async def test_a_temporal_without_lists_is_reported_after_an_hour(
    time_skipping: WorkflowEnvironment, checking: Checking
) -> None:
    """This server skips the hour, and knows no lists."""
    checking.client = time_skipping.client
    async with checking.at_work():
        done = await checking.run()
    assert [finding.kind for finding in done.findings] == [FindingKind.CANNOT_CHECK]
    assert "Temporal answers: " in done.findings[0].what
    assert (done.heartbeat, checking.outside.asked, checking.letters) == (None, [], 1)


# -- recorded histories ----------------------------------------------------------------------------------------------


def test_every_path_is_recorded() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(PATHS)


class Noting(Interceptor):
    """Keeps what self-checks come to."""

    def __init__(self) -> None:
        self.came_to: list[SelfCheckDone] = []

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        came_to = self.came_to

        class Noted(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                came_to.append(await super().execute_workflow(input))
                return came_to[-1]

        return Noted


async def replayed(history: WorkflowHistory) -> list[SelfCheckDone]:
    """What the self-check comes to by its history, with the code as it is now."""
    noting = Noting()
    await Replayer(workflows=[SelfCheck], plugins=[PLUGIN], interceptors=[noting]).replay_workflow(history)
    return noting.came_to


@pytest.mark.parametrize("path", PATHS)
async def test_a_recorded_self_check_is_replayed_and_comes_to_the_same_result(path: str) -> None:
    """One runs for up to a day, while nobody is reached: an update of the worker must not stop it."""
    history = WorkflowHistory.from_json(path, (FOLDER / f"{path}.json").read_text())
    [payload] = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
    assert await replayed(history) == [SelfCheckDone.model_validate_json(payload.data)]


async def test_a_changed_order_of_activities_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    async def checks_no_second_time(self: SelfCheck, wanted: SelfCheckWanted) -> Any:
        return await self._check_once(wanted.scope)

    monkeypatch.setattr(SelfCheck, "_check", checks_no_second_time)
    history = WorkflowHistory.from_json("reported", (FOLDER / "reported.json").read_text())
    with pytest.raises(NondeterminismError):
        await replayed(history)
