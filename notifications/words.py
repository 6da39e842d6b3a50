"""The words of one language, from ``texts/*.toml``: sentences, names, dates and numbers as the language writes them."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from calendars.time_zone import almaty_clock
from escalation.ladder import Language

_TEXTS: Final = Path(__file__).with_name("texts")


class Words:
    """The words of a language. A word that is missing raises ``KeyError``: a test holds each language complete."""

    def __init__(self, language: Language) -> None:
        self.language = language
        with (_TEXTS / f"{language.value}.toml").open("rb") as file:
            self._all: dict[str, Any] = tomllib.load(file)

    def __call__(self, name: str, /, **values: object) -> str:
        """A sentence with its values."""
        return Template(str(self._all[name])).substitute(values)

    def of(self, group: str, key: str, /, **values: object) -> str:
        """The words for a key of a group, as in ``of("risks", "tight")``."""
        return Template(str(self._all[group][key])).substitute(values)

    def has(self, group: str, key: str) -> bool:
        """Whether the language has words of its own for it."""
        return key in self._all.get(group, {})

    def subject(self, kind: str, step: str, day: date, *, dated: bool = True) -> str:
        """A kind in a few words; some languages have other words for each step.

        :param dated: with what stands in brackets, which is the day.
        """
        words = self._all["subjects"][kind]
        if isinstance(words, dict):
            words = words.get(step, words["none"])
        words = re.sub(r"\[(.*)\]", r"\1" if dated else "", words)
        return Template(words).substitute(step=self.of("short_steps", step), day=self.short_day(day))

    def level(self, level: int) -> str:
        """The name of a level, 1 to 3."""
        return str(self._all["levels"][level - 1])

    def count(self, noun: str, number: int) -> str:
        """A number with its noun in the form that goes with it: ``1 рабочий день``, ``5 рабочих дней``."""
        forms: list[str] = self._all[noun]
        return f"{number} {forms[min(_form(self.language, number), len(forms) - 1)]}"

    def day(self, day: date) -> str:
        """``Tuesday, 1 December 2026``, as the language writes it."""
        weekday, month = self._all["weekdays"][day.weekday()], self._all["months"][day.month - 1]
        return self("long_day", weekday=weekday, day=day.day, month=month, year=day.year)

    def plain_day(self, day: date) -> str:
        """``1 December 2026``, as the language writes it."""
        return self("plain_day", day=day.day, month=self._all["months"][day.month - 1], year=day.year)

    def short_day(self, day: date) -> str:
        """``1 Dec`` or ``01.12``, as the language writes it."""
        return self(
            "short_day",
            day=day.day,
            short_month=self._all["months"][day.month - 1][:3],
            padded_day=f"{day.day:02}",
            padded_month=f"{day.month:02}",
        )

    def moment(self, at: datetime) -> str:
        """``1 Dec, 09:30`` in Asia/Almaty."""
        local = almaty_clock().local(at)
        return self("moment", day=self.short_day(local.date()), time=f"{local:%H:%M}")


def _form(language: Language, number: int) -> int:
    """Which form of a noun goes with a number: English has two, Russian three, Kazakh one."""
    if language is Language.RUSSIAN:
        if number % 10 == 1 and number % 100 != 11:
            return 0
        return 1 if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14) else 2
    return 0 if number == 1 else 1


@cache
def words_of(language: Language) -> Words:
    """The words of a language, read once."""
    return Words(language)
