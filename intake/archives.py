"""ZIP archives, and what is packed as one (DOCX, XLSX): only the plain kind, whole, and within bounds.

Nothing is written to a disk, and nothing is taken at its word: sizes are counted while unpacking.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from intake.verdict import NotAccepted

MOST_MEMBERS: Final = 5_000
"""A workbook of hundreds of sheets has about a thousand parts."""

LARGEST_UNPACKED: Final = 200 * 1024 * 1024
"""Bytes of all members together."""

EXPLODES_FROM: Final = 20 * 1024 * 1024
MOST_EXPANSION: Final = 100
"""Above the first, more than this many bytes from one is no document: tables in XML reach thirty."""

_END = struct.Struct("<4s4H2LH")
_LOCAL_HEADER = 30
_PIECE: Final = 1024 * 1024
_BROKEN: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError, zlib.error)
"""What ``zipfile`` raises for an archive that it cannot read."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except _BROKEN:
        raise NotAccepted("it is damaged: it cannot be unpacked; expected a file that opens") from None


def opened(file: BinaryIO) -> zipfile.ZipFile:
    """An archive to read. :raises NotAccepted: where it is broken or has too many members."""
    with _readable():
        if _end_record(file)[0] > MOST_MEMBERS:
            raise NotAccepted(f"it holds more than {MOST_MEMBERS} files; expected fewer")
        archive = zipfile.ZipFile(file)
    if len(archive.infolist()) > MOST_MEMBERS:
        raise NotAccepted(f"it holds more than {MOST_MEMBERS} files; expected fewer")
    return archive


def member_names(file: BinaryIO) -> frozenset[str]:
    """The names of an archive's members. :raises NotAccepted: as ``opened`` does."""
    return frozenset(opened(file).namelist())


def concerns_of(file: BinaryIO, archive: zipfile.ZipFile) -> list[str]:
    """What is hidden or deceitful in the way that an archive is packed."""
    members = archive.infolist()
    found = []
    if any(member.flag_bits & 0x1 for member in members):
        found.append("it is protected by a password, so that nobody can see what is in it")
    if any(_leads_out(member.filename) for member in members):
        found.append("it has names that lead out of the folder in which it is unpacked")
    if any(stat.S_ISLNK(member.external_attr >> 16) for member in members):
        found.append("it has links to other files in place of files")
    names = [member.filename.casefold() for member in members]
    if len(set(names)) < len(names):
        found.append("it has two files of the same name")
    if _gaps(file, archive):
        found.append("it has data that its list of files does not show")
    if explodes(members):
        found.append("it unpacks to many times its size")
    return found


def explodes(members: list[zipfile.ZipInfo]) -> bool:
    """Whether it says that it unpacks to more than any document has."""
    whole, packed = sum(each.file_size for each in members), sum(each.compress_size for each in members)
    return whole > LARGEST_UNPACKED or (whole > EXPLODES_FROM and whole > packed * MOST_EXPANSION)


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    """A member's bytes, counted. :raises NotAccepted: where it is damaged or larger than the archive says."""
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotAccepted("it is packed in an unusual way; expected a ZIP as every system makes it")
    content, size = io.BytesIO(), 0
    with _readable(), archive.open(member) as packed:
        while piece := packed.read(_PIECE):
            size += len(piece)
            if size > member.file_size or size > LARGEST_UNPACKED:
                raise NotAccepted("it is damaged: it unpacks to more than it says; expected a file that opens")
            content.write(piece)
    if size != member.file_size:
        raise NotAccepted("it is damaged: it unpacks to less than it says; expected a file that opens")
    content.seek(0)
    return content


def _end_record(file: BinaryIO) -> tuple[int, int]:
    """How many members the end record counts, and where the record ends."""
    size = file.seek(0, io.SEEK_END)
    start = max(size - _END.size - 0xFFFF, 0)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or place + _END.size > len(tail):
        raise zipfile.BadZipFile("no end record")
    fields = _END.unpack_from(tail, place)
    return fields[4], start + place + _END.size + fields[7]


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in plain.split("/") or bool(re.match(r"[A-Za-z]:", plain)) or "\0" in name


def _gaps(file: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether bytes lie before, between or behind the members, or members share some."""
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    starts = [member.header_offset for member in members]
    if starts and starts[0] != 0:
        return True
    for member, next_start in zip(members, [*starts[1:], archive.start_dir], strict=True):
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER:
            return True
        name, extra = struct.unpack_from("<2H", header, 26)
        end = member.header_offset + _LOCAL_HEADER + name + extra + member.compress_size
        # Behind a member that was written in one go stands a descriptor of its sizes, of up to 24 bytes.
        if not 0 <= next_start - end <= (24 if member.flag_bits & 0x8 else 0):
            return True
    return _end_record(file)[1] != file.seek(0, io.SEEK_END)
