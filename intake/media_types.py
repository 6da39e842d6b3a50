"""The types of documents that are taken, told by content; and whether name and declaration say the same."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from mimetypes import types_map
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from intake.archives import member_names
from intake.verdict import NotAccepted

PDF, PNG, JPEG, TIFF, ZIP = "application/pdf", "image/png", "image/jpeg", "image/tiff", "application/zip"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNED = "application/pkcs7-mime"
LOCKED_OFFICE = "application/x-encrypted-office"
"""A DOCX or XLSX under a password: which of them nobody can see."""

ACCEPTED: Final = "PDF, PNG, JPEG, TIFF, DOCX, XLSX, ZIP or a signed container (P7M, CMS)"

_NAMES: Final = {
    PDF: "a PDF",
    PNG: "a PNG picture",
    JPEG: "a JPEG picture",
    TIFF: "a TIFF picture",
    ZIP: "a ZIP archive",
    DOCX: "a Word document (DOCX)",
    XLSX: "an Excel workbook (XLSX)",
    SIGNED: "a signed container",
    LOCKED_OFFICE: "a Word or Excel document under a password",
}
_ENDINGS: Final = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    TIFF: (".tif", ".tiff"),
    ZIP: (".zip",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    SIGNED: (".p7m", ".cms", ".p7s", ".sig"),
    LOCKED_OFFICE: (".docx", ".xlsx"),
}
_OTHER_ENDINGS: Final = frozenset(types_map) | frozenset(
    f".{each}"
    for each in re.findall(
        r"\w+",
        "7z app bat cab chm cmd com cpl dll docm dot dotm dotx exe gz hta img iso jar js jse lnk msc msi msp "
        "ods odt pif ppt pptm pptx ps1 rar reg rtf scf scr sh svg url vbe vbs vhd wsf wsh xlam xlsb xlsm xltm",
    )
)
"""Endings that say something else. Any other end of a name says nothing: "Invoice of 12.05.2026"."""

_DECLARED: Final = {
    "image/jpg": JPEG,
    "image/pjpeg": JPEG,
    "image/tif": TIFF,
    "application/x-pdf": PDF,
    "application/x-zip-compressed": ZIP,
    "application/x-zip": ZIP,
    "application/x-pkcs7-mime": SIGNED,
    "application/pkcs7-signature": SIGNED,
    "application/x-pkcs7-signature": SIGNED,
    "application/cms": SIGNED,
}
_SAYS_NOTHING: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_PKCS7: Final = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""The object identifier 1.2.840.113549.1.7, with which a signed container begins."""

_MAGIC: Final = (
    (b"%PDF-", PDF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
)
_FIRST: Final = 1024


def media_type_of(file: BinaryIO) -> str:
    """The type of an open file's content. :raises NotAccepted: where it is empty or of no accepted type."""
    file.seek(0)
    first = file.read(_FIRST)
    if not first:
        raise NotAccepted("it is empty; expected a document")
    found = next((kind for magic, kind in _MAGIC if first.startswith(magic)), None)
    if first.startswith(b"PK\x03\x04"):
        found = _packed(member_names(file))
    elif first.startswith(_OLE):
        found = _old_office(file)
    elif _PKCS7 in binary(first[:64])[:32] or re.match(rb"\s*-----BEGIN (PKCS7|CMS)-----", first):
        found = SIGNED
    if found is None:
        raise NotAccepted(f"its content is {_name_of_other(first)}; expected {ACCEPTED}")
    return found


def binary(data: bytes) -> bytes:
    """The bytes of a container that may have been written as bare Base64, as the programs of Kazakhstan's NCA do."""
    text = b"".join(data.split())
    try:
        return base64.b64decode(text[: len(text) // 4 * 4], validate=True) if text.startswith(b"MI") else data
    except ValueError:
        return data


def check_declared(media_type: str, declared: str | None) -> None:
    """Whether the sender's ``media_type`` says the same. :raises NotAccepted: where it says something else."""
    said = (declared or "").partition(";")[0].strip().lower()
    if said in _SAYS_NOTHING or _DECLARED.get(said, said) == media_type:
        return
    if media_type == LOCKED_OFFICE and said in (DOCX, XLSX):
        return
    raise NotAccepted(f"its content is {_NAMES[media_type]}; expected {said[:100]}, as its media_type says")


def check_name(media_type: str, filename: str) -> None:
    """Whether the name ends as the type does. :raises NotAccepted: where it ends as another type does."""
    ending = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    if ending in _OTHER_ENDINGS | _flat(_ENDINGS.values()) and ending not in _ENDINGS[media_type]:
        raise NotAccepted(f"its content is {_NAMES[media_type]}; its name ends in {ending}, expected them to agree")


def name_inside(filename: str) -> str:
    """The name of what a signed container holds: that of the container without its ending."""
    path = PurePosixPath(filename)
    return path.stem if path.suffix.lower() in _ENDINGS[SIGNED] else ""


def _flat(endings: Iterable[tuple[str, ...]]) -> frozenset[str]:
    return frozenset(each for group in endings for each in group)


def _packed(names: frozenset[str]) -> str | None:
    if "[Content_Types].xml" in names:
        # PowerPoint, Visio and others are packed like these two, and are not taken.
        return next((kind for part, kind in _OFFICE_PARTS if part in names), None)
    programs = {"META-INF/MANIFEST.MF", "AndroidManifest.xml", "mimetype"}
    return None if names & programs else ZIP


_OFFICE_PARTS: Final = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))


def _old_office(file: BinaryIO) -> str | None:
    """A container that old office files share with installers; of these only the encrypted new ones are of a type."""
    file.seek(0)
    return LOCKED_OFFICE if _ENCRYPTED_PACKAGE in file.read() else None


def _name_of_other(first: bytes) -> str:
    """What a content of no accepted type seems to be, in words for its sender."""
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if start.startswith(_OLE):
        return "an old Word or Excel file (DOC, XLS) or an installer"
    if start.startswith(b"pk"):
        return "a program, or an office file of another kind"
    if start.startswith((b"<!doctype html", b"<html", b"<svg")) or b"<html" in first.lower():
        return "a web page"
    if start.startswith((b"mz", b"\x7felf", b"#!")):
        return "a program"
    if start.startswith((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"bzh", b"\xfd7zxz")):
        return "an archive that is no ZIP"
    if start.startswith(rb"{\rtf"):
        return "a text in RTF"
    return "of no known type"
