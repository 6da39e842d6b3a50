"""What each paper looks like: ``python -m tests.letters.pictures`` takes the pictures anew. Look at them then."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from letters.folder import Folder
from letters.typesetting import pictures
from runtime.packages import ROOT
from tests.letters.samples import SAMPLES

KEPT: Final = Path(__file__).with_name("pictures")

DOTS_PER_INCH: Final = 40

TEMPLATES: Final = ROOT / "samples" / "letters"


class _Photographed(Folder):
    """Makes pictures of papers: all pages side by side, small and grey."""

    def set(self, layout: str, words: object, dated: date) -> bytes:
        pages = [
            Image.open(BytesIO(each)).convert("L")
            for each in pictures(self.file(layout), words, dated, dots_per_inch=DOTS_PER_INCH)
        ]
        strip = Image.new("L", (sum(each.width for each in pages), max(each.height for each in pages)), 255)
        left = 0
        for each in pages:
            strip.paste(each, (left, 0))
            left += each.width
        taken = BytesIO()
        strip.save(taken, "PNG", optimize=True)
        return taken.getvalue()


def take(name: str) -> Image.Image:
    """The paper of this name as it looks now."""
    return Image.open(BytesIO(SAMPLES[name](_Photographed(TEMPLATES))))


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    for each in SAMPLES:
        take(each).save(KEPT / f"{each}.png", optimize=True)
