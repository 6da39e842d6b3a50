"""Pictures that are none, or more than one thing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.intake.honest import packed, pdf, picture
from tests.intake.hostile.paper import Hostile

_KINDS = {"PNG": "a.png", "JPEG": "a.jpg", "TIFF": "a.tif"}


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def claiming(width: int, height: int) -> bytes:
    """A PNG that says that it is so large, and has next to nothing inside."""
    header = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def papers() -> Iterator[Hostile]:
    """All of them."""
    behind = {
        "an archive": packed({"a.exe": b"MZ"}),
        "a program": b"MZ\x90\0" + bytes(range(1, 99)),
        "a web page": b"<html><script>1</script></html>",
        "a script of a server": b"<?php system($_GET[0]);",
        "a PDF": pdf(),
    }
    for kind, filename in _KINDS.items():
        honest = picture(kind)
        for name, hidden in behind.items():
            if kind == "TIFF" and name in ("a program", "a PDF"):
                continue  # a TIFF has no end: its parts stand where its table says
            yield Hostile(f"{name} behind a {kind}", filename, honest + hidden, "quarantined")
        yield Hostile(f"the first bytes of a {kind}", filename, honest[:16], "refused")
        yield Hostile(f"half a {kind}", filename, honest[: len(honest) // 2], "refused")
        yield Hostile(f"a {kind} of noise", filename, honest[:8] + bytes(range(256)) * 4, "refused")
    png = picture("PNG")
    for width, height in ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (90_000_000, 1), (0, 0)):
        yield Hostile(f"{width} x {height}", "a.png", claiming(width, height), "refused")
    place = 8 + 25
    for name, hidden in behind.items():
        inside = png[:place] + chunk(b"tEXt", b"Comment\0" + hidden) + png[place:]
        if name != "a program":  # nothing opens a picture's comment as one
            yield Hostile(f"{name} in a comment", "a.png", inside, "quarantined")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000)))
    yield Hostile("a text that explodes", "a.png", png[:place] + bomb + png[place:], "refused")
    yield Hostile("a wrong checksum", "a.png", png[:60] + bytes([png[60] ^ 1]) + png[61:], "refused")
    yield Hostile("a GIF", "a.gif", b"GIF89a" + bytes(64), "refused")
    yield Hostile("an SVG", "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "refused")
    yield Hostile("a bitmap", "a.bmp", b"BM" + bytes(64), "refused")
