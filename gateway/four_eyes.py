"""Two people: who has inspected a case does not sign its conclusion (setting ``REXV_FOUR_EYES``)."""

from __future__ import annotations

from rules.case_view import CaseView


def same_person(case: CaseView, update: str, by: str) -> str | None:
    """The name under which the same person has already done the other half; None where two people do them.

    :param update: an update or message of the contract; others than those of inspection and signature need one person.
    :param by: who is about to do it.
    """
    if update not in ("sign_conclusion", "conclusion_signed") or case.inspection is None:
        return None
    others = (case.inspection.inspector, case.inspection.sent_by)
    return next((each for each in others if _folded(each) == _folded(by)), None)


def _folded(name: str) -> str:
    """Capitals and blanks tell no two people apart."""
    return " ".join(name.split()).casefold()
