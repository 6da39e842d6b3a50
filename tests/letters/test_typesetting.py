"""Papers set by Typst: what comes from outside stands on them as text."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from letters.typesetting import set_paper
from rules.text import shown
from tests.support.nasty import LINKED, PIECES

LAYOUT = """
#let words = json(bytes(sys.inputs.words))
#set document(title: "A paper")
#set page(width: 60cm, height: auto)
#set text(font: "DejaVu Sans Mono")
#for each in words [#each.text #parbreak()]
"""


def test_nothing_from_outside_acts_turns_or_links_on_a_paper(tmp_path: Path) -> None:
    layout = tmp_path / "layout.typ"
    layout.write_text(LAYOUT)
    words = [{"text": f"begin {piece} end"} for piece in PIECES]
    [page] = PdfReader(BytesIO(set_paper(layout, words, date(2026, 3, 2)))).pages
    assert "/Annots" not in page
    lines = page.extract_text().splitlines()
    assert len(lines) == len(PIECES)
    assert all(line.replace("\u2068", "").replace("\u2069", "").isprintable() for line in lines)
    assert not LINKED.search(page.extract_text())
    for piece, line in zip(PIECES, lines, strict=True):
        if piece.isascii():
            assert line == shown(f"begin {piece} end")
