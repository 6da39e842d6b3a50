"""What the answers of the outside world change in a case, and what follows where an action gives up."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity, Lookup
from activities.outgoing import Drafted, LookedUp, Reminder, Sealed, Sent, Taken, Withdrawal, Withdrawn
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.conclusion import DraftVersion
from rules.outcome import Outcome
from rules.registration import Occasion
from rules.terms import Step
from workflows import letters, rex, signing
from workflows.case import Action, Case
from workflows.escalating import escalate, failure_of, resolve
from workflows.escalation_state import Identity
from workflows.papers import Dispatch
from workflows.wording import DOES


def request_taken(case: Case, _: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken our request (¶7)."""
    letters.request_sent(case, _dispatch(result))
    if case.outcome is Outcome.WITHDRAWN:
        letters.withdraw_requests(case, "the request was withdrawn")


def appeal_taken(case: Case, _: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken our appeal (¶10)."""
    letters.appeal_sent(case, _dispatch(result))


def reminder_taken(case: Case, action: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken a reminder (¶8)."""
    if isinstance(action.payload, Reminder):
        letters.reminder_sent(case, action.payload.key, _dispatch(result))


def withdrawal_taken(case: Case, action: Action, result: Withdrawn, now: datetime) -> None:
    """Atameken knows that a request is withdrawn."""
    if isinstance(action.payload, Withdrawal):
        letters.withdrawal_sent(case, action.payload.key, Dispatch(sent_at=result.sent_at, letter=result.letter))


def receipt_acknowledged(case: Case, _: Action, result: Sent, now: datetime) -> None:
    """The customs know that their request is in."""
    letters.receipt_acknowledged(case, _mailed(result))


def looked_up(case: Case, action: Action, result: LookedUp, now: datetime) -> None:
    """REX has answered (¶9)."""
    if isinstance(action.payload, Lookup):
        rex.answered(case, action.payload, result, now)


def drafted(case: Case, _: Action, result: Drafted, now: datetime) -> None:
    """The conclusion is drafted (¶10), with a look at REX; where that was out of reach it is tried on."""
    if result.looked_up is not None:
        rex.looked_up_beside(case, result.looked_up, Occasion.DRAFT, now)
    else:
        rex.look_up(case, Occasion.DRAFT)
    conclusion = case.conclusion
    if conclusion is None:
        return
    conclusion.number = result.number
    conclusion.document_id, conclusion.sha256, conclusion.drafted_at = result.document_id, result.sha256, result.at
    conclusion.source = result.source
    made = {
        "version": conclusion.version,
        "document_id": result.document_id,
        "sha256": result.sha256,
        "to_sign": result.to_sign,
    }
    conclusion.drafts.append(DraftVersion(**made, drafted_at=result.at))
    details = {"document_id": result.document_id, "version": conclusion.version}
    if result.record is not None:
        letters.record_made(case, result.record, result.at)
    case.note(f"draft {conclusion.version}", result.at, "case", "conclusion_drafted", **details)


def sealed(case: Case, _: Action, result: Sealed, now: datetime) -> None:
    """The final paper is made (¶10), with the last look at REX; where that was out of reach it is tried on."""
    if case.conclusion is not None:
        signing.take_final(case, case.conclusion, result.final, now)
    if result.looked_up is not None:
        rex.looked_up_beside(case, result.looked_up, Occasion.SIGNATURE, now)
    else:
        rex.look_up(case, Occasion.SIGNATURE)


def replied(case: Case, _: Action, result: Sent, now: datetime) -> None:
    """The reply to the customs has left."""
    letters.reply_sent(case, _mailed(result))


def gave_up(case: Case, action: Action, error: str, now: datetime) -> None:
    """An action gave up: it waits for a person, and on-call is notified; the clocks go on.

    One that was tried again and failed again is not resolved: the new escalation overtakes the one before.
    """
    before = action.since
    again = f"was retried and failed again at {case.clock.local(now):%H:%M}" if before else "gave up"
    action.state, action.error, action.since, action.failures = "failed", error, now, action.failures + 1
    case.note(
        f"action {action.key} failed {action.failures}", now, "case", "action_failed", action=action.key, error=error
    )
    raised = escalate(
        case,
        Identity(Escalation.ACTION_FAILED, case.open_step, episode=action.failures, about=failure_of(action)),
        now,
        f"{DOES[action.activity]}: {again}: {error}",
        due_at=case.running.due_at if case.running else None,
    )
    if raised is not None:
        for each in case.open_escalations:
            if each is not raised and each.identity.about == failure_of(action):
                each.overtaken_by = raised.id


def pointless(case: Case, action: Action) -> bool:
    """Whether nobody needs to try it again: a request withdrawn before it was sent, a reminder of what has come."""
    if action.activity is Activity.REQUEST_DOCUMENTS:
        return case.outcome is Outcome.WITHDRAWN
    return action.activity is Activity.REMIND_ATAMEKEN and case.step is not Step.AWAIT_DOCUMENTS


def drop_pointless(case: Case, now: datetime) -> None:
    """Forget what has lost its sense, as a step ends or the request is withdrawn.

    A request under way may have been taken already: only one that gave up is forgotten.
    """
    for action in [each for each in case.actions.values() if pointless(case, each)]:
        if action.failed or action.activity is Activity.REMIND_ATAMEKEN:
            del case.actions[action.key]
            resolve(case, now, Resolution.NOT_NEEDED, Escalation.ACTION_FAILED, about=failure_of(action))


def _dispatch(result: Taken) -> Dispatch:
    return Dispatch(
        sent_at=result.sent_at, received_at=result.received_at, reference=result.reference, letter=result.letter
    )


def _mailed(result: Sent) -> Dispatch:
    return Dispatch(sent_at=result.sent_at, reference=result.message_id, letter=result.letter)
