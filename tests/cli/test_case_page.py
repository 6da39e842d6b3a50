"""The page of a case tells what matters first, and fits the terminal."""

from __future__ import annotations

from copy import deepcopy
from io import StringIO

import pytest
from rich.console import Console

from cli.case_page import case_page
from cli.case_view import read_case
from cli.errors import CannotDo
from tests.cli import examples

LINK = "http://localhost:8233/namespaces/default/workflows/rex-ch-2026-0042"


def rendered(case: dict[str, object], width: int = 100) -> str:
    console = Console(file=StringIO(), width=width, highlight=False, emoji=False, markup=False)
    console.print(case_page(read_case(case), LINK))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_where_the_case_stands_and_what_to_do_next_come_before_all_details() -> None:
    page = rendered(examples.waiting_late())
    places = [
        page.index(words)
        for words in (
            "Await documents (¶8): last day Thu 12 Mar 2026, 3 working days late",
            "Tight: reserve 2 working days; the 30 working days of ¶5 end on Thu 16 Apr 2026",
            "Atameken has to send origin evidence and power of attorney",
            LINK,
            "Terms, in working days",
            "Missing documents",
            "Open escalations",
        )
    ]
    assert places == sorted(places)


def test_everything_that_needs_a_person_is_on_the_page() -> None:
    page = rendered(examples.waiting_late())
    for words in (
        "invoice[1].pdf (invoice): sha256: differs from the bytes that came",
        "serious: REX has the registration KZREX00012345 revoked on 2026-02-01",
        "application: Altyn Dän LLP",
        "await_documents.step_overdue, level 2 (on-call), raised Fri 13 Mar 2026 00:00",
        "nobody has taken it on yet",
        "taken on by A. Serikova until Wed 18 Mar 2026",
        "Refused messages (the newest 1 of 61)",
        "documents: expected at least 1 entry",
        "may still move",
    ):
        assert words in page


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_column_is_lost_at_the_width_of_a_terminal(width: int) -> None:
    for case in (examples.NEW, examples.waiting_late(), examples.drafted(), examples.closed()):
        lines = rendered(case, width).splitlines()
        assert max(map(len, lines)) <= width
    late = next(line for line in rendered(examples.waiting_late(), width).splitlines() if "running" in line)
    assert late.rstrip().endswith("3 d")


def test_a_case_of_the_first_moment_has_a_page() -> None:
    assert "The 30 working days of ¶5 are not counted yet" in rendered(examples.NEW)


def test_a_draft_says_how_it_is_signed_and_an_action_that_gave_up_how_it_is_tried_again() -> None:
    page = " ".join(rendered(examples.drafted(), 200).split())
    assert f"--document sha256-{'c1' * 32}" in page
    assert "Look up registration gave up (REX refuses the login)" in page


def test_a_closed_case_says_its_outcome_and_asks_for_nothing() -> None:
    page = rendered(examples.closed())
    assert "Closed: not valid, signed by D. Omarov on Wed 1 Apr 2026 10:00" in page
    assert "The 30 working days of ¶5 were kept" in page
    assert "Next" not in page


def test_a_second_round_is_told_from_the_first() -> None:
    case = examples.waiting_late()
    again = deepcopy(case["steps"][1]) | {"round": 2, "late": False, "late_days": 0}
    case["steps"][1]["state"] = "done"
    case["steps"].insert(3, again)
    page = rendered(case, 140)
    assert "Atameken sends the documents (round 2)" in page
    assert "Await documents (¶8, round 2): last day Thu 12 Mar 2026 " in page


def test_an_answer_of_another_form_is_refused_with_the_field() -> None:
    with pytest.raises(CannotDo, match="reserve_days"):
        read_case({key: value for key, value in examples.NEW.items() if key != "reserve_days"})
