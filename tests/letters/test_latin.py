from __future__ import annotations

import pytest

from letters.latin import in_latin


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("«Қостанай Дән Экспорт» ЖШС", "«Qostanay Dan Eksport» LLP"),
        ("ТОО «Щучинск Өндіріс»", "LLP «Shchuchinsk Ondiris»"),
        ("АО «ЖАЙЫҚ»", "JSC «ZHAYYQ»"),
        ("Әлем Ғылым Ңұр Үй һәм Іс", "Alem Ghylym Ngur Uy ham Is"),
        ("Altyn Dan LLP", "Altyn Dan LLP"),
        ("Пъер Ёлка Чехия", "Per Yolka Chekhiya"),
    ],
)
def test_a_name_is_written_in_latin_letters(name: str, latin: str) -> None:
    assert in_latin(name) == latin
