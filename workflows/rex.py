"""Looking the registration up in REX when it counts, and what follows where it has changed (¶9, ¶10)."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity, Lookup
from activities.outgoing import LookedUp
from escalation.kinds import Escalation
from rules.findings import RexRecord
from rules.registration import Occasion
from rules.terms import Step
from workflows.case import Case
from workflows.escalating import escalate, succeeded
from workflows.escalation_state import Identity

_AFTER_INSPECTION = (Step.CONCLUDE, Step.APPEAL, Step.REPLY)


def look_up(case: Case, occasion: Occasion) -> None:
    """Have the registration looked up. One that gave up before is tried anew; one under way is followed by this one."""
    case.registration.call_for(occasion)
    _want(case, occasion)


def _want(case: Case, occasion: Occasion) -> None:
    number = case.registration.called_for
    wanted = Lookup(rex_number=case.request.rex_number, occasion=occasion, number=number)
    case.want(Activity.LOOK_UP_REGISTRATION, wanted)
    action = case.actions[Activity.LOOK_UP_REGISTRATION.value]
    if action.failed:
        action.state, action.payload = "wanted", wanted


def answered(case: Case, lookup: Lookup, result: LookedUp, now: datetime) -> None:
    """REX has answered; where another look-up has been called for meanwhile, that one is still to be made."""
    waiting = case.registration.wanted if lookup.number < case.registration.called_for else None
    case.registration.wanted = waiting
    _shown(case, result.record, result.at, lookup.occasion, now)
    if waiting is not None:
        _want(case, waiting)


def looked_up_beside(case: Case, result: LookedUp, occasion: Occasion, now: datetime) -> None:
    """A draft, or the final paper, was made with a look at REX: one that gave up before is not needed any more."""
    action = case.actions.get(Activity.LOOK_UP_REGISTRATION.value)
    if action is not None and action.failed:
        case.registration.wanted = None
        del case.actions[action.key]
        succeeded(case, action, now)
    _shown(case, result.record, result.at, occasion, now)


def looked_up_by_hand(case: Case, record: RexRecord | None, by: str, now: datetime) -> None:
    """A person has looked it up: that stands in for the look-up that waits."""
    occasion, case.registration.wanted = case.registration.wanted or Occasion.BY_HAND, None
    _shown(case, record, now, occasion, now, by)


def _shown(
    case: Case, record: RexRecord | None, at: datetime, occasion: Occasion, now: datetime, by: str | None = None
) -> None:
    """Take in what REX shows. A change after the inspection is escalated; after the signature it holds the letters."""
    after_inspection = case.step in _AFTER_INSPECTION and not case.inspection_reopened
    lookup = case.registration.take(record, at, occasion, by)
    key = f"look-up {len(case.registration.lookups)}"
    case.note(key, at, by or "case", "rex_looked_up", found=record is not None, occasion=lookup.occasion.value)
    if not lookup.changes or not after_inspection:
        return
    words = "; ".join(change.text for change in lookup.changes)
    identity = Identity(Escalation.REGISTRATION_CHANGED, case.open_step, about=key)
    escalate(case, identity, now, words)
    conclusion = case.conclusion
    if conclusion is not None and case.signed and letters_wait(case):
        conclusion.held_because, conclusion.released_by = words, None


def letters_wait(case: Case) -> bool:
    """Whether the reply and the appeal are still to leave, and nothing of either is under way."""
    under_way = (Activity.SEND_REPLY, Activity.APPEAL_FOR_REVOCATION)
    left = case.reply is not None or case.appeal is not None
    return not left and not any(each.activity in under_way for each in case.actions.values())


def letters_may_leave(case: Case) -> bool:
    """Whether REX was looked up since the signature, and shows no change that a person has not decided about."""
    held = case.conclusion is not None and case.conclusion.held_because is not None
    return case.registration.wanted is None and not held
