"""Two types in one file: what is a picture or a PDF to one program and something else to the next."""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, Final

_SNIFFED: Final = 1024
"""So far browsers and PDF readers look for where a file of theirs begins."""

_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|script|svg|iframe|body)[\s>/]|<\?php", re.IGNORECASE)


def also_an_archive(file: BinaryIO) -> list[str]:
    """Whether a ZIP is appended: such a file is what it seems and an archive at once."""
    if not zipfile.is_zipfile(file):
        return []
    try:
        with zipfile.ZipFile(file) as archive:
            holds = bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        holds = False  # the four bytes by which one is known came about by chance
    return ["it is a ZIP archive as well"] if holds else []


def also_another(file: BinaryIO) -> list[str]:
    """Whether its first bytes hold the beginning of a web page, or of a PDF in something that is none."""
    file.seek(0)
    first = file.read(_SNIFFED)
    found = []
    if _PAGE.search(first):
        found.append("it is a web page or a script as well")
    if b"%PDF-" in first[1:]:
        found.append("it is a PDF as well")
    return found


def holds_a_page(data: bytes) -> list[str]:
    """Whether a picture holds the text of a web page or a script anywhere."""
    return ["it has the text of a web page or a script inside"] if _PAGE.search(data) else []
