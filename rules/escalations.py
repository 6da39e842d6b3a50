"""The kinds of escalation, whom each reaches first, and how its id is made (contract, section 6)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from rules.terms import Step


class Escalation(StrEnum):
    """Why somebody is told."""

    STEP_DUE_SOON = "step_due_soon"
    STEP_OVERDUE = "step_overdue"
    LIMIT_AT_RISK = "limit_at_risk"
    LIMIT_DUE_SOON = "limit_due_soon"
    LIMIT_EXCEEDED = "limit_exceeded"
    ACTION_FAILED = "action_failed"
    DOCUMENTS_REFUSED = "documents_refused"
    MESSAGE_REJECTED = "message_rejected"


BREACH_OF: Final = {
    Escalation.STEP_DUE_SOON: Escalation.STEP_OVERDUE,
    Escalation.LIMIT_AT_RISK: Escalation.LIMIT_EXCEEDED,
    Escalation.LIMIT_DUE_SOON: Escalation.LIMIT_EXCEEDED,
}
"""The warnings. One that its breach has overtaken is not told any more: the breach has a ladder of its own."""

CASE_OFFICER, ON_CALL, HEAD = 1, 2, 3

FIRST_LEVEL: dict[Escalation, int] = {
    Escalation.STEP_DUE_SOON: CASE_OFFICER,
    Escalation.STEP_OVERDUE: ON_CALL,
    Escalation.LIMIT_AT_RISK: ON_CALL,
    Escalation.LIMIT_DUE_SOON: ON_CALL,
    Escalation.LIMIT_EXCEEDED: HEAD,
    Escalation.ACTION_FAILED: ON_CALL,
    Escalation.DOCUMENTS_REFUSED: CASE_OFFICER,
    Escalation.MESSAGE_REJECTED: CASE_OFFICER,
}
"""1 case officer, 2 on-call, 3 the head (point 3 of the order puts a supervising vice-minister in control)."""


def escalation_id(kind: Escalation, step: Step | None, time: int) -> str:
    """``<step>.<kind>``, or ``case.<kind>`` for the whole case; with ``.<time>`` from the second time on."""
    return f"{step.value if step else 'case'}.{kind.value}" + (f".{time}" if time > 1 else "")
