"""Comparing numbers: of the registration, of the tax payer, and the codes of goods (¶9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rules.likeness import OTHER, SAME, SPELLED, Likeness, Severity, same_at_sight
from rules.request import check_bin
from rules.spelling import plain, shape, typing_errors

MOST_NAMED: Final = 10
"""Codes that a sentence names; both lists stand beside it."""


def rex_numbers(one: str, other: str) -> Likeness:
    """Another REX number is another registration; blanks, dots and Cyrillic look-alikes make none."""
    if _signs(one) == _signs(other):
        return SAME if same_at_sight(one, other) else SPELLED
    return OTHER


def tax_numbers(one: str, other: str) -> Likeness:
    """Another number is another person, so always serious; what helps to see a typing error is said with it.

    :param one: of the application.
    :param other: of REX.
    """
    ours, theirs = _digits(one), _digits(other)
    if not ours or not theirs:
        return rex_numbers(one, other)
    if ours == theirs:
        return SAME if same_at_sight(one, other) else SPELLED
    said = OTHER.words
    if typing_errors(ours, theirs, 1) is not None:
        said += " in one digit, or in two that changed places"
    impossible = [side for side, number in (("the application", ours), ("REX", theirs)) if not _possible(number)]
    if len(impossible) == 1:
        said += f"; the one in {impossible[0]} can be no BIN or IIN: its length or check digit is wrong"
    return Likeness("serious", said)


def hs_codes(ours: str, theirs: str) -> Likeness:
    """Goods that one side has and the other has not.

    A code covers those that begin with it: four digits are a heading, six the international code, eight or ten a
    country's own. Goods of a heading that REX does not have at all are serious.

    :param ours: those of the application, with commas between them.
    :param theirs: those of REX.
    """
    one, other = hs_digits(ours.split(",")), hs_digits(theirs.split(","))
    if not one or not other:
        return SAME if same_at_sight(ours, theirs) else Likeness("minor", "cannot be compared: a side has no digits")
    missing = not_in_rex(one, other)
    if missing is not None:
        return missing
    if further := _uncovered(other, one):
        return Likeness("minor", f"lack goods that REX has: {_listed(further)}")
    return Likeness("none", "are those in REX" if one == other else "are those in REX, some with more digits")


def not_in_rex(ours: Iterable[str], theirs: Iterable[str]) -> Likeness | None:
    """Goods that REX does not have; None where it has them all, or one of the two has no code."""
    one, other = hs_digits(ours), hs_digits(theirs)
    missing = _uncovered(one, other) if other else []
    if not missing:
        return None
    headings = {code[:4] for code in other}
    severity: Severity = "minor" if all(code[:4] in headings for code in missing) else "serious"
    return Likeness(severity, f"have goods that REX does not have: {_listed(missing)}")


def hs_digits(codes: Iterable[str]) -> list[str]:
    """HS codes as digits, each once, sorted; an odd number of them has lost the nought at its head to a spreadsheet."""
    found = {_digits(code) for code in codes} - {""}
    return sorted({f"0{code}" if len(code) % 2 else code for code in found})


def _uncovered(codes: Sequence[str], by: Sequence[str]) -> list[str]:
    known = {code[:length] for code in by for length in range(1, len(code) + 1)}
    whole = set(by)
    return [code for code in codes if code not in known and not any(code[:end] in whole for end in range(1, len(code)))]


def _listed(codes: Sequence[str]) -> str:
    more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more


def _signs(text: str) -> str:
    return re.sub(r"[\W_]", "", shape(plain(text)))


def _digits(text: str) -> str:
    return "".join(each for each in (text if text.isascii() else plain(text)) if each.isdecimal())


def _possible(number: str) -> bool:
    try:
        return bool(check_bin(number))
    except ValueError:
        return False
