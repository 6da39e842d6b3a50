"""The case page in the Temporal UI: its current details, in Markdown.

Lists and no tables: UI 2.54 renders tables without cell padding, and entries of a list within an entry on one line. No
emoji either: many have no glyph there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from pages import case as pages
from pages.tree import Break, Code, Foreign, Line, Link, Page, Part, Said, Section, Table, Tone
from rules.calendar import WorkingCalendar
from runtime.views import VIEWS
from workflows.case import Case
from workflows.case_view import case_view
from workflows.markdown import code, plain

SHOWN: Final = 10
"""Entries of a list shown before the rest is only counted: the page is to be read at a glance."""

HERE: Final = "."
"""The base of links on the page: they start where the UI shows it, whatever its address is."""

_BELOW: Final = "  \n"


def case_page(case: Case, calendar: WorkingCalendar | None, now: datetime, namespace: str = "default") -> str:
    """Where the case stands and what to do next, then all the rest; the same as ``starter.py show`` prints."""
    today = case.clock.day_of(now)
    links = [Link(view.name, view.link(HERE, namespace, today)) for view in VIEWS]
    return markdown(pages.case_page(case_view(case, calendar, now), case.clock, now, links))


def markdown(page: Page) -> str:
    """The page in Markdown."""
    parts = [_lines(page.head), _lines(page.standing)]
    for section in page.sections:
        parts.append("\n".join([f"**{section.title}**", "", *_items(section)]))
        if section.note:
            parts.append(_line(section.note))
    return "\n\n".join(parts)


def _items(section: Section | Table) -> Iterator[str]:
    items = section.items if isinstance(section, Section) else [_row(section, row) for row in section.rows]
    for each in items[:SHOWN]:
        yield f"- {_line(each)}"
    if len(items) > SHOWN:
        yield f"- and {len(items) - SHOWN} more"


def _row(table: Table, row: tuple[Line, ...]) -> Line:
    """A row as an entry of a list: each cell with the title of its column."""
    parts: list[Part] = [*row[0]]
    for title, cell in zip(table.columns[1:], row[1:], strict=True):
        if cell:
            parts += [Said(f", {title} " if title else ", "), *cell]
    return tuple(parts)


def _lines(lines: tuple[Line, ...]) -> str:
    return _BELOW.join(map(_line, lines))


def _line(parts: Line) -> str:
    return "".join(map(_part, parts))


def _part(part: Part) -> str:
    match part:
        case Said():
            return _toned(part.words, part.tone)
        case Foreign():
            return _toned(plain(part.text), part.tone)
        case Code():
            return code(part.text)
        case Link():
            return f"[{part.words}]({part.address})"
        case Break():
            return _BELOW


def _toned(words: str, tone: Tone) -> str:
    return f"**{words}**" if words and tone in (Tone.STRONG, Tone.BAD, Tone.WARNING) else words
