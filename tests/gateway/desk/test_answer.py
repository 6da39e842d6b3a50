"""What a link to acknowledge says where its escalation is not open any more; ``test_cases`` uses one that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.answer_links import AnswerKey
from tests.cli import examples
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import BASE, Served
from tests.gateway.desk.test_case_page import CASE, answers, asked

__all__ = ["asked"]

AT = "2026-12-02T04:30:00Z"

OVER = "This has been dealt with. Nothing is left to acknowledge."
OVERTAKEN = "Something graver has taken its place in this case."


def raised(id: str, *, overtaken_by: str | None = None, resolved_at: str | None = None) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("due_at", "acknowledged_by", "acknowledged_until", "resolved_by", "nobody_reached_since", "next_level")
    )
    return nothing | {
        "id": id,
        "kind": id.partition(".")[2],
        "step": None,
        "level": 3,
        "summary": "",
        "raised_at": AT,
        "resolved_at": resolved_at,
        "overtaken_by": overtaken_by,
        "notified": [],
        "next_at": None,
    }


def link_of(served: Served) -> str:
    key = AnswerKey(CASE, f"{CASE}.1", "0123abcd", 3, "case.limit_at_risk")
    return served.desk.links.link(key).removeprefix(BASE)


RISK = raised("case.limit_at_risk", overtaken_by="case.limit_due_soon")
SOON = raised("case.limit_due_soon", overtaken_by="case.limit_exceeded")


@pytest.mark.parametrize(
    ("escalations", "status", "heading"),
    [
        ([raised("case.limit_at_risk")], 200, ""),
        ([raised("case.limit_at_risk", resolved_at=AT)], 410, OVER),
        ([], 410, OVER),
        ([RISK, SOON, raised("case.limit_exceeded")], 410, OVERTAKEN),
        ([RISK, SOON, raised("case.limit_exceeded", resolved_at=AT)], 410, OVER),
    ],
)
async def test_a_link_says_whether_anything_is_left_to_acknowledge(
    browser: Browser, served: Served, asked: None, escalations: Sequence[dict[str, Any]], status: int, heading: str
) -> None:
    answers(served, examples.drafted() | {"escalations": list(escalations)})
    answer = await browser.get(link_of(served))
    assert answer.status_code == status, browser.text
    assert browser.heading.startswith(heading)
    assert ("<button" in browser.page.partition("<main")[2]) is (status == 200)


async def test_no_log_has_the_key_of_a_link(browser: Browser, served: Served, caplog: pytest.LogCaptureFixture) -> None:
    assert (await browser.get(link_of(served))).status_code == 503  # no Temporal answers
    [told] = [each.getMessage() for each in caplog.records if each.name == "gateway"]
    assert told.startswith("GET /desk/answer/KEY: ")
