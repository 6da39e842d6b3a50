"""Workers as real processes: how they stop, and how they fail to start."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType, IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from activities.interface import Activity
from letters.folder import OURS
from register.database import open_register
from runtime.connection import client_options
from runtime.settings import WorkerSettings
from tests.conftest import BIN, ROOT
from tests.runtime.test_settings import REQUIRED
from worker import all_activities
from worker import main as worker_main

Environment = dict[str, str]

PATIENCE = 30
"""Seconds that a process may take; the machine may be busy with other tests."""


def address_of(server: WorkflowEnvironment) -> str:
    return server.client.service_client.config.target_host


@asynccontextmanager
async def process(*command: str, environment: Environment, folder: Path) -> AsyncIterator[Process]:
    """A Python of ours in an empty folder, with nothing in its environment but what is given; killed at the end."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={"PYTHONPATH": str(ROOT), "TEMPORAL_CONFIG_FILE": str(folder / "none.toml"), **environment},
        cwd=folder,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def line_with(text: str, stream: asyncio.StreamReader | None) -> str:
    """The next line that holds the text."""
    assert stream is not None
    said = []
    async with asyncio.timeout(PATIENCE):
        while line := (await stream.readline()).decode():
            if text in line:
                return line
            said.append(line)
    raise AssertionError(f"the process ended without saying {text!r}: {''.join(said)}")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_told_to_stop_finishes_the_activity_that_it_has_begun(
    stop: signal.Signals, dev_server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    command = ("-m", "tests.support.gated_worker", task_queue)
    async with process(*command, environment={"TEMPORAL_ADDRESS": address_of(dev_server)}, folder=tmp_path) as worker:
        await line_with("worker ready", worker.stdout)
        handle = await dev_server.client.start_workflow(
            "Gated", str(tmp_path), id=f"gated-{uuid.uuid4().hex}", task_queue=task_queue
        )
        await until((tmp_path / "begun").exists)
        worker.send_signal(stop)
        await line_with("Beginning worker shutdown", worker.stderr)
        await asyncio.sleep(0.5)  # time in which a worker without grace would have cancelled the activity
        (tmp_path / "gate").write_text("finished by the worker that had begun it")
        assert await asyncio.wait_for(worker.wait(), PATIENCE) == 0
    events = (await handle.fetch_history()).events
    [completed] = [e for e in events if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED]
    [started] = [e for e in events if e.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED]
    assert b"had begun it" in completed.activity_task_completed_event_attributes.result.payloads[0].data
    assert started.activity_task_started_event_attributes.attempt == 1
    assert completed.activity_task_completed_event_attributes.identity.startswith(f"{worker.pid}@")
    await handle.terminate()


async def test_a_worker_answers_for_one_case_while_it_answers_for_another(
    dev_server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> None:
    command = ("-m", "tests.support.gated_worker", task_queue)
    async with process(*command, environment={"TEMPORAL_ADDRESS": address_of(dev_server)}, folder=tmp_path) as worker:
        await line_with("worker ready", worker.stdout)
        one, other = [
            await dev_server.client.start_workflow(
                "Gated", str(tmp_path), id=f"{task_queue}-{name}", task_queue=task_queue
            )
            for name in ("one", "other")
        ]
        await until((tmp_path / "begun").exists)
        met = await asyncio.gather(
            one.query("meets", args=(str(tmp_path), "one", "other")),
            other.query("meets", args=(str(tmp_path), "other", "one")),
        )
        for case in (one, other):
            await case.terminate()
    assert list(met) == [True, True]


@pytest.fixture
def environment(
    sqlite_register_url: str, dev_server: WorkflowEnvironment, task_queue: str, tmp_path: Path
) -> Environment:
    """All that a worker needs."""
    return REQUIRED | {
        "TEMPORAL_ADDRESS": address_of(dev_server),
        "TEMPORAL_API_KEY": "",
        "REXV_DATABASE_URL": sqlite_register_url,
        "REXV_DOCUMENT_STORE": str(tmp_path / "documents"),
        "REXV_TASK_QUEUE": task_queue,
    }


async def fails(environment: Environment, folder: Path) -> str:
    """Start ``worker.py``, which has to fail with exit code 1 and one line on stderr; the line."""
    async with process(str(ROOT / "worker.py"), environment=environment, folder=folder) as worker:
        out, err = await asyncio.wait_for(worker.communicate(), PATIENCE)
    assert worker.returncode == 1
    assert out == b""
    return the_line(err.decode())


def the_line(said: str) -> str:
    """What a worker that fails to start says: one line for people."""
    assert said.startswith("worker: ")
    assert said.count("\n") == 1
    assert said.endswith("\n")
    assert "secret" not in said
    assert "Traceback" not in said
    return said


Failing = Callable[[Environment], Awaitable[str]]


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Failing]:
    """As ``fails``, within this process: a process of its own for each way to fail would take two seconds of it."""

    async def start(environment: Environment) -> str:
        for name in [each for each in os.environ if each.startswith(("TEMPORAL_", "REXV_"))]:
            monkeypatch.delenv(name)
        for name, value in {"TEMPORAL_CONFIG_FILE": str(tmp_path / "none.toml"), **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        capsys.readouterr()
        assert await asyncio.to_thread(worker_main) == 1
        said = capsys.readouterr()
        assert said.out == ""
        return the_line(said.err)

    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield start
    root.handlers, root.level = handlers, level


async def test_no_start_without_settings(tmp_path: Path) -> None:
    line = await fails({}, tmp_path)
    for name in REQUIRED:
        assert f"{name}: is required" in line


async def test_no_start_with_a_wrong_setting(environment: Environment, failing: Failing) -> None:
    line = await failing(environment | {"REXV_REX_URL": "https://user:secret@rex.example"})
    assert line == "worker: REXV_REX_URL: expected a URL without user and password\n"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("REXV_DATABASE_URL", "mysql://user:secret@host/rexv", "REXV_DATABASE_URL"),
        ("REXV_DATABASE_URL", "sqlite:///none.db", "not migrated; run: .venv/bin/python starter.py setup"),
        ("REXV_DATABASE_URL", "postgresql://user:a-secret@127.0.0.1:1/rexv", "out of reach"),
        ("REXV_DOCUMENT_STORE", "nothing://secret", "REXV_DOCUMENT_STORE"),
        ("TEMPORAL_NAMESPACE", "elsewhere", "namespace elsewhere does not exist; check TEMPORAL_NAMESPACE"),
        ("TEMPORAL_ADDRESS", "127.0.0.1:1", "Temporal at 127.0.0.1:1: out of reach; check TEMPORAL_ADDRESS"),
        ("TEMPORAL_ADDRESS", "no such host", "Temporal at no such host: not an address"),
        ("TEMPORAL_PROFILE", "none", "TEMPORAL_* settings: Profile 'none' not found"),
        ("TEMPORAL_TLS_CLIENT_CERT_PATH", "none.pem", "a file named by the TEMPORAL_* settings: No such file"),
        ("TEMPORAL_API_KEY", "a-secret-key", "no secure connection; check TEMPORAL_TLS"),
    ],
)
async def test_no_start_where_something_is_out_of_reach_or_not_set_up(
    setting: str, value: str, said: str, environment: Environment, failing: Failing, tmp_path: Path
) -> None:
    assert said in await failing(environment | {setting: value})
    assert not (tmp_path / "none.db").exists()


