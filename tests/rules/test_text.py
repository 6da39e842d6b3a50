"""One line from any text, and one spelling of any JSON."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import canonical_json, one_line, sha256_of


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("as it is", "as it is"),
        ("  two\r\nlines\tand\x00more ", "two lines and more"),
        ("a\u2028b\u2029c", "a b c"),
        ("", ""),
    ],
)
def test_a_text_is_shown_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text(), st.integers(1, 40))
def test_a_line_has_no_break_and_is_no_longer_than_asked(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line.isprintable()


def test_what_is_cut_says_so() -> None:
    assert one_line("a long story", 6) == "a lon…"
    assert one_line("exact", 5) == "exact"


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
