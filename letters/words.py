"""The words of papers in one language, from ``common.<language>.toml``, and those of one letter."""

from __future__ import annotations

from datetime import date, datetime
from string import Template
from typing import Any

from pydantic import BaseModel, ConfigDict

from letters.kinds import Language
from notifications.dates import almaty_day
from rules.clock import PRESENT


class Words:
    """The common words of a language. One that is missing raises ``KeyError``; a test holds each language complete."""

    def __init__(self, language: Language, words: dict[str, Any]) -> None:
        self.language = language
        self._all = words

    def __call__(self, name: str, /, **values: object) -> str:
        """A sentence with its values."""
        return Template(str(self._all[name])).substitute(values)

    def of(self, group: str, key: str, /, **values: object) -> str:
        """The words for a key of a group, as in ``of("labels", "exporter")``."""
        return Template(str(self._all[group][key])).substitute(values)

    def has(self, group: str, key: str) -> bool:
        """Whether a group has words for the key."""
        return key in self._all.get(group, {})

    def group(self, name: str) -> dict[str, Any]:
        """All of a group, as the layout takes it."""
        return dict(self._all[name])

    def deep(self, group: str, name: str, key: str) -> str | None:
        """The words for a key of a group within a group; None where there are none."""
        found = self._all.get(group, {}).get(name, {}).get(key)
        return str(found) if found is not None else None

    def list_of(self, name: str) -> list[str]:
        """Several words in their order, as an addressee's lines or a table's heads."""
        return [str(each) for each in self._all[name]]

    def day(self, day: date) -> str:
        """A day in words, since 3/4 is one day in Oslo and another elsewhere."""
        number = str(self._all["first_day"]) if day.day == 1 else str(day.day)
        return self("written_date", day=number, month=self._all["months"][day.month - 1], year=day.year)

    def time(self, at: datetime) -> str:
        """A moment (aware) in Almaty, in words."""
        return self.of("signature", "time", day=self.day(almaty_day(at)), time=f"{PRESENT.local(at):%H:%M}")

    def yes_or_no(self, value: bool) -> str:
        """The word for it."""
        return self("yes" if value else "no")


class LetterWords(BaseModel):
    """The words of one letter in one language. A line ``@name`` of the body is the place of a table or list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    basis: str
    body: str
    ahead: str = ""
    late: str = ""
    outcome: dict[str, str] = {}

    @property
    def paragraphs(self) -> list[str]:
        """The body's paragraphs and ``@name`` marks, each on one line."""
        return [" ".join(each.split()) for each in self.body.strip().split("\n\n")]
