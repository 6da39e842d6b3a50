"""Signed PDFs, signed by pyHanko as a signatory's program would, with certificates of ``tests.intake.signing``."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from asn1crypto import keys, x509  # type: ignore[import-untyped]  # asn1crypto ships no types
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
    StreamObject,
    TextStringObject,
    pdf_name,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tests.intake.signing import certificate_of, key_of
from tests.intake.signing import signed as signed_container


async def signed_pdf(
    pdf: bytes,
    *,
    days: tuple[int, int] = (-30, 365),
    field: str = "Signature1",
    visible: bool = False,
    change: Callable[[IncrementalPdfFileWriter], None] = lambda _: None,
) -> bytes:
    """The PDF with a signature added to it, as its next version.

    :param change: what that version changes, too.
    """
    key = key_of(False)
    certificate = certificate_of(key, days=days)
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # pyHanko declares no types there
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    if visible:
        append_signature_field(writer, SigFieldSpec(field, on_page=0, box=(40, 40, 240, 90)))
    out = await signers.async_sign_pdf(writer, signers.PdfSignatureMetadata(field_name=field), signer=signer)
    return bytes(out.getbuffer())


def with_a_hole(signed: bytes) -> bytes:
    """A signed PDF, signed anew so that its signature leaves out some bytes before itself: they can be anything.

    As many of the room that is left in the signature are signed instead, so that the numbers add up.
    """
    numbers = re.search(rb"/ByteRange \[ ?(\d+) (\d+) (\d+) (\d+)", signed)
    assert numbers is not None
    before, behind = int(numbers[2]), int(numbers[3])
    moved = f"/ByteRange [0 {before - 12} {behind - 12} {int(numbers[4]) + 12}".encode()
    changed = signed[: numbers.start()] + moved.ljust(len(numbers[0])) + signed[numbers.end() :]
    assert len(changed) == len(signed)
    assert changed[behind - 12 : behind] == b"00000000000>"
    proof = signed_container(changed[: before - 12] + changed[behind - 12 :], detached=True).hex().encode()
    return changed[: before + 1] + proof.ljust(behind - before - 2, b"0") + changed[behind - 1 :]


def changed(pdf: bytes) -> bytes:
    """The PDF with a next version in which its first page is another one."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    replace_first_page(writer)
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]  # as above
    return out.getvalue()


def replace_first_page(writer: IncrementalPdfFileWriter) -> None:
    """Another text on the first page."""
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 m 100 100 l S"))
    writer.update_container(page)


def annotate_first_page(writer: IncrementalPdfFileWriter) -> None:
    """A note upon the first page."""
    note = DictionaryObject(  # type: ignore[no-untyped-call]  # as above
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Contents"): TextStringObject("not valid"),
            pdf_name("/Rect"): ArrayObject(map(NumberObject, (0, 0, 500, 500))),
        }
    )
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page[pdf_name("/Annots")] = ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def crop_all_pages(writer: IncrementalPdfFileWriter) -> None:
    """All pages at once show their lower part alone."""
    pages = writer.root["/Pages"]
    pages[pdf_name("/CropBox")] = ArrayObject(map(NumberObject, (0, 0, 595, 300)))
    writer.update_container(pages)


def add_page(writer: IncrementalPdfFileWriter) -> None:
    """One more page, with the text of the first."""
    pages = writer.root["/Pages"]
    first = pages["/Kids"][0].get_object()
    page = DictionaryObject({key: first.raw_get(key) for key in first if key != "/Annots"})  # type: ignore[no-untyped-call]  # as above
    pages["/Kids"].append(writer.add_object(page))
    pages[pdf_name("/Count")] = NumberObject(len(pages["/Kids"]))  # type: ignore[no-untyped-call]  # as above
    writer.update_container(pages)


def name_another_language(writer: IncrementalPdfFileWriter) -> None:
    """Another entry in the catalog, which no page shows."""
    writer.root[pdf_name("/Lang")] = TextStringObject("fr")
    writer.update_root()  # type: ignore[no-untyped-call]  # as above
