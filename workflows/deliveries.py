"""What becomes of the documents of a delivery: stored, refused, or in quarantine until a person releases them (¶8)."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity, Fetch, Fetched, QuarantinedDocument, RefusedDocument, Release, StoredDocument
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from rules.decisions import ReleaseDocument
from rules.refusal import Refusal
from workflows.case import Action, Case
from workflows.escalating import escalate, resolve
from workflows.escalation_state import Identity
from workflows.papers import Delivery, Document


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
                about, kind = f"documents {delivery.message_id}", Escalation.DOCUMENTS_QUARANTINED
                resolve(case, now, Resolution.DOCUMENTS_RELEASED, kind, about=about, who=document.released_by)


def never_fetched(case: Case, action: Action, now: datetime) -> None:
    """The case closes: documents that were out of reach to the end are refused, so that the record says so."""
    if not isinstance(action.payload, Fetch):
        return
    reason = f"out of reach until the case closed: {action.error}"
    refused = [RefusedDocument(index=index, reason=reason) for index in range(len(action.payload.documents))]
    case.actions.pop(action.key, None)
    fetched(case, action, Fetched(stored=[], refused=refused, out_of_reach=[]), now)


# -- the decision release_document ------------------------------------------------------------------------------------


def _in_quarantine(case: Case, decision: ReleaseDocument) -> list[Document]:
    return [
        document
        for delivery, document in case.papers.quarantined
        if document.sha256 == decision.sha256 and decision.message_id in (None, delivery.message_id)
    ]


def check_release(case: Case, decision: ReleaseDocument) -> None:
    """Whether there is something to release. :raises Refusal: where there is not, or it is being released."""
    found = _in_quarantine(case, decision)
    if not found:
        known = ", ".join(sorted({each.sha256 for _, each in case.papers.quarantined})) or "none is in quarantine"
        raise Refusal(f"sha256: no such document is in quarantine; expected one of: {known}")
    if all(each.released_by for each in found):
        raise Refusal(f"sha256: the document is being released already, for {found[0].released_by}")


def release(case: Case, decision: ReleaseDocument) -> None:
    """Have the bytes put among the others; ``released`` follows when they are."""
    for document in _in_quarantine(case, decision):
        document.released_by, document.released_because = decision.by, decision.reason
    case.want(
        Activity.RELEASE_DOCUMENT,
        Release(sha256=decision.sha256),
        key=f"{Activity.RELEASE_DOCUMENT.value} {decision.sha256}",
    )
