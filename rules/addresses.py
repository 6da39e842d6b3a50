"""Comparing addresses: words in any order, what they call a street or a house left out, towns under each name (¶9)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rules.likeness import (
    OTHER,
    OTHER_ORDER,
    SAME,
    SAYS_MORE,
    SEVERITIES,
    SPELLED,
    TYPING_ERROR,
    Likeness,
    left_over,
    same_at_sight,
    too_long,
)
from rules.spelling import folded, plain, readings, words

_KINDS: Final = frozenset(
    kind
    for reading in readings(
        plain(
            """г гор город қ қала қаласы city town ул улица к көш көшесі көше str street st пр прт пркт просп проспект
            длы даңғ даң даңғылы даңғыл ave av avenue prospect prospekt prosp пер переулок тұйық тұйығы lane бр бул
            бульвар blvd boulevard ш шоссе тас жол жолы тасжолы highway road rd мкр мкрн микрорайон ықшам ауданы шағын
            microdistrict mkr обл область облысы облыс oblast region province рн район ауданы аудан district rayon raion
            д дом үй house building bldg зд здание ғимарат ғимараты корп корпус кв квартира пәтер пәт apt apartment flat
            оф офис office кеңсе каб п пос посёлок кент кенті село с ауыл ауылы а аул village settlement ксі
            уч участок учаске стр строение литер индекс postcode post index no нп вп тұрғын
            рк қр rk казахстан казахстанская қазақстан kazakhstan республика республикасы republic of the"""
        )
    )
    for kind in reading.split()
)
"""What an address calls its parts, and its country: left out, as each office writes it in its own way or not at all."""

_TOWNS: Final = {
    "астана": "нур-султан | нұр-сұлтан | целиноград | акмола",
    "алматы": "алма-ата",
    "өскемен": "усть-каменогорск",
    "орал": "уральск",
    "петропавл": "петропавловск",
    "түркістан": "туркестан",
    "шымкент": "чимкент",
    "жамбыл": "джамбул",
    "қонаев": "капчагай | қапшағай",
    "риддер": "лениногорск",
    "семей": "семипалатинск",
    "ақтөбе": "актюбинск",
    "қостанай": "кустанай",
    "жайық": "урал",
    "шығыс": "восточно | east",
    "батыс": "западно | west",
    "солтүстік": "северо | north",
}
"""Towns and regions by their Kazakh names, with those they have in other languages or had before."""


def _folded_line(text: str) -> str:
    return folded(" ".join(words(plain(text))))


_TOWN_OF: Final = {
    _folded_line(name): _folded_line(town) for town, others in _TOWNS.items() for name in others.split("|")
}
_TOWN: Final = re.compile(rf"\b({'|'.join(sorted(_TOWN_OF, key=len, reverse=True))})\b")

_SHORTENED: Final = re.compile(r"\b([^\W\d_]{1,3})-([^\W\d_]{1,3})\b")
"""``пр-т``, ``р-н``, ``к-сі``."""

_ORDINAL: Final = re.compile(r"(\d)-?(?:ый|ой|ая|ші|шы|th|st|nd|rd)\b|(\d)-[йяе]\b")
_LETTER_OF_A_HOUSE: Final = re.compile(r"(\d)(?:-?|\s?/\s?)([^\W\d_])\b|(\d)\s([абвabv])\b(?!\.)")
_ENDINGS: Final = ("skaia", "skoi", "ski", "a", "i", "in")
_POSTCODE: Final = re.compile(r"\b(?:\d{6}|[a-zа-я]\d{2}[a-zа-я]\d[a-zа-я]\d)\b")


class _Address(NamedTuple):
    words: list[str]
    numbers: list[str]
    postcode: str | None


def addresses(one: str, other: str) -> Likeness:
    """How like two addresses are. A pure function, the same both ways round.

    Another number or another word is another address; a word, number or postcode that one side has in addition is not.
    """
    if same_at_sight(one, other):
        return SAME
    if too_long(one, other):
        return OTHER
    return min(
        (_compared(ours, theirs) for ours in _read(one) for theirs in _read(other)),
        key=lambda found: (SEVERITIES.index(found.severity), found.words),
    )


def _compared(ours: _Address, theirs: _Address) -> Likeness:
    only_ours, only_theirs, paired = _left_over_words(ours.words, theirs.words)
    numbers, their_numbers, _ = left_over(ours.numbers, theirs.numbers)
    nothing_common = not (ours.words or ours.numbers) or not (theirs.words or theirs.numbers)
    if nothing_common or (only_ours and only_theirs) or (numbers and their_numbers):
        return OTHER
    if ours.postcode and theirs.postcode and ours.postcode != theirs.postcode:
        return Likeness("minor", "agrees with the one in REX but for its postcode")
    if paired:
        return TYPING_ERROR
    if only_ours or only_theirs or numbers or their_numbers:
        return SAYS_MORE
    return SPELLED if ours.numbers == theirs.numbers else OTHER_ORDER


def _left_over_words(ours: list[str], theirs: list[str]) -> tuple[list[str], list[str], bool]:
    if "".join(ours) == "".join(theirs):  # Blanks make no other address.
        return [], [], False
    return left_over(ours, theirs)


def _read(address: str) -> list[_Address]:
    text = plain(address)
    postcode = _POSTCODE.search(text)
    text = _POSTCODE.sub(" ", text, count=1)
    text = _ORDINAL.sub(r"\1\2 ", _SHORTENED.sub(_joined_kind, text))
    line = " ".join(words(_LETTER_OF_A_HOUSE.sub(r"\1\3\2\4 ", text)))
    return [_of_parts(reading, folded(postcode[0]) if postcode else None) for reading in readings(line)]


def _of_parts(line: str, postcode: str | None) -> _Address:
    found = [each for each in _TOWN.sub(lambda town: _TOWN_OF[town[0]], line).split() if each not in _KINDS]
    names = [_nominative(each) for each in found if not each[0].isdigit()]
    return _Address(names, [each for each in found if each[0].isdigit()], postcode)


def _joined_kind(found: re.Match[str]) -> str:
    joined = found[1] + found[2]
    return joined if folded(joined) in _KINDS else found[0]


def _nominative(word: str) -> str:
    """The word without the endings of Russian: of the genitive (``Абая``), of adjectives (``Карагандинская``)."""
    bare = word
    for ending in _ENDINGS:
        bare = bare.removesuffix(ending)
    return bare if len(bare) >= 3 else word
