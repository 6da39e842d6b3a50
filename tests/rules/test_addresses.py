"""Addresses: one place in every spelling, and what is another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.addresses import addresses

EQUAL = [
    ("Almaty, Abay 1", "ALMATY  ABAY, 1"),
    ("г. Алматы, ул. Абая, д. 10", "Almaty, Abay str. 10"),
    ("г.Алматы, проспект Абая, дом 10", "Алматы қаласы, Абай даңғылы, 10 үй"),
    ("050000, РК, г.Алматы, пр-т Абая 10 А", "Алматы қ., Абай даңғылы, 10а"),
    ("Қостанай, Әл-Фараби даңғылы 119", "г. Костанай, пр. Аль-Фараби, 119"),
    ("Kostanay, Al-Farabi ave., 119", "Қостанай қ., Әл-Фараби д-лы, 119"),
    ("119 Al-Farabi Avenue, Qostanai, Kazakhstan", "Республика Казахстан, г. Костанай, пр-кт Аль-Фараби 119"),
    ("Нур-Султан, Кабанбай батыра 6/1", "Astana, Kabanbay Batyr ave., 6/1"),
    ("Өскемен, Бажов көшесі 12", "Усть-Каменогорск, ул. Бажова 12"),
    ("Ust-Kamenogorsk, Bazhov st 12", "Oskemen, Bazhov str. 12"),
    ("Орал қ., Мәншүк 3", "г. Уральск, Маншук 3"),
    ("Petropavlovsk, Gogol 7", "Петропавл, Гоголь көшесі 7"),
    ("Туркестан, Саттарханова 41", "Түркістан, Саттарханов даңғылы 41"),
    ("Алматы, 8-й микрорайон, д. 4", "Almaty, mkr 8, house 4"),
    ("Алматы, Гоголя, 39а", "Almaty, Gogol 39A"),
    ("Алматы, Гоголя, 39/А", "Almaty, Gogol 39a"),
    ("Костанайская обл., р-н Алтынсарина, с. Силантьевка", "Kostanay region, Altynsarin district, Silantyevka"),
    ("Карагандинская область, Пушкинская 7", "Қарағанды облысы, Пушкин көшесі 7"),
    ("Восточно-Казахстанская обл., г. Усть-Каменогорск, 5", "Шығыс Қазақстан облысы, Өскемен қ., 5"),
    ("East Kazakhstan region, Oskemen, 5", "Өскемен, Восточно-Казахстанская область, 5"),
    ("А.Байтұрсынұлы 5, Қостанай", "Kostanay, A. Baitursynuly str., 5"),
    ("Алматы, Тoле би 286", "Алматы, Төле би көшесі 286"),  # the o is Latin
    ("Шымкент, Тәуке хан даңғылы 5", "Chimkent, Tauke Khan avenue 5"),
]

MINOR = [
    ("Усть-Каменогорск, ул. Сатпаева 5", "Өскемен қаласы, Сәтбаев көшесі 5"),
    ("Almaty, Sejfullina 5", "Алматы, Сейфулина 5"),
    ("050000, Almaty, Abay 1", "050010, Almaty, Abay 1"),
    ("Almaty, Abay 10, office 5", "Almaty, Abay 10"),
    ("Almaty, Bostandyk district, Abay 10", "Almaty, Abay 10"),
    ("Almaty, Abay 10, apt. 5", "Almaty, Abay 5, apt. 10"),
]

SERIOUS = [
    ("Almaty, Abay 1", "Almaty, Abay 2"),
    ("Almaty, Abay 1", "Almaty, Abay 11"),
    ("Almaty, Abay 1a", "Almaty, Abay 1b"),
    ("Almaty, Abay 1", "Astana, Abay 1"),
    ("Алматинская обл., Талгар, 1", "Жамбылская обл., Талгар, 1"),
    ("Восточно-Казахстанская обл., 5", "Западно-Казахстанская обл., 5"),
    ("Түркістан, Бекзат Саттарханов даңғылы 41", "Шымкент, Тәуке хан даңғылы 5"),
    ("Almaty, Abay 1", "г., ул., д."),
    ("Almaty, Abay 1", "—"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_address_in_two_spellings_is_one_address(one: str, other: str) -> None:
    assert addresses(one, other).severity == "none"
    assert addresses(one, other) == addresses(other, one)


@pytest.mark.parametrize(("one", "other"), MINOR)
def test_a_typing_error_or_what_one_side_says_in_addition_is_minor(one: str, other: str) -> None:
    assert addresses(one, other).severity == "minor"
    assert addresses(one, other) == addresses(other, one)


@pytest.mark.parametrize(("one", "other"), SERIOUS)
def test_another_place_street_or_house_is_serious(one: str, other: str) -> None:
    assert addresses(one, other).severity == "serious"
    assert addresses(one, other) == addresses(other, one)


PARTS = st.lists(
    st.sampled_from(
        ["Алматы", "ул. Абая", "д. 10", "Әл-Фараби", "8-й мкр", "кв 3", "Almaty", "Abay str.", "10a", "050000"]
    ),
    max_size=6,
).map(", ".join)


@settings(max_examples=60, deadline=None)
@given(PARTS | st.text(max_size=40), PARTS | st.text(max_size=40))
def test_any_two_texts_are_compared_the_same_both_ways(one: str, other: str) -> None:
    assert addresses(one, other) == addresses(other, one)
    assert addresses(one, one).severity == addresses(one, f"  {one}\n").severity == "none"


@settings(max_examples=30, deadline=None)
@given(st.permutations(["Қостанай", "ул. Абая", "Наурыз ауданы"]), st.booleans())
def test_the_order_of_words_and_capitals_make_no_other_address(parts: list[str], capitals: bool) -> None:
    line = ", ".join([*parts, "д. 10"])
    given = line.upper() if capitals else line
    assert addresses(given, "Kostanay, Nauryz district, Abay str., 10").severity == "none"
