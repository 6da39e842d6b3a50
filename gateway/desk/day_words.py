"""Why a day counts or does not, in the language of the person."""

from __future__ import annotations

import re

from calendars.kazakhstan import ESTIMATED, Reason, Swapped
from gateway.desk.language import DeskWords

_OBSERVED = "observed for "
_BY_DECREE = re.compile(r"(?:day off|working day) by (.+)")
_CITED = re.compile(r"(?:decree|order) No\. (\S+) of (\S+)")


def reason_words(reason: Reason, words: DeskWords) -> str:
    """A reason of the calendar; a holiday that nobody has named here keeps its English name."""
    if isinstance(reason, Swapped):
        return words(
            "day.swapped_with", day=words.notices.plain_day(reason.other), decree=_decree(reason.decree, words)
        )
    return " · ".join(_named(each, words) for each in str(reason).split(" and "))


def _decree(cited: str, words: DeskWords) -> str:
    found = _CITED.fullmatch(cited)
    return words("day.decree", number=found[1], date=found[2]) if found else cited


def _named(reason: str, words: DeskWords) -> str:
    if by_decree := _BY_DECREE.fullmatch(reason):
        return words("day.by_decree", decree=_decree(by_decree[1], words))
    plain = reason.removesuffix(ESTIMATED)
    observed = plain.startswith(_OBSERVED)
    name = plain.removeprefix(_OBSERVED)
    key = f"holiday.{re.sub(r'[^a-z]+', '_', name.lower()).strip('_')}"
    named = words(key) if words.has(key) else name
    if observed:
        named = words("day.observed", holiday=named)
    return words("day.estimated_of", holiday=named) if reason.endswith(ESTIMATED) else named
