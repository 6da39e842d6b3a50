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

STANDARDS: Final = ["a-2a", "ua-1"]
"""What every paper is: to be kept for decades (PDF/A-2a), and readable by a machine that reads aloud (PDF/UA-1)."""


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
    try:
        made = typst.compile(
            str(template),
            root=str(template.parent),
            # Only the fonts inside typst: a machine's own fonts would make other bytes of the same words.
            font_paths=_fonts(),
            sys_inputs={"words": json.dumps(all_shown(words), ensure_ascii=False)},
            format=form,
            timestamp=datetime.combine(dated, time(), UTC),
            **options,
        )
    except typst.TypstError as error:
        place = _PLACE.search(error.diagnostic)
        where = f"{place[1]}, line {place[2]}: " if place else ""
        raise CannotBeSet(f"{where}{error.message}") from None
    pages = made if isinstance(made, list) else [made]
    return [page for page in pages if isinstance(page, bytes)]


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
