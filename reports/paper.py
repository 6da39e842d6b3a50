"""An account as a paper: a PDF with two charts, under the ministry's letterhead. The layout is in ``account.typ``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from calendars.time_zone import almaty_clock
from escalation.ladder import Language
from letters.typesetting import set_paper
from notifications.words import Words, words_of
from reports.figures import Account, Reserve
from reports.sheets import GROUP, made_words, period_of, sheets_of
from rules.terms import Risk, risk_of

TEMPLATE: Final = Path(__file__).with_name("account.typ")

_WITHOUT_RISK: Final = (Reserve.NOT_NEEDED, Reserve.NOT_COUNTED)
"""Of these the reserve says nothing, so the chart leaves them out; the table has them."""

_RISKS: Final = {Reserve.EXCEEDED: Risk.EXCEEDED, Reserve.BELOW_0: Risk.AT_RISK, Reserve.MORE: Risk.ON_TRACK}


def paper_of(account: Account, language: Language) -> bytes:
    """The account as a PDF; the same account gives the same bytes.

    :raises letters.typesetting.CannotBeSet: where it cannot be set.
    """
    return set_paper(TEMPLATE, _words(account, words_of(language)), almaty_clock().day_of(account.made_at))


def _words(account: Account, words: Words) -> dict[str, object]:
    """Every word of the paper, as the layout names it."""
    kazakh = words_of(Language.KAZAKH)("authority")
    sheets = sheets_of(account, words)
    return {
        "language": words.language.value,
        "authority": words("authority"),
        "authority_kk": None if words.language is Language.KAZAKH else kazakh,
        "title": words.of(GROUP, "title"),
        "period": period_of(account, words),
        "made": made_words(account, words),
        "order": words.of(GROUP, "order"),
        "definitions": words.of(GROUP, "definitions"),
        "none": words.of(GROUP, "none"),
        "page": words.of(GROUP, "page", page="{page}", pages="{pages}"),
        "terms_chart": {
            "title": words.of(GROUP, "terms_chart"),
            "kept": words.of(GROUP, "kept"),
            "broken": words.of(GROUP, "broken"),
            "bars": [
                {"label": _label(each.paragraph, each.step, words), "kept": each.kept, "broken": each.broken}
                for each in account.terms
            ],
        },
        "reserve_chart": {
            "title": words.of(GROUP, "reserve_now"),
            "risks": {risk: words.of("risks", risk) for risk in Risk},
            "bars": [
                {"label": words.of("reserves", each), "cases": cases, "risk": _risk(each)}
                for each, cases in account.reserve_now.items()
                if each not in _WITHOUT_RISK
            ],
        },
        "sheets": [asdict(each) for each in sheets],
    }


def _label(paragraph: int, step: str | None, words: Words) -> str:
    return f"¶{paragraph} {words.of('short_steps', step) if step else words.of(GROUP, 'limit')}"


def _risk(reserve: Reserve) -> Risk:
    return _RISKS[reserve] if reserve in _RISKS else risk_of(int(reserve))
