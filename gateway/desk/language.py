"""The languages of the desk: English, Russian, Kazakh; by the person's choice, else by the browser's."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from starlette.requests import Request

from escalation.ladder import Language
from notifications.words import Words, words_of

COOKIE: Final = "rexv-language"

NAMES: Final = {Language.ENGLISH: "English", Language.RUSSIAN: "Русский", Language.KAZAKH: "Қазақша"}

_TEXTS: Final = Path(__file__).with_name("words")


class DeskWords:
    """The words of the desk in a language; ``notices`` are those that it shares with the notices."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.notices: Words = words_of(language)
        self._all: dict[str, Any] = {}
        for file in sorted(_TEXTS.glob(f"*{language.value}.toml")):
            self._all |= tomllib.loads(file.read_text("utf-8"))

    def __call__(self, name: str, /, **values: object) -> str:
        """A text by its dotted name, as in ``today.title``; ``$words`` in it are filled in. ``KeyError`` if missing."""
        found: Any = self._all
        for part in name.split("."):
            found = found[part]
        return Template(str(found)).substitute(values)

    def has(self, name: str) -> bool:
        """Whether there is such a text."""
        found: Any = self._all
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return isinstance(found, str)


@cache
def desk_words(language: Language) -> DeskWords:
    """The words of a language, read once."""
    return DeskWords(language)


def language_of(request: Request) -> Language:
    """The person's choice, else the first of the browser's languages that we have, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen in tuple(Language):
        return Language(chosen)
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "")[:1000].split(","):
        tag, _, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            weight = 0
        wanted.append((-weight, tag.strip().lower().partition("-")[0]))
    for _, tag in sorted(wanted, key=lambda each: each[0]):
        if tag in tuple(Language):
            return Language(tag)
    return Language.ENGLISH
