"""What is written in two ways and is the same: two scripts, their look-alikes, typing errors.

A text is folded to a coarse Latin spelling at which the systems of transliteration meet: the national one, BGN/PCGN,
ISO 9, and the Kazakh Latin alphabets of 2018 and 2021. ``Қостанай``, ``Костанай``, ``Kostanay`` and ``Qostanai``
become one word. In the folded spelling capitals are single sounds: ``J`` ж, ``S`` ш and щ, ``C`` ч, ``H`` х and һ.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SILENT: Final = "ъь"
_LETTERS: Final = str.maketrans(
    "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһчшщыіэšşŝžčçŋıýø", "aabvggdeeJziikklmnnooprstuuufHHCSSiieSSSJCCniuo", _SILENT
) | str.maketrans({"ц": "ts", "ю": "iu", "я": "ia", "æ": "ae", "ł": "l"})

_ISO_9: Final = {"j": "i", "c": "ts", "â": "ia", "û": "iu"}
_BY_ISO_9: Final = re.compile("[jâû]|c(?![hk])")
"""Letters that ISO 9 uses for other sounds than English and Kazakh spellings do."""

_SOUNDS: Final = {
    "shch": "S",
    "dzh": "J",
    "dj": "J",
    "zh": "J",
    "kh": "H",
    "sh": "S",
    "ch": "C",
    "gh": "g",
    "ph": "f",
    "ck": "k",
}
_SOUND: Final = re.compile("|".join(_SOUNDS))
_SINGLE: Final = str.maketrans("chjqwy", "kHJkvi") | str.maketrans({"x": "ks"})
_MERGED: Final = {"SC": "S", "sC": "S", "dJ": "J", "ng": "n", "ie": "e", "io": "e"}
_MERGE: Final = re.compile("[Ss]C|d+J|ng+|i[eo]")
"""Sounds that are written together in one system only; by their first and last letter."""

_CYRILLIC_SHAPES, _LATIN_SHAPES = "авекмнорстухіѕјһ", "abekmhopctyxisjh"
_AS_LATIN: Final = str.maketrans(_CYRILLIC_SHAPES, _LATIN_SHAPES)
_AS_CYRILLIC: Final = str.maketrans(_LATIN_SHAPES, _CYRILLIC_SHAPES)

_APOSTROPHES: Final = re.compile("['`´ʹʺʼʻ‘’′]")
_WORD: Final = re.compile(r"[^\W_]+")
_WITH_LATIN: Final = re.compile("[a-z]")
_WITH_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")


def plain(text: str) -> str:
    """The text in small letters of one form and without apostrophes, which stand for signs that are not spoken."""
    return _APOSTROPHES.sub("", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


def words(text: str) -> list[str]:
    """The words and numbers of a ``plain`` text, each in one script where its letters could be of the other."""
    found = _WORD.findall(text)
    if text.isascii() or not (_WITH_LATIN.search(text) and _WITH_CYRILLIC.search(text)):
        return found
    return [_in_one_script(each) for each in found]


def _in_one_script(word: str) -> str:
    """A word of both scripts in the one of which all its letters have the shape; Cyrillic where both would do."""
    if _WITH_LATIN.search(word) and _WITH_CYRILLIC.search(word):
        for table, other in ((_AS_CYRILLIC, _WITH_LATIN), (_AS_LATIN, _WITH_CYRILLIC)):
            changed = word.translate(table)
            if not other.search(changed):
                return changed
    return word


def shape(text: str) -> str:
    """The text with Cyrillic letters that look like Latin ones as these: ``КZ`` typed in Cyrillic is ``kz``."""
    return text.translate(_AS_LATIN)


def folded(text: str) -> str:
    """A ``plain`` text in the coarse spelling; ``j`` is ж, as in the Kazakh alphabet and in English."""
    return _fold(text.translate(_LETTERS))


def readings(text: str) -> frozenset[str]:
    """The ways in which a ``plain`` text can be read: as it is folded, and as ISO 9, in which ``j`` is й."""
    by_iso_9 = _BY_ISO_9.sub(lambda found: _ISO_9[found[0]], text)
    return frozenset((folded(text), folded(by_iso_9))) if by_iso_9 != text else frozenset((folded(text),))


def _fold(text: str) -> str:
    if not text.isascii():
        text = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    sounds = _SOUND.sub(lambda found: _SOUNDS[found[0]], text).translate(_SINGLE)
    return re.sub("i+", "i", _MERGE.sub(lambda found: _MERGED[found[0][0] + found[0][-1]], re.sub("i+", "i", sounds)))


def typing_errors(one: str, other: str, most: int) -> int | None:
    """How many letters have to be put in, left out, changed or swapped with the next; None where more than ``most``.

    The optimal string alignment distance, looked for only as far as ``most`` from the diagonal.
    """
    if abs(len(one) - len(other)) > most:
        return None
    one, other = _without_common_head(one, other)
    one, other = _without_common_head(one[::-1], other[::-1])
    far = most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last = row, before
        row = [i] + [far] * len(other)
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            cost = letter != other[j - 1]
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + cost)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other[j - 1]:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def _without_common_head(one: str, other: str) -> tuple[str, str]:
    head = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    head = min(len(one), len(other)) if head is None else head
    return one[head:], other[head:]
