"""The decision ``acknowledge_escalation``: who holds an escalation, until when, and who takes it over (section 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from escalation.resolution import Resolution
from rules.calendar import WorkingCalendar
from rules.decisions import ALL, LONGEST_ACKNOWLEDGEMENT, AcknowledgeEscalation
from rules.refusal import Refusal
from rules.text import one_line
from workflows.case import Case
from workflows.deadlines import CANCELLATION, resolve_cancellations
from workflows.escalation_state import EscalationState

WITHOUT_A_CALENDAR: Final = timedelta(days=14)
"""How far ahead an acknowledgement may reach where no working days can be counted: ten of them, as a rule."""


def check(case: Case, calendar: WorkingCalendar | None, decision: AcknowledgeEscalation, now: datetime) -> None:
    """Whether it makes sense now. :raises Refusal: with the reason why it does not, or who holds it."""
    _taken(case, decision, now)
    today = case.clock.day_of(now)
    if calendar is None:
        latest, bound = today + WITHOUT_A_CALENDAR, f"{WITHOUT_A_CALENDAR.days} days ahead: no calendar is recorded yet"
    else:
        latest, bound = calendar.after(today, LONGEST_ACKNOWLEDGEMENT), f"{LONGEST_ACKNOWLEDGEMENT} working days ahead"
    if not today <= decision.until <= latest:
        raise Refusal(f"until: expected a date from {today} to {latest} ({bound})")


def acknowledge(
    case: Case, _: WorkingCalendar | None, decision: AcknowledgeEscalation, now: datetime
) -> dict[str, Any]:
    """Give what is acknowledged to the one who decides.

    :return: ``{"acknowledged": [id], "taken_over": [...], "held_by_others": [...]}``, the last two with each
        ``{"escalation_id", "by", "until"}`` of who held it, or holds it.
    """
    taken = _taken(case, decision, now)
    answer = {
        "acknowledged": [each.id for each in taken],
        "taken_over": _held([each for each in taken if _is_anothers(each, decision, now)]),
        "held_by_others": _held([each for each in _named(case, decision) if each not in taken]),
    }
    for each in taken:
        each.acknowledged_by, each.acknowledged_until = decision.by, decision.until
        each.rests_until = case.clock.end_of(decision.until)
        each.nobody_since = None
        if each.identity.about.startswith(CANCELLATION):  # To know of it is all there is to do.
            resolve_cancellations(case, now, Resolution.SEEN, decision.by)
    return answer


def _taken(case: Case, decision: AcknowledgeEscalation, now: datetime) -> list[EscalationState]:
    """What the decision acknowledges: of several, those that nobody else holds."""
    named = _named(case, decision)
    taken = [each for each in named if decision.take_over or not _is_anothers(each, decision, now)]
    if not taken:
        held = "; ".join(
            f"{each['escalation_id']} is held by {each['by']} until {each['until']}" for each in _held(named)
        )
        raise Refusal(f"escalation_id: {held}; to take it over: take_over true (in the terminal --take-over)")
    return taken


def _named(case: Case, decision: AcknowledgeEscalation) -> list[EscalationState]:
    if decision.escalation_id == ALL:
        if not case.open_escalations:
            raise Refusal("escalation_id: no escalation is open")
        return case.open_escalations
    found = next((each for each in case.escalations if each.id == decision.escalation_id), None)
    if found is None:
        known = ", ".join(each.id for each in case.open_escalations) or "none is open"
        raise Refusal(f"escalation_id: {decision.escalation_id!r} is unknown; expected {ALL} or one of: {known}")
    if found.resolved_at is not None:
        raise Refusal(f"escalation_id: {found.id} is resolved already")
    if found.overtaken_by is not None:
        raise Refusal(f"escalation_id: {found.id} is overtaken by {found.overtaken_by}; expected that one")
    return [found]


def _is_anothers(each: EscalationState, decision: AcknowledgeEscalation, now: datetime) -> bool:
    """Whether somebody else holds it now; names are compared as typed, but for case."""
    holder = each.acknowledged_by if each.rests(now) else None
    return holder is not None and one_line(holder).casefold() != one_line(decision.by).casefold()


def _held(escalations: list[EscalationState]) -> list[dict[str, Any]]:
    """Who holds each, and until when."""
    return [
        {"escalation_id": each.id, "by": each.acknowledged_by, "until": str(each.acknowledged_until)}
        for each in escalations
    ]
