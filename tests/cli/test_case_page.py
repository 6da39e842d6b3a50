"""The page of a case shows what matters first, and fits the terminal."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cases.asking import read_case
from cli.case_page import case_page
from cli.errors import CannotDo
from tests.cli import examples

NOW = datetime(2026, 3, 16, 5, tzinfo=UTC)
LINK = "http://localhost:8233/namespaces/default/workflows/rex-ch-2026-0042"


def rendered(case: dict[str, Any], width: int = 100) -> str:
    console = Console(file=StringIO(), width=width, highlight=False, emoji=False, markup=False)
    console.print(case_page(read_case(case), LINK, NOW))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_where_the_case_stands_and_what_to_do_next_come_before_all_details() -> None:
    page = rendered(examples.waiting_late())
    places = [
        page.index(words)
        for words in (
            "Documents from Atameken (¶8): last day Thu 12 Mar 2026 until 24:00, 3 working days late",
            "Tight: reserve 2 working days, the 30 working days of ¶5 end on Thu 16 Apr 2026",
            LINK,
            "Wait for Atameken to send origin evidence and power of attorney.",
            "Open escalations",
            "Terms, in working days",
            "Missing documents",
        )
    ]
    assert places == sorted(places)


def test_everything_that_needs_a_person_is_on_the_page() -> None:
    page = rendered(examples.waiting_late(), 140)
    for words in (
        "invoice[1].pdf (invoice): sha256: differs from the bytes that came",
        "serious: REX shows the registration KZREX00012345 as revoked on 2026-02-01",
        "Application: Altyn Dän LLP",
        "await_documents.step_overdue: ",
        "Raised Fri 13 Mar 2026 00:00, not acknowledged",
        "not acknowledged",
        "acknowledged by A. Serikova until Wed 18 Mar 2026",
        "acknowledge rex-ch-2026-0042 ID|all --by NAME --until DATE",
        "Refused messages (61, the newest 1)",
        "documents: expected at least 1 entry",
        "?  provisional",
    ):
        assert words in page


def test_it_shows_who_was_notified_when_who_was_not_reached_and_who_is_next() -> None:
    page = rendered(examples.waiting_late(), 140)
    for words in (
        "Level 2 (on-call): notified Fri 13 Mar 2026 00:00",
        "Level 3 (head): 1 of 1 not reached by mailto since Fri 13 Mar 2026 00:00: 421 no mailbox is free",
        "Next: level 3 (head), Mon 16 Mar 2026 09:00",
    ):
        assert words in page
    assert "Nobody can be reached" not in page
    case = examples.waiting_late()
    case["escalations"][0]["nobody_reached_since"] = "2026-03-13T05:00:00Z"
    assert "Nobody can be reached since Fri 13 Mar 2026 10:00: call somebody" in rendered(case)


def test_an_overtaken_warning_is_shown_as_overtaken_and_asks_for_nothing() -> None:
    page = rendered(examples.waiting_late(), 140)
    assert "await_documents.step_due_soon: overtaken by await_documents.step_overdue" in page
    assert page.index("Earlier escalations") > page.index("Open escalations")
    assert page.count("not acknowledged") == 1


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_column_is_lost_at_the_width_of_a_terminal(width: int) -> None:
    for case in (examples.NEW, examples.waiting_late(), examples.drafted(), examples.closed()):
        lines = rendered(case, width).splitlines()
        assert max(map(len, lines)) <= width
    late = next(line for line in rendered(examples.waiting_late(), width).splitlines() if "running" in line)
    assert late.rstrip().endswith("3 d")
    assert "…" not in rendered(examples.waiting_late(), width)


def test_a_case_of_the_first_moment_has_a_page() -> None:
    assert "The 30 working days of ¶5 are not counted yet" in rendered(examples.NEW)


def test_a_draft_has_the_command_that_opens_it_and_a_failed_action_its_error() -> None:
    page = " ".join(rendered(examples.drafted(), 200).split())
    assert "To read it: .venv/bin/python starter.py draft rex-ch-2026-0042 --out " in page
    assert (
        "look_up_registration (¶9: look up the registration in REX), since Thu 5 Mar 2026 10:00: REX refuses the login"
        in page
    )


def test_a_closed_case_says_its_outcome_and_asks_for_nothing() -> None:
    page = rendered(examples.closed())
    assert "Closed: not valid, signed by D. Omarov Wed 1 Apr 2026 10:00" in page
    assert "The 30 working days of ¶5 were kept" in page
    assert "What to do next" not in page


def test_a_second_round_is_distinguished_from_the_first() -> None:
    case = examples.waiting_late()
    again = deepcopy(case["steps"][1]) | {"round": 2, "late": False, "late_days": 0}
    case["steps"][1]["state"] = "done"
    case["steps"].insert(3, again)
    page = rendered(case, 140)
    assert "documents from Atameken, round 2" in page
    assert "Documents from Atameken (¶8, round 2): last day Thu 12 Mar 2026 " in page


def test_a_document_in_quarantine_has_its_reason_and_its_release_and_a_signature_whether_it_holds() -> None:
    case = examples.waiting_late()
    fields = {"by": "", "sha256": "9c" * 32, "reason": ""}
    case["to_send"] = [{"update": "release_document", "about": "9c" * 32, "fields": fields}]
    page = " ".join(rendered(case, 200).split())
    assert f"contract.pdf (contract): it runs a script Update release_document {json.dumps(fields)}" in page
    signed = "Signed by Akhmetova A. N., Altyn Dan LLP, Mon 2 Mar 2026 14:00: the signature does not hold"
    assert signed in page


def test_an_answer_that_does_not_fit_is_refused_with_the_field() -> None:
    answer = {key: value for key, value in examples.NEW.items() if key != "reserve_days"}
    expected = r"unexpected answer from the case \(is the worker another version\?\): reserve_days: is required"
    with pytest.raises(CannotDo, match=expected):
        read_case(answer)
