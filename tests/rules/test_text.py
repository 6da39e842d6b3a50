"""One line from any text, what people are shown of it, and one spelling of any JSON."""

from __future__ import annotations

import hashlib
import unicodedata
from enum import StrEnum

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from rules.text import MOST_MARKS, all_shown, canonical_json, one_line, sha256_of, shown
from tests.support.nasty import LINKED, acts, nasty


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("as it is", "as it is"),
        ("  two\r\nlines\tand\x00more ", "two lines and more"),
        ("a\u2028b\u2029c", "a b c"),
        ("\x1b]52;c;ZXZpbA==\x07", "]52;c;ZXZpbA=="),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("ze\u200bro", "zero"),
        ("и\u0306", "й"),
        ("Z" + "\u0336" * 40, "Z" + "\u0336" * MOST_MARKS),
        ("Z" + "\u0336\u0336\u0336\u200b" * 40, "Z" + "\u0336" * MOST_MARKS),
        ("\u0338over what stands before", "over what stands before"),
        ("a \u0338b", "a b"),
        ("a\u3164b", "a b"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_a_text_is_one_line_of_visible_characters(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text() | nasty, st.integers(1, 40))
def test_a_line_has_no_break_and_is_no_longer_than_asked(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line.isprintable()


def test_what_is_cut_says_so() -> None:
    assert one_line("a long story", 6) == "a lon…"
    assert one_line("exact", 5) == "exact"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ТОО «Өндіріс» & Co <b>", "ТОО «Өндіріс» & Co <b>"),
        ("contract 17/2 of 1.12.2026.pdf", "contract 17/2 of 1.12.2026.pdf"),
        ("see http://evil.example:80/x.", "see http: //evil .example:80/x ."),
        ("WWW.evil.example", "WWW .evil .example"),
        ("mail a@evil.example", "mail a @ evil .example"),
        ("(WWW.)", "(WWW .)"),
        ("@everyone", "@ everyone"),
        ("http:/\u200b/evil.example", "http: //evil .example"),
        ("שלום 12", "\u2068שלום 12\u2069"),
    ],
)
def test_what_is_shown_has_no_address_and_turns_nothing_beside_it(text: str, line: str) -> None:
    assert shown(text) == line


@given(nasty)
@example("http:\u00ad//x")
def test_what_is_shown_neither_acts_nor_links_and_stays_as_it_is(text: str) -> None:
    line = shown(text)
    assert acts(line) == []
    assert not LINKED.search(line)
    assert "\n" not in line
    assert shown(line) == line


# Not the few letters, as U+FB2A, that Unicode itself writes as a letter and a mark.
ordinary = st.characters(categories=("L", "N", "P", "S")).filter(lambda each: unicodedata.is_normalized("NFC", each))


@given(st.text(ordinary, min_size=1))
def test_ordinary_text_is_shown_whole(text: str) -> None:
    bare = "".join(shown(text).strip("\u2068\u2069").split())
    expected = "".join(each for each in unicodedata.normalize("NFC", text) if one_line(each))
    assert bare == expected


class _Kind(StrEnum):
    MAIL = "a@b"


class _Inner(BaseModel):
    name: str
    kind: _Kind


class _Outer(BaseModel):
    inner: list[_Inner]
    count: int


def test_each_text_in_data_and_models_is_shown_and_all_else_stays() -> None:
    data = {"a@b": ["x\x1b[2J", ("a@b.kz", 1, None)]}
    assert all_shown(data) == {"a@b": ["x [2J", ("a @ b .kz", 1, None)]}
    model = _Outer(inner=[_Inner(name="two\nlines", kind=_Kind.MAIL)], count=2)
    assert all_shown(model) == _Outer(inner=[_Inner(name="two lines", kind=_Kind.MAIL)], count=2)
    assert model.inner[0].name == "two\nlines"


def test_the_same_content_is_the_same_json() -> None:
    assert canonical_json({"b": [1, "ж"], "a": None}) == canonical_json({"a": None, "b": [1, "ж"]})
    assert canonical_json({"b": [1, "ж"], "a": None}) == '{"a":null,"b":[1,"ж"]}'


def test_what_has_no_json_is_given_some_or_refused() -> None:
    assert canonical_json([b"x"], lambda value: value.hex()) == '["78"]'
    with pytest.raises(TypeError):
        canonical_json(b"x")


def test_a_digest_is_that_of_the_utf_8() -> None:
    assert sha256_of("ж") == sha256_of("ж".encode()) == hashlib.sha256("ж".encode()).hexdigest()
    assert len(sha256_of("\ud800")) == 64
