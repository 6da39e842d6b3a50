"""Bytes of each type of document that tests send, small and whole enough to be what they say; and what was kept."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rules.documents import Kind
from simulators.samples import SAMPLE, document_name, sample_documents

PDF = sample_documents()[document_name(SAMPLE, Kind.INVOICE)]

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0:~\x9bU" + b"\0" * 32
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + b"\0" * 32 + b"\xff\xd9"
TIFF = b"II*\0\x08\0\0\0" + b"\0" * 64


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def packed(**members: bytes) -> bytes:
    """A ZIP archive; in the names ``__`` stands for a slash and ``_dot_`` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            plain = name.replace("__", "/").replace("_dot_", ".").replace("Content_Types", "[Content_Types]")
            archive.writestr(plain, content)
    return buffer.getvalue()


DOCX = packed(Content_Types_dot_xml=b"<Types/>", word__document_dot_xml=b"<w/>")
XLSX = packed(Content_Types_dot_xml=b"<Types/>", xl__workbook_dot_xml=b"<x/>")
ODT = packed(mimetype=b"application/vnd.oasis.opendocument.text", content_dot_xml=b"<o/>")
DOCM = packed(Content_Types_dot_xml=b"<Types/>", word__document_dot_xml=b"<w/>", word__vbaProject_dot_bin=b"\0")
PPTX = packed(Content_Types_dot_xml=b"<Types/>", ppt__presentation_dot_xml=b"<p/>")
ZIP = packed(scan_dot_pdf=PDF)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1016
DOC = OLE + "WordDocument".encode("utf-16-le") + b"\0" * 500
XLS = OLE + "Workbook".encode("utf-16-le") + b"\0" * 500
MSI = OLE + "\u4840\u3f7f".encode("utf-16-le") + b"\0" * 500

XML = '<?xml version="1.0" encoding="UTF-8"?>\n<шот>\n<сома>5</сома></шот>'.encode()
TEXT = "Шот-фактура № 5\r\n\tбарлығы: 28 380,00\n".encode()
