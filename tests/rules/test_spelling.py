"""Spelling: what two scripts, their look-alikes and typing errors make of one word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.spelling import folded, plain, readings, shape, typing_errors, words


@pytest.mark.parametrize(
    "spellings",
    [
        "Қостанай Костанай Kostanay Kostanai Qostanai Qostanay Qostanaı Kostanaj QOSTANAI",
        "Маңғыстау Мангыстау Mangystau Mangghystau Mañğystau Mańǵystaý Manghystau",
        "Жамбыл Zhambyl Jambyl Žambyl Djambyl",
        "Ертіс Yertis Ertis Ertıs",
        "Шығыс Shyghys Shygys Şyğys Šyġys",
        "Щучинск Shchuchinsk Schuchinsk Ŝučinsk Šučinsk",
        "Қызылорда Кызылорда Kyzylorda Qyzylorda",
        "Экспорт Export Eksport Èksport",
        "Юлия Yuliya Iuliia Yulia Ûliâ",
        "Цемент Tsement Cement",
        "Арсеньев Arsenyev Arsen'ev Arsenʹev Arseniev",
        "Петровский Petrovskiy Petrovsky Petrovskii Petrovskij",
        "Королёв Королев Korolyov Korolev Korolëv",
        "Әлия Алия Aliya Alia Äliya Aliâ",
        "Үміт Умит Umit Ümit",
        "Өзен Озен Ozen Özen",
        "Шаңырақ Shanyrak Shanyraq Şañyraq",
        "Чапаев Chapaev Chapayev Čapaev",
        "Хан Khan Han",
        "Асхат Askhat",
    ],
)
def test_every_system_of_transliteration_gives_one_word(spellings: str) -> None:
    first, *others = spellings.split()
    assert [each for each in others if readings(plain(each)).isdisjoint(readings(plain(first)))] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Жан", "Шан"), ("Атырау", "Актау"), ("Арал", "Орал"), ("Саран", "Шаран"), ("Абай", "Абат"), ("Дән", "Дін")],
)
def test_other_words_stay_other_words(one: str, other: str) -> None:
    assert readings(plain(one)).isdisjoint(readings(plain(other)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Аltyn", "Altyn"),  # the first letter is Cyrillic
        ("Қocтaнaй", "Қостанай"),  # o, c and a are Latin
        ("AБAЙ", "АБАЙ"),
    ],
)
def test_a_word_of_both_scripts_is_read_in_the_one_that_fits(typed: str, meant: str) -> None:
    assert words(plain(typed)) == words(plain(meant))


def test_letters_of_one_shape_are_one_shape() -> None:
    assert shape(plain("КZRЕХ")) == "kzrex"


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("altin", "altin", 0),
        ("altin", "alitn", 1),
        ("altin", "altn", 1),
        ("altin", "altinn", 1),
        ("altin", "altan", 1),
        ("altin", "latni", 2),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),
        ("", "ab", 2),
    ],
)
def test_typing_errors_are_counted(one: str, other: str, errors: int) -> None:
    for most in range(5):
        expected = errors if errors <= most else None
        assert typing_errors(one, other, most) == typing_errors(other, one, most) == expected


@settings(max_examples=60, deadline=None)
@given(st.text("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяabcdefghijklmnopqrstuvwxyzşžčğäöüñ '’-.1", max_size=30))
def test_capitals_make_no_other_word(text: str) -> None:
    assert readings(plain(text.upper())) == readings(plain(text)) == readings(plain(text.title()))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    assert folded(plain(text)) in readings(plain(text))
    assert all(readings(word) for word in words(plain(text)))
