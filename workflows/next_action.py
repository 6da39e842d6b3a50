"""What is to be done next in a case, in one or two sentences: one text for page, terminal, answers and notices."""

from __future__ import annotations

from typing import Final

from activities.interface import Activity
from activities.outgoing import AboutRequest
from escalation.kinds import DOCUMENT_KINDS, Escalation
from rules.outcome import outcome_of
from rules.terms import Step
from workflows.case import Case
from workflows.deadlines import CANCELLATION
from workflows.escalation_state import EscalationState
from workflows.letters import requests_by_hand
from workflows.markdown import code
from workflows.wording import DOES

_ABOUT: Final[dict[Escalation, str]] = {
    Escalation.STEP_OVERDUE: "Each working day now costs one day of the reserve.",
    Escalation.LIMIT_AT_RISK: (
        "Speed up: if every remaining step uses its full term, the 30 working days will be exceeded."
    ),
    Escalation.LIMIT_DUE_SOON: "The conclusion has to be signed by the last day of the 30.",
    Escalation.LIMIT_EXCEEDED: "The duty to the requesting customs is breached: decide how to go on, and inform them.",
    Escalation.REGISTRATION_CHANGED: "Compare what REX shows now with the inspection and the conclusion.",
    Escalation.DOCUMENTS_REFUSED: "Ask Atameken to send these documents again, corrected, in a new message.",
    Escalation.DOCUMENTS_QUARANTINED: (
        "Look at the reasons on the case page. Release a document with the update `release_document`, or ask Atameken "
        "to send it again without what was found."
    ),
    Escalation.MESSAGE_REJECTED: "Ask the sender to correct the message and send it again; it may keep its message_id.",
}
"""What an escalation asks for beside the step's own work, by its kind."""


def what_to_do_about(case: Case, escalation: EscalationState) -> str:
    """What somebody who is notified of an escalation should do: about it first, then for the case to go on."""
    if escalation.identity.about.startswith(CANCELLATION):
        return (
            "A click on Cancel does not end a case. To end it, send the update `withdraw`. Otherwise acknowledge this: "
            "there is nothing else to do."
        )
    about = _ABOUT.get(escalation.kind)
    if escalation.kind in (*DOCUMENT_KINDS, Escalation.MESSAGE_REJECTED):
        return about or ""
    return f"{about} {next_action(case)}" if about else next_action(case)


def next_action(case: Case) -> str:
    """The next thing that somebody has to do for the case to go on."""
    failed = case.failed_actions
    if failed:
        names = "; ".join(f"{DOES[action.activity]} ({code(action.key)})" for action in failed)
        letter = any(isinstance(action.payload, AboutRequest) for action in failed)
        return (
            f"Failed, and not tried again by itself: {names}. Find out why, then send the update `retry_action`; or do "
            f"it by hand{' (the letter is among the papers)' if letter else ''} and record it with "
            "`record_dispatch` or `record_lookup`."
        )
    match case.step:
        case Step.REQUEST_DOCUMENTS if case.waits_for_confirmation:
            return (
                "Confirm that the request is official (¶4): send the update `confirm_request`. Then the request to "
                "Atameken leaves. If you sent it yourself, record it with `record_dispatch`."
            )
        case Step.REQUEST_DOCUMENTS:
            return "The request is being sent to Atameken. If you sent it yourself, record it with `record_dispatch`."
        case Step.AWAIT_DOCUMENTS:
            return _await_documents(case)
        case Step.INSPECT:
            if case.inspection is not None and outcome_of(case.inspection.result, case.readings.grounds) is None:
                return (
                    "Decide: the documents are incomplete and no ground was found. Send `request_missing_documents`, "
                    "`conclude_without_documents`, or another `record_inspection`."
                )
            return "Inspect the documents and the data in REX, then send the update `record_inspection`."
        case Step.CONCLUDE:
            return _conclude(case)
        case Step.APPEAL | Step.REPLY if case.conclusion is not None and case.conclusion.held_because:
            return (
                "Decide: REX has changed since the look-up before, so the letters are held. Send `release_conclusion` "
                "to let them leave, or `return_conclusion`."
            )
        case Step.APPEAL | Step.REPLY if case.doing(Activity.SEAL_CONCLUSION):
            return "No action needed: the final conclusion is being made."
        case Step.APPEAL:
            return "No action needed: the appeal for revocation is being sent to Atameken."
        case Step.REPLY:
            return "No action needed: the reply to the customs is being sent."
        case Step.CLOSED if requests_by_hand(case):
            return "Inform Atameken by letter that the request is withdrawn: it was sent by hand."
        case Step.CLOSED:
            return "No action needed: the case is closed."


def _await_documents(case: Case) -> str:
    asked = case.papers.request
    if asked is not None and asked.dispatch is None:
        return "No action needed: the request for the missing documents is being sent to Atameken."
    lacking = ", ".join(kind.replace("_", " ") for kind in case.papers.missing())
    apart = sum(not document.released_by for _, document in case.papers.quarantined)
    first = f"Documents in quarantine: {apart}. Release them with the update `release_document`, if you can. "
    return (first if apart else "") + (
        f"Atameken has to send: {lacking}. Call Atameken as the last day nears. Papers that came by post: put them in "
        "the store and send the update `record_documents`. If nothing comes: `conclude_without_documents`."
    )


def _conclude(case: Case) -> str:
    if case.inspection_reopened:
        return "Inspect again: the conclusion was returned for it. Then send the update `record_inspection`."
    if not case.drafted:
        return "No action needed: the conclusion is being drafted."
    if case.unseen:
        return "No action needed: the signed conclusion is being fetched and checked."
    file = " with the signed file (`signed_file`)" if case.require_signed_file else ""
    return (
        f"Read the draft, then sign it and send the update `sign_conclusion`{file}; or return it with the update "
        "`return_conclusion`."
    )
