"""Documents as honest senders make them, one of each kind and habit; all are good."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from rules.documents import Kind
from simulators.samples import SAMPLE, document_name, sample_documents
from tests.intake import signing

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Paper:
    """A file as a sender offers it."""

    name: str
    filename: str
    content: bytes
    media_type: str | None = None


@cache
def typst_pdf() -> bytes:
    return sample_documents()[document_name(SAMPLE, Kind.INVOICE)]


def pdf(change: Callable[[pikepdf.Pdf], None] = lambda _: None, **saving: Any) -> bytes:
    """A PDF of one page of text, changed."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(b"BT /F1 12 Tf 72 720 Td (Invoice No. 5: 28 380.00 KZT) Tj ET " * 40)
    change(document)
    buffer = io.BytesIO()
    document.save(buffer, **saving)
    return buffer.getvalue()


def scan(size: tuple[int, int] = (120, 160)) -> Image.Image:
    """What a scanner sees."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).text((10, 10), "Invoice No. 5")
    return picture


def picture(kind: str, *, size: tuple[int, int] = (120, 160), **saving: Any) -> bytes:
    buffer = io.BytesIO()
    scan(size).save(buffer, kind, **saving)
    return buffer.getvalue()


def scanned_pdf(pages: int, size: tuple[int, int]) -> bytes:
    """Pages as a scanner makes them: a JPEG each, of noise, which does not get smaller by packing."""

    def fill(document: pikepdf.Pdf) -> None:
        for _ in range(pages):
            buffer = io.BytesIO()
            Image.effect_noise(size, 40).convert("RGB").save(buffer, "JPEG", quality=80)
            image = document.make_stream(
                buffer.getvalue(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=size[0],
                Height=size[1],
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            page = document.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
            page.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q")

    return pdf(fill)


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


_MODE = {True: 'TargetMode="External"', False: ""}


def relations(*each: tuple[str, str, bool]) -> bytes:
    """A part of relationships: the last word of the kind, the target, and whether it lies outside."""
    lines = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}" {_MODE[outside]}/>'
        for n, (kind, target, outside) in enumerate(each)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'.encode()


def content_types(main: str, part: str, *further: str) -> bytes:
    more = "".join(f'<Override PartName="/x{n}" ContentType="{each}"/>' for n, each in enumerate(further))
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="{part}" ContentType="{main}"/>{more}</Types>'
    ).encode()


def docx(extra: dict[str, bytes] | None = None, body: str = "", types: tuple[str, ...] = ()) -> bytes:
    """A Word document with a picture and a link to a mail address."""
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    members = {
        "[Content_Types].xml": content_types(main, "/word/document.xml", *types),
        "_rels/.rels": relations(("officeDocument", "word/document.xml", False)),
        "word/document.xml": (
            f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Шот-фактура № 5</w:t></w:r></w:p>{body}'
            "</w:body></w:document>"
        ).encode(),
        "word/_rels/document.xml.rels": relations(
            ("image", "media/image1.png", False), ("hyperlink", "mailto:office@example.kz", True)
        ),
        "word/media/image1.png": picture("PNG"),
    }
    return packed(members | (extra or {}))


def xlsx(extra: dict[str, bytes] | None = None, rows: str = "", types: tuple[str, ...] = ()) -> bytes:
    """A workbook with a sheet and a formula."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    members = {
        "[Content_Types].xml": content_types(main, "/xl/workbook.xml", *types),
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml", False)),
        "xl/workbook.xml": (
            f'<workbook xmlns="{sheet}" xmlns:r="{RELATIONS}"><sheets><sheet name="1" sheetId="1" r:id="r0"/></sheets>'
            "</workbook>"
        ).encode(),
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml", False)),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{sheet}"><sheetData><row r="1"><c r="A1"><v>5</v></c><c r="B1"><f>SUM(A1:A1)|1</f>'
            f"<v>5</v></c></row>{rows}</sheetData></worksheet>"
        )
        .replace("|1", "*1")
        .encode(),
        "xl/printerSettings/printerSettings1.bin": b"\x50\x00\x72\x00" * 20,
    }
    return packed(members | (extra or {}))


