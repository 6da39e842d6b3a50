"""How like two texts are, and in which words to say so: the measure of every comparison of ¶9 (docs/comparison.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple, get_args

from rules.spelling import folded, plain, readings, shape, typing_errors, words

Severity = Literal["none", "minor", "serious"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the least to the most."""

LONGEST: Final = 2000
"""Characters of a text that are read letter by letter; of a longer one, case, blanks and punctuation alone."""

MOST_WORDS: Final = 12
"""Words left over on a side among which typing errors are looked for; more of them are another text."""


class Likeness(NamedTuple):
    """How severe the difference is, and what it is, in words that go on after "the name in the application"."""

    severity: Severity
    words: str


SAME: Final = Likeness("none", "is the one in REX")
SPELLED: Final = Likeness("none", "is the one in REX, spelled another way")
TYPING_ERROR: Final = Likeness("minor", "differs from the one in REX by what may be a typing error")
OTHER_ORDER: Final = Likeness("minor", "has the words of the one in REX in another order")
SAYS_MORE: Final = Likeness("minor", "agrees with the one in REX, but one of the two says more")
OTHER_WORDS: Final = Likeness("minor", "is in other words than the one in REX: compare the two by eye")
IN_ANOTHER_SCRIPT: Final = Likeness("minor", "is in another script than the one in REX: compare the two by eye")
OTHER: Final = Likeness("serious", "differs from the one in REX")


class Written(NamedTuple):
    """A text as it is compared: its words, plain and in one script, and all the ways in which they can be read."""

    words: tuple[str, ...]
    readings: frozenset[str]
    shape: str


def written(found: Iterable[str]) -> Written:
    """Plain words as they are compared, with no blank between them."""
    kept = tuple(found)
    line = " ".join(kept)
    return Written(kept, frozenset(each.replace(" ", "") for each in readings(line)), shape(line).replace(" ", ""))


def folded_words(found: Iterable[str]) -> list[str]:
    """Plain words in the coarse spelling; what has no sound at all is left out."""
    return folded(" ".join(found)).split()


def same(one: Written, other: Written) -> bool:
    """Whether two texts are the same in some spelling."""
    return not one.readings.isdisjoint(other.readings) or one.shape == other.shape


def same_at_sight(one: str, other: str) -> bool:
    """Whether two texts differ in case, blanks and punctuation at the most."""
    return one == other or words(plain(one)) == words(plain(other))


def too_long(one: str, other: str) -> bool:
    """Whether one of two texts is too long to be read letter by letter."""
    return max(len(one), len(other)) > LONGEST


def mistyped(one: Written, other: Written) -> bool:
    """Whether few letters differ, and no digit: another number is never a typing error."""
    if _digits(one.shape) != _digits(other.shape):
        return False
    return any(near(a, b) for a in one.readings for b in other.readings)


def near(one: str, other: str) -> bool:
    """Whether two folded texts differ by one letter in five to ten, two in up to twenty, three in longer ones."""
    length = max(len(one), len(other))
    most = 0 if length < 5 else 1 if length <= 10 else 2 if length <= 20 else 3
    return most > 0 and typing_errors(one, other, most) is not None


def left_over(ours: Iterable[str], theirs: Iterable[str]) -> tuple[list[str], list[str], bool]:
    """The words that each side has alone, and whether some of the others were paired as mistyped ones.

    The best pairs first, whichever side a word is on: the answer is the same both ways round.
    """
    one, other = list(ours), list(theirs)
    for word in list(one):
        if word in other:
            one.remove(word)
            other.remove(word)
    if max(len(one), len(other)) > MOST_WORDS:
        return one, other, False
    pairs = sorted((min(a, b), max(a, b), a, b) for a in one for b in other if _near_words(a, b))
    paired = False
    for _, _, a, b in pairs:
        if a in one and b in other:
            one.remove(a)
            other.remove(b)
            paired = True
    return one, other, paired


def _near_words(one: str, other: str) -> bool:
    return one.isalpha() and other.isalpha() and near(one, other)


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())


def free_texts(one: str, other: str) -> Likeness:
    """How like two descriptions are, as of an activity: the same one can be put in many words.

    One that has all words of the other says more. With half of the shorter one's words in common it may be the same
    in other words, and in another script a translation: a person has to compare these.
    """
    if same_at_sight(one, other):
        return SAME
    if too_long(one, other):
        return OTHER
    ours, theirs = written(words(plain(one))), written(words(plain(other)))
    if same(ours, theirs):
        return SPELLED
    if mistyped(ours, theirs):
        return TYPING_ERROR
    all_ours, all_theirs = folded_words(ours.words), folded_words(theirs.words)
    only_ours, only_theirs, paired = left_over(all_ours, all_theirs)
    if not only_ours and not only_theirs:
        return TYPING_ERROR if paired else OTHER_ORDER
    common = len(all_ours) - len(only_ours)
    if common and not (only_ours and only_theirs):
        return SAYS_MORE
    if common and 2 * common >= min(len(all_ours), len(all_theirs)):
        return OTHER_WORDS
    return IN_ANOTHER_SCRIPT if one.isascii() != other.isascii() else OTHER
