"""What the letters say, beyond what their pictures show."""

from __future__ import annotations

from datetime import date

import pytest

from activities.outgoing import CustomsReply, Letter
from letters.correspondence import reply, reply_mail
from letters.folder import our_folder
from tests.letters.examples import pages
from tests.letters.samples import ABOUT, ATTACHED, CONCLUDED, CUSTOMS, SAMPLES

LETTER = Letter(number="REX/26-OV-0001", date=date(2026, 4, 1))


def replying(**changes: object) -> CustomsReply:
    given = {"language": "en", "result": "valid", **changes}
    return CustomsReply.model_validate(ABOUT | CUSTOMS | CONCLUDED | ATTACHED | given)


@pytest.mark.parametrize(
    ("in_rex", "latin"),
    [
        (None, "«Qostanay Dan Eksport» LLP"),
        ("Kostanay Grain Export LLP", "Kostanay Grain Export LLP"),
        ("Қостанай Дән Экспорт ЖШС", "«Qostanay Dan Eksport» LLP"),
    ],
)
def test_the_customs_get_the_name_in_latin_letters_as_rex_has_it_where_it_has(in_rex: str | None, latin: str) -> None:
    made = replying(exporter_in_rex=in_rex)
    text = " ".join(pages(reply(our_folder(), LETTER, made)))
    assert f"Exporter «Қостанай Дән Экспорт» ЖШС In Latin script {latin}" in text
    assert f"In Latin script: {latin}" in "\n".join(reply_mail(our_folder(), made).paragraphs)


def test_a_name_in_latin_letters_stands_once() -> None:
    text = " ".join(pages(reply(our_folder(), LETTER, replying(exporter={"name": "Altyn Dan LLP"}))))
    assert text.count("Altyn Dan LLP") == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("request", ["№ 244-НҚ", "№ 257", "№ 358-НҚ", "2026 жылғы 10 наурыз", "до 10 марта 2026 года включительно"]),
        ("reminder", ["№ REX/26-ZP-0042 от 2 марта 2026 года", "истёк 10 марта 2026 года", "рабочих дней: 3"]),
        ("withdrawal", ["№ REX/26-ZP-0042, 2026 жылғы 2 наурыз", "просим оставить", "сұрау салу кері қайтарылды"]),
        (
            "appeal",
            ["№ REX/26-ZK-0007 от 30 марта 2026 года", "a3" * 32, "пункт 10 Правил", "прекратил свою деятельность"],
        ),
        ("acknowledgement-fr", ["jusqu'au 14 avril 2026", "INV-7; INV-8", "Notre numéro de dossier rex-ch-2026-0042"]),
        ("inspection", ["расходится существенно", "Вопросы проверки", "Имеется ли копия заявления", "Сенімхат"]),
    ],
)
def test_a_letter_names_its_orders_days_and_what_it_speaks_of(name: str, expected: list[str]) -> None:
    text = " ".join(pages(SAMPLES[name](our_folder())))
    assert [each for each in expected if each.lower() not in text.lower()] == []
