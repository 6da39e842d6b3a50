"""The words of notices and accounts: whole in three languages, with numbers and dates as each writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from activities.interface import Activity
from escalation.kinds import KIND_NAMES, Escalation
from escalation.ladder import Language
from escalation.notice import Earlier, Next
from escalation.resolution import Resolution
from notifications.words import words_of
from reports.figures import Party, Reserve
from rules.decisions import DECISIONS
from rules.outcome import Outcome
from rules.request import Country
from rules.terms import STEP_NAMES, Risk, Step
from tests.escalation.notices import NOW, matter, notice
from tests.notifications.written import texts, write

FOREIGN = (Language.RUSSIAN, Language.KAZAKH)
QUOTED = "«[A-Za-z_ ]+»"


@pytest.mark.parametrize("language", Language)
def test_each_language_has_words_for_every_kind_step_level_risk_and_resolution(language: Language) -> None:
    words = texts(language)
    steps = {step.value for step in Step} | {"none"}
    assert set(words["resolutions"]) == {each.value for each in Resolution}
    assert set(words["headlines"]) == set(words["subjects"]) == {each.value for each in Escalation}
    assert set(words["steps"]) == set(words["short_steps"]) == steps
    assert set(words["turns"]) == steps
    assert set(words["risks"]) == {each.value for each in Risk}
    assert (len(words["levels"]), len(words["weekdays"]), len(words["months"])) == (3, 7, 12)


def test_in_english_a_notice_calls_steps_and_kinds_as_the_case_does() -> None:
    words = texts(Language.ENGLISH)
    assert {step.value: name for step, name in STEP_NAMES.items()} | {"none": "the whole case"} == words["steps"]
    assert {kind.value: name for kind, name in KIND_NAMES.items()} == words["kinds"]


@pytest.mark.parametrize("language", Language)
def test_each_language_has_words_for_every_figure_of_an_account(language: Language) -> None:
    words = texts(language)
    assert set(words["outcomes"]) == {each.value for each in Outcome}
    assert set(words["countries"]) == {each.value for each in Country}
    assert set(words["parties"]) == {each.value for each in Party}
    assert set(words["kinds"]) == {each.value for each in Escalation}
    assert set(words["reserves"]) == {each.value for each in Reserve}


@pytest.mark.parametrize("language", FOREIGN)
def test_each_language_has_the_same_words_of_an_account_with_the_same_values(language: Language) -> None:
    english, other = texts(Language.ENGLISH)["account"], texts(language)["account"]
    assert set(other) == set(english)
    for name, words in english.items():
        assert sorted(re.findall(r"\$\w+", other[name])) == sorted(re.findall(r"\$\w+", words)), name
        assert other[name] != words or name == "paragraph" or not re.search(r"[a-z]{3}", re.sub(r"\$\w+", "", words)), (
            name
        )


@pytest.mark.parametrize("language", FOREIGN)
def test_each_language_has_the_same_sentences_with_the_same_values(language: Language) -> None:
    english, other = texts(Language.ENGLISH), texts(language)
    sentences = {name for name, words in english.items() if isinstance(words, str)}
    assert {name for name, words in other.items() if isinstance(words, str)} == sentences
    for name in sentences - {"short_day"}:
        assert sorted(re.findall(r"\$\w+", other[name])) == sorted(re.findall(r"\$\w+", english[name])), name


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("kind", Escalation)
def test_nothing_is_left_in_english(language: Language, kind: Escalation) -> None:
    about = notice(
        1,
        matter(kind, earlier=[Earlier(level=1, at=NOW)], next=Next(level=3, at=NOW)),
        matter(Escalation.STEP_DUE_SOON, "conclude"),
        language=language,
    )
    said = write(about).text
    known = r"\{.*\}|\.venv.*|http\S+|rex-ch-\S+|Temporal UI|User Metadata|REX|Co <b>"
    left = re.sub(rf"{known}|{QUOTED}|{re.escape(about.matters[0].summary)}", "", said)
    assert re.findall(r"[A-Za-z]{2,}", left) == []


@pytest.mark.parametrize("language", FOREIGN)
def test_no_text_has_a_name_of_the_code_but_what_is_to_be_clicked_and_that_in_quotes(language: Language) -> None:
    codes = {each.value for names in (Escalation, Step, Risk, Resolution, Outcome, Activity) for each in names}
    clicked = {*DECISIONS, "More Actions", "Send an Update"}
    for text in every_text(texts(language)):
        quoted = re.findall("«([A-Za-z_ ]+)»", text)
        assert set(quoted) <= clicked, text
        rest = re.sub("«[^»]*»|\\$\\w+", "", text)
        assert not {word for word in re.findall(r"[a-z_]+", rest) if "_" in word or word in codes}, text


def test_what_to_do_names_the_same_decisions_in_each_language() -> None:
    russian, kazakh = (texts(language) for language in FOREIGN)
    for group in ("to_do_by_kind", "to_do_by_step"):
        named = {key: sorted(re.findall(QUOTED, text)) for key, text in russian[group].items()}
        assert {key: sorted(re.findall(QUOTED, text)) for key, text in kazakh[group].items()} == named
    assert "«record_inspection»" in russian["to_do_by_step"]["inspect"]
    assert "«sign_conclusion»" in russian["to_do_by_step"]["conclude"]


def every_text(words: Any) -> list[str]:
    """Every text of a language, its keys left out."""
    if isinstance(words, str):
        return [words]
    inner = words.values() if isinstance(words, dict) else words
    return [text for each in inner for text in every_text(each)]


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (0, "рабочих дней"),
        (1, "рабочий день"),
        (2, "рабочих дня"),
        (4, "рабочих дня"),
        (5, "рабочих дней"),
        (11, "рабочих дней"),
        (12, "рабочих дней"),
        (14, "рабочих дней"),
        (21, "рабочий день"),
        (22, "рабочих дня"),
        (25, "рабочих дней"),
        (101, "рабочий день"),
        (111, "рабочих дней"),
    ],
)
def test_a_russian_noun_has_the_form_that_its_number_asks_for(number: int, form: str) -> None:
    assert words_of(Language.RUSSIAN).count("working_days", number) == f"{number} {form}"


def test_english_and_kazakh_nouns_have_two_forms_and_one() -> None:
    assert [words_of(Language.ENGLISH).count("working_days", n) for n in (1, 2)] == ["1 working day", "2 working days"]
    assert [words_of(Language.KAZAKH).count("working_days", n) for n in (1, 2)] == ["1 жұмыс күні", "2 жұмыс күні"]


@pytest.mark.parametrize(
    ("language", "day", "moment"),
    [
        (Language.ENGLISH, "Tuesday, 1 December 2026", "1 Dec, 01:05"),
        (Language.RUSSIAN, "вторник, 1 декабря 2026 г.", "01.12, 01:05"),
        (Language.KAZAKH, "2026 жылғы 1 желтоқсан, сейсенбі", "01.12, 01:05"),
    ],
)
def test_days_and_times_are_written_as_the_language_does_in_almaty(language: Language, day: str, moment: str) -> None:
    assert words_of(language).day(date(2026, 12, 1)) == day
    assert words_of(language).moment(datetime(2026, 11, 30, 20, 5, tzinfo=UTC)) == moment
