"""Runs a worker: ``python worker.py``. It needs every setting of the contract, section 10; SIGTERM stops it gently.

Starting fails with one line on stderr and exit code 1 where a setting is missing or wrong, the register is not
migrated, a search attribute is missing or of another type, or Temporal is out of reach.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

from runtime.commands import WORKER

try:
    from pydantic import SecretStr
except ModuleNotFoundError:
    raise SystemExit(f"worker: this Python lacks our libraries; run `make install`, then: {WORKER}") from None

from sqlalchemy import Engine
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker

from activities.heartbeat import HEARTBEAT_EVERY
from escalation.kinds import HEAD
from letters.folder import BadTemplate
from register.database import RegisterError, WrongAddress, check_migrated, open_register
from runtime.answer_links import AnswerLinks
from runtime.connection import CannotConnect, connect
from runtime.logs import log_plainly
from runtime.namespace import NotSetUp, check_search_attributes
from runtime.packages import build_id
from runtime.process import leave
from runtime.replays import EACH_TASK_A_REPLAY, TASKS_AT_ONCE
from runtime.secret_file import read_or_make_secret
from runtime.settings import WorkerSettings, WrongSettings, read_settings

GRACE = timedelta(seconds=30)
"""After SIGTERM: how long activities may go on before they are asked to stop (issue: "finishes what it is doing")."""

THREADS = 64
"""For what blocks: the database, mail servers. Calls that hang must not hold up the register's."""

ONLINE_WITHIN = timedelta(seconds=30)
"""Until the server sees us poll. It takes a fraction of a second; longer means that something is in the way."""

log = logging.getLogger("worker")

ActivityMethod = Callable[..., Any]
"""A bound method with ``activity.defn``; they take and give all kinds of things, hence ``Any``."""


class CannotStart(Exception):
    """The worker cannot start. One line that says why, without a secret."""


def build_worker(
    client: Client,
    settings: WorkerSettings,
    activities: Sequence[ActivityMethod],
    workflows: Sequence[type] | None = None,
) -> Worker:
    """The worker as it runs in production; converter, heartbeats and pages come with the client (``connection``).

    Args:
        workflows: for tests; by default all of ours.
    """
    if workflows is None:
        from workflows.recipient import RecipientWorkflow
        from workflows.self_check import SelfCheck
        from workflows.verification import VerificationWorkflow

        workflows = [VerificationWorkflow, RecipientWorkflow, SelfCheck]
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=workflows,
        activities=activities,
        # The sandbox guards where code is tried: every recorded history is replayed in it. Here it would double the
        # cost of each task and find nothing new (docs/performance.md).
        workflow_runner=UnsandboxedWorkflowRunner(),
        **EACH_TASK_A_REPLAY,
        # Few while it is quiet, more when many cases wake at once: at 00:00 terms of many cases end together.
        activity_task_poller_behavior=PollerBehaviorAutoscaling(minimum=1, initial=2, maximum=20),
        # Half of the threads: what is begun is then worked on, and does not wait until it is taken for dead.
        max_concurrent_activities=THREADS // 2,
        # Our activities beat every 3 s. Left to itself the SDK passes on one beat in 80 % of the time-out,
        # and a worker that is only busy would be taken for dead.
        max_heartbeat_throttle_interval=HEARTBEAT_EVERY,
        graceful_shutdown_timeout=GRACE,
        build_id=build_id(),
    )


async def workers_beside(
    settings: WorkerSettings, *, runtime: Runtime | None = None, workflows: Sequence[type] | None = None
) -> list[Worker]:
    """The further workers of a process: they take tasks of workflows, and no activities, while the first has one.

    Each has a connection of its own, for the SDK lets a connection have one worker of a queue.

    Raises:
        CannotConnect: as ``connect`` does.
    """
    clients = [await connect(runtime=runtime) for _ in range(TASKS_AT_ONCE - 1)]
    return [build_worker(client, settings, [], workflows) for client in clients]


