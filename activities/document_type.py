"""What a document is, judged by its bytes alone; neither its name nor what its sender says is believed.

Accepted: PDF, PNG, JPEG, TIFF, Word and Excel (DOCX, XLSX, DOC, XLS), OpenDocument (ODT, ODS), plain text or XML in
UTF-8. Not accepted: archives (each document is offered by itself, with its kind), HTML and SVG (they run scripts where
they are opened), XML with a document type (entities without end), office files with macros, programs, and all else.
"""

from __future__ import annotations

import codecs
import zipfile
from typing import BinaryIO
from xml.parsers import expat

import filetype  # type: ignore[import-untyped]  # filetype ships no types

from rules.refusal import Refusal

ACCEPTED = "PDF, PNG, JPEG, TIFF, DOCX, XLSX, DOC, XLS, ODT, ODS, or plain text or XML in UTF-8"

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN_DOCUMENTS = frozenset(
    {"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"}
)
_BY_FIRST_BYTES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = {"WordDocument": "application/msword", "Workbook": "application/vnd.ms-excel"}

_SAME = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/tif": "image/tiff",
    "application/x-pdf": "application/pdf",
    "text/xml": "application/xml",
    "text/csv": "text/plain",
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_SCRIPTS = (b"#!", b"%!", rb"{\rtf")
"""Texts that do something where they are opened: shell scripts, PostScript, RTF."""

_RUN_BY_BROWSERS = ("http://www.w3.org/1999/xhtml ", "http://www.w3.org/2000/svg ")

_FIRST = 8192
_PIECE = 1024 * 1024
_LARGEST_LISTING = 1024 * 1024
_TEXT_CONTROLS = frozenset(b"\t\n\r\f")
_NO_TEXT = bytes(code for code in range(32) if code not in _TEXT_CONTROLS) + b"\x7f"


def media_type_of(file: BinaryIO, declared: str | None) -> str:
    """The media type of an open file's bytes.

    :param declared: what the sender says it is, if anything.
    :raises Refusal: where it is empty, of a type that is not accepted, or not what the sender says.
    """
    file.seek(0)
    first = file.read(_FIRST)
    if not first:
        raise Refusal("it is empty; expected a document")
    found = _recognized(file, first)
    if found is None:
        raise Refusal(f"its content is {_name_of_unwanted(first)}; expected {ACCEPTED}")
    said = (declared or "").partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING and _SAME.get(said, said) != found:
        raise Refusal(f"its content is {found}; expected {said[:100]}, as its media_type says")
    return found


def _recognized(file: BinaryIO, first: bytes) -> str | None:
    if first.startswith(_ZIP):
        return _office_file(file)
    if first.startswith(_OLE):
        return _old_office_file(file)
    by_first_bytes = filetype.guess_mime(first)
    if by_first_bytes in _BY_FIRST_BYTES:
        return str(by_first_bytes)
    # Whatever else the first bytes suggest: plain text may begin with those of a picture ("BM", "ID3").
    return _text(file, first)


def _office_file(file: BinaryIO) -> str | None:
    """DOCX, XLSX, ODT or ODS by the list of what is inside; a file with macros is refused."""
    try:
        with zipfile.ZipFile(file) as packed:
            names = set(packed.namelist())
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refusal(f"it is an office file with macros; expected {ACCEPTED}, without macros")
            if "[Content_Types].xml" in names:
                return next(
                    (
                        kind
                        for part, kind in (("word/document.xml", _DOCX), ("xl/workbook.xml", _XLSX))
                        if part in names
                    ),
                    None,
                )
            if "mimetype" in names and packed.getinfo("mimetype").file_size <= _LARGEST_LISTING:
                said = packed.read("mimetype").decode("ascii", "replace").strip()
                return said if said in _OPEN_DOCUMENTS else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        if isinstance(error, Refusal):
            raise
        return None  # these are what zipfile raises for an archive it cannot read: no type we accept
    return None


def _old_office_file(file: BinaryIO) -> str | None:
    """DOC or XLS by the stream that each must have; the same container holds installers, too."""
    wanted = {name.encode("utf-16-le"): kind for name, kind in _OLE_STREAMS.items()}
    macros = "_VBA_PROJECT".encode("utf-16-le")
    file.seek(0)
    kind, before = None, b""
    while piece := file.read(_PIECE):
        window = before + piece
        if macros in window:
            raise Refusal(f"it is an office file with macros; expected {ACCEPTED}, without macros")
        kind = kind or next((kind for name, kind in wanted.items() if name in window), None)
        before = window[-64:]
    return kind


def _text(file: BinaryIO, first: bytes) -> str | None:
    """Plain text or XML, if the whole of it is UTF-8 without control characters."""
    start = first.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(_SCRIPTS):
        return None
    reader = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            reader.decode(piece)
            if piece.translate(None, delete=_NO_TEXT) != piece:
                return None
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return None
    if not start.startswith(b"<"):
        return "text/plain"
    return "application/xml" if start.startswith(b"<?xml") and _is_plain_xml(file) else None


def _is_plain_xml(file: BinaryIO) -> bool:
    """Whether it is well-formed XML that declares no entities and in which a browser finds nothing to run."""

    class Unwanted(Exception):
        """Stops the parser."""

    def at_doctype(*_: object) -> None:
        raise Unwanted

    def at_element(name: str, _attributes: dict[str, str]) -> None:
        if name.startswith(_RUN_BY_BROWSERS) or name.lower() in ("html", "svg"):
            raise Unwanted

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = at_doctype
    parser.StartElementHandler = at_element
    file.seek(0)
    try:
        parser.ParseFile(file)
    except (Unwanted, expat.ExpatError):
        return False
    return True


def _name_of_unwanted(first: bytes) -> str:
    """What a refused content seems to be, in words for its sender."""
    start = first.removeprefix(codecs.BOM_UTF8).lstrip()[:64].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<svg")) or b"<html" in first[:1024].lower():
        return "HTML or SVG"
    if start.startswith((b"mz", b"\x7felf", b"#!")):
        return "a program"
    if start.startswith(b"pk"):
        return "an archive"
    found = filetype.guess_mime(first)
    return str(found) if found else "of no known type"
