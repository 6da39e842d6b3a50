"""An office at work: Temporal, a worker, both simulators and a mail sink, all of them real, in this process."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from cli import cases, samples
from register.database import open_register
from runtime.settings import WorkerSettings, read_settings
from simulators import atameken, mail, rex
from simulators.serving import running
from tests.cli.record import Record, keep
from tests.conftest import ROOT
from worker import all_activities, build_worker

SAMPLES = ROOT / "samples"


@dataclass
class Office:
    """Where the tests of the command line take place; its settings are in the environment."""

    client: Client
    settings: WorkerSettings
    folder: Path
    stack: AsyncExitStack
    worker: Worker | None = None
    _worker_stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def database_url(self) -> str:
        return self.settings.database_url.get_secret_value()

    def request(self, sample: str = "request-ch", **other: Any) -> dict[str, Any]:
        """A request of its own number, received an hour ago."""
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        return samples.sample(sample, an_hour_ago) | {"reference": f"T-{uuid.uuid4().hex[:8]}"} | other

    def file(self, data: dict[str, Any]) -> str:
        """The data as a JSON file."""
        file = self.folder / f"{uuid.uuid4().hex}.json"
        file.write_text(json.dumps(data), encoding="utf-8")
        return str(file)

    async def open(self, data: dict[str, Any] | None = None) -> str:
        """Open a case by the command; its number."""
        data = data or self.request()
        await cases.open_from_file(self.file(data), received_at=None, as_json=True)
        return f"rex-{data['requesting_country'].lower()}-{data['reference'].lower().replace('/', '-')}"

    async def case(self, case_id: str) -> dict[str, Any]:
        """The object of the query ``case``."""
        answer: dict[str, Any] = await self.client.get_workflow_handle(case_id).query("case")
        return answer

    async def documents(self, case_id: str, **other: Any) -> dict[str, Any]:
        """The message that Atameken would send for the case."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.settings.atameken_url}/simulator/documents-arrived/{case_id}", params=other)
        message: dict[str, Any] = answer.raise_for_status().json()
        return message

    async def start_worker(self) -> None:
        """A worker like ``worker.py`` runs; it stops at the end of the test."""
        register = open_register(self.database_url)
        self._worker_stack.callback(register.dispose)
        activities = all_activities(self.client, self.settings, register, self._worker_stack)
        self.worker = build_worker(self.client, self.settings, activities)
        await self._worker_stack.enter_async_context(self.worker)

    async def stop_worker(self) -> None:
        """No worker is left."""
        await self._worker_stack.aclose()
        self.worker = None


@pytest_asyncio.fixture
async def kept(sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A record of two cases, without Temporal; the settings name it."""
    return await keep(sqlite_register_url, tmp_path, monkeypatch)


@pytest_asyncio.fixture
async def closed_office(
    dev_server: WorkflowEnvironment,
    task_queue: str,
    sqlite_register_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Office]:
    """Everything but the worker."""
    async with AsyncExitStack() as stack:
        sink = await mail.start(tmp_path / "mail", 0)
        stack.callback(sink.close)
        smtp = f"127.0.0.1:{mail.port_of(sink)}"
        for name, value in {
            "TEMPORAL_ADDRESS": dev_server.client.service_client.config.target_host,
            "TEMPORAL_NAMESPACE": dev_server.client.namespace,
            "REXV_TASK_QUEUE": task_queue,
            "REXV_DATABASE_URL": sqlite_register_url,
            "REXV_DOCUMENT_STORE": str(tmp_path / "documents"),
            "REXV_CHAIN_HEADS": str(tmp_path / "chain_heads.jsonl"),
            "REXV_ATAMEKEN_URL": await stack.enter_async_context(running(atameken.create_app("token"))),
            "REXV_ATAMEKEN_TOKEN": "token",
            "REXV_REX_URL": await stack.enter_async_context(running(rex.create_app("body", "secret"))),
            "REXV_REX_LOGIN": "body",
            "REXV_REX_PASSWORD": "secret",
            "REXV_MAIL_URL": f"smtp://{smtp}?from=verification@trade.example.kz",
            "REXV_ESCALATE_1": f"mailto://{smtp}?from=rexv@trade.example.kz&to=officer@trade.example.kz",
            "REXV_ESCALATE_2": f"mailto://{smtp}?from=rexv@trade.example.kz&to=on-call@trade.example.kz",
            "REXV_ESCALATE_3": f"mailto://{smtp}?from=rexv@trade.example.kz&to=head@trade.example.kz",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)  # away from anybody's .env
        settings = read_settings(WorkerSettings)
        office = Office(dev_server.client, settings, tmp_path, stack)
        stack.push_async_callback(office.stop_worker)
        yield office


@pytest_asyncio.fixture
async def office(closed_office: Office) -> Office:
    """Everything, the worker too."""
    await closed_office.start_worker()
    return closed_office


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    """The JSON that a command has printed since the last time."""

    def read() -> Any:
        return json.loads(capsys.readouterr().out)

    return read
