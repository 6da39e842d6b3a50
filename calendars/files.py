"""Entries from a file: CSV with a header, taken whole or refused whole, with the number of each wrong line."""

from __future__ import annotations

import csv
import io

from pydantic import ValidationError

from calendars.decrees import Entry
from rules.refusal import Refusal, reasons

COLUMNS = ("day", "kind", "swapped_with", "decree_number", "decree_date", "decree_title")
"""The header, in any order. ``kind`` is ``working`` or ``off``; ``swapped_with`` may be empty."""

KINDS = {"working": True, "off": False}

_MOST_ENTRIES = 1000


def read_entries(text: str) -> tuple[list[Entry], list[str]]:
    """Read the entries of a file, separated by commas or, as spreadsheets of the region write them, semicolons.

    :return: the entries, and beside each where it stands, as in ``line 3``.
    :raises Refusal: naming every wrong line, or what is wrong with the file as a whole.
    """
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    header = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",", strict=True)
    entries: list[Entry] = []
    places: list[str] = []
    wrong: list[str] = []
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        _check_header(columns)
        while True:
            first_line = reader.line_num + 1
            row = next(reader, None)
            if row is None:
                break
            if not any(cell.strip() for cell in row):
                continue
            try:
                entries.append(_entry(columns, row))
                places.append(f"line {first_line}")
            except Refusal as refusal:
                wrong.append(f"line {first_line}: {refusal}")
    except csv.Error as error:
        raise Refusal(f"line {reader.line_num}: is not CSV: {error}") from None
    if wrong:
        raise Refusal("; ".join(wrong))
    if not entries:
        raise Refusal("the file has no entries below its header")
    if len(entries) > _MOST_ENTRIES:
        raise Refusal(f"the file has {len(entries)} entries; expected {_MOST_ENTRIES} or fewer")
    return entries, places


def _check_header(columns: list[str]) -> None:
    if sorted(columns) != sorted(COLUMNS):
        raise Refusal(f"line 1: expected the header {','.join(COLUMNS)}")


def _entry(columns: list[str], row: list[str]) -> Entry:
    if len(row) != len(columns):
        raise Refusal(f"has {len(row)} fields; expected {len(columns)}")
    cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
    if cells["kind"] not in KINDS:
        raise Refusal(f"kind: {cells['kind'] or 'is empty'}; expected working or off")
    try:
        return Entry.model_validate(
            {
                "day": cells["day"],
                "working": KINDS[cells["kind"]],
                "swapped_with": cells["swapped_with"] or None,
                "decree": {
                    "number": cells["decree_number"],
                    "date": cells["decree_date"],
                    "title": cells["decree_title"],
                },
            }
        )
    except ValidationError as error:
        raise Refusal(reasons(error)) from None
