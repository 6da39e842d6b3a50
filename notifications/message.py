"""One message to one recipient, and the parts it is made of: written as plain text and as HTML from one list.

Every word of a part may come from outside: both forms show it as text (``rules.text.shown``); only a ``Link`` links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from rules.text import one_line, shown

LONGEST_SUBJECT: Final = 150
"""Characters. Telephones show 40 to 60 of them."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes along where the channel can carry one."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What a channel sends. ``text`` and ``html`` say the same; ``id`` is the same in every delivery of it.

    ``short`` is for channels that show a few lines, chat and SMS; without it they get ``text``. ``thread`` is the same
    in all messages about one thing, a case: mail programs show them together.
    """

    id: str
    subject: str
    text: str
    html: str
    attachment: Attachment | None = None
    short: str | None = None
    thread: str | None = None


@dataclass(frozen=True)
class Heading:
    """What it is about, with a line above it that says to whom it goes. ``colour`` as in CSS."""

    above: str
    words: str
    colour: str


@dataclass(frozen=True)
class Line:
    """A sentence, or a fact where it has a label. ``strong`` is for what must not be overlooked."""

    words: str
    label: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Items:
    """A list, with a line above it."""

    above: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """An address to open. ``readable``: HTML too shows it in letters, as a mail's text is made from them."""

    label: str
    url: str
    readable: bool = False


@dataclass(frozen=True)
class Code:
    """Something to copy."""

    words: str


@dataclass(frozen=True)
class Small:
    """What is only there to be found again."""

    words: str


@dataclass(frozen=True)
class Gap:
    """The end of a paragraph."""


Part = Heading | Line | Items | Link | Code | Small | Gap


def cut(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """The text on one line, its end cut off where it is too long."""
    return shown(text, longest)


def as_text(parts: Sequence[Part]) -> str:
    """The parts as plain text, each on a line of its own or several."""
    lines: list[str] = []
    for part in parts:
        match part:
            case Heading():
                lines += [shown(part.words), shown(part.above), ""]
            case Line():
                lines.append(f"{shown(part.label)}: {shown(part.words)}" if part.label else shown(part.words))
            case Items():
                lines += [f"{shown(part.above)}:", *(f"  - {shown(item)}" for item in part.items)]
            case Link():
                lines.append(f"{shown(part.label)}: {part.url}")
            case Code():
                lines.append(f"    {one_line(part.words)}")
            case Small():
                lines.append(shown(part.words))
            case Gap():
                lines.append("")
    return "\n".join(lines).rstrip() + "\n"


_FONT: Final = "font-family:Segoe UI,Roboto,Arial,sans-serif;font-size:15px;line-height:1.45;color:#1c2733"
_GREY: Final = "color:#5b6673"
_CODE: Final = (
    "background:#f2f4f7;border:1px solid #d5dbe3;border-radius:4px;padding:8px 10px;margin:4px 0 10px;"
    "font-family:Consolas,Menlo,monospace;font-size:13px;white-space:pre-wrap;overflow-wrap:anywhere"
)
_P: Final = "margin:0 0 6px;overflow-wrap:anywhere"


def as_html(parts: Sequence[Part], *, language: str, colour: str) -> str:
    """The parts as HTML with a bar of the colour at the left.

    Styles stand in the elements, as mail programs drop style sheets; nothing has a width, so that it fits a telephone.
    """
    body = "\n".join(_html_of(part) for part in parts)
    return (
        f"<div lang='{language}' style='{_FONT};max-width:640px;border-left:5px solid {colour};"
        f"padding:2px 0 2px 14px;margin:0 0 22px'>\n{body}\n</div>"
    )


def _html(words: str) -> str:
    """Words as HTML shows them: text from outside, without what HTML would read as its own."""
    return escape(shown(words))


def _html_of(part: Part) -> str:
    match part:
        case Heading():
            return (
                f"<p style='margin:0 0 2px;color:{part.colour};font-weight:600;font-size:13px'>{_html(part.above)}</p>"
                f"<p style='margin:0 0 10px;font-size:19px;line-height:1.3;font-weight:600'>{_html(part.words)}</p>"
            )
        case Line():
            label = f"<span style='{_GREY}'>{_html(part.label)}:</span> " if part.label else ""
            words = f"<strong>{_html(part.words)}</strong>" if part.strong else _html(part.words)
            return f"<p style='{_P}'>{label}{words}</p>"
        case Items():
            items = "".join(f"<li style='margin:0 0 2px'>{_html(item)}</li>" for item in part.items)
            return (
                f"<p style='margin:0 0 2px;{_GREY}'>{_html(part.above)}:</p>"
                f"<ul style='margin:0 0 8px;padding-left:20px'>{items}</ul>"
            )
        case Link(readable=True):
            link = f"<a href='{escape(part.url)}'>{escape(part.url)}</a>"
            return f"<p style='{_P}'><span style='{_GREY}'>{_html(part.label)}:</span> {link}</p>"
        case Link():
            return f"<p style='{_P}'><a href='{escape(part.url)}'>{_html(part.label)}</a></p>"
        case Code():
            # A word is not broken after its hyphens, as in a date; one too long for a telephone is.
            pieces = [escape(each) for each in one_line(part.words).split()]
            whole = [f"<span style='white-space:nowrap'>{each}</span>" if len(each) <= 36 else each for each in pieces]
            return f"<pre style='{_CODE}'>{' '.join(whole)}</pre>"
        case Small():
            return f"<p style='margin:0 0 6px;{_GREY};font-size:12px;overflow-wrap:anywhere'>{_html(part.words)}</p>"
        case Gap():
            return "<div style='height:8px'></div>"
