"""Containers that hold something else than a signed document."""

from __future__ import annotations

from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.intake import signing
from tests.intake.honest import docx, packed, pdf, relations
from tests.intake.hostile.paper import Hostile
from tests.intake.hostile.pdfs import ACTIONS, on_opening


def papers() -> Iterator[Hostile]:
    """All of them."""
    honest = signing.signed(pdf())
    script = pdf(on_opening(ACTIONS["JavaScript"]))
    remote = docx({"word/_rels/x.rels": relations(("attachedTemplate", "https://evil.example/", True))})
    for name, inside, filename in (
        ("a script", script, "a.pdf.p7m"),
        ("a remote template", remote, "a.docx.p7m"),
        ("an archive of scripts", packed({"a.pdf": script}), "a.zip.p7m"),
        ("nested archives", packed({"a.zip": packed({"a.pdf": pdf()})}), "a.zip.p7m"),
    ):
        yield Hostile(f"{name}, signed", filename, signing.signed(inside), "quarantined")
    for name, inside, filename in (
        ("a program", b"MZ\x90\0" + bytes(64), "a.p7m"),
        ("a text", b"hello", "a.p7m"),
        ("half a PDF", pdf()[:300], "a.pdf.p7m"),
        ("a PDF under another name", pdf(), "a.docx.p7m"),
        ("nothing", b"", "a.pdf.p7m"),
    ):
        yield Hostile(f"{name}, signed", filename, signing.signed(inside), "refused")
    deep = pdf()
    for _ in range(4):
        deep = signing.signed(deep)
    yield Hostile("four containers in each other", "a.p7m", deep, "quarantined")
    yield Hostile("a signature alone", "a.p7s", signing.signed(pdf(), detached=True), "refused")
    certificate = signing.certificate_of(signing.key_of(False))
    yield Hostile("encrypted", "a.p7m", encrypted(pdf()), "quarantined")
    alone = pkcs7.serialize_certificates([certificate], Encoding.DER)
    yield Hostile("certificates alone", "a.p7m", alone, "refused")
    yield Hostile("bytes behind", "a.pdf.p7m", honest + b"MZ\x90\0", "refused")
    for cut in range(20, len(honest) - 1, len(honest) // 12):
        yield Hostile(f"the first {cut} bytes", "a.pdf.p7m", honest[:cut], "refused")


def encrypted(content: bytes) -> bytes:
    """A container that only its addressee can read."""
    certificate = signing.certificate_of(signing.key_of(False))
    sealed = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    return sealed.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])
