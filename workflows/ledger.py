"""What the register has yet to be told of a case: the rows that changed since it was last told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from register.rows import (
    CaseEntry,
    DocumentEntry,
    Entry,
    EscalationEntry,
    RefusedMessageEntry,
    RegisterEntries,
    StepEntry,
)
from rules.terms import TERMS
from workflows.case import Case, Unwritten

EntryT = TypeVar("EntryT", bound=Entry)

LARGEST_WRITE = 256 * 1024
"""Bytes of refused messages in one write: far below what Temporal takes as one payload (2 MB)."""


class Ledger:
    """Compares the case with what was last written. It starts empty in each run: writing twice changes nothing."""

    def __init__(self) -> None:
        self._written: dict[str, Entry] = {}

    def entries(self, case: Case) -> RegisterEntries | None:
        """Take what is to be written now off the case's unwritten matter; None where nothing changed."""
        steps = self._changed("step", ((f"{e.step} {e.round}", e) for e in _steps(case)))
        documents = self._changed("document", ((f"{e.message_id} {e.kind} {e.sha256}", e) for e in _documents(case)))
        escalations = self._changed("escalation", ((e.id, e) for e in _escalations(case)))
        row = _case(case)
        unwritten = case.unwritten
        changed = self._written.get("case") != row or steps or documents or escalations
        if not (changed or unwritten.log or unwritten.letters or unwritten.refused_messages):
            return None
        self._written["case"] = row
        case.revision += 1
        refused: list[RefusedMessageEntry] = []
        size = 0
        for each in unwritten.refused_messages:
            size += len((each.body or "").encode(errors="replace"))
            if refused and size > LARGEST_WRITE:
                break
            refused.append(each)
        rest = unwritten.refused_messages[len(refused) :]
        case.unwritten = Unwritten(refused_messages=rest)
        return RegisterEntries(
            case=row.model_copy(update={"revision": case.revision}),
            steps=steps,
            documents=documents,
            letters=unwritten.letters,
            escalations=escalations,
            refused_messages=refused,
            log=unwritten.log,
        )

    def _changed(self, table: str, rows: Iterable[tuple[str, EntryT]]) -> list[EntryT]:
        changed = []
        for key, row in rows:
            if self._written.get(f"{table} {key}") != row:
                self._written[f"{table} {key}"] = row
                changed.append(row)
        return changed


def _case(case: Case) -> CaseEntry:
    request = case.request
    return CaseEntry(
        case_id=case.case_id,
        revision=1,
        country=request.requesting_country.value,
        reference=request.reference,
        rex_number=request.rex_number,
        exporter=request.exporter.name,
        received_at=request.received_at,
        limit_at=case.limit_at,
        limit_last_day=case.limit_last_day,
        step=case.step.value,
        risk=case.risk.value,
        reserve_days=case.reserve_days,
        outcome=case.outcome.value if case.outcome else None,
        calendar_version=case.calendar.version if case.calendar else None,
        request=request.model_dump(mode="json"),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
    )


def _steps(case: Case) -> list[StepEntry]:
    return [
        StepEntry(
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
        for state in case.steps
    ]


def _documents(case: Case) -> list[DocumentEntry]:
    """One row for each document of a message; the same bytes offered twice in it as the same kind are one row."""
    rows: dict[tuple[str, str, str], DocumentEntry] = {}
    for document in case.documents:
        key = (document.message_id, document.kind, document.sha256)
        rows.setdefault(key, DocumentEntry.model_validate(document.model_dump()))
    return list(rows.values())


def _escalations(case: Case) -> list[EscalationEntry]:
    return [EscalationEntry.model_validate(each.model_dump(exclude={"cause", "sent"})) for each in case.escalations]
