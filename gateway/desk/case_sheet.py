"""The page of a case as ``pages.case`` says it, as HTML: the same tree as in the Temporal UI and the terminal."""

from __future__ import annotations

from markupsafe import Markup, escape

from pages.tree import Break, Code, Foreign, Line, Link, Page, Part, Said, Section, Table, Tone
from rules.text import one_line, shown

_CLASSES = {Tone.STRONG: "strong", Tone.GOOD: "good", Tone.WARNING: "warning", Tone.BAD: "bad"}


def sheet(page: Page) -> Markup:
    """All of it; headings begin with the third level."""
    parts = [Markup("<p>{}</p>").format(Markup("<br>").join(map(_line, (*page.head, *page.standing))))]
    parts += [_table(each) if isinstance(each, Table) else _section(each) for each in page.sections]
    return Markup("\n").join(parts)


def _section(of: Section) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(_line(each)) for each in of.items)
    return Markup("<section><h3>{}</h3><ul>{}</ul>{}</section>").format(of.title, items, _note(of.note))


def _table(of: Table) -> Markup:
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(each) if each else Markup("<td></td>") for each in of.columns
    )
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(Markup("<td>{}</td>").format(_line(each)) for each in row))
        for row in of.rows
    )
    whole = Markup(
        '<section><h3>{}</h3><div class="scroll" tabindex="0" role="region" aria-label="{}"><table>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}</section>"
    )
    return whole.format(of.title, of.title, head, rows, _note(of.note))


def _note(note: Line) -> Markup:
    return Markup('<p class="hint">{}</p>').format(_line(note)) if note else Markup("")


def _line(parts: Line) -> Markup:
    return Markup("").join(map(_part, parts))


def _part(part: Part) -> Markup:
    match part:
        case Said():
            return _toned(part.words, part.tone)
        case Foreign():
            return _toned(shown(part.text), part.tone)
        case Code():
            return Markup("<code>{}</code>").format(shown(part.text) if part.foreign else one_line(part.text))
        case Link():
            return Markup('<a href="{}">{}</a>').format(part.address, part.words)
        case Break():
            return Markup("<br>")


def _toned(words: str, tone: Tone) -> Markup:
    if tone is Tone.PLAIN:
        return escape(words)
    return Markup('<span class="{}">{}</span>').format(_CLASSES[tone], words)
