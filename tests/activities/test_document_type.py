from __future__ import annotations

import io

import pytest

from activities.document_type import ACCEPTED, media_type_of
from rules.refusal import Refusal
from tests.activities.contents import (
    DOC,
    DOCM,
    DOCX,
    JPEG,
    MSI,
    ODT,
    OLE,
    PDF,
    PNG,
    PPTX,
    TEXT,
    TIFF,
    XLS,
    XLSX,
    XML,
    ZIP,
)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (TIFF, "image/tiff"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (ODT, "application/vnd.oasis.opendocument.text"),
        (DOC, "application/msword"),
        (XLS, "application/vnd.ms-excel"),
        (TEXT, "text/plain"),
        (b"\xef\xbb\xbf" + TEXT, "text/plain"),
        (b"BMW spare parts, ID3, MZ: a text may begin as it likes", "text/plain"),
        ("ә".encode() * 1_000_001, "text/plain"),
        (XML, "application/xml"),
        (b"\xef\xbb\xbf" + XML, "application/xml"),
        (b"<?xml version='1.0'?><i:invoice xmlns:i='urn:x'/>", "application/xml"),
    ],
)
def test_the_type_is_told_by_the_content(content: bytes, media_type: str) -> None:
    assert media_type_of(io.BytesIO(content), None) == media_type
    assert media_type_of(io.BytesIO(content), f"{media_type.upper()}; charset=utf-8") == media_type


@pytest.mark.parametrize(
    ("content", "seems"),
    [
        (b"MZ\x90\0" + b"\0" * 200, "a program"),
        (b"\x7fELF\2\1\1" + b"\0" * 200, "a program"),
        (b"#!/bin/sh\nrm -rf /\n", "a program"),
        (MSI, "of no known type"),
        (OLE, "of no known type"),
        (b"<!DOCTYPE html><html><script>1</script></html>", "HTML or SVG"),
        (b"\n <html>", "HTML or SVG"),
        (b"<?xml version='1.0'?><!-- x --><html xmlns='http://www.w3.org/1999/xhtml'/>", "HTML or SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "HTML or SVG"),
        (b"<?xml version='1.0'?><a><script xmlns='http://www.w3.org/1999/xhtml'>1</script></a>", "of no known type"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "of no known type"),
        (b"<?xml version='1.0'?><a><b></a>", "of no known type"),
        (b"<script>alert(1)</script>", "of no known type"),
        (ZIP, "an archive"),
        (PPTX, "an archive"),
        (b"PK\3\4 and no archive", "an archive"),
        (rb"{\rtf1\ansi text}", "application/rtf"),
        (b"%!PS-Adobe-3.0\n", "application/postscript"),
        (b"GIF89a" + b"\0" * 64, "image/gif"),
        (b"text with a \0 in it", "of no known type"),
        (b"text with \x1b[2J in it", "of no known type"),
        ("Шот-фактура".encode("cp1251"), "of no known type"),
        ("Шот".encode()[:-1], "of no known type"),
        (b"x" * 2_000_000 + b"\xff", "of no known type"),
    ],
)
def test_what_is_not_taken_is_refused_and_told_what_it_seems(content: bytes, seems: str) -> None:
    with pytest.raises(Refusal) as caught:
        media_type_of(io.BytesIO(content), None)
    assert str(caught.value) in (f"its content is {seems}; expected {ACCEPTED}",)


@pytest.mark.parametrize("content", [DOCM, DOC + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 64])
def test_an_office_file_with_macros_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal, match="with macros"):
        media_type_of(io.BytesIO(content), None)


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(Refusal, match="it is empty"):
        media_type_of(io.BytesIO(b""), "application/pdf")


@pytest.mark.parametrize(
    ("content", "declared"), [(PDF, "image/png"), (TEXT, "application/pdf"), (XML, "text/plain"), (TEXT, "nonsense")]
)
def test_a_declared_type_that_contradicts_the_content_is_refused(content: bytes, declared: str) -> None:
    with pytest.raises(Refusal, match=f"expected {declared}, as its media_type says"):
        media_type_of(io.BytesIO(content), declared)


@pytest.mark.parametrize(
    ("content", "declared"),
    [(PDF, ""), (PDF, "application/octet-stream"), (JPEG, "image/jpg"), (XML, "text/xml"), (TEXT, "text/csv")],
)
def test_a_declared_type_that_says_the_same_or_nothing_is_no_contradiction(content: bytes, declared: str) -> None:
    assert media_type_of(io.BytesIO(content), declared)
