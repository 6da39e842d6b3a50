"""What the workflow sandbox imports: nothing that does I/O, and next to nothing at all (design, section 4)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from runtime.packages import DECIDING
from tests.conftest import ROOT
from tests.workflows.record_histories import FOLDER

WORLDLY = {
    "holidays": "the calendar",
    "tzdata": "time zones",
    "sqlalchemy": "the database",
    "alembic": "the database",
    "psycopg": "the database",
    "sqlite3": "the database",
    "httpx": "HTTP",
    "httpcore": "HTTP",
    "requests": "HTTP",
    "apprise": "notifications",
    "smtplib": "mail",
    "typst": "documents to print",
    "fsspec": "the document store",
    "pikepdf": "the look into documents",
    "PIL": "the look into documents",
    "typer": "the command line",
    "rich": "the command line",
}
"""What a case must not touch, and what each is for."""

THIN = {name.partition(".")[0] for name in DECIDING} | {
    "annotated_types",
    "google",
    "nexusrpc",
    "pydantic",
    "pydantic_core",
    "temporalio",
    "typing_extensions",
    "typing_inspection",
}
"""The packages that a workflow is made of."""


def run(*arguments: str) -> str:
    """Run Python in a process of its own; what it prints."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def replayed() -> dict[str, Any]:
    """What was imported to replay a case of every path."""
    files = [str(file) for file in sorted(FOLDER.glob("*.json"))]
    told: dict[str, Any] = json.loads(run("-m", "tests.workflows.replay_in_sandbox", *files))
    assert told["cases"] >= len(files)
    return told


def test_a_replay_of_whole_cases_imports_no_library_that_touches_the_world(replayed: dict[str, Any]) -> None:
    imported = {name.partition(".")[0] for name in replayed["process"]}
    assert imported & set(WORLDLY) == set()


def test_the_sandbox_itself_imports_next_to_nothing(replayed: dict[str, Any]) -> None:
    print("imported anew for each case:", ", ".join(replayed["sandbox"]))
    assert set(replayed["sandbox"]) <= {"time", "datetime"}
    assert replayed["warnings"] == []


def test_the_workflow_module_is_thin() -> None:
    told = run("-c", "import sys, workflows.verification; print(*sorted({n.partition('.')[0] for n in sys.modules}))")
    ours = set(told.split()) - sys.stdlib_module_names - {"__main__", "__mp_main__", "_distutils_hack"}
    ours = {name for name in ours if not name.startswith("_sysconfigdata")}
    print("workflows.verification needs:", ", ".join(sorted(ours)))
    assert ours <= THIN


def test_the_rules_need_neither_temporal_nor_a_database_nor_http() -> None:
    modules = ", ".join(f"rules.{file.stem}" for file in (ROOT / "rules").glob("[a-z]*.py"))
    told = run("-c", f"import sys, {modules}; print(*sorted({{n.partition('.')[0] for n in sys.modules}}))")
    assert set(told.split()) & {*WORLDLY, "temporalio"} == set()


def test_a_library_that_touches_the_world_would_be_seen() -> None:
    """The negative control: what the worker needs beside the workflow is found by the same look."""
    told = run("-c", "import sys, activities.calendar; print(*sorted({n.partition('.')[0] for n in sys.modules}))")
    assert set(told.split()) & set(WORLDLY)
