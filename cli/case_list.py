"""The table that ``list`` prints: cases side by side."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from cases.listing import CaseRow
from cli.listing import NOTHING, Column, listing
from cli.words import (
    OUTCOME_STYLES,
    OUTCOMES,
    RISK_STYLES,
    RISKS,
    short_day,
    words,
)
from rules.text import shown

_LONGEST_NAME = 36
"""Columns that an exporter gets where there is room."""

COLUMNS: tuple[Column[CaseRow], ...] = (
    Column("case", lambda row: Text(row.case_id, style="bold" if row.open else "")),
    Column("exporter", lambda row: _exporter(row), spare=2, cut_at=15),
    Column("responsible", lambda row: shown(row.responsible or NOTHING), spare=4, cut_at=12),
    Column("step", lambda row: words(row.step or NOTHING)),
    Column("last day", lambda row: short_day(row.last_day if row.open else None)),
    Column("30 days end", lambda row: short_day(row.limit_last_day), spare=3),
    Column("reserve", lambda row: NOTHING if row.reserve_days is None else str(row.reserve_days), right=True, spare=1),
    Column("risk, outcome", lambda row: _risk_or_outcome(row)),
    Column("esc.", lambda row: _escalations(row), right=True),
)
"""What ``list`` shows."""


def case_table(rows: list[CaseRow], width: int) -> RenderableType:
    """The rows as a table.

    :param width: of the terminal, in columns; a narrow one gets fewer of them.
    """
    return listing(COLUMNS, rows, width, dim=lambda row: not row.open)


def _exporter(row: CaseRow) -> Text:
    name = Text(shown(row.exporter or NOTHING))
    name.truncate(_LONGEST_NAME, overflow="ellipsis")
    return name


def _escalations(row: CaseRow) -> Text:
    count = row.open_escalations or 0
    return Text(str(count), style="bold yellow" if count else "dim")


def _risk_or_outcome(row: CaseRow) -> Text:
    if row.outcome:
        return Text(OUTCOMES.get(row.outcome, words(row.outcome)), style=OUTCOME_STYLES.get(row.outcome, ""))
    if not row.open and row.status != "completed":
        return Text(words(row.status), style="yellow")
    risk = row.risk or ""
    return Text(RISKS.get(risk, words(risk)) or NOTHING, style=RISK_STYLES.get(risk, ""))
