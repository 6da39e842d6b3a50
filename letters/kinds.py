"""The kinds of papers that the ministry makes in a case, and the languages of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language in which a paper is written."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"
    FRENCH = "fr"
    GERMAN = "de"


class Paper(StrEnum):
    """A kind of paper; each has a series of outgoing numbers."""

    REQUEST = "request"
    REMINDER = "reminder"
    WITHDRAWAL = "withdrawal"
    ACKNOWLEDGEMENT = "acknowledgement"
    INSPECTION = "inspection"
    CONCLUSION = "conclusion"
    APPEAL = "appeal"
    REPLY = "reply"


OF_THE_OFFICE: Final = (Language.KAZAKH, Language.RUSSIAN)
"""To Atameken and for the file: Kazakh, then Russian."""

OF_THE_CUSTOMS: Final = (Language.ENGLISH, Language.FRENCH, Language.GERMAN)
"""To the customs: the one that the request asks for."""

OF_THE_CONCLUSION: Final = (Language.KAZAKH, Language.RUSSIAN, Language.ENGLISH)

DRAFT_MARK: Final = "DRAFT / ЖОБА / ПРОЕКТ"
"""On each page of what is not signed yet."""

LETTERS: Final[dict[Paper, tuple[Language, ...]]] = {
    Paper.REQUEST: OF_THE_OFFICE,
    Paper.REMINDER: OF_THE_OFFICE,
    Paper.WITHDRAWAL: OF_THE_OFFICE,
    Paper.APPEAL: OF_THE_OFFICE,
    Paper.ACKNOWLEDGEMENT: OF_THE_CUSTOMS,
    Paper.REPLY: OF_THE_CUSTOMS,
}
"""The letters, which have words of their own in ``<kind>.<language>.toml``, and in which languages."""
