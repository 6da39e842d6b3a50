"""The account as the vice-minister reads it: the text of a real PDF, in three languages."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from escalation.ladder import Language
from notifications.words import words_of
from reports.figures import Account
from reports.paper import paper_of
from reports.sheets import LONGEST_LIST
from rules.terms import Risk
from tests.reports.standings import account, broken, case, escalation, kept, march


def busy() -> Account:
    """A month with something in every table."""
    return account(
        case(1, received=0, closed=5, outcome="not_valid", limit_met=True, limit_ended_at=march(4)),
        case(2, country="NO", step="conclude", reserve_days=-2, risk="at_risk", limit_last_day=date(2026, 4, 16)),
        case(3, step="await_documents", reserve_days=-3, risk="exceeded", limit_last_day=date(2026, 3, 25)),
        kept("request_documents", ended=march(3)),
        broken("await_documents", last_day=date(2026, 3, 9), provisional=True),
        escalation("rex-ch-3", step="await_documents", raised_at=march(22)),
    )


def text_of(found: Account, language: Language = Language.ENGLISH) -> str:
    pages = [page.extract_text().replace("\u200b", "") for page in PdfReader(BytesIO(paper_of(found, language))).pages]
    return " ".join(" ".join(pages).split())


def test_it_has_the_letterhead_the_period_and_every_figure() -> None:
    text = text_of(busy())
    for expected in (
        "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ САУДА ЖӘНЕ ИНТЕГРАЦИЯ МИНИСТРЛІГІ MINISTRY OF TRADE AND INTEGRATION",
        "Account of the verification of registrations in the REX system 1 March 2026 – 31 March 2026",
        "Point 3 of Order No. 358-RL",
        "Made from the register on 1 April 2026, 09:00 (Almaty time).",
        "Country Open before Received Closed Open after Norway 0 1 0 1 Switzerland 1 1 1 1 Total 1 2 1 2",
        "not valid 0 1 1",
        "¶7 request to Atameken ministry 1 0 0 0",
        "¶8 documents from Atameken Atameken 0 1 2 1",
        "ministry in all 1 0 0 0 Atameken in all 0 1 2 1",
        "¶5 the whole, 30 working days ministry 1 1 – –",
        "conclusion: draft and signature 1 0 1",
        "30 days exceeded 1 below 0 1",
        "rex-ch-3 documents exceeded 25 March 2026 -3 rex-ch-2 conclusion at risk 16 April 2026 -2",
        "rex-ch-3 term overdue: documents 2 10",
        "Page 1 of 2",
    ):
        assert expected in text
    assert "The period is not over" not in text


def test_the_charts_say_how_many_were_kept_and_broken_and_how_much_reserve_there_is() -> None:
    text = text_of(busy())
    charts = text[text.index("Terms kept and broken") : text.index("Country Open before")]
    assert "Kept Broken" in charts
    assert "¶8 documents 0 + 1" in charts
    assert "Open cases now, by reserve of working days on track tight at risk exceeded" in charts
    assert re.search(r"30 days exceeded 1 below 0 1 0 days 0 .* more than 5 0", charts)


@pytest.mark.parametrize("language", Language)
def test_it_is_in_the_language_of_the_level_to_the_last_word(language: Language) -> None:
    words, text = words_of(language), text_of(busy(), language)
    assert words("authority").upper() in text
    assert words.of("account", "title") in text
    for name in ("cases", "outcomes", "terms", "open_now", "reserve_now", "pressed_now", "unacknowledged_now"):
        assert words.of("account", name) in text
    for risk in Risk:
        assert words.of("risks", risk) in text
    if language is not Language.ENGLISH:
        assert set(re.findall(r"[A-Za-z]{3,}", text)) <= {"REX", "rex", "docs", "reports"}


def test_an_empty_month_is_accounted_for_too() -> None:
    text = text_of(account())
    assert "Norway 0 0 0 0 Switzerland 0 0 0 0 Total 0 0 0 0" in text
    assert "Open escalations that nobody has acknowledged None." in text


def test_a_long_list_is_cut_and_says_how_many_there_are_more() -> None:
    found = account(*(case(number, risk="at_risk", reserve_days=-1) for number in range(LONGEST_LIST + 3)))
    assert "and 3 more" in text_of(found)


def test_a_period_that_is_not_over_says_so() -> None:
    assert "The period is not over" in text_of(account(at=march(31)))


def test_the_same_account_is_the_same_bytes() -> None:
    assert paper_of(busy(), Language.KAZAKH) == paper_of(busy(), Language.KAZAKH)
