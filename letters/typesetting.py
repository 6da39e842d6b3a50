"""Sets a paper by Typst. What it says comes as data, shown as text (``rules.text``): never markup, never a link."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

import typst

from rules.text import all_shown


class CannotBeSet(Exception):
    """The paper cannot be made of these words. One line that says why."""


def set_paper(template: Path, words: object, dated: date) -> bytes:
    """The paper as a PDF; the same words and date give the same bytes.

    :param template: a Typst file that reads ``sys.inputs.words`` as JSON.
    :param dated: the date of creation in the file.
    :raises CannotBeSet: for words that Typst cannot set.
    """
    try:
        pdf = typst.compile(
            str(template),
            root=str(template.parent),
            # Only the fonts inside typst: a machine's own fonts would make other bytes of the same words.
            font_paths=_fonts(),
            sys_inputs={"words": json.dumps(all_shown(words), ensure_ascii=False)},
            timestamp=datetime.combine(dated, time(), UTC),
        )
    except typst.TypstError as error:
        raise CannotBeSet(error.message) from None
    if not isinstance(pdf, bytes):
        raise CannotBeSet("expected one PDF")
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)
