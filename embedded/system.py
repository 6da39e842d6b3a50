"""The whole system on one machine: Temporal's own server, the simulators and a worker, each a process.

    async with Embedded(Path("var/demo")) as system:
        client = await connect(environment=system.environment)

What it writes lies under one folder: databases, documents, e-mails, logs. Started again on the same folder it continues
with the same cases. However the ``async with`` ends, by Ctrl-C or SIGTERM too, every process is stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from embedded.processes import LOOK_EVERY, READY_WITHIN, ProcessTrouble, Program
from embedded.signals import StopSignals
from register.database import migrate, open_register
from runtime.connection import CannotConnect, connect
from runtime.namespace import NotSetUp, add_search_attributes
from runtime.search_attributes import ALL, TYPE_NAMES
from runtime.settings import PREFIX

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
NAMESPACE = "default"

STOPS_WITHIN = timedelta(seconds=5)
WORKER_STOPS_WITHIN = timedelta(seconds=35)
"""The worker's own 30 s to finish its tasks, and time to exit."""

SENDER = "rex@trade.gov.example"
RECIPIENTS = {1: "case-officer", 2: "on-call", 3: "head"}
"""Who is notified at each level; the mail simulator takes their e-mails."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Ports:
    """Ports to listen on; 0, or a port that is taken, means any free one."""

    temporal: int = 0
    ui: int = 0
    gateway: int = 0
    atameken: int = 0
    rex: int = 0
    mail: int = 0


class Embedded:
    """Starts everything on entering, knows every address, stops everything on leaving."""

    def __init__(self, folder: Path, ports: Ports | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        """Nothing is started yet.

        :param folder: created if missing; what an earlier run left in it is used again.
        :param settings: further settings of the worker (contract, section 10), over those made here.
        """
        self.folder = folder.resolve()
        self.logs = self.folder / "logs"
        self.mail_folder = self.folder / "mail"
        self.document_folder = self.folder / "documents"
        self.database_url = f"sqlite:///{self.folder / 'register.db'}"
        self._wanted = ports or Ports()
        self._further = dict(settings or {})
        self._token, self._password = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._running: dict[str, Program] = {}
        self._signals = StopSignals()
        self.address = self.ui_url = self.gateway_url = self.atameken_url = self.rex_url = ""
        self._mail_port = 0

    @property
    def client_environment(self) -> dict[str, str]:
        """What ``starter.py``, the ``temporal`` command or any client needs; no secrets."""
        return {
            "TEMPORAL_ADDRESS": self.address,
            "TEMPORAL_NAMESPACE": NAMESPACE,
            # An empty profile file: one in the person's home is for another server.
            "TEMPORAL_CONFIG_FILE": str(self.folder / "temporal.toml"),
            "REXV_DATABASE_URL": self.database_url,
            "REXV_DOCUMENT_STORE": str(self.document_folder),
            "REXV_CHAIN_HEADS": str(self.folder / "chain_heads.jsonl"),
            "REXV_UI_URL": self.ui_url,
            "REXV_GATEWAY_URL": self.gateway_url,
            "REXV_LINK_KEY": str(self.folder / "link-key"),
            "REXV_ACCOUNTS_FILE": str(self.folder / "accounts.json"),
            "REXV_SESSION_KEY": str(self.folder / "session-key"),
            "REXV_DOOR_KEYS": str(self.folder / "door-keys"),
            "REXV_DOOR_KEY": str(self.folder / "door-key.pem"),
            "REXV_CLIENTS_FILE": str(self.folder / "clients.json"),
        }

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a worker or a starter of this system, with the passwords of the simulators."""
        return {
            **self._bare_environment(),
            **self.client_environment,
            "REXV_ATAMEKEN_URL": self.atameken_url,
            "REXV_REX_URL": self.rex_url,
            "REXV_LETTERS": str(ROOT / "samples" / "letters"),
            "REXV_MAIL_URL": f"smtp://{HOST}:{self._mail_port}?from={SENDER}",
            **{
                f"REXV_ESCALATE_{level}": f"mailto://{HOST}:{self._mail_port}?from={SENDER}&to={who}@trade.gov.example"
                for level, who in RECIPIENTS.items()
            },
            **self._further,
        }

    def _bare_environment(self) -> dict[str, str]:
        """The present environment without settings for another system, and with the simulators' credentials."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "TEMPORAL_"))}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "REXV_ATAMEKEN_TOKEN": self._token,
            "REXV_REX_LOGIN": "authorized-body",
            "REXV_REX_PASSWORD": self._password,
        }

    async def __aenter__(self) -> Self:
        """Start everything.

        :raises ProcessTrouble: one line, where something does not start.
        """
        for folder in (self.logs, self.mail_folder, self.document_folder):
            folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "temporal.toml").touch()
        self._signals.take_over()
        try:
            await self._start()
        except BaseException:
            await self._stop()
            self._signals.restore()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything.

        :raises KeyboardInterrupt: where it was Ctrl-C that ended the block.
        :raises SystemExit: where it was another signal.
        """
        await self._stop()
        self._signals.restore()

    async def while_all_run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do the work; if a process dies meanwhile, cancel it and name the process.

        :raises ProcessTrouble: one line that names the process that died and its log.
        """
        doing = asyncio.create_task(work)
        watching = asyncio.create_task(self.until_one_dies())
        try:
            await asyncio.wait({doing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                watching.result()
            return doing.result()
        finally:
            for task in (doing, watching):
                task.cancel()
            await asyncio.gather(doing, watching, return_exceptions=True)

    async def until_one_dies(self) -> None:
        """Wait for a process to die by itself.

        :raises ProcessTrouble: when one did.
        """
        while True:
            for program in list(self._running.values()):
                if program.process.returncode is not None:
                    raise program.death()
            await asyncio.sleep(LOOK_EVERY)

    async def start_worker(self) -> None:
        """Start the worker and wait until it polls.

        :raises ProcessTrouble: where it does not start.
        """
        worker = await self._run("worker", sys.executable, str(ROOT / "worker.py"), environment=self.environment)
        await worker.printed("worker ready")

    async def start_gateway(self) -> None:
        """Start the gateway and wait until it answers.

        :raises ProcessTrouble: where it does not start.
        """
        port = self.gateway_url.rpartition(":")[2] or "0"
        gateway = await self._run(
            *("gateway", sys.executable, str(ROOT / "starter.py"), "gateway"),
            environment=self.environment | {"REXV_GATEWAY_LISTEN": f"{HOST}:{port}"},
        )
        self.gateway_url = await gateway.printed(r"^gateway on (http://\S+)$")

    async def stop_worker(self) -> None:
        """Stop the worker as in production: it finishes what it is doing."""
        await self._running.pop("worker").stop(WORKER_STOPS_WITHIN)

    async def _start(self) -> None:
        if self._wanted.gateway:
            # Known before it is there: the worker writes it into notices.
            self.gateway_url = f"http://{HOST}:{_free_ports(self._wanted.gateway)[0]}"
        await asyncio.to_thread(self._migrate)
        try:
            async with asyncio.TaskGroup() as starting:
                starting.create_task(self._start_temporal())
                atameken = starting.create_task(self._start_simulator("atameken", self._wanted.atameken))
                rex = starting.create_task(self._start_simulator("rex", self._wanted.rex))
                mail = starting.create_task(
                    self._start_simulator("mail", self._wanted.mail, "--folder", str(self.mail_folder))
                )
        except ExceptionGroup as several:
            # One did not start, and the others were cancelled for it.
            raise several.exceptions[0] from None
        self.atameken_url, self.rex_url, self._mail_port = atameken.result(), rex.result(), int(mail.result())
        await self.start_worker()

    def _migrate(self) -> None:
        register = open_register(self.database_url)
        try:
            migrate(register)
        finally:
            register.dispose()

    async def _start_simulator(self, name: str, port: int, *arguments: str) -> str:
        """Its base URL, or the port of one that has none."""
        command = (sys.executable, "-m", f"simulators.{name}", "--port", str(port if _is_free(port) else 0))
        program = await self._run(name, *command, *arguments, environment=self._bare_environment())
        return await program.printed(r"(http://\S+|^\d+)$")

    async def _start_temporal(self) -> None:
        wanted = (self._wanted.temporal, self._wanted.ui)
        while True:
            port, ui_port = _free_ports(*wanted)
            temporal = await self._run("temporal", *self._temporal(port, ui_port), environment=self._bare_environment())
            self.address, self.ui_url = f"{HOST}:{port}", f"http://{HOST}:{ui_port}"
            try:
                # Printed once it has its ports: what answers there before may be another server.
                await temporal.printed(r"^Temporal Server:")
            except ProcessTrouble:
                # It is given port numbers, and another process may take one before it does.
                if "address already in use" not in temporal.output():
                    raise
                wanted = (0, 0)
            else:
                return await self._answers()

    def _temporal(self, port: int, ui_port: int) -> list[str]:
        command = [
            str(Path(sys.executable).parent / "temporal"),
            *("server", "start-dev", "--ip", HOST, "--port", str(port), "--ui-port", str(ui_port)),
            *("--db-filename", str(self.folder / "temporal.db"), "--log-level", "error"),
            # The server ends a run whose history passes 50 MB. A flood of large messages can pass that before the case
            # has had the chance to continue as new, and nothing that arrives may stop a case: 512 MB.
            *("--dynamic-config-value", "limit.historySize.error=536870912"),
            # While a case has a task it takes one query, by default, and refuses the next for a second; several people
            # and systems look at a case that something happens to.
            *("--dynamic-config-value", "history.MaxBufferedQueryCount=64"),
            # Its HTTP API would take a plain POST from any web page. It cannot be turned off, but answers to no name.
            *("--dynamic-config-value", 'frontend.httpAllowedHosts=["off.invalid"]'),
        ]
        for key in ALL:
            command += ["--search-attribute", f"{key.name}={TYPE_NAMES[key.indexed_value_type]}"]
        return command

    async def _answers(self) -> None:
        """Wait until the server, its namespace and its UI answer."""
        temporal = self._running["temporal"]
        missing = "does not answer"
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_WITHIN.total_seconds()), httpx.AsyncClient() as web:
                while True:
                    if temporal.process.returncode is not None:
                        raise temporal.death()
                    try:
                        client = await connect(environment=self.client_environment)
                        # An older run's database may lack what is new.
                        await add_search_attributes(client)
                        (await web.get(self.ui_url)).raise_for_status()
                        return
                    except (CannotConnect, NotSetUp, httpx.HTTPError) as error:
                        missing = str(error)
                    await asyncio.sleep(LOOK_EVERY)
        raise ProcessTrouble(f"temporal was not ready within {READY_WITHIN.seconds} s ({missing}); see {temporal.log}")

    async def _run(self, name: str, *command: str, environment: Mapping[str, str]) -> Program:
        program = await Program.start(name, command, folder=self.folder, logs=self.logs, environment=environment)
        self._running[name] = program
        return program

    async def _stop(self) -> None:
        """Stop the worker first, while all that it needs is there; then the others together."""
        worker = self._running.pop("worker", None)
        others = list(self._running.values())
        self._running.clear()
        self._signals.stopping = True
        try:
            if worker:
                await worker.stop(WORKER_STOPS_WITHIN)
        finally:
            await asyncio.gather(*[program.stop(STOPS_WITHIN) for program in others])


def _is_free(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_server((HOST, port)):
        return True
    return False


def _free_ports(*wanted: int) -> list[int]:
    """Ports that are free now: those wanted, or any others in their place."""
    with contextlib.ExitStack() as held:
        return [
            held.enter_context(socket.create_server((HOST, port if _is_free(port) else 0))).getsockname()[1]
            for port in wanted
        ]
