"""What is to be done in a case now, by whom and until when, by which update: read off its view."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendars.time_zone import almaty_clock
from cases.whose import Whose
from escalation.kinds import CASE_OFFICER
from pages.words import words
from rules.case_view import CaseView, EscalationView
from rules.roles import Role
from rules.terms import Risk, Step


@dataclass(frozen=True)
class Task:
    """One thing to do. ``command`` follows the program's name; ``late_days`` counts working days of a late step.

    ``act``: the update by which a person does it, None where there is none. ``kinds``: of the escalations it is about.
    """

    case_id: str
    whose: Whose
    to_do: str
    command: str
    act: str | None = None
    kinds: tuple[str, ...] = ()
    step: str | None = None
    last_day: date | None = None
    late: bool = False
    late_days: int = 0
    exporter: str | None = None
    responsible: str | None = None
    risk: str | None = None

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
    running, today = case.running, almaty_clock().day_of(now)
    last_day = running.last_day if running else None
    late, late_days = (running.late, running.late_days) if running else (False, 0)
    if case.to_do_by is not Role.ATAMEKEN and case.thirty_run and case.limit_last_day:
        # The thirty days are the ministry's: they may end before the step does.
        last_day = min(last_day or case.limit_last_day, case.limit_last_day)
        late = late or case.risk is Risk.EXCEEDED or today > case.limit_last_day
    return Task(
        case.case_id,
        Whose.of(case.to_do_by),
        case.to_do.replace("`", ""),
        _command(case),
        _act(case),
        step=case.step.value,
        last_day=last_day,
        late=late,
        late_days=late_days,
        exporter=case.request.exporter.name,
        responsible=case.responsible,
        risk=case.risk,
    )


def _act(case: CaseView) -> str | None:
    """The update that goes with ``to_do`` and ``to_do_by``."""
    match case.to_do_by:
        case Role.ON_CALL:
            return "retry_action"
        case Role.ATAMEKEN:
            return "record_documents"
        case Role.SIGNATORY:
            return "sign_conclusion"
        case Role.INSPECTOR:
            return "record_inspection"
        case _ if case.step is Step.REQUEST_DOCUMENTS:
            return "confirm_request"
        case _:
            return None if case.step is Step.CLOSED else "release_conclusion"


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
    return each.acknowledged_until is not None and almaty_clock().day_of(now) <= each.acknowledged_until


def _acknowledge(case: CaseView, whose: Whose, escalations: list[EscalationView], now: datetime) -> Task:
    due = min((each.due_at for each in escalations if each.due_at), default=None)
    named = ", ".join(words(each.kind) for each in escalations)
    return Task(
        case.case_id,
        whose,
        f"Acknowledge: {named}",
        f"acknowledge {case.case_id} all --by NAME --until DATE",
        "acknowledge_escalation",
        tuple(each.kind for each in escalations),
        step=case.step.value,
        # ``due_at`` is 24:00 of it (contract, section 2).
        last_day=almaty_clock().day_of(due - timedelta(microseconds=1)) if due else None,
        late=due is not None and due <= now,
        exporter=case.request.exporter.name,
        responsible=case.responsible,
        risk=case.risk,
    )
