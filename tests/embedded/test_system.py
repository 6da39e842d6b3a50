"""The embedded system as a process, as a person has it: it starts, it says what died, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest

from embedded import system as embedded
from embedded.processes import ProcessTrouble
from runtime.connection import connect
from tests.conftest import ROOT

PATIENCE = 90
"""Seconds; six programs start, and the machine may be busy with other tests."""

UP = """
import sys
from pathlib import Path
from cli.errors import errors_in_one_line
from cli.up import up
with errors_in_one_line():
    up(Path(sys.argv[1]))
"""


@asynccontextmanager
async def up(folder: Path) -> AsyncIterator[Process]:
    """``up`` on a folder of the test's own; whatever is left at the end is killed, and the test has failed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UP, str(folder), cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        left = below(folder)
        for each in left:
            each.kill()
    assert not left


def below(folder: Path) -> list[psutil.Process]:
    """The running processes of a system: each runs in the system's own folder."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.status() != psutil.STATUS_ZOMBIE and Path(each.cwd()) == folder:
                found.append(each)
    return found


def running(folder: Path, name: str) -> psutil.Process | None:
    """The process of a system whose command names this."""
    return next((each for each in below(folder) if any(name in word for word in each.cmdline())), None)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)


async def printed(process: Process, text: str) -> str:
    """All that it has printed up to and with the line that holds the text."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stdout.readline()).decode():
            said += line
            if text in line:
                return said
    assert process.stderr is not None
    raise AssertionError(f"it ended without saying {text!r}: {said}{(await process.stderr.read()).decode()}")


async def no_http_api(folder: Path) -> None:
    """Temporal listens to this machine only, and neither its HTTP API nor its UI takes a plain POST of a web page."""
    temporal = running(folder, "start-dev")
    assert temporal
    listening = [each.laddr for each in temporal.net_connections() if each.status == psutil.CONN_LISTEN]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    signal_to = "/api/v1/namespaces/default/workflows/rex-ch-1/signal/inspection_completed"
    plain = {"content-type": "text/plain", "origin": "http://evil.example"}
    answers = []
    async with httpx.AsyncClient(timeout=5, headers=plain) as web:
        for address in listening:
            with suppress(httpx.HTTPError):
                answers.append(await web.post(f"http://127.0.0.1:{address.port}{signal_to}", content="{}"))
    assert {answer.status_code for answer in answers if "page not found" not in answer.text} <= {400, 403}
    assert [answer for answer in answers if "Host not allowed" in answer.text]


@pytest.mark.slow
async def test_up_says_what_to_try_and_an_impatient_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    async with up(tmp_path) as process:
        said = await printed(process, "Ctrl-C stops everything")
        exported = (tmp_path / "environment.sh").read_text("utf-8")
        assert f"export REXV_DATABASE_URL=sqlite:///{tmp_path}/register.db" in exported
        assert f"  . {tmp_path}/environment.sh" in said
        assert "starter.py open " in said
        assert (tmp_path / "request.json").is_file()
        assert len(below(tmp_path)) == 6
        await no_http_api(tmp_path)
        process.send_signal(signal.SIGINT)
        await until(lambda: "stopping" in (tmp_path / "logs" / "worker.log").read_text())
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert (process.returncode, err) == (0, b"")
        assert out.decode().endswith("stopped; `make up` continues with the same cases\n")


@pytest.mark.slow
async def test_a_stop_in_the_middle_of_starting_leaves_no_process_behind(tmp_path: Path) -> None:
    async with up(tmp_path) as process:
        await until(lambda: running(tmp_path, "start-dev") and running(tmp_path, "simulators.rex"))
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)
        assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.slow
async def test_a_process_that_dies_is_named_with_its_log_and_the_others_are_stopped(tmp_path: Path) -> None:
    async with up(tmp_path) as process:
        await printed(process, "Ctrl-C stops everything")
        dying = running(tmp_path, "simulators.rex")
        assert dying
        dying.kill()
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 1
        line = err.decode()
        assert line.startswith("error: rex died with exit code -9 (REX (simulator) on http://127.0.0.1:")
        assert line.endswith(f"; see {tmp_path}/logs/rex.log\n")
        assert line.count("\n") == 1


@pytest.mark.slow
async def test_a_port_lost_to_somebody_else_is_no_reason_not_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        taken = somebody.getsockname()[1]
        offered = iter([(taken, *embedded._free_ports(0))])
        free_ports = embedded._free_ports
        # The look at the ports and the taking of them are two moments; this is what comes between them.
        monkeypatch.setattr(embedded, "_free_ports", lambda *wanted: next(offered, None) or free_ports(*wanted))
        system = embedded.Embedded(tmp_path)
        monkeypatch.setattr(system, "start_worker", lambda: asyncio.sleep(0))
        async with system:
            assert await connect(environment=system.client_environment)


async def test_a_program_that_does_not_start_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = embedded.Embedded(tmp_path)
    monkeypatch.setattr(system, "_temporal", lambda *ports: [sys.executable, "-c", "exit('no such disk')"])
    with pytest.raises(ProcessTrouble) as trouble:
        async with system:
            raise AssertionError("it started")
    assert str(trouble.value) == f"temporal died with exit code 1 (no such disk); see {tmp_path}/logs/temporal.log"
