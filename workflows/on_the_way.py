"""Documents that Atameken has sent and that are still being fetched: our own time counts against nobody."""

from __future__ import annotations

from datetime import datetime

from activities.interface import Activity
from rules.documents import Kind
from rules.terms import Step
from workflows.case import Case, Document, Offer, StepState


def documents_on_their_way(case: Case, state: StepState) -> bool:
    """Whether documents sent in time are still being fetched and would complete the set (contract, section 2)."""
    return state.step is Step.AWAIT_DOCUMENTS and state.due_at is not None and set_on_its_way(case, state.due_at)


def set_on_its_way(case: Case, sent_before: datetime | None = None) -> bool:
    """Whether what is being fetched would complete the set, with what is there; ``sent_before`` leaves out the rest."""

    def counts(sent: datetime) -> bool:
        return sent_before is None or sent < sent_before

    being_fetched = [
        _expected(kind, offer, message_id)
        for message_id, offer in case.offers.items()
        if counts(offer.sent) and _is_being_fetched(case, message_id)
        for kind in offer.kinds
    ]
    there = [document for document in case.documents if counts(document.sent)]
    return bool(being_fetched) and not case.missing([*there, *being_fetched])


def _expected(kind: Kind, offer: Offer, message_id: str) -> Document:
    """The document as it will be, with what is known of it."""
    return Document(
        kind=kind,
        filename="",
        document_id="",
        sha256="",
        size=0,
        media_type="",
        sent_at=offer.sent_at,
        received_at=offer.received_at,
        arrived_at=offer.arrived_at,
        message_id=message_id,
    )


def _is_being_fetched(case: Case, message_id: str) -> bool:
    action = case.actions.get(f"{Activity.FETCH_DOCUMENTS.value} {message_id}")
    return action is not None and action.state != "failed"
