"""How the commands print: pages and tables for people, plain JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

WIDE = 160
"""Columns where nothing says how many there are: no terminal, as in a nightly job, and no ``COLUMNS``."""

_STANDARD_STREAMS = (0, 1, 2)


def console() -> Console:
    """Where pages and tables go: standard output, in the width of the terminal, also through a pipe to ``less``."""
    known = os.environ.get("COLUMNS", "").isdecimal() or any(map(os.isatty, _STANDARD_STREAMS))
    return Console(highlight=False, emoji=False, markup=False, width=None if known else WIDE)


def print_page(page: RenderableType) -> None:
    """Print for people; into a file or a pipe without the spaces that fill each line up.

    Nothing is cropped: what must not be folded goes beyond the line where it is too long for it.
    """
    out = console()
    if out.is_terminal:
        out.print(page, crop=False)
        return
    with out.capture() as captured:
        out.print(page, crop=False)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def print_json(data: Any) -> None:
    """Print as JSON in UTF-8: what is not visible as it is written in JSON's escapes, and acts on no terminal."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    sys.stdout.write("".join(each if each.isprintable() or each == "\n" else _escaped(each) for each in text) + "\n")


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def plain_table(padding: tuple[int, int, int, int] = (0, 1, 0, 1)) -> Table:
    """A table as all commands print them: one rule under the head and no frame.

    :param padding: of a cell: above, right, below, left.
    """
    return Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, expand=False, padding=padding)


def bullets(lines: Iterable[str | Text]) -> Table:
    """A list; what is too long for the line goes on under itself."""
    listed = Table.grid(padding=(0, 1, 0, 0))
    listed.add_column(no_wrap=True)
    listed.add_column(overflow="fold")
    for line in lines:
        listed.add_row("·", line)
    return listed


def section(title: str, body: RenderableType) -> RenderableType:
    """A part of a page under its title, with a free line before it."""
    return Padding(Group(Text(title, style="bold"), body), (1, 0, 0, 0))
