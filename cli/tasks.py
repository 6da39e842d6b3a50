"""What is to be done in a case now, by whom and until when, and the command to type: read off its view."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from cli.whose import Whose
from cli.words import day_of, last_day_before, words
from escalation.kinds import CASE_OFFICER
from rules.case_view import CaseView, EscalationView
from rules.roles import Role
from rules.terms import Risk, Step


@dataclass(frozen=True)
class Task:
    """One thing to do. ``command`` follows the program's name; ``late_days`` counts working days of a late step."""

    case_id: str
    whose: Whose
    to_do: str
    command: str
    step: str | None = None
    last_day: date | None = None
    late: bool = False
    late_days: int = 0
    exporter: str | None = None
    responsible: str | None = None

    @property
    def order(self) -> tuple[bool, date, str, str]:
        """Late ones first, then the soonest last day."""
        return (not self.late, self.last_day or date.max, self.case_id, self.whose)


def tasks_of(case: CaseView, now: datetime) -> list[Task]:
    """What the case waits for, unless the system is at work, and its escalations that nobody has acknowledged."""
    tasks = [_next_step(case, now)] if case.to_do_by is not None else []
    return tasks + _to_acknowledge(case, now)


def does_not_answer(case_id: str, why: str) -> Task:
    """A case that cannot be asked is a task itself: it may hide any other."""
    return Task(case_id, Whose.ON_CALL, f"Find out why the case does not answer: {why}", f"show {case_id}")


def _next_step(case: CaseView, now: datetime) -> Task:
    assert case.to_do_by is not None  # the caller looked
    running, today = case.running, day_of(now)
    last_day = running.last_day if running else None
    late, late_days = (running.late, running.late_days) if running else (False, 0)
    if case.to_do_by is not Role.ATAMEKEN and case.thirty_run and case.limit_last_day:
        # The thirty days are the ministry's: they may end before the step does.
        last_day = min(last_day or case.limit_last_day, case.limit_last_day)
        late = late or case.risk is Risk.EXCEEDED or (today is not None and today > case.limit_last_day)
    return Task(
        case.case_id,
        Whose.of(case.to_do_by),
        case.to_do.replace("`", ""),
        _command(case),
        case.step.value,
        last_day,
        late,
        late_days,
        case.request.exporter.name,
        case.responsible,
    )


def _command(case: CaseView) -> str:
    """The command that goes with ``to_do`` and ``to_do_by``."""
    match case.to_do_by:
        case Role.ON_CALL:
            return f"update {case.case_id} retry_action FILE"
        case Role.ATAMEKEN:
            return f"documents {case.case_id} FILE"
        case Role.SIGNATORY:
            again = case.conclusion is not None and case.conclusion.version > 1
            draft = f" --document {case.conclusion.document_id}" if again and case.conclusion else ""
            return f"sign {case.case_id} --by NAME{draft}"
        case Role.INSPECTOR:
            return f"update {case.case_id} record_inspection FILE"
        case _ if case.step is Step.REQUEST_DOCUMENTS:
            return f"update {case.case_id} confirm_request FILE"
        case _ if case.step is Step.CLOSED:
            return f"show {case.case_id}"
        case _:
            return f"update {case.case_id} release_conclusion FILE"


def _to_acknowledge(case: CaseView, now: datetime) -> list[Task]:
    """One task for each role: level 1 is the case officer's, all above are on-call's."""
    by_role: dict[Whose, list[EscalationView]] = defaultdict(list)
    for each in case.open_escalations:
        if not _acknowledged(each, now):
            by_role[Whose.CASE_OFFICER if each.level == CASE_OFFICER else Whose.ON_CALL].append(each)
    return [_acknowledge(case, whose, escalations, now) for whose, escalations in by_role.items()]


def _acknowledged(each: EscalationView, now: datetime) -> bool:
    today = day_of(now)
    return each.acknowledged_until is not None and today is not None and today <= each.acknowledged_until


def _acknowledge(case: CaseView, whose: Whose, escalations: list[EscalationView], now: datetime) -> Task:
    due = min((each.due_at for each in escalations if each.due_at), default=None)
    named = ", ".join(words(each.kind) for each in escalations)
    return Task(
        case.case_id,
        whose,
        f"Acknowledge: {named}",
        f"acknowledge {case.case_id} all --by NAME --until DATE",
        case.step.value,
        last_day_before(due),
        due is not None and due <= now,
        0,
        case.request.exporter.name,
        case.responsible,
    )
