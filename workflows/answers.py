"""What the answers of the outside world change in a case, and what follows where an action gives up."""

from __future__ import annotations

from datetime import datetime

from activities.interface import (
    Activity,
    Drafted,
    Fetch,
    Fetched,
    LookedUp,
    Lookup,
    QuarantinedDocument,
    RefusedDocument,
    Release,
    Reminder,
    Sent,
    StoredDocument,
    Taken,
)
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.outcome import Outcome
from rules.registration import Occasion
from rules.terms import Step
from workflows import letters, rex
from workflows.case import Action, Case
from workflows.escalating import escalate, failure_of, resolve
from workflows.escalation_state import Identity
from workflows.papers import Delivery, Dispatch, Document


def request_taken(case: Case, _: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken our request (¶7)."""
    letters.request_sent(case, _dispatch(result))
    if case.outcome is Outcome.WITHDRAWN:
        letters.withdraw_requests(case, "the request was withdrawn")


def appeal_taken(case: Case, _: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken our appeal (¶10)."""
    letters.appeal_sent(case, _dispatch(result), case.next_letter_number())


def reminder_taken(case: Case, action: Action, result: Taken, now: datetime) -> None:
    """Atameken has taken a reminder (¶8)."""
    if isinstance(action.payload, Reminder):
        letters.reminder_sent(case, action.payload.key, _dispatch(result))


def withdrawal_taken(case: Case, action: Action, _: object, now: datetime) -> None:
    """Atameken knows that a request is withdrawn."""
    case.note(f"{action.key} taken", now, "case", "withdrawal_sent")


def looked_up(case: Case, action: Action, result: LookedUp, now: datetime) -> None:
    """REX has answered (¶9)."""
    if isinstance(action.payload, Lookup):
        rex.answered(case, action.payload, result, now)


def drafted(case: Case, _: Action, result: Drafted, now: datetime) -> None:
    """The conclusion is drafted (¶10), with a look at REX; where that was out of reach it is tried on."""
    if result.looked_up is not None:
        rex.looked_up_for_the_draft(case, result.looked_up, now)
    else:
        rex.look_up(case, Occasion.DRAFT)
    conclusion = case.conclusion
    if conclusion is None:
        return
    conclusion.document_id, conclusion.sha256, conclusion.drafted_at = result.document_id, result.sha256, result.at
    details = {"document_id": result.document_id, "version": conclusion.version}
    case.note(f"draft {conclusion.version}", result.at, "case", "conclusion_drafted", **details)


def replied(case: Case, _: Action, result: Sent, now: datetime) -> None:
    """The reply to the customs has left."""
    dispatch = Dispatch(sent_at=result.sent_at, reference=result.message_id)
    letters.reply_sent(case, dispatch, case.next_letter_number())


def fetched(case: Case, action: Action, result: Fetched, now: datetime) -> None:
    """Documents of a delivery are stored, refused or in quarantine; what is out of reach is fetched on."""
    fetch = action.payload
    delivery = case.papers.delivery(fetch.message_id) if isinstance(fetch, Fetch) else None
    if not isinstance(fetch, Fetch) or delivery is None:
        return
    if result.arrived_at is not None:
        delivery.arrived_at, delivery.arrival = result.arrived_at, None
    offered = [document for document in delivery.documents if document.state == "offered"]
    for stored in result.stored:
        _stored(case, delivery, offered[stored.index], stored, now)
    quarantined = [each for each in result.quarantined if not _released_before(case, delivery, offered, each, now)]
    for each in quarantined:
        document = offered[each.index]
        _taken_in(case, document, each)
        document.state, document.reason = "quarantined", each.reason
        key = f"document {fetch.message_id} {delivery.documents.index(document)}"
        details = {"filename": document.filename, "sha256": each.sha256, "reason": each.reason}
        case.note(key, now, "case", "document_quarantined", **details)
    for refused in result.refused:
        document = offered[refused.index]
        document.state = "refused"
        document.reason = refused.reason.removeprefix(f"{document.filename}: ")
        key = f"document {fetch.message_id} {delivery.documents.index(document)}"
        case.note(key, now, "case", "document_refused", filename=document.filename, reason=document.reason)
    if result.refused:
        first = offered[result.refused[0].index]
        escalate(
            case,
            Identity(Escalation.DOCUMENTS_REFUSED, case.open_step, about=f"documents {fetch.message_id}"),
            now,
            f"{len(result.refused)} of {len(fetch.documents)} documents refused; {first.filename}: {first.reason}",
        )
    if quarantined:
        first = offered[quarantined[0].index]
        escalate(
            case,
            Identity(Escalation.DOCUMENTS_QUARANTINED, case.open_step, about=f"documents {fetch.message_id}"),
            now,
            f"{len(quarantined)} of {len(fetch.documents)} documents in quarantine; {first.filename}: {first.reason}",
        )
    rest = [fetch.documents[index] for index in result.out_of_reach]
    if rest:
        again = {"documents": rest, "arrival": delivery.arrival}
        case.want(Activity.FETCH_DOCUMENTS, fetch.model_copy(update=again), key=action.key)


def _taken_in(case: Case, document: Document, taken: StoredDocument) -> None:
    document.round = max(len(case.papers.requests), 1)
    document.document_id, document.sha256 = taken.document_id, taken.sha256
    document.size, document.media_type, document.signatures = taken.size, taken.media_type, taken.signatures


def _stored(case: Case, delivery: Delivery, document: Document, stored: StoredDocument, now: datetime) -> None:
    _taken_in(case, document, stored)
    document.state = "stored"
    key = f"document {delivery.message_id} {delivery.documents.index(document)}"
    details = {"filename": document.filename, "document_id": stored.document_id}
    case.note(key, now, "case", "document_stored", **details)


def _released_before(
    case: Case, delivery: Delivery, offered: list[Document], each: QuarantinedDocument, now: datetime
) -> bool:
    """Store a document whose bytes a person has released in this case already: that decision is on the content."""
    before = next((known for _, known in case.papers.stored if known.sha256 == each.sha256 and known.released_by), None)
    if before is None:
        return False
    document = offered[each.index]
    document.released_by, document.released_because = before.released_by, before.released_because
    _stored(case, delivery, document, each, now)
    return True


def released(case: Case, action: Action, _: object, now: datetime) -> None:
    """Documents that a person has released are among the others: they count from their delivery's times."""
    if not isinstance(action.payload, Release):
        return
    for delivery, document in case.papers.quarantined:
        if document.sha256 == action.payload.sha256 and document.released_by:
            document.state = "stored"
            key = f"document {delivery.message_id} {delivery.documents.index(document)} released"
            details = {"filename": document.filename, "document_id": document.document_id}
            case.note(key, now, document.released_by, "document_released", **details)
            if all(each.state != "quarantined" for each in delivery.documents):
                about, who = f"documents {delivery.message_id}", document.released_by
                resolve(
                    case,
                    now,
                    Resolution.DOCUMENTS_RELEASED,
                    Escalation.DOCUMENTS_QUARANTINED,
                    about=about,
                    who=who,
                )


def never_fetched(case: Case, action: Action, now: datetime) -> None:
    """The case closes: documents that were out of reach to the end are refused, so that the record says so."""
    if not isinstance(action.payload, Fetch):
        return
    reason = f"out of reach until the case closed: {action.error}"
    refused = [RefusedDocument(index=index, reason=reason) for index in range(len(action.payload.documents))]
    case.actions.pop(action.key, None)
    fetched(case, action, Fetched(stored=[], refused=refused, out_of_reach=[]), now)


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
        f"{action.key.replace('_', ' ')} {again}: {error}",
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
    return Dispatch(sent_at=result.sent_at, received_at=result.received_at, reference=result.reference)
