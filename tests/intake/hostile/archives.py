"""Archives that hide, deceive or explode."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Iterator

from tests.intake import signing
from tests.intake.honest import docx, packed, pdf, xlsx
from tests.intake.hostile.paper import Hostile


def _with(name: str, content: bytes, mode: int = 0, **fields: int) -> bytes:
    """An archive with an honest PDF and one more member; ``fields`` of its entry are set afterwards."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.pdf", pdf())
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _encrypted(data: bytes) -> bytes:
    """The same archive with the flag that says that a password protects it."""
    changed = bytearray(data)
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(magic)
        while at >= 0:
            changed[at + place] |= 1
            at = changed.find(magic, at + 4)
    return bytes(changed)


def _lying(data: bytes, size: int) -> bytes:
    """The same archive with another unpacked size of its first member, in both places."""
    changed = bytearray(data)
    struct.pack_into("<L", changed, data.find(b"PK\x03\x04") + 22, size)
    struct.pack_into("<L", changed, data.find(b"PK\x01\x02") + 24, size)
    return bytes(changed)


def _overlapping() -> bytes:
    """Two entries of one member."""
    data = packed({"a.pdf": pdf()})
    directory = data.find(b"PK\x01\x02")
    end = data.find(b"PK\x05\x06")
    entry = data[directory:end].replace(b"a.pdf", b"b.pdf")
    record = bytearray(data[end:])
    struct.pack_into("<2H", record, 8, 2, 2)
    struct.pack_into("<L", record, 12, 2 * (end - directory))
    return data[:end] + entry + bytes(record)


def papers() -> Iterator[Hostile]:
    """All of them."""
    inner = packed({"a.pdf": pdf()})
    for name, content in {
        "an archive in an archive": _with("b.zip", inner),
        "a signed archive in an archive": _with("b.zip.p7m", signing.signed(inner)),
        "an absolute name": _with("/etc/cron.d/x.pdf", pdf()),
        "a name that leads out": _with("../../x.pdf", pdf()),
        "a name that leads out, in Windows": _with("..\\..\\x.pdf", pdf()),
        "a drive": _with("C:\\x.pdf", pdf()),
        "a link in place of a file": _with("x.pdf", b"/etc/passwd", stat.S_IFLNK | 0o777),
        "two of one name": _twice(),
        "two of one name but for case": _with("A.PDF", pdf()),
        "a password": _encrypted(inner),
        "entries that share bytes": _overlapping(),
        "bytes before the first": b"PK\x03\x04" + bytes(60) + inner,
        "bytes behind the end": inner + b"MZ\x90\0" + bytes(100),
        "bytes between": _gap(),
        "a script in a PDF": _with("b.pdf", pdf(lambda d: setattr(d.Root, "AA", {}))),
    }.items():
        state = None if name in ("bytes before the first", "a password", "a script in a PDF") else "quarantined"
        yield Hostile(name, "a.zip", content, state)  # type: ignore[arg-type]  # one of the two words
    for name, member, content in (
        ("a program", "setup.exe", b"MZ\x90\0" + bytes(64)),
        ("a program that calls itself a PDF", "setup.pdf", b"MZ\x90\0" + bytes(64)),
        ("a shortcut", "a.lnk", b"L\0\0\0" + bytes(64)),
        ("a web page", "a.html", b"<html></html>"),
        ("a text", "readme.txt", b"read me"),
        ("an empty file", "empty.pdf", b""),
        ("a PDF under another name", "a.docx", pdf()),
        ("a broken PDF", "b.pdf", pdf()[:300]),
    ):
        yield Hostile(f"{name} in an archive", "a.zip", _with(member, content), "refused")
    for name, content in {
        "nothing": packed({}),
        "only folders": packed({"a/": b""}),
        "a Java program": packed({"META-INF/MANIFEST.MF": b"x", "a.class": b"\xca\xfe\xba\xbe"}),
        "an Android program": packed({"AndroidManifest.xml": b"x"}),
        "LZMA": packed({"a.pdf": pdf()}, zipfile.ZIP_LZMA),
        "BZIP2": packed({"a.pdf": pdf()}, zipfile.ZIP_BZIP2),
        "more than it says": _lying(inner, 10),
        "less than it says": _lying(inner, 100_000),
        "no directory": inner[: inner.find(b"PK\x01\x02")],
        "a wrong checksum": inner.replace(pdf()[:0] or inner[14:18], b"\1\2\3\4"),
        "too many files": packed({f"{n}.pdf": b"" for n in range(5_001)}, zipfile.ZIP_STORED),
    }.items():
        yield Hostile(name, "a.zip", content, "refused")
    for name, office, filename in (("Word", docx(), "a.docx"), ("Excel", xlsx(), "a.xlsx")):
        yield Hostile(f"{name} with bytes behind", filename, office + b"MZ\x90\0", "quarantined")
        yield Hostile(f"{name} with a password of ZIP", filename, _encrypted(office), "quarantined")
        yield Hostile(f"{name} that lies", filename, _lying(office, 7), "refused")


def _twice() -> bytes:
    data = packed({"a.pdf": pdf(), "b.pdf": pdf()})
    return data.replace(b"b.pdf", b"a.pdf")


def _gap() -> bytes:
    """An archive with bytes between its member and its directory that nothing leads to."""
    data = packed({"a.pdf": pdf()})
    directory, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    record = bytearray(data[end:])
    hidden = b"MZ\x90\0" + bytes(96)
    struct.pack_into("<L", record, 16, directory + len(hidden))
    return data[:directory] + hidden + data[directory:end] + bytes(record)
