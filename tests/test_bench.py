"""``make bench`` runs and says for each figure whether it is kept; the figures themselves hang on the machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_the_figures_of_the_calendar_are_measured_and_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.calendar"], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    for figure in ("count a term", "times faster", "build a case's calendar", "largest calendar in a history"):
        assert figure in done.stdout
    assert ("NO" in done.stdout) == (done.returncode == 1)


@pytest.mark.slow
def test_the_gateway_is_measured_and_printed() -> None:
    small = ["--seconds", "4", "--per-second", "5", "--bad", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "bench.gateway", *small],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    for figure in ("look at a case", "5 a second: p99", "60 bad ones", "a good one of another client"):
        assert figure in done.stdout
    assert ("NOT KEPT" in done.stdout) == (done.returncode == 1)
