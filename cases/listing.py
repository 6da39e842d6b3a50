"""Cases side by side, from Temporal's visibility: no case is asked, so it works without a worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from cases.asking import in_words
from cases.errors import CannotDo
from rules.instant import rfc_3339
from runtime import search_attributes as attributes
from runtime.commands import STARTER
from runtime.links import case_link
from runtime.views import CASES

_CASES = f"{CASES} AND ExecutionStatus != 'Failed' AND ExecutionStatus != 'ContinuedAsNew'"
"""The visibility query of every case. A failed one was a refused request, a continued one has a later run."""


@dataclass(frozen=True)
class CaseRow:
    """One case in the list. Instants are UTC, days are days in Almaty; None is what the case does not have yet."""

    case_id: str
    status: str
    country: str | None
    rex_number: str | None
    exporter: str | None
    step: str | None
    risk: str | None
    outcome: str | None
    reserve_days: int | None
    last_day: date | None
    limit_last_day: date | None
    step_due_at: datetime | None
    limit_at: datetime | None
    responsible: str | None
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
        """The row as ``list --json`` prints it: times in RFC 3339, days as ISO dates, null where not known."""
        return {name: _plain(value) for name, value in vars(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc_3339(value)
    return value.isoformat() if isinstance(value, date) else value


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
        last_day=_day(found.get(attributes.REX_LAST_DAY)),
        limit_last_day=_day(found.get(attributes.REX_LIMIT_LAST_DAY)),
        step_due_at=found.get(attributes.REX_STEP_DUE_AT),
        limit_at=found.get(attributes.REX_LIMIT_AT),
        responsible=found.get(attributes.REX_RESPONSIBLE),
        open_escalations=found.get(attributes.REX_OPEN_ESCALATIONS),
        rejected_messages=found.get(attributes.REX_REJECTED_MESSAGES),
        opened_at=execution.start_time,
        closed_at=execution.close_time,
        link=link,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def by_nearest_due(row: CaseRow) -> tuple[bool, date, datetime, str]:
    """Order of the list: open cases first, the nearest last day of a step or of the 30 days at the top."""
    nearest = min(row.last_day or date.max, row.limit_last_day or date.max)
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
