"""A case writes its row to the register when anything in it has changed, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from rules.outcome import Outcome
from rules.terms import Risk, Step
from tests.support.standing import RECEIVED, standing_at
from workflows.register_changes import RegisterChanges

LATER = RECEIVED + timedelta(hours=1)


def test_what_has_not_changed_is_not_written_again() -> None:
    case, changes = standing_at(Step.CONCLUDE), RegisterChanges()
    assert changes.take(case, RECEIVED) is not None
    assert changes.take(case, LATER) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit_met", False),
        ("limit_ended_at", LATER),
        ("reserve_days", -1),
        ("risk", Risk.AT_RISK),
        ("outcome", Outcome.VALID),
        ("closed_at", LATER),
    ],
)
def test_a_changed_value_alone_is_written(field: str, value: Any) -> None:
    case, changes = standing_at(Step.CONCLUDE), RegisterChanges()
    changes.take(case, RECEIVED)
    setattr(case, field, value)
    entries = changes.take(case, LATER)
    assert entries is not None
    assert entries.case.model_dump()[field] == value
