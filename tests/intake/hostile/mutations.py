"""Honest documents cut off or damaged; by a seed, so that a failure can be looked at again."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.intake import signing
from tests.intake.honest import docx, packed, pdf, picture, typst_pdf, xlsx
from tests.intake.hostile.paper import Hostile


def papers() -> Iterator[Hostile]:
    """Each honest kind, cut off at several places, and with a part overwritten that no reader can do without."""
    honest = {
        "a.pdf": typst_pdf(),
        "b.pdf": pdf(compress_streams=True),
        "a.png": picture("PNG"),
        "a.jpg": picture("JPEG"),
        "a.tif": picture("TIFF", compression="tiff_lzw"),
        "a.docx": docx(),
        "a.xlsx": xlsx(),
        "a.zip": packed({"a.pdf": typst_pdf()}),
        "a.pdf.p7m": signing.signed(pdf()),
    }
    for filename, content in honest.items():
        for part in range(1, 9):
            cut = content[: len(content) * part // 10]
            yield Hostile(f"{filename}, {part} tenths", filename, cut, "refused")
        randomly = random.Random(filename)
        for n in range(4):
            noise = randomly.randbytes(len(content) // 2)
            start = len(content) // 4
            spoiled = content[:start] + noise + content[start + len(noise) :]
            yield Hostile(f"{filename}, spoiled {n}", filename, spoiled, None)
