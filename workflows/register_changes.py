"""What the register is still to be given of a case: the rows that changed since it was last given some."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from escalation.resolution import resolved_by
from register.rows import (
    CaseEntry,
    DocumentEntry,
    EscalationEntry,
    RefusedMessageEntry,
    RegisterEntries,
    StepEntry,
)
from rules.terms import TERMS
from workflows.case import Case, StepState, Unwritten
from workflows.escalation_state import EscalationState
from workflows.papers import Delivery, Document

LARGEST_WRITE: Final = 256 * 1024
"""Bytes of refused messages in one write: far below what Temporal takes as one payload (2 MB)."""


class RegisterChanges:
    """Compares the case with what was last written. It starts empty in each run: writing twice changes nothing."""

    def __init__(self) -> None:
        self._written: dict[str, tuple[Any, ...]] = {}

    def take(self, case: Case, now: datetime) -> RegisterEntries | None:
        """Take what is to be written now off the case; None where nothing changed."""
        # Compared by values as they stand: a row is made only where it differs.
        own = self._differs("case", _of_case(case))
        steps = [_step(each) for each in case.steps if self._differs(f"step {each.step} {each.round}", _of_step(each))]
        documents = self._documents(case)
        escalations = [
            _escalation(each)
            for each in case.escalations
            if self._differs(f"escalation {each.id}", _of_escalation(each))
        ]
        unwritten = case.unwritten
        further = unwritten.log or unwritten.letters or unwritten.refused_messages
        if not (own or steps or documents or escalations or further):
            return None
        refused = _portion(unwritten.refused_messages)
        case.unwritten = Unwritten(refused_messages=unwritten.refused_messages[len(refused) :])
        return RegisterEntries(
            case=case_row(case).model_copy(update={"as_of": now}),
            steps=steps,
            documents=documents,
            letters=unwritten.letters,
            escalations=escalations,
            refused_messages=refused,
            log=unwritten.log,
        )

    def _differs(self, key: str, values: tuple[Any, ...]) -> bool:
        if self._written.get(key) == values:
            return False
        self._written[key] = values
        return True

    def _documents(self, case: Case) -> list[DocumentEntry]:
        """One row for each document of a message; the same bytes offered twice in it as the same kind are one row."""
        rows = []
        for delivery, document in case.papers.stored:
            if self._differs(f"document {delivery.message_id} {document.kind} {document.sha256}", ()):
                rows.append(_document(delivery, document))
        return rows


def _portion(messages: list[RefusedMessageEntry]) -> list[RefusedMessageEntry]:
    """As many as one write holds, at least one; the rest follows with the next."""
    portion: list[RefusedMessageEntry] = []
    size = 0
    for each in messages:
        size += len((each.body or "").encode(errors="replace"))
        if portion and size > LARGEST_WRITE:
            break
        portion.append(each)
    return portion


def case_row(case: Case) -> CaseEntry:
    """The case as it stands; ``as_of`` when it last looked at what had come."""
    request = case.request
    return CaseEntry.model_construct(
        case_id=case.case_id,
        as_of=case.seen_at,
        country=request.requesting_country.value,
        reference=request.reference,
        rex_number=request.rex_number,
        exporter=request.exporter.name,
        received_at=request.received_at,
        limit_at=case.limit_at,
        limit_last_day=case.limit_last_day,
        limit_met=case.limit_met,
        limit_ended_at=case.limit_ended_at,
        step=case.step.value,
        risk=case.risk.value,
        reserve_days=case.reserve_days,
        outcome=case.outcome.value if case.outcome else None,
        calendar_version=case.calendar.version if case.calendar else None,
        request=request.model_dump(mode="json"),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
    )


def _of_case(case: Case) -> tuple[Any, ...]:
    limit = (case.limit_at, case.limit_last_day, case.limit_met, case.limit_ended_at, case.reserve_days, case.risk)
    return (*limit, case.step, case.outcome, case.calendar.version if case.calendar else None, case.closed_at)


def _of_step(state: StepState) -> tuple[Any, ...]:
    moments = (state.state, state.started_at, state.due_at, state.last_day, state.ended_at)
    return (*moments, state.late, state.late_days, state.provisional)


def _step(state: StepState) -> StepEntry:
    return StepEntry(
        step=state.step.value,
        round=state.round,
        paragraph=TERMS[state.step].paragraph,
        working_days=TERMS[state.step].working_days,
        state=state.state,
        started_at=state.started_at,
        due_at=state.due_at,
        last_day=state.last_day,
        ended_at=state.ended_at,
        late=state.late,
        late_days=state.late_days,
        provisional=state.provisional,
    )


def _document(delivery: Delivery, document: Document) -> DocumentEntry:
    return DocumentEntry(
        document_id=document.document_id,
        kind=document.kind.value,
        filename=document.filename,
        sha256=document.sha256,
        size=document.size,
        media_type=document.media_type,
        sent_at=delivery.sent_at,
        received_at=delivery.received_at,
        arrived_at=delivery.arrived_at,
        message_id=delivery.message_id,
    )


def _of_escalation(each: EscalationState) -> tuple[Any, ...]:
    end = (each.resolved_at, each.resolution, each.overtaken_by)
    return (each.summary, each.acknowledged_by, each.acknowledged_until, *end)


def _escalation(each: EscalationState) -> EscalationEntry:
    """Who was notified of it, and who comes next, stands in the log of deliveries, which the senders write."""
    return EscalationEntry(
        id=each.id,
        kind=each.kind.value,
        step=each.step.value if each.step else None,
        level=each.level,
        summary=each.summary,
        due_at=each.due_at,
        raised_at=each.raised_at,
        acknowledged_by=each.acknowledged_by,
        acknowledged_until=each.acknowledged_until,
        resolved_at=each.resolved_at,
        resolved_by=resolved_by(each.resolution, each.resolved_who) if each.resolution else None,
        overtaken_by=each.overtaken_by,
    )
