"""A name in Latin letters, for readers who cannot read or search the Cyrillic one."""

from __future__ import annotations

import re
from typing import Final

from anyascii import anyascii

_LETTERS: Final = {
    **dict(zip("абвгдзийклмнопрстуфыэ", "abvgdziyklmnoprstufye", strict=True)),
    **dict(zip("әғқңөұүһі", ("a", "gh", "q", "ng", "o", "u", "u", "h", "i"), strict=True)),
    "е": "e",
    "ё": "yo",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}
"""Kazakh and Russian letters as BGN/PCGN writes them, without its marks above letters."""

_FORMS: Final = {
    "LLP": ("ТОО", "ЖШС"),
    "JSC": ("АО", "АҚ"),
    "IE": ("ИП", "ЖК"),
    "farm": ("КХ", "ШҚ"),
}
"""Legal forms by their usual English abbreviation."""

_FORM: Final = {cyrillic: english for english, forms in _FORMS.items() for cyrillic in forms}


def in_latin(name: str) -> str:
    """The name in Latin letters, its legal form in English; a name in Latin letters stays as it is."""
    words = re.split(r"(\s+)", name)
    return "".join(_FORM.get(word) or _word(word) for word in words)


def _word(word: str) -> str:
    capitals = word.isupper() and len(word) > 1
    written = "".join(_letter(each, capitals=capitals) for each in word)
    return anyascii(written) if not written.isascii() and re.search("[\u0400-\u04ff]", written) else written


def _letter(letter: str, *, capitals: bool) -> str:
    latin = _LETTERS.get(letter.lower())
    if latin is None or letter == letter.lower():
        return letter if latin is None else latin
    return latin.upper() if capitals else latin.capitalize()
