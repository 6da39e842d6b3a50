"""The papers of a case: our requests, Atameken's deliveries of documents, and when the set is complete (¶7, ¶8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from activities.interface import ArrivalsWanted
from activities.outgoing import MadeLetter
from rules.documents import ORIGIN_EVIDENCE, Application, Kind, Signature, missing_documents
from rules.instant import Instant
from rules.readings import InspectionStarts


class Dispatch(BaseModel):
    """A letter that has left: by interface (``reference`` is the other side's) or by hand (``by`` says whose).

    ``letter`` is ours, made before it was sent; None where a person wrote one.
    """

    sent_at: Instant
    received_at: Instant | None = None
    reference: str | None = None
    by: str | None = None
    letter: MadeLetter | None = None


class RequestRound(BaseModel):
    """One request to Atameken: the first, or one for missing documents, which counts only what comes after it."""

    round: int
    wanted: list[str]
    dispatch: Dispatch | None = None
    proof_of_receipt: Instant | None = None
    proof_arrived_at: Instant | None = None
    reminders: int = Field(default=0, description="the number of the last reminder that was called for")
    has_term: bool = Field(default=True, description="¶8 runs for it; not where the inspection runs on")


class Document(BaseModel):
    """A document of a delivery: offered, then stored (its bytes are in the store under ``document_id``) or refused.

    One in quarantine is kept apart, and is not one of the set until a person has released it and it is stored.
    """

    kind: Kind
    filename: str
    state: Literal["offered", "stored", "quarantined", "refused"] = "offered"
    document_id: str = ""
    sha256: str = ""
    size: int = 0
    media_type: str = ""
    round: int = Field(default=1, description="of our requests, the latest when it was stored")
    reason: str = Field(default="", description="why it was refused, or kept in quarantine")
    signatures: list[Signature] = Field(default_factory=list, description="of a signed container")
    released_by: str | None = Field(default=None, description="who has released it from quarantine")
    released_because: str | None = None


class Delivery(BaseModel):
    """What one message of Atameken delivers, with the message's times."""

    message_id: str
    sent_at: Instant | None
    received_at: Instant | None
    arrived_at: Instant
    documents: list[Document]
    arrival: ArrivalsWanted | None = Field(
        default=None, description="its arrival is asked with the documents; until then it is when the case saw it"
    )

    @property
    def sent(self) -> datetime:
        """When Atameken sent it: as stated, else as received, else on arrival (contract, section 2)."""
        return self.sent_at or self.received_at or self.arrived_at

    @property
    def received(self) -> datetime:
        """When it was received here: as stated, else on arrival."""
        return self.received_at or self.arrived_at

    @property
    def being_fetched(self) -> bool:
        """Whether a document of it is still to be fetched."""
        return any(document.state == "offered" for document in self.documents)


class Answer(NamedTuple):
    """When Atameken's documents were sent, and when they were received here."""

    sent_at: datetime
    received_at: datetime


class Papers(BaseModel):
    """All of them, and what the set lacks."""

    requests: list[RequestRound] = Field(default_factory=list)
    deliveries: list[Delivery] = Field(default_factory=list)
    application: Application | None = None
    via_representative: bool = False

    @property
    def request(self) -> RequestRound | None:
        """The latest request to Atameken."""
        return self.requests[-1] if self.requests else None

    @property
    def awaited(self) -> RequestRound | None:
        """The latest request for which ¶8 runs."""
        return next((each for each in reversed(self.requests) if each.has_term), None)

    @property
    def stored(self) -> list[tuple[Delivery, Document]]:
        """The accepted documents, each with its delivery."""
        return list(self._documents("stored"))

    @property
    def refused(self) -> list[tuple[Delivery, Document]]:
        """The refused documents, each with its delivery."""
        return list(self._documents("refused"))

    @property
    def quarantined(self) -> list[tuple[Delivery, Document]]:
        """The documents in quarantine, each with its delivery."""
        return list(self._documents("quarantined"))

    @property
    def signatures(self) -> list[tuple[str, Signature]]:
        """The signatures of the accepted documents, each with the document's file name."""
        return [(document.filename, each) for _, document in self.stored for each in document.signatures]

    def delivery(self, message_id: str) -> Delivery | None:
        """What a message delivered."""
        return next((each for each in self.deliveries if each.message_id == message_id), None)

    def missing(self) -> list[str]:
        """What the set still lacks; in a later round also what was asked for and has not come since."""
        return self._lacking(document for _, document in self._documents("stored"))

    def answer(self, reading: InspectionStarts) -> Answer | None:
        """What ends ¶8 and starts ¶9: a complete set, or the first document of an answer, as the office reads ¶9.

        A set is sent, and received, at the smallest time at which it is complete.
        """
        if reading is InspectionStarts.FIRST_ANSWER:
            since = self.awaited.round if self.awaited is not None else 1
            came = [delivery for delivery, document in self.stored if document.round >= since]
            first = min(came, key=lambda delivery: delivery.received, default=None)
            return Answer(first.sent, first.received) if first is not None else None
        sent_at = self._complete_at(lambda delivery: delivery.sent)
        received_at = self._complete_at(lambda delivery: delivery.received)
        if self.missing() or sent_at is None or received_at is None:
            return None
        return Answer(sent_at, received_at)

    def on_the_way(
        self, reading: InspectionStarts, given_up: Iterable[str], sent_before: datetime | None = None
    ) -> bool:
        """Whether documents that are being fetched would be an answer: our own time counts against nobody.

        :param given_up: ids of messages whose fetching waits for a person.
        :param sent_before: leaves out what was sent later (contract, section 2: late or not is judged by the sending).
        """
        waiting = set(given_up)
        fetched = [each for each in self.deliveries if each.being_fetched and each.message_id not in waiting]
        if not fetched:
            return False
        round = len(self.requests)
        having = [
            document if document.state == "stored" else document.model_copy(update={"round": round})
            for delivery in self.deliveries
            if sent_before is None or delivery.arrival is not None or delivery.sent < sent_before
            for document in delivery.documents
            if document.state == "stored" or (document.state == "offered" and delivery in fetched)
        ]
        answers = reading is InspectionStarts.FIRST_ANSWER or not self._lacking(having)
        return any(each.state == "offered" for each in having) and answers

    def _documents(self, state: str) -> Iterator[tuple[Delivery, Document]]:
        return (
            (delivery, document)
            for delivery in self.deliveries
            for document in delivery.documents
            if document.state == state
        )

    def _complete_at(self, moment: Callable[[Delivery], datetime]) -> datetime | None:
        stored = self.stored
        times = sorted({moment(delivery) for delivery, _ in stored})
        return next(
            (
                at
                for at in times
                if not self._lacking(document for delivery, document in stored if moment(delivery) <= at)
            ),
            None,
        )

    def _lacking(self, documents: Iterable[Document]) -> list[str]:
        having = list(documents)
        lacking = missing_documents((each.kind for each in having), via_representative=self.via_representative)
        asked = self.request
        if asked is not None and asked.round > 1:
            since = {each.kind for each in having if each.round >= asked.round}
            no_evidence = ORIGIN_EVIDENCE in missing_documents(since, via_representative=False)
            lacking += [
                kind
                for kind in asked.wanted
                if kind not in lacking and (no_evidence if kind == ORIGIN_EVIDENCE else kind not in since)
            ]
        return lacking
