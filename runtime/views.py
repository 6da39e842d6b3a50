"""The lists of cases that we hand out, in one table: every page, notice, command and document takes them from here.

Each shows cases only: recipients and self-checks are workflows too, and an operator has nothing to do with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from activities.signals import CASE
from runtime.links import list_link

CASES: Final = f"WorkflowType = '{CASE}'"
"""The part of a visibility query that leaves everything else out."""

_OPEN: Final = f"{CASES} AND ExecutionStatus = 'Running'"


@dataclass(frozen=True)
class View:
    """One list. ``query`` may have ``{day}``, which is so many days after today (Almaty)."""

    name: str
    query: str
    days_ahead: int = 0

    def query_on(self, today: date) -> str:
        """The visibility query as it is today."""
        return self.query.format(day=(today + timedelta(days=self.days_ahead)).isoformat())

    def link(self, ui_url: str, namespace: str, today: date) -> str:
        """Where the Temporal UI shows it.

        :param ui_url: base of the UI; ``.`` on a page of the UI itself, whose links start there.
        """
        return list_link(ui_url, namespace, self.query_on(today))


OPEN_CASES: Final = View("Open cases", _OPEN)
DUE_TODAY: Final = View("Due today or overdue", f"{_OPEN} AND RexLastDay <= '{{day}}'")
DUE_THIS_WEEK: Final = View("Due within a week", f"{_OPEN} AND RexLastDay <= '{{day}}'", days_ahead=7)
ESCALATIONS: Final = View("With open escalations", f"{_OPEN} AND RexOpenEscalations > 0")

VIEWS: Final = (
    OPEN_CASES,
    DUE_TODAY,
    DUE_THIS_WEEK,
    View("Waiting for Atameken", f"{_OPEN} AND RexStep = 'await_documents'"),
    View("To inspect", f"{_OPEN} AND RexStep = 'inspect'"),
    View("To sign", f"{_OPEN} AND RexStep = 'conclude'"),
    View("At risk", f"{_OPEN} AND RexRisk IN ('at_risk', 'exceeded')"),
    ESCALATIONS,
    View("With refused messages", f"{_OPEN} AND RexRejectedMessages > 0"),
    View(
        "Stuck",
        f"{_OPEN} AND TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')",
    ),
    View("Refused requests", f"{CASES} AND ExecutionStatus = 'Failed'"),
    View("Closed cases", f"{CASES} AND ExecutionStatus = 'Completed'"),
)
"""All of them, in the order of an operator's day."""
