"""Cases side by side, from Temporal's visibility: no case is asked, so it works without a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from cli.asking import WORKFLOW_TYPE, in_words
from cli.errors import CannotDo
from cli.printing import plain_table
from cli.words import (
    OUTCOME_STYLES,
    OUTCOMES,
    RISK_STYLES,
    RISKS,
    last_day_before,
    short_day,
    words,
)
from rules.instant import rfc_3339
from rules.text import shown
from runtime import search_attributes as attributes
from runtime.commands import STARTER
from runtime.links import case_link

_CASES = f"WorkflowType = '{WORKFLOW_TYPE}' AND ExecutionStatus != 'Failed' AND ExecutionStatus != 'ContinuedAsNew'"
"""The visibility query of every case. A failed one was a refused request, a continued one has a later run."""

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class CaseRow:
    """One case in the list. Instants are UTC; None is what the case does not have yet."""

    case_id: str
    status: str
    country: str | None
    rex_number: str | None
    exporter: str | None
    step: str | None
    risk: str | None
    outcome: str | None
    reserve_days: int | None
    step_due_at: datetime | None
    limit_at: datetime | None
    open_escalations: int | None
    rejected_messages: int | None
    opened_at: datetime
    closed_at: datetime | None
    link: str

    @property
    def open(self) -> bool:
        """Whether the case still runs."""
        return self.status == "running"

    def as_json(self) -> dict[str, Any]:
        """The row as ``list --json`` prints it: times in RFC 3339, null where not known."""
        return {name: rfc_3339(value) if isinstance(value, datetime) else value for name, value in vars(self).items()}


def case_row(execution: WorkflowExecution, link: str) -> CaseRow:
    """Read a row off a case's search attributes (contract, section 7)."""
    found = execution.typed_search_attributes
    status = execution.status or WorkflowExecutionStatus.RUNNING
    return CaseRow(
        case_id=execution.id,
        status=status.name.lower(),
        country=found.get(attributes.REX_COUNTRY),
        rex_number=found.get(attributes.REX_NUMBER),
        exporter=found.get(attributes.REX_EXPORTER),
        step=found.get(attributes.REX_STEP),
        risk=found.get(attributes.REX_RISK),
        outcome=found.get(attributes.REX_OUTCOME),
        reserve_days=found.get(attributes.REX_RESERVE_DAYS),
        step_due_at=found.get(attributes.REX_STEP_DUE_AT),
        limit_at=found.get(attributes.REX_LIMIT_AT),
        open_escalations=found.get(attributes.REX_OPEN_ESCALATIONS),
        rejected_messages=found.get(attributes.REX_REJECTED_MESSAGES),
        opened_at=execution.start_time,
        closed_at=execution.close_time,
        link=link,
    )


def by_nearest_due(row: CaseRow) -> tuple[bool, datetime, datetime, str]:
    """Order of the list: open cases first, the nearest last day of a step or of the 30 days at the top."""
    nearest = min(row.step_due_at or _FAR, row.limit_at or _FAR)
    return (not row.open, nearest, row.opened_at, row.case_id)


async def list_cases(client: Client, ui_url: str, *, step: str | None, risk: str | None) -> list[CaseRow]:
    """Every case that Temporal still has, open ones first, the nearest due at the top."""
    query = _CASES
    if step:
        query += f" AND RexStep = '{step}'"
    if risk:
        query += f" AND RexRisk = '{risk}'"
    try:
        rows = [
            case_row(execution, case_link(ui_url, client.namespace, execution.id))
            async for execution in client.list_workflows(query)
        ]
    except RPCError as error:
        hint = f"; run: {STARTER} setup" if "Rex" in error.message else ""
        raise CannotDo(f"the cases cannot be listed; {in_words(error)}{hint}") from None
    return sorted(rows, key=by_nearest_due)


ROOM_FOR_EXPORTER, ROOM_FOR_LIMIT = 96, 112
"""Columns of the terminal from which the exporter, and the end of the 30 days, have room beside the rest."""

_THE_REST, _LIMIT, _LONGEST_NAME = 81, 13, 36
"""Columns: what all but these two need, what the end of the 30 days needs, and the most that an exporter gets."""


def case_table(rows: list[CaseRow], width: int) -> Table:
    """The rows as a table.

    :param width: of the terminal, in columns; a narrow one gets fewer of them, and none cut short.
    """
    table = plain_table(padding=(0, 1, 0, 0))
    columns: dict[str, Callable[[CaseRow], Text | str]] = {
        "case": lambda row: Text(row.case_id, style="bold" if row.open else ""),
        "exporter": lambda row: shown(row.exporter or "–"),
        "step": lambda row: words(row.step or "–"),
        "last day": lambda row: _day(row.step_due_at) if row.open else "–",
        "30 days end": lambda row: _day(row.limit_at),
        "reserve": lambda row: "–" if row.reserve_days is None else str(row.reserve_days),
        "risk, outcome": _risk_or_outcome,
        "esc.": _escalations,
    }
    if width < ROOM_FOR_EXPORTER:
        del columns["exporter"]
    if width < ROOM_FOR_LIMIT:
        del columns["30 days end"]
    name = width - _THE_REST - (_LIMIT if "30 days end" in columns else 0)
    for title in columns:
        match title:
            case "case":
                table.add_column(title, overflow="fold", min_width=16, max_width=28)
            case "exporter":
                table.add_column(title, overflow="ellipsis", no_wrap=True, max_width=min(name, _LONGEST_NAME))
            case _:
                table.add_column(title, no_wrap=True, justify="right" if title in ("reserve", "esc.") else "left")
    for row in rows:
        table.add_row(*(cell(row) for cell in columns.values()), style=None if row.open else "dim")
    return table


def _day(due_at: datetime | None) -> str:
    return short_day(last_day_before(due_at))


def _escalations(row: CaseRow) -> Text:
    count = row.open_escalations or 0
    return Text(str(count), style="bold yellow" if count else "dim")


def _risk_or_outcome(row: CaseRow) -> Text:
    if row.outcome:
        return Text(OUTCOMES.get(row.outcome, words(row.outcome)), style=OUTCOME_STYLES.get(row.outcome, ""))
    if not row.open and row.status != "completed":
        return Text(words(row.status), style="yellow")
    risk = row.risk or ""
    return Text(RISKS.get(risk, words(risk)) or "–", style=RISK_STYLES.get(risk, ""))
