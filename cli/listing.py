"""Lists for the terminal: a table where it fits, and whatever the width, nothing that has to be typed folded or cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.printing import plain_table

Row = TypeVar("Row")

NOTHING = "–"
"""What a cell has where there is nothing to say."""

_GAP = 2
"""Columns between two columns of a table."""


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column of a list.

    ``spare``: it is left out where the terminal is narrow, the highest first; 0 always stays. ``folds_at``: words that
    may go on in the next line from this width on; without it the longest cell stays whole. ``cut_at``: the longest cell
    may be cut to this width, as only a name may.
    """

    title: str
    cell: Callable[[Row], str | Text]
    right: bool = False
    spare: int = 0
    folds_at: int | None = None
    cut_at: int | None = None

    def texts(self, rows: Sequence[Row]) -> list[Text]:
        """Its cells."""
        return [cell if isinstance(cell, Text) else Text(cell) for cell in map(self.cell, rows)]


def listing(
    columns: Sequence[Column[Row]], rows: Sequence[Row], width: int, *, dim: Callable[[Row], bool] = lambda _: False
) -> RenderableType:
    """The rows as a table of the columns that fit; where not even the needed ones do, each row as a few lines.

    :param width: of the terminal, in columns.
    :param dim: which rows are over and done with.
    """
    kept = list(columns)
    texts = {column.title: column.texts(rows) for column in columns}
    least = {column.title: _least(column, texts[column.title]) for column in columns}
    while _needed(kept, least) > width:
        spared = max(kept, key=lambda column: column.spare)
        if not spared.spare:
            return _as_lines(columns, texts, [dim(row) for row in rows])
        kept.remove(spared)
    room = width - _needed(kept, least)
    table = plain_table(padding=(0, 1, 0, 0))
    for column in kept:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=column.folds_at is None,
            overflow="ellipsis" if column.cut_at else "fold",
            min_width=least[column.title],
            max_width=least[column.title] + room if column.cut_at or column.folds_at else None,
        )
    for place, row in enumerate(rows):
        table.add_row(*(texts[column.title][place] for column in kept), style="dim" if dim(row) else None)
    return table


def _least(column: Column[Row], texts: Sequence[Text]) -> int:
    """The columns of the terminal that a column needs."""
    longest = max([cell_len(column.title), *(cell_len(line.plain) for text in texts for line in text.split())])
    return min(longest, column.cut_at or longest, column.folds_at or longest)


def _needed(columns: Sequence[Column[Row]], least: dict[str, int]) -> int:
    return sum(least[column.title] for column in columns) + _GAP * (len(columns) - 1)


def _as_lines(columns: Sequence[Column[Row]], texts: dict[str, list[Text]], dims: Sequence[bool]) -> RenderableType:
    """What the first column has on lines of its own, the rest under it by its titles."""
    first, *others = columns
    parts: list[RenderableType] = []
    for place, over in enumerate(dims):
        style = "dim" if over else ""
        told = [column for column in others if texts[column.title][place].plain not in ("", NOTHING)]
        rest = Text(", ", style).join(Text.assemble(f"{column.title} ", texts[column.title][place]) for column in told)
        whole = Text("", style, no_wrap=True, overflow="ignore").append_text(texts[first.title][place])
        parts += [whole, Padding(rest, (0, 0, 0, 2))]
    return Group(*parts)