async def test_no_start_where_the_address_for_figures_is_taken(environment: Environment, failing: Failing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        line = await failing(environment | {"REXV_METRICS_ADDRESS": address})
    assert line == f"worker: REXV_METRICS_ADDRESS: cannot listen on {address}\n"


async def test_no_start_where_a_search_attribute_is_missing_or_of_another_type(
    environment: Environment, failing: Failing
) -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"), dev_server_log_level="error", **client_options()
    ) as bare:
        environment |= {"TEMPORAL_ADDRESS": address_of(bare)}
        line = await failing(environment)
        assert "lacks the search attributes RexStep, RexRisk" in line
        assert "run: .venv/bin/python starter.py setup" in line
        await bare.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=bare.client.namespace,
                search_attributes={"RexRisk": IndexedValueType.INDEXED_VALUE_TYPE_INT},
            )
        )
        assert "RexRisk is Int, expected Keyword" in await failing(environment)


async def test_no_start_where_the_key_of_links_cannot_be_made(
    environment: Environment, failing: Failing, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    key = tmp_path / "file" / "link-key"
    line = await failing(environment | {"REXV_GATEWAY_URL": "https://rex.example", "REXV_LINK_KEY": str(key)})
    assert line.startswith(f"worker: {key}: cannot be read or made: ")


async def test_a_template_that_does_not_compile_stops_it_with_file_and_line(
    environment: Environment, failing: Failing, tmp_path: Path
) -> None:
    templates = tmp_path / "letters"
    templates.mkdir()
    for each in ("letter.typ", "paper.typ"):
        (templates / each).write_bytes((OURS / each).read_bytes())
    (templates / "letter.typ").write_text("#set page(")
    line = await failing(environment | {"REXV_LETTERS": str(templates)})
    assert line == f"worker: {templates}: letter.typ, line 1: unclosed delimiter\n"


async def test_a_toml_profile_that_cannot_be_read_is_named_without_the_line_that_holds_the_key(
    environment: Environment, failing: Failing, tmp_path: Path
) -> None:
    profile = tmp_path / "temporal.toml"
    profile.write_text('[profile.default]\napi_key = "a-secret-key\n')
    assert "TOML parse error" in await failing(environment | {"TEMPORAL_CONFIG_FILE": str(profile)})


async def test_a_worker_has_every_activity_that_a_case_may_call(
    dev_server: WorkflowEnvironment, sqlite_register_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    register = open_register(sqlite_register_url)
    async with AsyncExitStack() as until:
        activities = all_activities(dev_server.client, WorkerSettings(), register, until)
    # The SDK has no public way to ask an activity for its name.
    assert {getattr(each, "__temporal_activity_definition").name for each in activities} == set(Activity)
    register.dispose()
