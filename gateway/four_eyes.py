"""Two people: who has inspected a case does not sign its conclusion (setting ``REXV_FOUR_EYES``)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from cases.asking import RequestRefused, UnknownCase, read_case
from rules.case_view import CaseView
from rules.text import same_person

SIGNING: Final = ("sign_conclusion", "conclusion_signed")
"""The update and the message that sign."""


Look = Callable[[], Awaitable[dict[str, Any]]]
"""Gives the object of the query ``case``."""


async def inspected_by_the_same(look: Look, name: str, who: Iterable[str]) -> str | None:
    """The name under which one of these people has inspected the case that is to be signed; None where nobody has.

    Nobody has inspected a case that there is not: what is sent to it takes its way, and is kept.

    :param look: how the case is asked.
    :param name: of the message or decision; for others than those that sign no case is asked.
    :param who: the names of whoever is about to do it.
    :raises CannotDo: where the case does not answer.
    """
    if name not in SIGNING:
        return None
    try:
        case = read_case(await look())
    except (UnknownCase, RequestRefused):
        return None
    return next((found for each in who if (found := inspector_named(case, each)) is not None), None)


def inspector_named(case: CaseView, name: str) -> str | None:
    """The inspector of the case, if it is the person of this name."""
    if case.inspection is None:
        return None
    others = (case.inspection.inspector, case.inspection.sent_by)
    return next((each for each in others if same_person(each, name)), None)
