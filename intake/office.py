"""DOCX and XLSX: only parts that show something, no macros, nothing fetched from elsewhere (oletools, defusedxml)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from posixpath import splitext
from typing import BinaryIO, Final
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException
from oletools import msodde, ooxml  # type: ignore[import-untyped]  # oletools ships no types
from oletools.olevba import FileOpenError, VBA_Parser  # type: ignore[import-untyped]  # as above

from intake import archives
from intake.media_types import DOCX
from intake.verdict import NotAccepted, Seen

Inside = Callable[[BinaryIO, str], Seen]
"""Looks into a file that is inside another, by its name."""

_DAMAGED: Final = "it is damaged: it cannot be read as an office file; expected a file that opens"

_LINKS: Final = ("http://", "https://", "mailto:", "#")
_RUNS: Final = {
    "vbaProject": "it has macros",
    "attachedTemplate": "it fetches a template from elsewhere",
    "oleObject": "it has an embedded object",
    "package": "it has an embedded file",
    "control": "it has an embedded control (ActiveX)",
    "activeXControlBinary": "it has an embedded control (ActiveX)",
    "aFChunk": "it has an embedded file",
    "externalLink": "it takes data from another file",
    "externalLinkPath": "it takes data from another file",
    "connections": "it takes data from a server",
    "queryTable": "it takes data from a server",
    "subDocument": "it takes a part of itself from another file",
    "webExtension": "it runs a program from the web",
    "taskpanes": "it runs a program from the web",
    "extensibility": "it runs macros by buttons of its own",
    "ui": "it runs macros by buttons of its own",
    "xlMacrosheet": "it has macros",
    "xlIntlMacrosheet": "it has macros",
    "dialogsheet": "it has macros",
}
"""Kinds of parts, by the last word of the relationship that leads to them, and what they do."""

_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_OTHER_PICTURES: Final = (b"GIF8", b"BM", b"\x01\0\0\0", b"\xd7\xcd\xc6\x9a", b"\x01\0\x09\0")
"""GIF, BMP, EMF and the two forms of WMF: drawn by office programs themselves, and not by anything else."""

_SETTINGS_OF_PRINTER: Final = re.compile(r"xl/printerSettings/printerSettings\d+\.bin")
_FONT: Final = re.compile(r"word/fonts/[\w.-]+\.odttf")
_FIELD: Final = re.compile(
    r"\s*\W*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD|DATABASE|MACROBUTTON)\b", re.I
)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*>[^<]*(?:WEBSERVICE|FILTERXML|RTD|CALL|REGISTER)\s*\(", re.IGNORECASE)
_COMMAND: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*>[^<]*\w\|(?:'|&apos;)", re.IGNORECASE)
_MASHUP: Final = b"<DataMashup"


def concerns_of(file: BinaryIO, media_type: str, inside: Inside) -> list[str]:
    """What an office file does or hides. :raises NotAccepted: where it is damaged."""
    with archives.opened(file) as archive:
        found = archives.concerns_of(file, archive)
        if found:
            return found  # a file that is packed to deceive may show every reader something else
        for member in archive.infolist():
            found += _of_part(archive, member, inside)
    return found + _macros(file) + (_fields(file) if media_type == DOCX else [])


def _of_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, inside: Inside) -> list[str]:
    if member.is_dir():
        return []
    part = archives.unpacked(archive, member)
    name, first = member.filename, part.read(16)
    part.seek(0)
    ending = splitext(name)[1].lower()
    if ending == ".rels":
        return _of_relationships(_tree(part))
    if name == "[Content_Types].xml":
        return _of_content_types(_tree(part))
    if first.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<" or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _of_xml(part, name)
    if not first or _SETTINGS_OF_PRINTER.fullmatch(name) or _FONT.fullmatch(name):
        return []
    if first.startswith(_PICTURES):
        return inside(part, "").concerns
    return [] if first.startswith(_OTHER_PICTURES) else ["it has an embedded file"]


def _tree(part: BinaryIO) -> Element:
    try:
        root = defusedxml.ElementTree.parse(part, forbid_dtd=True).getroot()
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise NotAccepted(_DAMAGED) from None
    if root is None:
        raise NotAccepted(_DAMAGED)
    return root


def _of_relationships(root: Element) -> list[str]:
    found = []
    for each in root.iter():
        kind = each.get("Type", "").rstrip("/").rpartition("/")[2]
        if kind in _RUNS:
            found.append(_RUNS[kind])
        external = each.get("TargetMode", "").lower() == "external"
        target = each.get("Target", "").strip().lower()
        if external and not (kind == "hyperlink" and target.startswith(_LINKS)):
            found.append("it takes a part of itself from elsewhere")
        if not external and re.match(r"[a-z][a-z0-9+.-]*:|\\\\|//", target):
            found.append("it takes a part of itself from elsewhere")
    return found


def _of_content_types(root: Element) -> list[str]:
    types = " ".join(each.get("ContentType", "").lower() for each in root.iter())
    macros = ("macroenabled", "vbaproject", "macrosheet", "ms-office.activex")
    return ["it has macros"] if any(each in types for each in macros) else []


def _of_xml(part: BinaryIO, name: str) -> list[str]:
    """A part is only checked for being plain XML: of large ones a tree would take minutes and a lot of memory."""
    parser = defusedxml.ElementTree.DefusedXMLParser(target=_Nothing(), forbid_dtd=True)
    data = part.read()
    try:
        parser.feed(data)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise NotAccepted(_DAMAGED) from None
    found = []
    if name.startswith("xl/") and (_FORMULA.search(data) or _COMMAND.search(data)):
        found.append("it has a formula that calls a program or a server")
    if _MASHUP in data or _MASHUP.decode().encode("utf-16-le") in data:
        found.append("it takes data from a server")
    return found


class _Nothing:
    """Takes in what a parser reads and keeps nothing of it."""

    def close(self) -> None:
        """The end."""


def _macros(file: BinaryIO) -> list[str]:
    file.seek(0)
    try:
        parser = VBA_Parser("document", data=file.read())
        try:
            found = parser.detect_vba_macros() or parser.detect_xlm_macros()
        finally:
            parser.close()
    except FileOpenError:
        return []  # it has no part that could hold macros
    except Exception:
        # It breaks off in many ways at a container that was put together by hand, and then nobody knows what is in it.
        return ["it has an embedded object that cannot be read"]
    return ["it has macros"] if found else []


def _fields(file: BinaryIO) -> list[str]:
    """Fields of Word that start a program or take in another file."""
    file.seek(0)
    try:
        fields = msodde.process_docx(file, msodde.FIELD_FILTER_ALL)
    except (ooxml.BadOOXML, ParseError, ValueError, KeyError, AttributeError, TypeError):
        raise NotAccepted(_DAMAGED) from None
    if any(_FIELD.match(each) for each in fields.splitlines()):
        return ["it has a field that starts a program or takes in another file"]
    return []
