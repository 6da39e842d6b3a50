"""Text for the pages in the Temporal UI, which are Markdown."""

from __future__ import annotations

import re
from typing import Final

from rules.text import isolated, one_line, shown

LONGEST: Final = 300
"""Characters of one text from outside on a page."""

_SIGNS: Final = re.compile(r"([\\`*_\[\]<>#|&~])")
"""What Markdown reads as its own anywhere in a line."""

_BEGINNINGS: Final = re.compile(r"^(\d{0,9})([-+=.)])")
"""What would begin a list or a rule at the head of a line."""


def plain(text: str) -> str:
    """Text from outside, without what Markdown would read as its own; one line."""
    return _BEGINNINGS.sub(r"\1\\\2", _SIGNS.sub(r"\\\1", shown(text, LONGEST)))


def code(name: str) -> str:
    """A name as it is written, in Markdown's code, where it can be copied; one from outside cannot break out of it."""
    line = one_line(name, LONGEST).replace("`", "'")
    return f"`{isolated(line)}`" if line else "–"
