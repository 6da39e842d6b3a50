"""The base of the calendar: Kazakhstan's days off and working weekend days by year, from the library ``holidays``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from rules.calendar import SATURDAY, swapped_with
from rules.refusal import Refusal

if TYPE_CHECKING:
    from holidays.countries.kazakhstan import KZ

CONFIRMED_THROUGH = 2025
"""Up to this year the library has every swap with its decree; later years are confirmed in the register."""

KURBAN_AIT = "Kurban Ait"
ESTIMATED = ", estimated"
"""Ends the reason of a day that is computed and not yet announced."""

_SINCE_KURBAN_AIT = 2006

_NAMES = {
    "Eid al-Adha": KURBAN_AIT,
    "Nowruz Holiday": "Nauryz",
    "Kazakhstan's People Solidarity Holiday": "Unity of the People Day",
}
_CALLED_ESTIMATED = " (estimated)"
_OBSERVED = " (observed)"
_SUBSTITUTED = re.compile(r"\(substituted from (\d\d/\d\d/\d{4})\)")

# The library cites decrees by year, not by swap: where a year has several, all of them are named.
_DECREES_OF_YEAR = {
    2000: "decree No. 642 of 2000",
    2001: "decrees No. 282, 515, 1604 of 2001",
    2002: "decree No. 466 of 2002",
    2003: "decrees No. 338, 1166 of 2003",
    2005: "decrees No. 142, 751, 949 of 2005",
    2006: "decrees No. 1309 of 2005, 277 of 2006",
    2007: "decrees No. 148, 165, 713, 925, 1113 of 2007",
    2008: "decree No. 364 of 2008",
    2009: "decree No. 1936 of 2009",
    2010: "decrees No. 2216 of 2009, 637 of 2010",
    2011: "decrees No. 167, 948 of 2011",
    2012: "decrees No. 268, 458, 1538 of 2012",
    2013: "decrees No. 345, 1068 of 2013",
    2014: "decree No. 365 of 2014",
    2016: "decree No. 67 of 2016",
    2017: "decree No. 5 of 2017",
    2018: "decree No. 864 of 2017",
    2019: "decree No. 888 of 2018",
    2020: "decree No. 820 of 2019",
    2021: "decree No. 930 of 2020",
    2022: "decree No. 713 of 2021-10-06",
    2023: "decree No. 326 of 2023",
    2024: "order No. 109 of 2024",
    2025: "order No. 436 of 2024",
}
_DECREES_OF_DAY = {
    date(2014, 1, 3): "decree No. 1322 of 2013",
    date(2022, 10, 24): "decree No. 796 of 2022",
}


@dataclass(frozen=True)
class Swapped:
    """The reason of a day that is swapped with another by decree."""

    other: date
    decree: str

    def __str__(self) -> str:
        return swapped_with(self.other, self.decree)


Reason = str | Swapped
"""Why a day counts or not; ``str()`` of it is in words for people."""


@dataclass(frozen=True)
class YearOfDays:
    """What makes one year differ from Monday-Friday; each day with its reason.

    ``off`` holds Mondays to Fridays, ``working`` days that would otherwise be off, ``festive`` holidays that fall on a
    weekend and change no count, ``estimated`` the days of Kurban Ait that are computed and not yet announced.
    """

    year: int
    off: dict[date, Reason]
    working: dict[date, Reason]
    festive: dict[date, Reason]
    estimated: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether a day of the year counts."""
        return day in self.working or (day.weekday() < SATURDAY and day not in self.off)

    def days(self, month: int) -> list[date]:
        """The days of a month, 1 to 12, in order."""
        return [date(self.year, month, n + 1) for n in range(monthrange(self.year, month)[1])]

    def working_days(self, month: int) -> int:
        """How many days of a month count."""
        return sum(map(self.works, self.days(month)))

    def reason(self, day: date) -> Reason | None:
        """Why a day of the year differs from Monday-Friday, or which holiday lies on its weekend."""
        return self.working.get(day) or self.off.get(day) or self.festive.get(day)


def is_confirmed(year: int, confirmed: Container[int]) -> bool:
    """Whether the year's official calendar has been taken in: from the start, or by one of the confirmations."""
    return year <= CONFIRMED_THROUGH or year in confirmed


def years_with_data() -> range:
    """The years that the library has."""
    from holidays.countries.kazakhstan import KZ

    return range(KZ.start_year, KZ.end_year + 1)


@cache
def year_of_days(year: int) -> YearOfDays:
    """The year as the library has it, built once in a process.

    :raises Refusal: for a year that the library has no data for; there is no fall-back to Monday-Friday.
    """
    known = years_with_data()
    if year not in known:
        raise Refusal(
            f"{year}: the library of holidays has no data for this year; expected {known.start} to {known.stop - 1}"
        )
    # A swap is kept under the year of its day off; its working day may lie in a neighbouring one.
    found = _library(tuple(each for each in (year - 1, year, year + 1) if each in known))
    off: dict[date, Reason] = {}
    working: dict[date, Reason] = {}
    festive: dict[date, Reason] = {}
    estimated: set[date] = set()
    for day in sorted(found):
        names = found.get_list(day)
        works = _works_instead(names)
        if works and works.year == year:
            working[works] = Swapped(day, _decree(day))
        if day.year != year:
            continue
        reason = Swapped(works, _decree(day)) if works else _named(names)
        (off if day.weekday() < SATURDAY else festive)[day] = reason
        if any(name.endswith(_CALLED_ESTIMATED) for name in names):
            estimated.add(day)
    unexplained = {day for day in found.weekend_workdays if day.year == year} - working.keys()
    if unexplained:
        raise RuntimeError(f"holidays has working weekend days without a swap: {sorted(unexplained)}")
    reasons = [*off.values(), *festive.values()]
    if year >= _SINCE_KURBAN_AIT and not any(KURBAN_AIT in str(reason) for reason in reasons):
        raise Refusal(f"{year}: the library of holidays has no {KURBAN_AIT} for this year")
    return YearOfDays(year, off, working, festive, frozenset(estimated))


def _library(years: Iterable[int]) -> KZ:
    # Imported here: the library is large, and most of this project never needs it.
    from holidays.countries.kazakhstan import KZ

    return KZ(years=years, expand=False, language="en_US")


def _works_instead(names: list[str]) -> date | None:
    for name in names:
        if found := _SUBSTITUTED.search(name):
            return datetime.strptime(found[1], "%m/%d/%Y").date()  # noqa: DTZ007 - a day, not an instant
    return None


def _named(names: list[str]) -> str:
    reasons = []
    for name in names:
        plain = name.removesuffix(_CALLED_ESTIMATED).removesuffix(_OBSERVED)
        named = _NAMES.get(plain, plain)
        if name.endswith(_OBSERVED):
            named = f"observed for {named}"
        if name.endswith(_CALLED_ESTIMATED):
            named += ESTIMATED
        reasons.append(named)
    return " and ".join(reasons)


def _decree(day_off: date) -> str:
    return _DECREES_OF_DAY.get(day_off) or _DECREES_OF_YEAR.get(day_off.year, "decree not recorded")
