"""Case numbers: what is left of a reference (contract, section 1)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.case_number import case_number
from rules.refusal import Refusal


@pytest.mark.parametrize(
    ("country", "reference", "number"),
    [
        ("CH", "2026-0042", "rex-ch-2026-0042"),
        ("NO", "2026-0042", "rex-no-2026-0042"),
        ("NO", "TVINN/2026 A.7", "rex-no-tvinn-2026-a-7"),
        ("CH", "  --2026 // 0042..", "rex-ch-2026-0042"),
        ("CH", "Zürich Größe", "rex-ch-zurich-grosse"),
        ("NO", "Tromsø Ås", "rex-no-tromso-as"),
        ("CH", "Запрос № 15", "rex-ch-zapros-no-15"),
        ("CH", "Қазақ Өңір", "rex-ch-qazaq-ongir"),
        ("CH", "２０２６", "rex-ch-2026"),
    ],
)
def test_a_reference_is_transliterated_and_every_other_run_is_one_dash(
    country: str, reference: str, number: str
) -> None:
    assert case_number(country, reference) == number


def test_the_exporters_of_one_letter_have_a_case_each() -> None:
    numbers = [case_number("CH", reference) for reference in ("2026-0042", "2026-0042/2", "2026-0042/3")]
    assert numbers == ["rex-ch-2026-0042", "rex-ch-2026-0042-2", "rex-ch-2026-0042-3"]


@pytest.mark.parametrize("reference", ["", " ", "---", "/ . /", "—", "ъь", "«»"])
def test_a_reference_that_leaves_nothing_is_refused(reference: str) -> None:
    with pytest.raises(Refusal, match=r"^reference: has no letter or digit; expected the customs' own reference$"):
        case_number("CH", reference)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["NO", "CH"]), st.text(max_size=64))
def test_whatever_the_reference_the_number_is_fit_for_a_workflow_id_or_refused(country: str, reference: str) -> None:
    try:
        number = case_number(country, reference)
    except Refusal:
        assert not re.search(r"[A-Za-z0-9]", reference)
    else:
        assert re.fullmatch(r"rex-(no|ch)-[a-z0-9]+(-[a-z0-9]+)*", number)
        assert case_number(country, number.removeprefix(f"rex-{country.lower()}-")) == number
