"""The links of a notice by which its recipient acknowledges without logging in."""

from __future__ import annotations

import re

import pytest

from escalation.kinds import Escalation
from escalation.notice import Notice
from runtime.answer_links import AnswerKey, AnswerLinks
from tests.escalation.notices import matter, notice, resolved
from tests.notifications.written import write

LINKS = AnswerLinks(b"s" * 32, "https://rex.example")


def answers(text: str) -> list[tuple[str, AnswerKey | None]]:
    """Label and key of each link to acknowledge."""
    found = re.findall(r"^(.*): https://rex\.example/desk/answer/(\S+)$", text, re.MULTILINE)
    return [(label, LINKS.read(key)) for label, key in found]


def test_each_escalation_has_a_link_of_its_own_that_names_it() -> None:
    both = notice(1, matter(), matter(Escalation.LIMIT_AT_RISK))
    message = write(both, links=LINKS)
    expected = [
        (
            f"Acknowledge with one click: {what}",
            AnswerKey(both.case_id, both.key, both.recipient.id, both.level, each.escalation_id),
        )
        for what, each in zip(("inspection overdue since 1 Dec", "30 days at risk"), both.matters, strict=True)
    ]
    assert answers(message.text) == answers(message.short or "") == expected
    [(label, key)] = answers(write(notice(), links=LINKS).text)
    assert (label, key and key.escalation_id) == ("Acknowledge with one click", "inspect.step_overdue")


@pytest.mark.parametrize("of", [resolved(), notice(acknowledge_until=None)])
def test_what_takes_no_acknowledgement_has_no_link_to_one(of: Notice) -> None:
    assert answers(write(of, links=LINKS).text) == []
