from __future__ import annotations

import io
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.contents import look
from intake.verdict import Verdict
from tests.intake import hostile, signing
from tests.intake.honest import docx, packed, papers, pdf, picture


def looked(content: bytes, filename: str = "", declared: str | None = None) -> Verdict:
    return look(io.BytesIO(content), filename, declared)


def test_what_honest_senders_make_is_good() -> None:
    verdicts = {each.name: looked(each.content, each.filename, each.media_type) for each in papers()}
    assert {name: verdict["reason"] for name, verdict in verdicts.items() if verdict["state"] != "good"} == {}


def test_at_least_300_hostile_documents_are_made_and_no_two_are_the_same() -> None:
    assert len({each.content for each in hostile.papers()}) >= 300


@pytest.mark.parametrize("module", hostile.MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_nothing_hostile_or_broken_is_good(module: ModuleType) -> None:
    wrong = {}
    for paper in hostile.of(module):
        verdict = looked(paper.content, paper.filename, paper.media_type)
        as_expected = verdict["state"] == paper.state or (paper.state is None and verdict["state"] != "good")
        if not as_expected or not verdict["reason"] or paper.says not in verdict["reason"]:
            wrong[paper.name] = (verdict, paper.state, paper.says)
    assert wrong == {}


@pytest.mark.parametrize(
    ("content", "filename", "said"),
    [
        (b"", "a.pdf", "it is empty; expected a document"),
        (b"hello", "a.txt", "its content is of no known type; expected PDF, PNG, JPEG, TIFF, DOCX, XLSX, ZIP or"),
        (pdf()[:300], "a.pdf", "it is damaged: it cannot be read as a PDF; expected a file that opens"),
        (picture("PNG"), "a.pdf", "its content is a PNG picture; its name ends in .pdf, expected them to agree"),
        (packed({"x/b.exe": b"MZ"}), "a.zip", "it holds b.exe: its content is a program; expected PDF,"),
    ],
)
def test_a_refusal_says_in_words_what_is_wrong(content: bytes, filename: str, said: str) -> None:
    assert looked(content, filename)["reason"].startswith(said)


def test_what_is_quarantined_has_every_reason_once_and_names_the_file_inside() -> None:
    script = pdf(lambda document: setattr(document.Root, "AA", {}))
    verdict = looked(packed({"a.pdf": script, "b.pdf": script, "c.pdf": pdf()}), "a.zip")
    words = "it does something by itself, as when a page is turned"
    assert verdict["reason"] == f"a.pdf: {words}; b.pdf: {words}"


def test_the_signer_the_time_and_whether_it_holds_come_with_a_signed_document() -> None:
    [signature] = looked(signing.signed(pdf()), "a.pdf.p7m")["signatures"]
    assert signature["signer"] == f"{signing.SIGNER}, {signing.OFFICE}"
    assert (signature["holds"], signature["fault"]) == (True, "")
    assert signature["signed_at"]


def test_every_kind_of_signature_that_is_made_here_holds() -> None:
    signatures = [each for paper in papers() for each in looked(paper.content, paper.filename)["signatures"]]
    assert len(signatures) == 9
    assert {each["holds"] for each in signatures} == {True}


def test_a_content_changed_after_it_was_signed_breaks_the_signature_and_is_still_looked_into() -> None:
    first = pdf(lambda document: setattr(document.Root, "Lang", "kk"))
    second = pdf(lambda document: setattr(document.Root, "Lang", "ru"))
    assert len(first) == len(second)
    verdict = looked(signing.signed(first).replace(first, second), "a.pdf.p7m")
    assert verdict["state"] == "good"
    [signature] = verdict["signatures"]
    assert (signature["holds"], signature["fault"]) == (False, "the content has changed since it was signed")


def test_a_signature_of_another_key_does_not_hold() -> None:
    container = signing.signed(pdf())
    changed = container[:-20] + bytes(byte ^ 1 for byte in container[-20:])  # the signature stands at the end
    [signature] = looked(changed, "a.pdf.p7m")["signatures"]
    assert signature["holds"] is False
    assert "key" in signature["fault"]


def test_a_certificate_that_had_ended_when_it_signed_does_not_hold() -> None:
    [signature] = looked(signing.signed(pdf(), days=(-400, -35)), "a.pdf.p7m")["signatures"]
    assert signature["holds"] is False
    assert "not valid at the time" in signature["fault"]


def test_a_picture_in_an_office_file_is_looked_into_like_any_other() -> None:
    hiding = docx({"word/media/image1.png": picture("PNG") + b"MZ\x90\0 and more"})
    assert looked(hiding, "a.docx")["state"] == "quarantined"
    broken = docx({"word/media/image1.png": picture("PNG")[:60]})
    assert looked(broken, "a.docx")["state"] == "refused"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_document_with_a_few_bytes_changed_gets_a_verdict(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([each.content for each in papers() if len(each.content) < 5000]))
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert looked(bytes(changed))["state"] in ("good", "refused", "quarantined")
