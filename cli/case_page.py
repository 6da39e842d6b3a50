"""The page of one case in the terminal: what ``pages.case`` says, with colours, a frame and columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from calendars.time_zone import almaty_clock
from cli.printing import bullets, plain_table, section
from pages import case as pages
from pages.tree import Break, Code, Foreign, Line, Link, Part, Said, Section, Table, Tone
from rules.case_view import CaseView
from rules.text import one_line, shown

_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.WARNING: "yellow",
    Tone.BAD: "bold red",
}
_CODE, _NOTE = "cyan", "dim"


def case_page(case: CaseView, link: str, now: datetime) -> Group:
    """The whole page.

    :param link: of the case in the Temporal UI.
    :param now: aware.
    """
    page = pages.case_page(case, almaty_clock(), now)
    standing = Panel(Text("\n").join(map(_text, page.standing)), box=ROUNDED, padding=(0, 1), expand=True)
    head = [Text(f"\n{case.case_id}", style="bold"), *map(_text, page.head)]
    parts: list[RenderableType] = [*head, standing, Text(link, style=_CODE, overflow="fold")]
    return Group(*parts, *map(_section, page.sections), Text(""))


def _section(of: Section | Table) -> RenderableType:
    body = [bullets(map(_text, of.items)) if isinstance(of, Section) else _table(of)]
    return section(of.title, Group(*body, *_note(of.note)))


def _note(note: Line) -> Iterator[Text]:
    if note:
        text = _text(note)
        text.stylize(_NOTE)
        yield text


def _table(of: Table) -> RenderableType:
    table = plain_table()
    for number, title in enumerate(of.columns):
        table.add_column(title, no_wrap=number > 0)
    for row in of.rows:
        table.add_row(*map(_text, row))
    return table


def _text(parts: Line) -> Text:
    text = Text(overflow="fold")
    for part in parts:
        text.append_text(_part(part))
    return text


def _part(part: Part) -> Text:
    match part:
        case Said():
            return Text(part.words, style=_STYLES[part.tone])
        case Foreign():
            return Text(shown(part.text), style=_STYLES[part.tone])
        case Code():
            return Text(shown(part.text) if part.foreign else one_line(part.text), style=_CODE)
        case Link():
            return Text(f"{part.words}  {part.address}")
        case Break():
            return Text("\n")
