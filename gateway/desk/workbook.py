"""Tables as an XLSX workbook: no text in it is a formula, or holds what XML cannot."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cases.today import cell
from rules.text import one_line

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Table:
    """A sheet of the workbook."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[object]]


def workbook(tables: Iterable[Table]) -> bytes:
    """The workbook, a sheet for each table. Excel takes 31 characters as a title, and each once."""
    from openpyxl import Workbook  # here: it takes a while to import

    book = Workbook(write_only=True)
    for number, each in enumerate(tables, 1):
        title = _NOT_IN_TITLES.sub(" ", each.title)
        sheet = book.create_sheet(title if len(title) <= 31 else f"{number}. {title[:26]}")
        sheet.freeze_panes = "A2"
        sheet.append([_cell(name) for name in each.head])
        for row in each.rows:
            sheet.append([_cell(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(value: object) -> object:
    return cell(one_line(value)) if isinstance(value, str) else value
