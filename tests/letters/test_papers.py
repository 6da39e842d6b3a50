"""Every paper in every language: fit to be kept and to be read aloud, no letter missing, of the same looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from time import process_time
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops

from letters.conclusion import render
from letters.folder import Folder
from letters.kinds import Language
from tests.letters.examples import LOOKED_UP, documents, draft, pages
from tests.letters.pictures import KEPT, TEMPLATES, take
from tests.letters.samples import FOUND, KAZAKH, SAMPLES

FACES = {"LibertinusSerif-Regular", "LibertinusSerif-Bold", "DejaVuSansMono", "LibertinusSerif-Semibold"}


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every paper, set once."""
    folder = Folder(TEMPLATES)
    return {name: compose(folder) for name, compose in SAMPLES.items()}


def fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font" and "/DescendantFonts" in each:
            yield each.DescendantFonts[0]


def missing_glyphs(pdf: bytes) -> int:
    """How often a paper shows the glyph 0, which every font has for what it lacks."""
    count = 0
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            for each in pikepdf.parse_content_stream(page):
                if str(each.operator) not in ("TJ", "Tj"):
                    continue
                strings = each.operands[0] if str(each.operator) == "TJ" else each.operands
                shown = [bytes(part) for part in strings if isinstance(part, pikepdf.String)]
                count += sum(part[place : place + 2] == b"\0\0" for part in shown for place in range(0, len(part), 2))
    return count


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_is_pdf_a_2a_and_pdf_ua_tagged_with_title_and_language(name: str, made: dict[str, bytes]) -> None:
    with pikepdf.open(BytesIO(made[name])) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"]
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert root.StructTreeRoot.K
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(root.Lang) in list(Language)
        assert str(root.OutputIntents[0].S) == "/GTS_PDFA1"
        for forbidden in ("/AcroForm", "/OpenAction", "/AA"):
            assert forbidden not in root
        assert all("/Annots" not in page for page in pdf.pages)
        embedded = {
            str(each.BaseFont).partition("+")[2]: {"/FontFile2", "/FontFile3"} & set(each.FontDescriptor.keys())
            for each in fonts(pdf)
        }
    assert all(embedded.values())
    # Another face would stand in for a letter that ours lacks.
    assert set(embedded) <= FACES


@pytest.mark.parametrize("name", SAMPLES)
def test_no_letter_is_missing(name: str, made: dict[str, bytes]) -> None:
    assert missing_glyphs(made[name]) == 0
    text = " ".join(pages(made[name]))
    if name in ("request", "reminder", "withdrawal", "appeal"):
        assert text.count(KAZAKH) == 2
    assert "$" not in text
    assert not re.search(r"\{\w*\}", text)


def test_a_letter_that_our_fonts_lack_stands_as_a_mark_and_stops_no_paper() -> None:
    named = draft(request={"exporter": {"name": "Алтын 漢字 \U0001f600 Дән"}}, documents=documents(1))
    pdf = render(named, LOOKED_UP)
    assert "Алтын \ufffd\ufffd \ufffd Дән" in " ".join(pages(pdf))
    assert missing_glyphs(pdf) == 0


def differing(name: str, other: str) -> int:
    """How many dots of a paper are clearly not those of the picture that is kept of another, or of itself."""
    kept = Image.open(KEPT / f"{other}.png").convert("L")
    now = take(name)
    if now.size != kept.size:
        return now.width * now.height
    return sum(ImageChops.difference(now, kept).histogram()[CLEARLY:])


CLEARLY = 64
"""Shades of grey of 256: another version of Typst may draw an edge a little otherwise."""

MOST_DOTS = 40
"""A short word has more; a line of a table, too."""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_paper_looks_as_it_did_when_somebody_looked_at_it(name: str) -> None:
    assert differing(name, name) < MOST_DOTS, "if this is meant: python -m tests.letters.pictures, and look at them"


def test_a_picture_of_another_letter_would_be_noticed() -> None:
    assert differing("reply-de", "reply-fr") > 10 * MOST_DOTS


def test_a_conclusion_takes_under_a_tenth_of_a_second_of_a_processor_after_the_first() -> None:
    folder = Folder(TEMPLATES)
    render(FOUND, LOOKED_UP, None, folder)
    taken = []
    for number in range(3):
        begun = process_time()
        render(FOUND.model_copy(update={"number": f"REX/26-ZK-{number}"}), LOOKED_UP, None, folder)
        taken.append(process_time() - begun)
    assert min(taken) < 0.3, "a third of this is usual; the bound is wide, as the tests share their processor"
