"""The kinds of escalation: one row each, with all that is fixed of a kind (contract, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.terms import Step

CASE_OFFICER, ON_CALL, HEAD = 1, 2, 3
LEVELS: Final = (CASE_OFFICER, ON_CALL, HEAD)
LEVEL_NAMES: Final = {CASE_OFFICER: "case officer", ON_CALL: "on-call", HEAD: "head"}
"""Point 3 of the order puts a supervising vice-minister in control: the head."""


class Escalation(StrEnum):
    """Why people are notified."""

    STEP_DUE_SOON = "step_due_soon"
    STEP_OVERDUE = "step_overdue"
    LIMIT_AT_RISK = "limit_at_risk"
    LIMIT_DUE_SOON = "limit_due_soon"
    LIMIT_EXCEEDED = "limit_exceeded"
    ACTION_FAILED = "action_failed"
    REGISTRATION_CHANGED = "registration_changed"
    DOCUMENTS_REFUSED = "documents_refused"
    DOCUMENTS_QUARANTINED = "documents_quarantined"
    MESSAGE_REJECTED = "message_rejected"
    REQUEST_REFUSED = "request_refused"


@dataclass(frozen=True)
class Kind:
    """What is fixed of a kind. ``gravity`` orders matters in one notice, the gravest has the highest.

    ``breach``: of a warning, the kind that overtakes it. ``of_the_limit``: it concerns the thirty days, not a step.
    """

    first_level: int
    gravity: int
    urgent: bool
    breach: Escalation | None = None
    of_the_limit: bool = False


KINDS: Final[dict[Escalation, Kind]] = {
    Escalation.STEP_DUE_SOON: Kind(CASE_OFFICER, gravity=4, urgent=False, breach=Escalation.STEP_OVERDUE),
    Escalation.STEP_OVERDUE: Kind(ON_CALL, gravity=7, urgent=True),
    Escalation.LIMIT_AT_RISK: Kind(
        ON_CALL, gravity=6, urgent=True, breach=Escalation.LIMIT_EXCEEDED, of_the_limit=True
    ),
    Escalation.LIMIT_DUE_SOON: Kind(
        ON_CALL, gravity=5, urgent=True, breach=Escalation.LIMIT_EXCEEDED, of_the_limit=True
    ),
    Escalation.LIMIT_EXCEEDED: Kind(HEAD, gravity=10, urgent=True, of_the_limit=True),
    Escalation.REGISTRATION_CHANGED: Kind(ON_CALL, gravity=9, urgent=True),
    Escalation.ACTION_FAILED: Kind(ON_CALL, gravity=8, urgent=True),
    Escalation.DOCUMENTS_QUARANTINED: Kind(CASE_OFFICER, gravity=2, urgent=False),
    Escalation.DOCUMENTS_REFUSED: Kind(CASE_OFFICER, gravity=1, urgent=False),
    Escalation.MESSAGE_REJECTED: Kind(CASE_OFFICER, gravity=0, urgent=False),
    Escalation.REQUEST_REFUSED: Kind(CASE_OFFICER, gravity=3, urgent=False),
}
"""``urgent`` and ``first_level`` are defaults: the ladder file may set others."""

DOCUMENT_KINDS: Final = (Escalation.DOCUMENTS_REFUSED, Escalation.DOCUMENTS_QUARANTINED)
"""About documents that came and are not in the set."""

KIND_NAMES: Final = {
    Escalation.STEP_DUE_SOON: "last day of a term",
    Escalation.STEP_OVERDUE: "term overdue",
    Escalation.LIMIT_AT_RISK: "30 days at risk",
    Escalation.LIMIT_DUE_SOON: "30 days about to end",
    Escalation.LIMIT_EXCEEDED: "30 days exceeded",
    Escalation.ACTION_FAILED: "system action failed",
    Escalation.REGISTRATION_CHANGED: "registration changed in REX",
    Escalation.DOCUMENTS_REFUSED: "documents refused",
    Escalation.DOCUMENTS_QUARANTINED: "documents in quarantine",
    Escalation.MESSAGE_REJECTED: "message refused",
    Escalation.REQUEST_REFUSED: "request refused",
}
"""The kinds in the words of people; notices have them in three languages."""

LIMIT_KINDS: Final = tuple(kind for kind, row in KINDS.items() if row.of_the_limit)


def escalation_id(kind: Escalation, step: Step | None, time: int) -> str:
    """``<step>.<kind>``, or ``case.<kind>`` for the whole case; with ``.<time>`` from the second time on."""
    return f"{step.value if step else 'case'}.{kind.value}" + (f".{time}" if time > 1 else "")
