"""Text from outside made fit to show or to compare: on one line, as canonical JSON, as a digest.

Every output shows text from outside by ``shown``, and adds the escape of its own form: ``workflows/markdown.py``,
HTML in ``notifications/message.py``. The terminal and Typst read no form into a text, and take it as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from pydantic import BaseModel

Data = TypeVar("Data")

MOST_MARKS: Final = 3
"""Combining marks over one letter; no language that we write needs more, and a heap of them covers other lines."""

_LOOKS_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs without any ink: Hangul fillers and the empty Braille cell."""

_RIGHT_TO_LEFT: Final = frozenset(("R", "AL", "AN"))

_MARKS_OF_AN_ADDRESS: Final = ("://", "www.", "@")


def one_line(text: str, longest: int | None = None) -> str:
    """The text as one line of visible characters: none of it can act on a terminal, hide, or turn the line around.

    Line breaks and control characters become blanks; what takes no room (zero width, direction, tags) is left out.

    :param longest: characters; what is longer is cut and ends with "…".
    """
    line = " ".join((text if text.isascii() and text.isprintable() else "".join(_visible(text))).split())
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"


def shown(text: str, longest: int | None = None) -> str:
    """Text from outside as people are shown it: one line, in which no program finds an address to make a link of.

    Addresses are broken by blanks (``http: //evil .example``). A line with right-to-left letters is isolated, so that
    it turns nothing beside it. Shown twice it stays the same.

    :param longest: as of ``one_line``.
    """
    words = " ".join(map(_broken_address, one_line(text).split()))
    return isolated(one_line(words, longest))


def person_key(name: str) -> str:
    """A person's name as it is compared: capitals and blanks tell no two people apart."""
    return " ".join(name.casefold().split())


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's."""
    return person_key(one) == person_key(other)


def file_stem(number: str) -> str:
    """The number of a paper as it can stand in the name of a file: ``REX/26-ZK-0007`` -> ``REX-26-ZK-0007``."""
    return re.sub(r"\W+", "-", number).strip("-")


def isolated(line: str) -> str:
    """The line, between U+2068 and U+2069 where it has right-to-left letters: they order what stands beside them."""
    if line.isascii() or not any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in line):
        return line
    return f"\u2068{line}\u2069"


def all_shown(data: Data) -> Data:
    """JSON or a model with each text in it ``shown``; names of fields, enumerations and all else stay."""
    result: Any = data
    if isinstance(data, BaseModel):
        result = data.model_copy(update={name: all_shown(value) for name, value in data})
    elif isinstance(data, dict):
        result = {name: all_shown(value) for name, value in data.items()}
    elif isinstance(data, (list, tuple)):
        result = type(data)(map(all_shown, data))
    elif type(result) is str:
        result = shown(result)
    kept: Data = result
    return kept


def _visible(text: str) -> Iterator[str]:
    room = 0  # for marks: none where there is no letter to carry them
    for each in unicodedata.normalize("NFC", text):
        category = unicodedata.category(each)
        if category == "Cf":
            continue
        if category in ("Mn", "Me"):
            room -= 1
            if room >= 0:
                yield each
        elif each.isprintable() and each not in _LOOKS_BLANK:
            room = 0 if each == " " else MOST_MARKS
            yield each
        else:
            room = 0
            yield " "


def _broken_address(word: str) -> str:
    lower = word.lower()
    if not any(mark in lower for mark in _MARKS_OF_AN_ADDRESS):
        return word
    return word.replace("://", ": //").replace("@", " @ ").replace(".", " .")


def canonical_json(value: Any, unreadable: Callable[[Any], Any] | None = None) -> str:
    """The value as JSON in one spelling, so that the same content is the same text: sorted keys, no blanks.

    :param unreadable: gives JSON for what has none.
    :raises TypeError: for what has no JSON, without ``unreadable``.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=unreadable)


def sha256_of(content: str | bytes) -> str:
    """The SHA-256 in 64 hex digits; of a text, that of its UTF-8, half a surrogate pair included."""
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()
