"""What a person should do now, in one or two sentences: for the case page, the terminal and notifications."""

from __future__ import annotations

from escalation.kinds import Escalation
from rules.outcome import outcome_of
from rules.terms import Step
from workflows.case import Case, EscalationState
from workflows.steps import is_cancellation, to_be_told_by_hand


def code(name: str) -> str:
    """A name as it is written, in Markdown's code; one from outside cannot break out of it."""
    return "`" + " ".join(name.replace("`", "'").split()) + "`"


_ABOUT: dict[Escalation, str] = {
    Escalation.STEP_OVERDUE: "The last day has passed, and every working day eats the reserve.",
    Escalation.LIMIT_AT_RISK: "Win days back: the remaining steps can no longer all take their full terms.",
    Escalation.LIMIT_DUE_SOON: "The conclusion has to be signed by the last day of the 30.",
    Escalation.LIMIT_EXCEEDED: "The duty to the requesting customs is breached: decide how to go on, and tell them.",
    Escalation.DOCUMENTS_REFUSED: "Ask Atameken to send these documents again, as they should be, in a new message.",
    Escalation.MESSAGE_REJECTED: "Ask the sender to correct the message and send it again; it may keep its message_id.",
}
"""What an escalation asks for beside the step's own work, by its kind."""


def what_to_do_about(case: Case, escalation: EscalationState) -> str:
    """What somebody who is told of an escalation should do: about it first, then for the case to go on."""
    if is_cancellation(escalation):
        return (
            "To end the case, send the update `withdraw`; a click on Cancel does not. Otherwise acknowledge this: "
            "there is nothing else to do."
        )
    about = _ABOUT.get(escalation.kind)
    if escalation.kind in (Escalation.DOCUMENTS_REFUSED, Escalation.MESSAGE_REJECTED):
        return about or ""
    return f"{about} {what_to_do(case)}" if about else what_to_do(case)


def what_to_do(case: Case) -> str:
    """The next thing that somebody has to do for the case to go on."""
    failed = case.failed_actions
    if failed:
        names = ", ".join(code(action.key) for action in failed)
        by_hand = "; or do it by hand and send `record_dispatch` or `record_lookup`"
        return f"Gave up: {names}. Find out why, then send the update `retry_action`{by_hand}."
    match case.step:
        case Step.REQUEST_DOCUMENTS:
            return "See that the request to Atameken leaves: it is being sent now. By hand: `record_dispatch`."
        case Step.AWAIT_DOCUMENTS:
            asked = case.request_round
            if asked is not None and asked.dispatch is None:
                return "Nothing: the request for the missing documents is being sent to Atameken."
            lacking = ", ".join(kind.replace("_", " ") for kind in case.missing())
            return (
                f"Wait for Atameken to send: {lacking}. Chase it as the last day nears; if nothing comes, send the "
                "update `conclude_without_documents`."
            )
        case Step.INSPECT:
            if case.inspection is not None and outcome_of(case.inspection.result) is None:
                return (
                    "Decide: the documents are incomplete and no ground was found. Send `request_missing_documents`, "
                    "`conclude_without_documents`, or another `inspection_completed`."
                )
            return "Inspect the documents and the data in REX, then send the signal `inspection_completed`."
        case Step.CONCLUDE:
            if case.inspection_reopened:
                return "Inspect again (the conclusion was returned for it), then send `inspection_completed`."
            if case.conclusion is None or case.conclusion.document_id is None:
                return "Nothing: the conclusion is being drafted."
            return (
                "Read the draft, then sign it and send the signal `conclusion_signed`; or send it back with the "
                "update `return_conclusion`."
            )
        case Step.APPEAL:
            return "Nothing: the appeal for revocation is being sent to Atameken."
        case Step.REPLY:
            return "Nothing: the reply to the customs is being sent."
        case Step.CLOSED if to_be_told_by_hand(case):
            return "Tell Atameken by letter that the request is withdrawn: it was sent by hand."
        case Step.CLOSED:
            return "Nothing: the case is closed."
