"""What the page of a case says, wherever it is shown: both renderers say every part of it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from calendars.time_zone import almaty_clock
from cases.asking import read_case
from cli import case_page as terminal
from pages.case import case_page
from pages.tree import Code, Foreign, Line, Said, Section
from tests.cli import examples
from tests.pages.test_inspecting import inspected
from workflows import case_page as temporal

NOW = datetime(2026, 3, 16, 5, tzinfo=UTC)
EXAMPLES = {
    "new": lambda: examples.NEW,
    "late": examples.waiting_late,
    "drafted": examples.drafted,
    "closed": examples.closed,
    "inspected": inspected,
}


def said(case: dict[str, Any]) -> list[str]:
    """Every part of the page that is words."""
    page = case_page(read_case(case), almaty_clock(), NOW)
    lines: list[Line] = [*page.head, *page.standing]
    for section in page.sections:
        lines.append((Said(section.title),))
        lines += section.items if isinstance(section, Section) else [cell for row in section.rows for cell in row]
        lines.append(section.note)
    parts = [part for line in lines for part in line]
    return [
        part.words if isinstance(part, Said) else part.text for part in parts if isinstance(part, Said | Foreign | Code)
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_terminal_and_the_temporal_ui_say_the_same(name: str) -> None:
    case = EXAMPLES[name]()
    console = Console(file=StringIO(), width=4000, highlight=False, emoji=False, markup=False)
    console.print(terminal.case_page(read_case(case), "http://ui", NOW))
    assert isinstance(console.file, StringIO)
    shown = " ".join(console.file.getvalue().split())
    markdown = temporal.markdown(case_page(read_case(case), almaty_clock(), NOW)).replace("\\", "")
    for words in said(case):
        plain = " ".join(words.split())
        assert plain in shown
        assert plain in " ".join(markdown.split())
