"""Every block of commands in README and docs runs as it stands, in a copy of the project with ``make up`` beside it.

A block that cannot run there (it builds images, it takes a minute, it needs a case in a certain state) says so in its
own fence: ``sh norun``. The blocks of a page run from top to bottom in one terminal, in which ``environment.sh`` was
read, as ``up`` asks for.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PATIENCE = 240
"""Seconds for a page, and for the system to start: some dozens of processes, one after the other, on a busy machine."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/|(?:make|curl|docker|git|sh|psql|temporal|python) )")


def blocks(page: str) -> list[str]:
    """The blocks of commands that run, in their order."""
    return [each["body"] for each in _FENCE.finditer(page) if each["info"].split() == ["sh"]]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


WITH_BLOCKS = [page for page in PAGES if blocks(page.read_text("utf-8"))]


def run(folder: Path, script: str, **environment: str) -> str:
    """Run a script in a shell of its own that stops at the first command that fails; what it printed."""
    kept = {each: value for each, value in os.environ.items() if not each.startswith(("REXV_", "TEMPORAL_"))}
    done = subprocess.run(
        ["sh", "-eu"],
        input=script,
        cwd=folder,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n---\n{done.stdout}"
    return done.stdout


class System:
    """A copy of the project, in which ``up`` runs."""

    def __init__(self, folder: Path, said: str) -> None:
        self.folder, self.said = folder, said

    def run(self, script: str) -> str:
        return run(self.folder, f". var/up/environment.sh\n{script}")

    def show(self, case_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.run(f".venv/bin/python starter.py show {case_id} --json"))
        return shown


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("copy") / "rex"
    left_out = shutil.ignore_patterns(".venv", "var", ".git", ".*_cache", "__pycache__", ".hypothesis")
    shutil.copytree(ROOT, folder, ignore=left_out)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    log = folder / "up.log"
    with log.open("wb") as printed:
        up = subprocess.Popen(
            [".venv/bin/python", "starter.py", "up"], cwd=folder, stdout=printed, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + PATIENCE
        while "Ctrl-C stops everything" not in log.read_text("utf-8"):
            assert up.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < until, log.read_text("utf-8")
            time.sleep(0.1)
        yield System(folder, log.read_text("utf-8"))
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(PATIENCE)


def test_a_block_runs_unless_its_fence_says_otherwise() -> None:
    page = "```sh\na\n```\n\n```sh norun\nb\n```\n- c\n\n  ```sh\n  d\n  ```\n\n```json\n{}\n```\n```\ne\n```\n"
    assert blocks(page) == ["a\n", "  d\n"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_stands_in_a_block_that_runs_or_says_why_not(page: Path) -> None:
    """A block without a language, or one that is only indented, would never be run."""
    text = page.read_text("utf-8")
    others = [each["body"] for each in _FENCE.finditer(text) if each["info"].split()[:1] != ["sh"]]
    indented = re.findall(r"^(?: {4,}|\t).*$", _FENCE.sub("", text), re.MULTILINE)
    lines = [line for body in others for line in body.splitlines()] + indented
    assert [line for line in lines if _COMMAND.match(line)] == []
    marks = {each["info"].strip() for each in _FENCE.finditer(text) if each["info"].split()[:1] == ["sh"]}
    assert marks <= {"sh", "sh norun"}


def test_a_term_of_the_readme_is_counted_without_server_database_or_setting() -> None:
    [block] = [each for each in blocks((ROOT / "README.md").read_text("utf-8")) if " deadline " in each]
    assert re.match(r"\d{4}-\d{2}-\d{2} ", run(ROOT, block))


def _integrator(system: System, said: str) -> None:
    """Temporal says that a message was sent whatever it says: only the case knows whether it was taken."""
    # Documents and inspection through the gateway, and the inspection asked about there and by Temporal's own tool.
    assert len(re.findall('"state": ?"accepted"', said)) == 4, said
    assert len(re.findall('"state": ?"refused"', said)) == 1, said
    case = system.show("rex-ch-2026-0042")
    assert (case["rejected_count"], case["step"], len(case["documents"])) == (1, "await_documents", 4)
    assert system.show("rex-ch-2026-0043")["outcome"] == "withdrawn"
    refused = json.loads(system.run(".venv/bin/python starter.py list --refused --json"))
    assert "rex-se-2026-0044" in str(refused)


def _case_officer(system: System, _: str) -> None:
    case = system.show("rex-ch-2026-0017")
    assert (case["outcome"], case["responsible"], case["rejected_count"]) == ("valid", "A. Serikova", 0)


def _on_call(system: System, said: str) -> None:
    assert "case.limit_at_risk is acknowledged by A. Nurlan" in said
    assert system.show("rex-no-26-01187")["risk"] == "at_risk"


def _administrator(system: System, _: str) -> None:
    assert system.show("rex-ch-trial-1")["outcome"] == "withdrawn"


def _signature(system: System, _: str) -> None:
    final = system.show("rex-ch-2026-0031")["conclusion"]["final"]
    assert (final["signed_file"], final["from_draft"]) == (True, True)
    assert [(each["signer"], each["holds"]) for each in final["signatures"]] == [("B. Omarov", True)]


CHECKS: dict[str, Callable[[System, str], None]] = {
    "integrator": _integrator,
    "case_officer": _case_officer,
    "on_call": _on_call,
    "administrator": _administrator,
    "signature": _signature,
}
"""What is so after the blocks of a page have run."""


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_BLOCKS, ids=name)
def test_every_block_of_a_page_runs_as_it_stands(system: System, page: Path) -> None:
    said = system.run("\n".join(blocks(page.read_text("utf-8"))))
    if check := CHECKS.get(page.stem):
        check(system, said)


@pytest.mark.slow
def test_what_up_prints_to_try_runs_as_it_stands(system: System) -> None:
    printed = re.findall(r"^  (?! [A-Z])(.*)$", system.said.partition("In another terminal")[2], re.MULTILINE)
    said = run(system.folder, "\n".join(printed))
    assert "conclusion_signed accepted" in said
    assert "case.limit_at_risk" in said


@pytest.mark.slow
def test_every_sample_is_complete_and_taken_as_it_stands(system: System) -> None:
    """By Temporal's own tool, which adds nothing: a message needs its id, a request its time."""
    opened = system.run(
        ".venv/bin/python starter.py sample request-ch | sed s/2026-0042/samples-1/ > var/request.json\n"
        ".venv/bin/python starter.py open var/request.json --json"
    )
    case_id = json.loads(opened)["case_id"]
    send = f".venv/bin/temporal workflow signal --workflow-id {case_id} --input-file var/sample.json --name"
    for sample, signal_name in (
        ("receipt", "document_request_received"),
        ("inspection-ground", "inspection_completed"),
    ):
        system.run(
            f".venv/bin/python starter.py sample {sample} > var/sample.json\n"
            f"until .venv/bin/python starter.py show {case_id} --json | grep -q await_documents; do sleep 0.2; done\n"
            f"{send} {signal_name}"
        )
    system.run(f".venv/bin/python starter.py inspect {case_id} samples/inspection-valid.json")
    assert system.show(case_id)["rejected_count"] == 0
