"""What the outside sees of a case: its search attributes, and its rows in the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributePair

from activities.interface import Activity
from rules.text import one_line
from runtime import search_attributes
from workflows.case import Case
from workflows.register_changes import RegisterChanges
from workflows.turns import Turns


class Publisher:
    """The one place where search attributes and register follow the case."""

    def __init__(self) -> None:
        self._published: dict[str, Any] = {}
        self._seen: tuple[Any, ...] = ()
        self._changes = RegisterChanges()

    def publish(self, turns: Turns, now: datetime) -> bool:
        """Bring what is shown up to date; the register by an action, one at a time, with all that has changed.

        :return: whether that took a command; the action is started with the others.
        """
        want_register(turns, self._changes, now)
        return self._publish_search_attributes(turns.case)

    def _publish_search_attributes(self, case: Case) -> bool:
        state = case.running
        seen = (
            *(case.step, case.risk, case.outcome, case.reserve_days, case.rejected_count, len(case.open_escalations)),
            *(case.limit_at, case.limit_last_day, case.responsible),
            *((state.due_at, state.last_day) if state else (None, None)),
        )
        if seen == self._seen:
            return False
        self._seen = seen
        pairs: list[SearchAttributePair[Any]] = [
            SearchAttributePair(search_attributes.REX_STEP, case.step.value),
            SearchAttributePair(search_attributes.REX_RISK, case.risk.value if case.limit_at else None),
            SearchAttributePair(search_attributes.REX_COUNTRY, case.request.requesting_country.value),
            SearchAttributePair(search_attributes.REX_NUMBER, case.request.rex_number),
            SearchAttributePair(search_attributes.REX_OUTCOME, case.outcome.value if case.outcome else None),
            SearchAttributePair(search_attributes.REX_RESPONSIBLE, case.responsible),
            SearchAttributePair(search_attributes.REX_LAST_DAY, _day(state.last_day if state else None)),
            SearchAttributePair(search_attributes.REX_LIMIT_LAST_DAY, _day(case.limit_last_day)),
            SearchAttributePair(search_attributes.REX_EXPORTER, one_line(case.request.exporter.name)),
            SearchAttributePair(search_attributes.REX_STEP_DUE_AT, state.due_at if state else None),
            SearchAttributePair(search_attributes.REX_LIMIT_AT, case.limit_at),
            SearchAttributePair(search_attributes.REX_RESERVE_DAYS, case.reserve_days),
            SearchAttributePair(search_attributes.REX_OPEN_ESCALATIONS, len(case.open_escalations)),
            SearchAttributePair(search_attributes.REX_REJECTED_MESSAGES, case.rejected_count),
        ]
        changed = [pair for pair in pairs if self._published.get(pair.key.name) != pair.value]
        if changed:
            self._published.update({pair.key.name: pair.value for pair in changed})
            workflow.upsert_search_attributes(
                [
                    pair.key.value_set(pair.value) if pair.value is not None else pair.key.value_unset()
                    for pair in changed
                ]
            )
        return bool(changed)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def want_register(turns: Turns, changes: RegisterChanges, now: datetime) -> None:
    """Want a write where rows differ and none is under way; what has just been begun is waited for, to be in it too."""
    if Activity.WRITE_REGISTER.value in turns.case.actions or not turns.settled(now):
        return
    entries = changes.take(turns.case, now)
    if entries is not None:
        turns.case.want(Activity.WRITE_REGISTER, entries)
