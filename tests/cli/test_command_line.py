"""The command line as a process: help in field words, exit codes, one line on stderr (contract, section 9)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.errors import errors_in_one_line
from starter import app
from tests.conftest import ROOT

COMMANDS = (
    *("open", "show", "list", "dismiss", "today", "deadlines", "papers", "draft"),
    *("documents", "inspect", "sign", "update", "assign"),
    *("deadline", "calendar", "setup", "sample", "demo"),
)
"""Of the contract, section 9."""


def starter(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REXV_", "TEMPORAL_"))}
    return subprocess.run(
        [sys.executable, str(ROOT / "starter.py"), *arguments],
        env=kept | environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_of_the_contract() -> None:
    done = CliRunner().invoke(app, ["--help"])
    assert done.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in done.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = CliRunner().invoke(app, [command, "--help"])
    assert done.exit_code == 0
    assert "Usage:" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["open"],
        ["list", "--risk", "high"],
        ["list", "--step", "done"],
        ["list", "--refused", "--step", "inspect"],
        ["dismiss", "rex-ch-1", "--by", "A. Nurlan"],
        ["sign", "rex-ch-1"],
        ["approve"],
        ["show", "a", "b"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("open", "none.json"), "none.json: no such file"),
        (("show", "rex-ch-1"), "Temporal at 127.0.0.1:1: out of reach"),
        (("list",), "Temporal at 127.0.0.1:1: out of reach"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr_and_exit_code_1(
    tmp_path: Path, arguments: tuple[str, ...], why: str
) -> None:
    done = starter(*arguments, folder=tmp_path, TEMPORAL_ADDRESS="127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert why in done.stderr


@pytest.mark.parametrize("command", [["open"], ["documents", "x"], ["inspect", "x"], ["update", "x", "withdraw"]])
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "no such file"),
        (b"", "is empty; expected one JSON object"),
        (b"{'by': 'A. Nurlan'}", "not JSON, line 1 column 2, at 'by': 'A. Nurlan'}; expected one JSON object"),
        (b"[{}]", "expected one JSON object"),
    ],
)
def test_a_file_that_is_no_message_is_refused_before_anything_is_asked(
    command: list[str], content: bytes | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "message.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SystemExit) as ended, errors_in_one_line():
        app([*command, str(file)])
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"error: {file}: {why}\n"


def test_a_setting_that_does_not_fit_is_named_and_never_quoted(tmp_path: Path) -> None:
    done = starter("list", folder=tmp_path, REXV_UI_URL="http://user:secret@localhost")
    assert done.returncode == 1
    assert "REXV_UI_URL" in done.stderr
    assert "secret" not in done.stderr


def test_a_reader_who_goes_away_gets_no_stack_trace(tmp_path: Path) -> None:
    with_reader_gone = f"{sys.executable} {ROOT / 'starter.py'} --help | true"
    piped = subprocess.run(["bash", "-c", with_reader_gone], capture_output=True, timeout=60, check=True, cwd=tmp_path)
    assert piped.stderr == b""


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("starter", ["temporalio", "sqlalchemy", "holidays", "rich.table"]),
        ("cli.cases", ["sqlalchemy", "alembic", "holidays", "httpx", "apprise"]),
    ],
)
def test_a_command_loads_no_library_that_it_does_not_need(module: str, spared: list[str]) -> None:
    """``show`` and ``list`` need Temporal only, help and ``deadline`` not even that."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print([each for each in {spared!r} if each in sys.modules])"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == "[]"
