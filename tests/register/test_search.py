"""Searching the cases by what people know of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from register.record import write
from register.rows import RegisterEntries
from register.search import search_cases
from tests.register import examples
from tests.register.examples import DUE_AT, RECEIVED_AT


@pytest.fixture
def filled(register: Engine) -> Engine:
    """Three cases, the last one received is closed."""
    cases: list[tuple[str, dict[str, Any]]] = [
        ("ӘЛЕМ Дән ЖШС", {}),
        ("Altyn % Export LLP", {"risk": "at_risk"}),
        ("Altyn Meat", {"closed_at": DUE_AT, "step": "closed", "outcome": "valid"}),
    ]
    for number, (exporter, other) in enumerate(cases):
        case = examples.case(
            case_id=f"rex-ch-{number}",
            exporter=exporter,
            reference=f"REF/{number}",
            received_at=RECEIVED_AT + timedelta(days=number),
            **other,
        )
        write(register, RegisterEntries(case=case))
    return register


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [2, 1, 0]),
        ("altyn", [2, 1]),
        ("  MEAT   altyn ", [2]),
        ("әлем", [0]),
        ("ref/1", [1]),
        ("rex-ch-2", [2]),
        ("%", [1]),
        ("altyn ref/0", []),
    ],
)
def test_every_word_is_found_whatever_its_capitals(filled: Engine, words: str, found: list[int]) -> None:
    cases, more = search_cases(filled, words, most=10)
    assert [each.case_id for each in cases] == [f"rex-ch-{number}" for number in found]
    assert not more


def test_open_and_closed_ones_steps_and_risks_are_told_apart(filled: Engine) -> None:
    assert [each.case_id for each in search_cases(filled, open=True, most=9)[0]] == ["rex-ch-1", "rex-ch-0"]
    assert [each.case_id for each in search_cases(filled, open=False, most=9)[0]] == ["rex-ch-2"]
    assert [each.case_id for each in search_cases(filled, step="closed", most=9)[0]] == ["rex-ch-2"]
    assert [each.case_id for each in search_cases(filled, risk="at_risk", most=9)[0]] == ["rex-ch-1"]


def test_a_page_says_whether_there_are_more(filled: Engine) -> None:
    first, more = search_cases(filled, most=2)
    assert ([each.case_id for each in first], more) == (["rex-ch-2", "rex-ch-1"], True)
    second, more = search_cases(filled, most=2, after=2)
    assert ([each.case_id for each in second], more) == (["rex-ch-0"], False)
