"""Raising escalations, each once, and resolving them by the fact (contract, section 6)."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity
from escalation.kinds import KINDS, Escalation, escalation_id
from escalation.resolution import Resolution, resolved_by
from rules.terms import TERMS, Step
from workflows.case import Action, Case
from workflows.escalation_state import EscalationState, Identity


def escalate(
    case: Case,
    identity: Identity,
    at: datetime,
    summary: str,
    *,
    due_at: datetime | None = None,
    since: datetime | None = None,
) -> EscalationState | None:
    """Raise an escalation; None where it has been raised before. A breach overtakes its open warnings.

    :param at: when it was found; ``since``: when the matter arose, where that was earlier.
    """
    if any(each.identity == identity for each in case.escalations):
        return None
    escalation = EscalationState(
        id=_next_id(case, identity.kind, identity.step),
        identity=identity,
        summary=summary,
        due_at=due_at,
        raised_at=at,
        since=min(since or at, at),
    )
    for each in case.open_escalations:
        if KINDS[each.kind].breach is identity.kind and each.step is identity.step:
            each.overtaken_by = escalation.id
    case.escalations.append(escalation)
    case.note(f"escalation {escalation.id} raised", at, "case", "escalation_raised", id=escalation.id, summary=summary)
    return escalation


def _next_id(case: Case, kind: Escalation, step: Step | None) -> str:
    """Derived, and used once: numbered from the second round of a step or the second time on."""
    used = {each.id for each in case.escalations}
    time = case.current(step).round if step in TERMS else 1
    while escalation_id(kind, step, time) in used:
        time += 1
    return escalation_id(kind, step, time)


def resolve(
    case: Case,
    at: datetime,
    by: Resolution,
    *kinds: Escalation,
    step: Step | None = None,
    about: str | None = None,
    who: str | None = None,
) -> None:
    """Resolve the escalations of these kinds, of one step or about one thing where given, overtaken ones too."""
    for each in case.escalations:
        if each.resolved_at is not None or each.kind not in kinds:
            continue
        if (step is None or each.step is step) and (about is None or each.identity.about == about):
            resolve_one(case, each, at, by, who)


def resolve_one(case: Case, escalation: EscalationState, at: datetime, by: Resolution, who: str | None = None) -> None:
    """Resolve one escalation."""
    escalation.resolved_at, escalation.resolution, escalation.resolved_who = at, by, who
    key = f"escalation {escalation.id} resolved"
    case.note(key, at, who or "case", "escalation_resolved", id=escalation.id, by=resolved_by(by, who))


def resolve_all(case: Case, at: datetime) -> None:
    """Leave nothing open in a closed case but the failures of actions that it still waits for."""
    waiting = {failure_of(action) for action in case.actions.values()}
    for each in case.escalations:
        if each.resolved_at is None and each.identity.about not in waiting:
            resolve_one(case, each, at, Resolution.CASE_CLOSED)


def succeeded(case: Case, action: Action, at: datetime) -> None:
    """An action is through: the matter of its failure is resolved."""
    resolve(case, at, Resolution.ACTION_DONE, Escalation.ACTION_FAILED, about=failure_of(action))


def done_by_hand(case: Case, activity: Activity, by: str, at: datetime) -> None:
    """A person has done it: no further attempt is needed."""
    for action in [each for each in case.actions.values() if each.activity is activity]:
        del case.actions[action.key]
        resolve(case, at, Resolution.DONE_BY_HAND, Escalation.ACTION_FAILED, about=failure_of(action), who=by)


def failure_of(action: Action) -> str:
    """What the escalations of an action are about."""
    return f"action {action.key}"
