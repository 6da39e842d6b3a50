"""What the demo shows: the three cases while they run, and their results."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.demo_story import Story
from cli.printing import bullets, plain_table
from cli.words import (
    OUTCOME_STYLES,
    OUTCOMES,
    RISK_STYLES,
    RISKS,
    short_day,
    words,
)
from rules.case_view import CaseView

ROOM_FOR_LINKS = 150
"""Columns from which documents and link fit in the table; on a narrower terminal they stand below it."""


def progress(stories: Sequence[Story]) -> Table:
    """The cases as they stand, for the live display."""
    table = plain_table()
    for title in ("case", "outcome", "step", "due", "now"):
        table.add_column(title, no_wrap=True, min_width=len("rex-ch-2026-0042") if title == "case" else None)
    for story in stories:
        running = story.case.running if story.case else None
        table.add_row(
            Text(story.case_id or "–", style="bold"),
            _outcome(story.case) if story.case else "–",
            words(story.case.step) if story.case else "–",
            short_day(running.last_day) if running else "–",
            Text(story.doing, style="dim"),
        )
    return table


def results(stories: Sequence[Story], folder: Path, width: int) -> RenderableType:
    """The table at the end, then each expectation with whether it holds.

    :param folder: of the demo, below which its papers lie.
    :param width: of the terminal, in columns.
    """
    wide = width >= ROOM_FOR_LINKS
    table = plain_table()
    for title in ("case", "outcome", "step", "due"):
        table.add_column(title, no_wrap=True)
    table.add_column("reserve", justify="right")
    table.add_column("escalations", no_wrap=True)
    if wide:
        table.add_column("documents and link", overflow="fold")
    for story in stories:
        table.add_row(*_cells(story), *([Text(f"{story.papers}\n{story.link}")] if wide else []))
    parts: list[RenderableType] = [table, Text("")]
    if not wide:
        lines = [
            Text.assemble((story.case_id or story.title, "bold"), f"\n{story.papers}\n{story.link}")
            for story in stories
        ]
        parts += [Text("Documents and links", style="bold"), bullets(lines), Text("")]
    shown = os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else str(folder)
    parts.append(Text(f"Documents, e-mails (mail/index.txt), databases and logs are in {shown}\n", overflow="fold"))
    for story in stories:
        for what, holds in story.checks:
            mark = ("yes  ", "green") if holds else ("NO   ", "bold red")
            parts.append(Text.assemble(mark, f"{story.case_id or story.title}: {what}"))
    return Group(*parts)


def _cells(story: Story) -> list[Text | str]:
    case = story.case
    if case is None:
        return [story.case_id or story.title, "–", "–", "–", "–", "–"]
    raised, still_open = len(case.escalations), len(case.open_escalations)
    return [
        Text(story.case_id, style="bold"),
        _outcome(case),
        words(case.step),
        short_day(case.running.last_day if case.running else None),
        "–" if case.reserve_days is None else str(case.reserve_days),
        Text(f"{still_open} open of {raised}" if raised else "none", style="bold yellow" if still_open else ""),
    ]


def _outcome(case: CaseView) -> Text:
    if case.outcome:
        return Text(OUTCOMES[case.outcome], style=OUTCOME_STYLES[case.outcome])
    return Text(f"open, {RISKS.get(case.risk or '', 'not counted')}", style=RISK_STYLES.get(case.risk or "", ""))
