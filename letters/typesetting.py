"""Sets a paper by Typst. What it says comes as data, shown as text (``rules.text``): never markup, never a link."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

from rules.text import all_shown

STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]
"""What every paper is: to be kept for decades (PDF/A-2a), and readable by a machine that reads aloud (PDF/UA-1)."""


INSTEAD: Final = "\ufffd"
"""What stands for a letter that our fonts lack: they have those of Europe and of Kazakhstan."""

_PLACE: Final = re.compile(r"┌─ (\S+?):(\d+):")
"""Where in which file Typst found the fault."""


class CannotBeSet(Exception):
    """The paper cannot be made of these words. One line that says why."""


def set_paper(template: Path, words: object, dated: date) -> bytes:
    """The paper as a PDF; the same words and date give the same bytes.

    :param template: a Typst file that reads ``sys.inputs.words`` as JSON.
    :param dated: the date of creation in the file.
    :raises CannotBeSet: for words that Typst cannot set.
    """
    return _compiled(template, words, dated, "pdf", pdf_standards=STANDARDS)[0]


def pictures(template: Path, words: object, dated: date, *, dots_per_inch: float) -> list[bytes]:
    """The pages of a paper as PNG; parameters and errors are those of ``set_paper``."""
    return _compiled(template, words, dated, "png", ppi=dots_per_inch)


def _compiled(template: Path, words: object, dated: date, form: Literal["pdf", "png"], **options: Any) -> list[bytes]:
    said = json.dumps(all_shown(words), ensure_ascii=False)
    given = {"format": form, "timestamp": datetime.combine(dated, time(), UTC), **options}
    try:
        return _typeset(template, said, given)
    except typst.TypstError as error:
        readable = "".join(each if each.isascii() or _has_glyph(each) else INSTEAD for each in said)
        if readable == said:
            raise CannotBeSet(_placed(error)) from None
    try:
        return _typeset(template, readable, given)
    except typst.TypstError as error:
        raise CannotBeSet(_placed(error)) from None


def _typeset(template: Path, words: str, options: dict[str, Any]) -> list[bytes]:
    # Only the fonts inside typst: a machine's own fonts would make other bytes of the same words.
    made = typst.compile(
        str(template), root=str(template.parent), font_paths=_fonts(), sys_inputs={"words": words}, **options
    )
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if isinstance(page, bytes)]


def _placed(error: typst.TypstError) -> str:
    place = _PLACE.search(error.diagnostic)
    return f"{Path(place[1]).name}, line {place[2]}: {error.message}" if place else error.message


@cache
def _has_glyph(letter: str) -> bool:
    """Whether our fonts can show it: PDF/A takes no paper with a letter that they lack."""
    source = b'#set document(title: "x")\n#set text(font: "Libertinus Serif")\n#sys.inputs.letter'
    try:
        typst.compile(source, font_paths=_fonts(), sys_inputs={"letter": letter}, pdf_standards=STANDARDS)
    except typst.TypstError:
        return False
    return True


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