def _link(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://atameken.kz/")
    document.pages[0].Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)]
    )


def _opens_at_a_page(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])


def _plain_form(document: pikepdf.Pdf) -> None:
    field = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="sum", V="5"))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def updated(first: bytes) -> bytes:
    """A PDF with a later version behind its end, as programs write it that fill in or sign a form."""
    start = int(first.rpartition(b"startxref")[2].split()[0])
    size = len(pikepdf.open(io.BytesIO(first)).objects) + 1
    update = b"%d 0 obj\n<< /Note (approved) >>\nendobj\n" % size
    table = b"xref\n%d 1\n%010d 00000 n \n" % (size, len(first))
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\n" % (size + 1, start)
    return first + update + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(first) + len(update))


@cache
def papers() -> tuple[Paper, ...]:
    """All of them."""
    return tuple(_papers())


def _papers() -> Iterator[Paper]:
    yield Paper("made with typst", "invoice.pdf", typst_pdf(), "application/pdf")
    yield Paper("with a link", "шот № 5.PDF", pdf(_link), "application/pdf; charset=binary")
    yield Paper("opens at a page", "invoice", pdf(_opens_at_a_page), "application/x-pdf")
    yield Paper("a form without actions", "Invoice of 12.05.2026", pdf(_plain_form))
    yield Paper("object streams", "a.pdf", pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate))
    yield Paper("linearized", "a.pdf", pdf(linearize=True))
    yield Paper("scanned", "scan.pdf", scanned_pdf(2, (300, 400)))
    yield Paper("zeros behind the end", "a.pdf", pdf() + b"\n\0\0\0")
    yield Paper("PDF with a later version", "a.pdf", updated(pdf()))
    yield Paper("PNG", "scan.png", picture("PNG"), "image/png")
    yield Paper("JPEG", "scan.jpeg", picture("JPEG"), "image/jpg")
    yield Paper("progressive JPEG", "scan.jpg", picture("JPEG", progressive=True))
    yield Paper("JPEG with a preview behind", "scan.jpg", picture("JPEG") + picture("JPEG", size=(20, 20)))
    yield Paper("TIFF", "scan.tif", picture("TIFF"), "image/tiff")
    pages = picture("TIFF", save_all=True, append_images=[scan()] * 4, compression="tiff_lzw")
    yield Paper("TIFF of five pages", "scan.tiff", pages)
    yield Paper("DOCX", "letter.docx", docx())
    yield Paper("XLSX", "list.xlsx", xlsx())
    yield Paper("ZIP", "set.zip", packed({"шот.pdf": pdf(), "scans/1.png": picture("PNG"), "a.docx": docx()}))
    yield Paper("signed PDF", "invoice.pdf.p7m", signing.signed(pdf()), "application/pkcs7-mime")
    yield Paper("signed twice", "invoice.pdf.p7m.p7m", signing.signed(signing.signed(pdf())))
    yield Paper("signed, as text", "invoice.pdf.cms", signing.signed(pdf(), as_text=True))
    bare = base64.b64encode(signing.signed(pdf()))
    yield Paper("signed, as bare text", "invoice.pdf.cms", bare)
    yield Paper("signed, as bare text in lines", "invoice.pdf.cms", base64.encodebytes(base64.b64decode(bare)))
    yield Paper("signed with a curve", "invoice.pdf.p7m", signing.signed(pdf(), curve=True))
    yield Paper("signed with PSS", "invoice.pdf.p7m", signing.signed(pdf(), probabilistic=True))
    yield Paper("signed archive", "set.zip.p7m", signing.signed(packed({"a.pdf": pdf()})))
