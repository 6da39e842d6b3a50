"""The look into a signed conclusion: signatures made for real, by one library, and read by another."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import TextStringObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

import intake.signature
import intake.signed_pdf
from intake.signature import look
from intake.verdict import SignedVerdict
from tests.activities.contents import SCRIPT
from tests.intake import signing
from tests.intake.honest import pdf, typst_pdf
from tests.intake.hostile.signatures import encrypted
from tests.intake.signing_pdf import (
    add_page,
    annotate_first_page,
    changed,
    crop_all_pages,
    name_another_language,
    replace_first_page,
    signed_pdf,
    with_a_hole,
)

PDF = pdf()
OTHER = pdf(lambda document: setattr(document.Root, "Lang", "en"))


def seen(content: bytes, filename: str | None = "conclusion.pdf", draft: bytes = PDF) -> SignedVerdict:
    return look(io.BytesIO(content), filename, io.BytesIO(draft))


def refused(content: bytes, filename: str | None = "conclusion.pdf", draft: bytes = PDF) -> str:
    verdict = seen(content, filename, draft)
    assert verdict["state"] == "refused", verdict
    return verdict["reason"]


async def test_a_signature_added_to_the_draft_holds_and_the_file_is_known_to_be_the_draft() -> None:
    for visible, draft in ((False, typst_pdf()), (True, PDF)):
        verdict = seen(await signed_pdf(draft, visible=visible), draft=draft)
        assert (verdict["state"], verdict["reason"], verdict["from_draft"]) == ("good", "", True)
        [signature] = verdict["signatures"]
        assert (signature["holds"], signature["fault"]) == (True, "")
        assert signature["signer"] == f"{signing.SIGNER}, {signing.OFFICE}"
        assert signature["signed_at"] is not None


async def test_two_people_may_sign_one_after_the_other() -> None:
    verdict = seen(await signed_pdf(await signed_pdf(PDF), field="Signature2"))
    assert [each["holds"] for each in verdict["signatures"]] == [True, True]
    assert verdict["from_draft"]


async def test_a_byte_changed_after_the_signature_is_found() -> None:
    signed = await signed_pdf(PDF)
    assert refused(signed.replace(b"595", b"594", 1)).endswith("the content has changed since it was signed")


async def test_a_page_changed_after_the_signature_is_found() -> None:
    assert refused(changed(await signed_pdf(PDF))).endswith("the document was changed after it was signed")


async def test_a_signature_that_leaves_out_a_part_of_the_document_does_not_hold() -> None:
    assert refused(with_a_hole(await signed_pdf(PDF))).endswith("it does not cover the whole document")


@pytest.mark.parametrize(
    "change", [replace_first_page, annotate_first_page, crop_all_pages, add_page, name_another_language]
)
async def test_a_draft_that_is_changed_along_with_the_signature_is_not_the_draft(
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    assert "it changes more than a signature does" in refused(await signed_pdf(PDF, change=change))


async def test_a_note_on_the_draft_cannot_be_changed_along_with_the_signature() -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        note = writer.root["/Pages"]["/Kids"][0]["/Annots"][0]
        note[pdf_name("/Contents")] = TextStringObject("not valid")
        writer.update_container(note)

    noted = pdf(lambda document: setattr(document.pages[0], "Annots", [document.make_indirect(_note())]))
    assert seen(await signed_pdf(noted), draft=noted)["from_draft"]
    assert "it changes more than a signature does" in refused(await signed_pdf(noted, change=change), draft=noted)


def _note() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Contents="valid", Rect=[72, 72, 90, 90]
    )


async def test_more_signatures_than_anybody_needs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.signed_pdf, "MOST_SIGNATURES", 1)
    assert "it has 2 signatures; expected at most 1" in refused(
        await signed_pdf(await signed_pdf(PDF), field="Signature2")
    )


def test_a_container_without_content_is_no_larger_than_a_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake.signature, "LARGEST_APART", 1000)
    assert "it holds nothing that is signed" in refused(signing.signed(PDF, detached=True), "conclusion.p7s")


def test_a_container_that_nobody_can_read_is_refused() -> None:
    assert "it is encrypted" in refused(encrypted(PDF), "conclusion.p7m")


async def test_a_certificate_that_had_run_out_is_named() -> None:
    assert "was not valid at the time of signing" in refused(await signed_pdf(PDF, days=(-60, -30)))


async def test_a_signed_pdf_that_was_not_made_from_the_drafts_file_is_good_and_says_so() -> None:
    verdict = seen(await signed_pdf(OTHER))
    assert (verdict["state"], verdict["from_draft"]) == ("good", False)
    assert [each["holds"] for each in verdict["signatures"]] == [True]


def test_a_scan_without_an_electronic_signature_has_none() -> None:
    verdict = seen(OTHER)
    assert (verdict["state"], verdict["from_draft"], verdict["signatures"]) == ("good", False, [])


def test_the_draft_itself_is_refused_whatever_is_added_to_it() -> None:
    for content in (PDF, changed(PDF)):
        assert refused(content) == "it is the draft, and no signature is in it; expected the signed conclusion"


@pytest.mark.parametrize("curve", [False, True])
@pytest.mark.parametrize("as_text", [False, True])
def test_a_container_with_the_draft_inside_holds(curve: bool, as_text: bool) -> None:
    verdict = seen(signing.signed(PDF, curve=curve, as_text=as_text), "conclusion.pdf.p7m")
    assert (verdict["state"], verdict["from_draft"], verdict["around"]) == ("good", True, None)
    assert [each["holds"] for each in verdict["signatures"]] == [True]


def test_a_container_with_something_else_inside_is_not_the_draft() -> None:
    assert "is not the draft that was to be signed" in refused(signing.signed(OTHER), "conclusion.pdf.p7m")


@pytest.mark.parametrize("curve", [False, True])
def test_a_signature_that_came_apart_is_put_around_the_draft_and_still_holds(curve: bool) -> None:
    verdict = seen(signing.signed(PDF, curve=curve, detached=True), "conclusion.p7s")
    assert (verdict["state"], verdict["from_draft"]) == ("good", True)
    assert verdict["around"] is not None
    before, behind = map(base64.b64decode, verdict["around"])
    whole = seen(before + PDF + behind, "conclusion.pdf.p7m")
    assert (whole["state"], whole["signatures"]) == ("good", verdict["signatures"])
    assert whole["signatures"][0]["holds"] is True


def test_a_signature_of_something_else_that_came_apart_is_not_the_drafts() -> None:
    assert "is not the draft that was to be signed" in refused(signing.signed(OTHER, detached=True), "a.p7s")


def test_a_container_whose_signature_is_broken_is_refused() -> None:
    data = bytearray(signing.signed(PDF))
    data[-5] ^= 1
    assert "does not hold" in refused(bytes(data), "conclusion.p7m")


@pytest.mark.parametrize(
    ("content", "filename", "said"),
    [
        (b"", "a.pdf", "it is empty"),
        (b"hello", "a.pdf", "of no known type"),
        (b"%PDF-", "a.pdf", "it is damaged"),
        (b"\x89PNG\r\n\x1a\n", "a.png", "neither a PDF nor a signed container"),
        (PDF, "a.p7m", "its name ends in .p7m"),
        (signing.signed(PDF)[:-20], "a.p7m", "it is damaged"),
    ],
)
def test_what_is_no_signed_conclusion_is_refused_in_words(content: bytes, filename: str, said: str) -> None:
    assert said in refused(content, filename, OTHER)


async def test_a_name_need_not_be_given() -> None:
    assert seen(await signed_pdf(PDF), None)["state"] == "good"
    assert seen(signing.signed(PDF), None)["state"] == "good"


async def test_what_acts_is_kept_apart_though_it_is_signed() -> None:
    assert seen(await signed_pdf(SCRIPT), draft=SCRIPT)["state"] == "quarantined"


@pytest.mark.parametrize("fifth", range(5))
async def test_no_byte_outside_the_signature_can_be_changed(fifth: int) -> None:
    signed = await signed_pdf(PDF)
    begins, ends = signed.index(b"/Contents <", len(PDF)), signed.index(b">", signed.index(b"/Contents <", len(PDF)))
    outside = [*range(begins), *range(ends + 1, len(signed))]
    place = outside[len(outside) * fifth // 5]
    assert seen(signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :])["state"] == "refused"
