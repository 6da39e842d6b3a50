"""Lists: what has to be typed stays whole at any width."""

from __future__ import annotations

from io import StringIO

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from cli.listing import Column, listing

Row = tuple[str, str, str, str]

COLUMNS: tuple[Column[Row], ...] = (
    Column("case", lambda row: row[0]),
    Column("exporter", lambda row: row[1], spare=1, cut_at=8),
    Column("last day", lambda row: row[2]),
    Column("status", lambda row: row[3], folds_at=12),
)


def printed_lines(page: RenderableType, width: int) -> list[str]:
    """As ``print_page`` prints it."""
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(page, crop=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def printed(rows: list[Row], width: int) -> list[str]:
    return printed_lines(listing(COLUMNS, rows, width), width)


ROWS: list[Row] = [
    ("rex-ch-2026-0042", "Қостанай Дән Экспорт", "3 Dec 2026", "level 2 notified, nobody has acknowledged"),
    ("rex-no-26-01187-supplement", "Арал Балық", "–", "resolved"),
]


def test_with_room_every_column_is_there_in_one_line_each() -> None:
    head, _, first, second = printed(ROWS, 120)
    assert head.split("  ")[0] == "case"
    assert first.endswith("Қостанай Дән Экспорт  3 Dec 2026  level 2 notified, nobody has acknowledged")
    assert second.startswith("rex-no-26-01187-supplement  Арал Балық")


def test_a_narrow_terminal_cuts_the_name_then_spares_it_and_folds_words_only() -> None:
    cut = printed(ROWS, 64)
    assert any("Қостанай …" in line for line in cut)
    spared = printed(ROWS, 54)
    assert "exporter" not in spared[0]
    assert [line.split()[0] for line in spared[2:] if line.startswith("rex-")] == [row[0] for row in ROWS]
    assert max(map(len, spared)) <= 54


def test_where_no_table_fits_each_row_is_lines_and_what_is_empty_is_left_out() -> None:
    lines = printed(ROWS, 30)
    assert lines[0] == "rex-ch-2026-0042"
    assert "–" not in "".join(lines)
    assert "  exporter Арал Балық, status" in [line.rstrip() for line in lines]


@given(case=st.text("rexch-0123456789", min_size=1, max_size=90), width=st.integers(20, 200))
def test_an_id_stands_whole_in_one_line_whatever_its_length_and_the_width(case: str, width: int) -> None:
    lines = printed([(case, "A" * 50, "13 Jan 2027", "not acknowledged, and no level is left"), *ROWS], width)
    for name in (case, *(row[0] for row in ROWS)):
        assert any(line.split(" ")[0] == name for line in lines)
    assert max(len(line) for line in lines) <= max(width, len(case), len(ROWS[1][0]))
