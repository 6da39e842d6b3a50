"""The command that people are told to type is the one that starts here, and a Python without our libraries says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = "docker compose exec worker python starter.py"


def starter(folder: Path, **settings: str) -> str:
    """What a program of ours that starts in the folder tells people to type."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("REXV_")}
    asked = [sys.executable, "-c", "from runtime.commands import STARTER; print(STARTER)"]
    environment = {**bare, **settings, "PYTHONPATH": str(ROOT)}
    return subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_it_is_the_setting_of_the_environment_else_of_the_file_else_the_usual(tmp_path: Path) -> None:
    assert starter(tmp_path) == starter(tmp_path, REXV_COMMAND="") == ".venv/bin/python starter.py"
    assert starter(tmp_path, REXV_COMMAND=ELSEWHERE) == ELSEWHERE
    (tmp_path / ".env").write_text("REXV_COMMAND=rex\n")
    assert starter(tmp_path) == "rex"
    assert starter(tmp_path, REXV_COMMAND=ELSEWHERE) == ELSEWHERE
    (tmp_path / ".env").write_bytes(b"REXV_COMMAND=\xff\xfe")
    assert starter(tmp_path) == ".venv/bin/python starter.py"


@pytest.mark.parametrize("program", ["starter.py", "worker.py"])
def test_without_our_libraries_it_is_one_line_that_says_what_to_type(program: str) -> None:
    # -S: without the folder in which libraries are installed.
    ran = subprocess.run([sys.executable, "-S", program, "list"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout == ""
    (line,) = ran.stderr.splitlines()
    assert "run `make install`, then: .venv/bin/python" in line
