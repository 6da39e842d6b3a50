"""A folder of templates, as a lawyer reads and changes it: words as TOML, layouts as Typst, the letterhead."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from letters.kinds import Language, Paper
from letters.letterhead import Letterhead
from letters.typesetting import set_paper
from letters.words import LetterWords, Words

OURS: Final = Path(__file__).with_name("templates")

Model = TypeVar("Model", bound=BaseModel)


class BadTemplate(Exception):
    """A template cannot be used. One line: the file, the line in it where that is known, and what is wrong."""


class Folder:
    """Templates read once: the office's own where it has one of that name, else ours."""

    def __init__(self, path: Path = OURS) -> None:
        """:param path: ours by default, else the office's, that of ``REXV_LETTERS``.
        :raises BadTemplate: where a file does not fit.
        """
        self.path = path
        self.letterhead = self._model("letterhead.toml", Letterhead)
        self._words = {each: Words(each, self._toml(f"common.{each.value}.toml")) for each in Language}
        self._letters: dict[tuple[Paper, Language], LetterWords] = {}
        self._own: dict[tuple[Paper, Language], Words] = {}

    def words(self, language: Language) -> Words:
        """The common words of a language."""
        return self._words[language]

    def letter(self, kind: Paper, language: Language) -> LetterWords:
        """The words of a letter.

        :raises BadTemplate: where its file does not fit.
        """
        if (kind, language) not in self._letters:
            name = f"{kind.value}.{language.value}.toml"
            self._letters[kind, language] = self._model(name, LetterWords)
        return self._letters[kind, language]

    def own_words(self, kind: Paper, language: Language) -> Words:
        """The words of a paper that is no letter, as the conclusion."""
        if (kind, language) not in self._own:
            self._own[kind, language] = Words(language, self._toml(f"{kind.value}.{language.value}.toml"))
        return self._own[kind, language]

    def set(self, layout: str, words: object, dated: date) -> bytes:
        """The paper as a PDF, by one of the folder's layouts.

        :raises letters.typesetting.CannotBeSet: for words that cannot be set.
        """
        return set_paper(self.file(layout), words, dated)

    def file(self, name: str) -> Path:
        """Where the template with this name is."""
        own = self.path / name
        return own if own.exists() else OURS / name

    def _model(self, name: str, model: type[Model]) -> Model:
        try:
            return model.model_validate(self._toml(name))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(each) for each in first["loc"])
            what = first["msg"].removeprefix("Value error, ")
            raise BadTemplate(f"{self.file(name)}: {f'{where}: ' if where else ''}{what}") from None

    def _toml(self, name: str) -> dict[str, Any]:
        file = self.file(name)
        try:
            return tomllib.loads(file.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise BadTemplate(f"{file}: {error}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise BadTemplate(f"{file}: cannot be read ({type(error).__name__})") from None


@cache
def our_folder() -> Folder:
    """The templates that come with the program, read once."""
    return Folder()