def all_activities(
    client: Client, settings: WorkerSettings, register: Engine, until: AsyncExitStack
) -> list[ActivityMethod]:
    """Every activity, on clients made from the settings; ``until`` closes the clients.

    Raises:
        ValueError: one line that names the setting that does not fit.
        BadTemplate: one line that names the template that does not, and its line.
    """
    from activities.account import AccountActivities
    from activities.arrivals import ArrivalActivities
    from activities.atameken import AtamekenActivities, atameken_client
    from activities.calendar import CalendarActivities
    from activities.conclusion import ConclusionActivities
    from activities.customs import CustomsActivities
    from activities.daily_head import DailyHeadActivities
    from activities.document_store import DocumentStore
    from activities.documents import DocumentActivities
    from activities.fetching import DocumentFetcher
    from activities.letter_book import LetterBook
    from activities.recipients import RecipientActivities
    from activities.register import RegisterActivities
    from activities.rex import RexActivities, rex_client
    from activities.scanner import Scanner
    from activities.self_check import SelfCheckActivities
    from activities.signed_file import SignedFileActivities
    from audit.heads import HeadsFile
    from letters.check import check_templates
    from letters.folder import OURS, Folder

    store = DocumentStore(settings.document_store)
    to_atameken = atameken_client(settings.atameken_url, settings.atameken_token.get_secret_value())
    until.push_async_callback(to_atameken.aclose)
    to_rex = rex_client(settings.rex_url)
    until.push_async_callback(to_rex.aclose)

    templates = Folder(settings.letters or OURS)
    check_templates(templates)
    book = LetterBook(register, store, templates)
    atameken = AtamekenActivities(to_atameken, book)
    rex = RexActivities(to_rex, settings.rex_login, settings.rex_password.get_secret_value())
    links = AnswerLinks(read_or_make_secret(settings.link_key), settings.gateway_url) if settings.gateway_url else None
    recipients = RecipientActivities(client, settings.ladders, register, settings.ui_url, client.namespace, links)
    self_check = SelfCheckActivities(
        client,
        register,
        settings.recipients,
        ui_url=settings.ui_url,
        heartbeat_url=settings.heartbeat_url.get_secret_value() if settings.heartbeat_url else None,
    )
    head, language = settings.recipients[HEAD], settings.ladders.book.levels[HEAD].language
    account = AccountActivities(register, head, language)
    daily_head = DailyHeadActivities(register, HeadsFile(settings.chain_heads), head, language)
    calendar = CalendarActivities(
        register,
        settings.receipt_cutoff,
        settings.readings,
        confirm_request=settings.confirm_request,
        require_signed_file=settings.require_signed_file,
        door_keys=settings.door_keys,
        only_authenticated=settings.only_authenticated,
    )
    arrivals = ArrivalActivities(client)
    fetcher = DocumentFetcher(to_atameken, settings.document_hosts, settings.private_document_hosts)
    scanner = Scanner(settings.clamd_address) if settings.clamd_address else None
    conclusion = ConclusionActivities(book, rex.look_up_registration)
    documents = DocumentActivities(fetcher, store, scanner, arrivals)
    customs = CustomsActivities(settings.mail_url.get_secret_value(), book)
    return [
        arrivals.read_arrivals,
        calendar.record_calendar,
        calendar.read_door_keys,
        RegisterActivities(register).write_register,
        RegisterActivities(register).keep_refused_request,
        atameken.request_documents,
        atameken.remind_atameken,
        atameken.withdraw_request,
        atameken.appeal_for_revocation,
        rex.look_up_registration,
        documents.fetch_documents,
        documents.release_document,
        conclusion.draft_conclusion,
        conclusion.seal_conclusion,
        SignedFileActivities(fetcher, store, scanner).check_signed_file,
        customs.acknowledge_receipt,
        customs.send_reply,
        recipients.read_ladders,
        recipients.notify,
        recipients.send_notices,
        self_check.check,
        self_check.report_findings,
        self_check.call_heartbeat,
        account.send_account,
        daily_head.record_daily_head,
        daily_head.send_daily_head,
    ]


async def serve(worker: Worker, *beside: Worker) -> None:
    """Run the worker until SIGTERM or SIGINT; then poll no more and finish what is being done, within ``GRACE``.

    Prints a line with "worker ready" when the server has seen it poll.

    Args:
        beside: further workers of this process, which start and stop with it.

    Raises:
        CannotStart: the server does not see it poll.
    """
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with AsyncExitStack() as running:
        for one in (worker, *beside):
            await running.enter_async_context(one)
        stopped = asyncio.create_task(stop.wait())
        online = asyncio.create_task(_seen_polling(worker))
        await asyncio.wait({stopped, online}, return_when=asyncio.FIRST_COMPLETED)
        if online.done():
            online.result()
            print(f"worker ready: polls {worker.task_queue} in namespace {worker.client.namespace}", flush=True)
        online.cancel()
        await stopped
        log.info("stopping: finishing what is being done")


async def _seen_polling(worker: Worker) -> None:
    kinds = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
    try:
        async with asyncio.timeout(ONLINE_WITHIN.total_seconds()):
            for kind in kinds:
                while True:  # the server has to be asked; it does not say by itself
                    if await _polls(worker, kind):
                        break
                    await asyncio.sleep(0.05)
    except (TimeoutError, RPCError):
        raise CannotStart(
            f"Temporal does not see us poll {worker.task_queue} in namespace {worker.client.namespace}"
        ) from None


async def _polls(worker: Worker, kind: TaskQueueType.ValueType) -> bool:
    answer = await worker.client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=worker.client.namespace, task_queue=TaskQueue(name=worker.task_queue), task_queue_type=kind
        )
    )
    return any(each.identity == worker.client.identity for each in answer.pollers)


def _runtime(settings: WorkerSettings) -> Runtime | None:
    if settings.metrics_address is None:
        return None
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=settings.metrics_address)))
    except (RuntimeError, ValueError):
        raise CannotStart(f"REXV_METRICS_ADDRESS: cannot listen on {settings.metrics_address}") from None


async def run(settings: WorkerSettings) -> None:
    """Check all that a worker needs, then serve.

    Raises:
        CannotStart: what is missing, in one line.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="activity"))
    async with AsyncExitStack() as until:
        try:
            register = open_register(settings.database_url.get_secret_value())
            until.callback(register.dispose)
            await asyncio.to_thread(check_migrated, register)
            metrics = _runtime(settings)
            client = await connect(runtime=metrics)
            await check_search_attributes(client)
            worker = build_worker(client, settings, all_activities(client, settings, register, until))
            beside = await workers_beside(settings, runtime=metrics)
        except WrongAddress as error:
            raise CannotStart(f"REXV_DATABASE_URL: {error}") from None
        except (RegisterError, CannotConnect, NotSetUp, BadTemplate, ValueError) as error:
            raise CannotStart(str(error)) from None
        await serve(worker, *beside)


def main() -> int:
    """Run until stopped; the exit code: 0 after a stop that was asked for, 1 where it could not start or broke down."""
    try:
        settings = read_settings(WorkerSettings)
        log_plainly(value for _, value in settings if isinstance(value, SecretStr))
        # Never closed, see ``leave``: closing would wait for threads whose activities were given up after ``GRACE``.
        asyncio.Runner().run(run(settings))
    except (WrongSettings, CannotStart) as error:
        print(f"worker: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # before it serves; from then on Ctrl-C is a stop like any other
        return 130
    except Exception:
        log.exception("the worker broke down")
        return 1
    return 0


if __name__ == "__main__":
    leave(main())
