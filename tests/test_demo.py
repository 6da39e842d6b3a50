"""The demo, as a newcomer runs it: a process of its own, on real components, that leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, select

from cli import demo
from cli.errors import CannotDo
from register.tables import LetterRow
from tests.conftest import ROOT


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[Process]:
    """The demo, where the environment has the settings of some other system."""
    other = {"REXV_TASK_QUEUE": "other", "REXV_DATABASE_URL": "postgresql://other", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    wide = {"COLUMNS": "160"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "starter.py"), "demo", "--folder", str(folder)),
        env=os.environ | other | wide,
        cwd=folder.parent,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def left_in(folder: Path) -> list[str]:
    """What still runs there: every process of the demo has the demo's folder as its working folder."""
    left = []
    for each in psutil.process_iter():
        try:
            if Path(each.cwd()).is_relative_to(folder) and each.status() != psutil.STATUS_ZOMBIE:
                left.append(" ".join(each.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return left


async def test_the_demo_shows_three_cases_as_expected_and_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with running_demo(folder) as process:
        out, err = await asyncio.wait_for(process.communicate(), 90)
    shown = out.decode()
    assert (process.returncode, err.decode()) == (0, ""), shown
    assert "All three cases are as expected" in shown
    assert "NO " not in shown
    rows = {line.split()[0]: line for line in shown.splitlines() if re.match(r"rex-\S+ {2,}", line)}
    assert re.search(r"  valid +closed +– +\d+ +none +papers/rex-ch-2026-0042 \(10\)", rows["rex-ch-2026-0042"])
    assert re.search(r"  not valid +closed +– +\d+ +none +papers/rex-no-26-01187 \(11\)", rows["rex-no-26-01187"])
    late = rows["rex-ch-2026-0017"]
    assert re.search(
        r"  open, at risk +await documents +\d+ \w+ 20\d\d +-\d+ +\d open of \d +papers/rex-ch-2026-0017 \(2\)", late
    )
    for case_id in rows:
        assert re.search(rf"http://127\.0\.0\.1:\d+/namespaces/default/workflows/{case_id}", shown)
    papers = folder / "papers" / "rex-no-26-01187"
    conclusions = sorted(papers.glob("conclusion-*.pdf"))
    assert ["draft" in each.name for each in conclusions] == [True, False]
    assert all(each.read_bytes().startswith(b"%PDF") for each in conclusions)
    assert left_in(folder) == []
    register = create_engine(f"sqlite:///{folder / 'register.db'}")
    with register.connect() as connection:
        left = set(connection.execute(select(LetterRow.case_id, LetterRow.what)))
    register.dispose()
    assert {(case_id, "reply") for case_id in rows if case_id not in late} <= left, "written before all is stopped"
    assert ("rex-no-26-01187", "appeal") in left


@pytest.mark.parametrize("wait_for", ["Starting", "Started after"])
@pytest.mark.slow
async def test_ctrl_c_stops_every_process_at_any_moment(tmp_path: Path, wait_for: str) -> None:
    folder = tmp_path / "demo"
    async with running_demo(folder) as process:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while wait_for not in (await process.stdout.readline()).decode():
                pass
            while True:
                if left_in(folder):
                    break
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 130
    assert "Traceback" not in err.decode()
    assert left_in(folder) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(CannotDo, match="is not empty"):
        demo.run_demo(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.slow
def test_a_case_that_is_not_as_expected_is_shown_and_gives_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A request of yesterday is not at risk, however long one waits.
    monkeypatch.setattr(demo, "LATE_BY", 1)
    monkeypatch.setattr(demo, "PATIENCE", 5.0)
    assert demo.run_demo(tmp_path / "demo") == 1
    shown = capsys.readouterr().out
    assert re.search(r"NO +rex-ch-2026-0017: within 5 s; it was still at: the reserve is used up", shown)
    assert "NOT as expected" in shown
