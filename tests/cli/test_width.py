"""The width in which commands print: the terminal's, also through a pipe, and ``COLUMNS`` over it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

import pytest

from tests.conftest import ROOT

WIDTH = "from cli.printing import console; print(console().width)"


def width(columns: str | None, *, terminal: bool) -> int:
    """The width of a process whose output is piped, with standard error on a terminal of 97 columns or piped too."""
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (40, 97))
    try:
        done = subprocess.run(
            [sys.executable, "-c", WIDTH],
            cwd=ROOT,
            env=environment | ({"COLUMNS": columns} if columns else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=follower if terminal else subprocess.PIPE,
            timeout=60,
            check=True,
        )
    finally:
        os.close(leader)
        os.close(follower)
    return int(done.stdout)


@pytest.mark.parametrize(
    ("columns", "terminal", "expected"),
    [("80", True, 80), ("120", False, 120), (None, True, 97), (None, False, 160), ("wide", False, 160)],
)
def test_a_pipe_has_the_width_of_columns_else_of_the_terminal_else_room(
    columns: str | None, terminal: bool, expected: int
) -> None:
    assert width(columns, terminal=terminal) == expected
