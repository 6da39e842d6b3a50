"""Likeness of descriptions, such as an activity."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.likeness import (
    IN_ANOTHER_SCRIPT,
    LONGEST,
    MOST_WORDS,
    OTHER,
    OTHER_ORDER,
    OTHER_WORDS,
    SAME,
    SAYS_MORE,
    SPELLED,
    TYPING_ERROR,
    Likeness,
    free_texts,
    near,
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Milling of wheat", "MILLING OF WHEAT.", SAME),
        ("Өндіріс", "Ondiris", SPELLED),
        ("Oil-seeds", "Oilseeds", SPELLED),
        ("Milling of wheat", "Miling of wheat", TYPING_ERROR),
        ("Production of ferroalloys and of steel pipes", "Production of ferroaloys and of stell pipes", TYPING_ERROR),
        ("wheat and rye", "rye and wheat", OTHER_ORDER),
        ("Growing of wheat", "Growing and milling of wheat", SAYS_MORE),
        ("Production of flour", "Manufacture of flour", OTHER_WORDS),
        ("помол пшеницы", "milling of wheat", IN_ANOTHER_SCRIPT),
        ("baking", "milling of wheat", OTHER),
        ("growing wheat today", "baking and selling wheat bread", OTHER),
        ("помол пшеницы", "рыболовство", OTHER),
        ("OKED 10.61", "OKED 10.62", OTHER_WORDS),
    ],
)
def test_a_description_is_as_like_as_its_words(one: str, other: str, expected: Likeness) -> None:
    assert free_texts(one, other) == free_texts(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("arna", "arma", False),
        ("altin", "altan", True),
        ("altin", "oltan", False),
        ("sarsenbaev", "sarsenbajv", True),
        ("kostanaidan", "kustanajdan", True),
        ("a" * 30, "a" * 27 + "bcd", True),
        ("a" * 30, "a" * 26 + "bcde", False),
    ],
)
def test_how_many_errors_are_typing_errors_depends_on_the_length(one: str, other: str, is_near: bool) -> None:
    assert near(one, other) is near(other, one) is is_near


def test_a_text_too_long_to_be_read_letter_by_letter_is_compared_by_its_words() -> None:
    text = "wheat " * LONGEST
    assert (free_texts(text, text.upper()), free_texts(text, text + "rye")) == (SAME, OTHER)


def test_typing_errors_are_looked_for_among_few_words_only() -> None:
    words = [f"word{chr(97 + n) * 3}" for n in range(MOST_WORDS + 1)]
    mistyped = [f"{word[:2]}{word[3:]}" for word in words]

    assert free_texts(" ".join(words[1:]), " ".join(mistyped[1:])) == TYPING_ERROR
    assert free_texts(" ".join(words), " ".join(mistyped)) == OTHER


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_are_compared_the_same_both_ways(one: str, other: str) -> None:
    assert free_texts(one, other) == free_texts(other, one)
    assert free_texts(one, one) == SAME
