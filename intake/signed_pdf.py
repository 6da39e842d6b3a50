"""Signatures inside a PDF (ISO 32000, 12.8): pyHanko reads them, and says what was changed after each.

A signature holds where it holds as any other (``intake.signed``), covers its whole version of the document, and nothing
but further signatures came after it.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from intake.signed import MOST_SIGNATURES, signatures_of
from intake.verdict import NotAccepted, SignatureSeen

_UNREADABLE: Final = (
    PdfError,
    SignatureValidationError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
)
"""What pyHanko and asn1crypto raise for bytes that are no such structure."""

_TIMESTAMP: Final = "/DocTimeStamp"
_WHOLE: Final = SignatureCoverageLevel.ENTIRE_FILE


def signatures_in(file: BinaryIO) -> list[SignatureSeen]:
    """The signatures of people in a PDF, in their order; none where nobody has signed it.

    :raises NotAccepted: where one cannot be read.
    """
    try:
        reader = PdfFileReader(file)
        if reader.xrefs.hybrid_xrefs_present:
            raise NotAccepted("two readers may see two documents in it (hybrid references); expected an ordinary PDF")
        embedded = reader.embedded_signatures
        if len(embedded) > MOST_SIGNATURES:
            raise NotAccepted(f"it has {len(embedded)} signatures; expected at most {MOST_SIGNATURES}")
        people = [each for each in embedded if each.sig_object_type != _TIMESTAMP]
        return [signature for each in people for signature in _judged(file, each)]
    except _UNREADABLE:
        raise NotAccepted("a signature in it cannot be read; expected a PDF that was signed and not changed") from None


def _judged(file: BinaryIO, embedded: EmbeddedPdfSignature) -> list[SignatureSeen]:
    content = _signed_bytes(file, embedded)
    signatures = signatures_of(embedded.signed_data, content or b"")
    coverage = embedded.evaluate_signature_coverage()
    if content is None or coverage not in (_WHOLE, SignatureCoverageLevel.ENTIRE_REVISION):
        return [_broken(each, "it does not cover the whole document") for each in signatures]
    if coverage != _WHOLE and not _unchanged_since(embedded):
        return [_broken(each, "the document was changed after it was signed") for each in signatures]
    return signatures


def _unchanged_since(embedded: EmbeddedPdfSignature) -> bool:
    changes = DEFAULT_DIFF_POLICY.review_file(
        embedded.reader,
        embedded.signed_revision,
        field_mdp_spec=embedded.fieldmdp,
        doc_mdp=embedded.docmdp_level,
    )
    allowed = embedded.docmdp_level
    level = changes.modification_level if isinstance(changes, DiffResult) else ModificationLevel.OTHER
    return level <= ModificationLevel.FORM_FILLING and (allowed is None or level.value <= allowed.value)


def _broken(signature: SignatureSeen, fault: str) -> SignatureSeen:
    return SignatureSeen(
        signer=signature["signer"],
        issuer=signature["issuer"],
        signed_at=signature["signed_at"],
        holds=False,
        fault=fault,
    )


def _signed_bytes(file: BinaryIO, embedded: EmbeddedPdfSignature) -> bytes | None:
    """All bytes up to the end of what it covers but the signature itself; None where it covers others."""
    file.seek(0)
    data = file.read()
    start, before, behind, rest = (int(each) for each in embedded.byte_range)
    itself = data[before:behind].lower() == b"<" + embedded.pkcs7_content.hex().encode() + b">"
    if start != 0 or before < 0 or rest < 0 or behind + rest > len(data) or not itself:
        return None
    return data[:before] + data[behind : behind + rest]
