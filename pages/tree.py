"""A page as a small tree: sections of lines, lines of parts. What is from outside says so: each renderer sees to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """How a part stands out. Where there are no colours, bad and strong are bold."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Said:
    """Words of ours."""

    words: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Foreign:
    """Text from outside: shown as text, whatever it holds."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Code:
    """What is to be typed or pasted as it is: a name, a command, JSON; or a name that somebody outside has given."""

    text: str
    foreign: bool = False


@dataclass(frozen=True)
class Link:
    """Words that lead to an address of ours."""

    words: str
    address: str


@dataclass(frozen=True)
class Break:
    """The line goes on below."""


Part = Said | Foreign | Code | Link | Break
Line = tuple[Part, ...]


@dataclass(frozen=True)
class Section:
    """A list under a title; ``items`` are its entries, ``note`` stands below them."""

    title: str
    items: tuple[Line, ...]
    note: Line = ()


@dataclass(frozen=True)
class Table:
    """A section whose rows have columns; a column without a title needs none to be understood."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    note: Line = ()


@dataclass(frozen=True)
class Page:
    """``head`` says what it is about, ``standing`` where that stands; empty sections are left out."""

    head: tuple[Line, ...]
    standing: tuple[Line, ...]
    sections: tuple[Section | Table, ...]


def line(*parts: Part | str) -> Line:
    """A line of parts; a text is words of ours."""
    return tuple(Said(part) if isinstance(part, str) else part for part in parts if part != "")


def strong(words: str) -> Said:
    """Words that stand out."""
    return Said(words, Tone.STRONG)


def with_code(text: str) -> Line:
    """Words of ours in which what stands between backticks is code."""
    return line(*(Code(part) if number % 2 else part for number, part in enumerate(text.split("`"))))


def joined(lines: Iterable[Line], between: str) -> Line:
    """Lines one after the other, with words between them."""
    parts: list[Part] = []
    for each in lines:
        parts += [Said(between), *each] if parts else each
    return tuple(parts)
