"""Documents that want more memory or time than there is."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

import pikepdf
from PIL import Image

from tests.intake.honest import docx, packed, pdf, xlsx
from tests.intake.hostile.paper import Hostile
from tests.intake.hostile.pictures import chunk

MB = 1024 * 1024


def _zeros(size: int) -> bytes:
    """So many zeros, packed."""
    packer = zlib.compressobj(9)
    pieces = [packer.compress(bytes(MB)) for _ in range(size // MB)]
    return b"".join([*pieces, packer.flush()])


def _page(document: pikepdf.Pdf, layers: int, size: int) -> None:
    content = _zeros(size)
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)
    stream = document.make_stream(content)
    stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * layers)
    document.pages[0].Contents = stream


def _xml(size: int) -> bytes:
    return b"<a>" + b"<b/>" * (size // 4) + b"</a>"


def papers() -> Iterator[Hostile]:
    """All of them, most exploding when unpacked."""
    yield Hostile("a page that explodes", "a.pdf", pdf(lambda d: _page(d, 1, 2048 * MB)), "refused")
    yield Hostile("a page that explodes twice", "a.pdf", pdf(lambda d: _page(d, 2, 4096 * MB)), "refused")
    bomb = packed({"a.pdf": bytes(256 * MB)})
    yield Hostile("a file that explodes", "a.zip", bomb, "quarantined", "times its size")
    yield Hostile("a part that explodes", "a.docx", docx({"word/styles.xml": bytes(256 * MB)}), "quarantined")
    yield Hostile("a sheet that explodes", "a.xlsx", xlsx({"xl/styles.xml": _xml(150 * MB)}), "quarantined")
    nested = docx({"word/styles.xml": b"<a>" * (4 * MB)})
    yield Hostile("XML without end", "a.docx", nested, "refused")
    token = b"<a b='" + b"x" * (19 * MB) + b"'/>"
    yield Hostile("XML of one word that is not closed", "a.docx", docx({"word/styles.xml": token[:-3]}), "refused")
    huge = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(huge, "PNG")
    yield Hostile("900 million pixels", "a.png", huge.getvalue(), "refused", "pixels")
    tall = io.BytesIO()
    Image.new("1", (1_000, 1_000)).save(
        tall, "TIFF", save_all=True, append_images=[Image.new("1", (1_000, 1_000))] * 600
    )
    yield Hostile("600 pages", "a.tif", tall.getvalue(), "refused", "pages")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for n in range(60_000):
            archive.writestr(f"{n}", b"")
    yield Hostile("60,000 files", "a.zip", many.getvalue(), "refused", "files")
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0\0\x20\0\0\0\x20\0\x10\6\0\0\0")
    rows = chunk(b"IDAT", _zeros(8192 * (8192 * 8 + 1)))
    yield Hostile("a picture that explodes", "a.png", png + rows + chunk(b"IEND", b""), None)
