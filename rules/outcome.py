"""What an inspection leads to (¶10; contract, section 3, "After the inspection result")."""

from __future__ import annotations

from enum import StrEnum

from rules.messages import InspectionCompleted


class Outcome(StrEnum):
    """How a case ends."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    NOT_CONFIRMED = "not_confirmed"
    WITHDRAWN = "withdrawn"


def outcome_of(result: InspectionCompleted) -> Outcome | None:
    """The outcome, or None where documents are incomplete without a ground: a person must decide how to go on."""
    if result.grounds or result.registration != "valid":
        return Outcome.NOT_VALID
    if not result.documents_complete:
        return None
    return Outcome.VALID if result.data_reliable and result.rex_data_match else Outcome.NOT_CONFIRMED


def appeal_is_due(outcome: Outcome, result: InspectionCompleted | None) -> bool:
    """Whether ¶10 asks for an appeal: for a ground, unless there is no registration left to revoke."""
    return (
        outcome is Outcome.NOT_VALID and result is not None and bool(result.grounds) and result.registration == "valid"
    )
