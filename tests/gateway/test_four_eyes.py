"""Who has inspected a case does not sign its conclusion."""

from __future__ import annotations

import pytest

from gateway.four_eyes import same_person
from rules.case_view import CaseView
from tests.cli.examples import NEW, drafted


@pytest.mark.parametrize("update", ["sign_conclusion", "conclusion_signed"])
def test_inspector_and_signatory_are_two_people_however_the_name_is_written(update: str) -> None:
    case = CaseView.model_validate(drafted())
    assert case.inspection is not None
    inspector = case.inspection.inspector
    assert same_person(case, update, f" {inspector.upper()} ") == inspector
    assert same_person(case, update, "Somebody Else") is None
    assert same_person(case, "return_conclusion", inspector) is None


def test_where_nobody_has_inspected_anybody_may() -> None:
    assert same_person(CaseView.model_validate(NEW), "sign_conclusion", "A") is None
