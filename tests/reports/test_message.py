"""The account as a message: its figures in short, the paper beside them."""

from __future__ import annotations

import re

import pytest

from escalation.ladder import Language
from reports.message import LONGEST_LIST, message_of
from tests.reports.standings import account, escalation
from tests.reports.test_paper import busy


def test_it_says_the_figures_in_short_and_carries_the_paper() -> None:
    message = message_of(busy(), Language.ENGLISH)
    assert (message.id, message.subject) == (
        "account.2026-03",
        "REX account 03.2026: 2 received, 1 closed, 1 terms broken",
    )
    for line in (
        "To level 3, head",
        "  - Switzerland: 1 received, 1 closed, 1 open at the end (1 before)",
        "  - not valid: 1",
        "  - ¶8, documents from Atameken: 0 kept, 1 broken",
        "  - Atameken in all: 0 kept, 1 broken",
        "  - ¶5, the whole, 30 working days: 1 kept, 1 broken",
        "  - 30 days exceeded: 1",
        "  - rex-ch-3: exceeded, documents",
        "  - rex-ch-3: term overdue: documents (10 days)",
        "    .venv/bin/python starter.py report --from 2026-03-01 --to 2026-03-31 --pdf FILE",
    ):
        assert line in message.text.splitlines()
    assert message.attachment is not None
    assert (message.attachment.name, message.attachment.media_type) == ("rex-account-2026-03.pdf", "application/pdf")
    assert message.attachment.content.startswith(b"%PDF")


@pytest.mark.parametrize("language", Language)
def test_its_subject_fits_a_telephone_and_its_html_says_what_the_text_says(language: Language) -> None:
    message = message_of(busy(), language)
    assert len(message.subject) <= 64
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", message.html))
    for line in message.text.splitlines():
        words = line.strip(" -:").partition(": ")[2] or line.strip(" -:")
        assert " ".join(words.split()) in said


def test_a_quiet_month_says_none_and_a_bad_one_how_many_there_are_more() -> None:
    assert message_of(account(), Language.ENGLISH).text.count("  - None.") == 3
    many = account(*(escalation(f"rex-ch-{number}") for number in range(LONGEST_LIST + 2)))
    assert "  - and 2 more" in message_of(many, Language.ENGLISH).text
