"""What an inspection leads to (¶10; contract, section 3, "After the inspection result")."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from rules.messages import Ground, InspectionCompleted
from rules.readings import Grounds


class Outcome(StrEnum):
    """How a case ends."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    NOT_CONFIRMED = "not_confirmed"
    WITHDRAWN = "withdrawn"


class Result(StrEnum):
    """What papers say of the registration: how it stood on the dates of the statements, apart from any revocation."""

    VALID = "valid"
    NOT_CONFIRMED = "not_confirmed"
    GROUNDS = "grounds"
    """It was in force; grounds for its revocation are established."""
    REVOKED = "revoked"
    NONE = "none"


def result_of(outcome: Outcome, inspection: InspectionCompleted | None) -> Result | None:
    """What the papers of a concluded case say; None where its outcome is none that is concluded."""
    match outcome:
        case Outcome.VALID:
            return Result.VALID
        case Outcome.NOT_CONFIRMED:
            return Result.NOT_CONFIRMED
        case Outcome.NOT_VALID:
            state = inspection.registration if inspection is not None else "valid"
            return Result.GROUNDS if state == "valid" else Result(state)
        case Outcome.WITHDRAWN:
            return None


def outcome_of(result: InspectionCompleted, reading: Grounds) -> Outcome | None:
    """The outcome, or None where documents are incomplete without a ground: a person must decide how to go on."""
    if suffice(result.grounds, reading) or result.registration != "valid":
        return Outcome.NOT_VALID
    if not result.documents_complete:
        return None
    valid = result.data_reliable and result.rex_data_match and not result.grounds
    return Outcome.VALID if valid else Outcome.NOT_CONFIRMED


def suffice(grounds: Collection[Ground], reading: Grounds) -> bool:
    """Whether these grounds are those of ¶10: any one of the three, or all of them, as the office reads its "and"."""
    return set(grounds) >= set(Ground) if reading is Grounds.ALL else bool(grounds)


def appeal_is_due(outcome: Outcome, result: InspectionCompleted | None, reading: Grounds) -> bool:
    """Whether ¶10 asks for an appeal: for its grounds, unless there is no registration left to revoke."""
    found = result is not None and suffice(result.grounds, reading) and result.registration == "valid"
    return outcome is Outcome.NOT_VALID and found
