"""What is a gap in the watch: register and Temporal compared, without asking either. Pure; times are UTC."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from activities.interface import Gap, GapKind
from activities.ladders import ladder_id
from calendars.confirmation import missing_confirmation
from calendars.kazakhstan import is_confirmed
from escalation.kinds import BREACH_OF, Escalation
from escalation.ladder import LEVELS
from notifications.dates import english_date
from register.overview import ListedEscalation, RunningTerm

LEVEL_NAMES: Final = {1: "the case officer", 2: "on-call", 3: "the head"}

_TO_CONFIRM: Final = "When its decrees are taken in: python starter.py calendar confirm {year}."


@dataclass(frozen=True)
class CaseRun:
    """A case as Temporal has it. ``status`` as Temporal words it, in lower case; ``running`` where it has not ended.

    ``fetching``: it is fetching documents now. ``busy``: some activity of it is under way.
    """

    status: str
    task_queue: str
    opened_at: datetime
    closed_at: datetime | None
    fetching: bool = False
    busy: bool = False

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.status == "running"


def not_in_temporal(case_id: str, run: CaseRun | None, task_queue: str, before: datetime) -> Gap | None:
    """The gap of a case that is open in the register, where Temporal does not run it.

    :param run: what Temporal answers about it now; None where it has no such case.
    :param before: what ended later than this may still be on its way into the register.
    """
    if run is None:
        what = "is open in the register, and Temporal has no such case: nothing counts its terms"
        to_do = "See whether workers and starter.py use the right server and namespace (TEMPORAL_ADDRESS, _NAMESPACE)."
    elif run.running and run.task_queue != task_queue:
        what = f"runs on the task queue {run.task_queue}, which this worker does not serve ({task_queue})"
        to_do = "Start a worker with REXV_TASK_QUEUE set to it."
    elif run.running or (run.closed_at or run.opened_at) >= before:
        return None
    else:
        what = f"is open in the register, and in Temporal it has ended ({run.status.replace('_', ' ')})"
        to_do = "Reset it in Temporal to the moment before: it goes on from there. To end a case there is: withdraw."
    return Gap(kind=GapKind.NOT_IN_TEMPORAL, workflow_id=case_id, what=f"{case_id} {what}", what_to_do=to_do)


def not_in_register(case_id: str) -> Gap:
    """The gap of a case that Temporal has and the register has not."""
    return Gap(
        kind=GapKind.NOT_IN_REGISTER,
        workflow_id=case_id,
        what=f"{case_id} is in Temporal and not in the register: its record will be lost with its history",
        what_to_do="See whether the register is the right one and was restored whole (setting REXV_DATABASE_URL).",
    )


def closed_in_register(case_id: str, closed_at: datetime) -> Gap:
    """The gap of a case that the register calls closed and Temporal still runs, with nothing under way."""
    return Gap(
        kind=GapKind.NOT_IN_REGISTER,
        workflow_id=case_id,
        about="closed",
        what=f"{case_id} was closed by the register on {english_date(closed_at.date())}, and Temporal still runs it",
        what_to_do="Look at the case in Temporal; a register restored from a copy may be older or newer than it.",
    )


def terms_not_escalated(
    terms: Iterable[RunningTerm], escalations: Iterable[ListedEscalation], before: datetime
) -> Iterator[Gap]:
    """Terms that ended without their breach being on record and open (contract, section 6).

    :param escalations: the open ones: a step that is overdue and runs on has its escalation open.
    :param before: a term that ended later may still be about to be escalated.
    """
    have = {(each.case_id, each.escalation.kind, each.escalation.step) for each in escalations}
    for term in terms:
        case, step = term.case, term.step
        if _is_past(step.due_at, before) and (case.case_id, Escalation.STEP_OVERDUE.value, step.step) not in have:
            yield _not_escalated(case.case_id, step.step, f"its step {step.step} (¶{step.paragraph})", step.last_day)
        # Signed or withdrawn, the thirty days are judged; what then runs is the appeal.
        whole = case.outcome is None and _is_past(case.limit_at, before)
        if whole and (case.case_id, Escalation.LIMIT_EXCEEDED.value, None) not in have:
            yield _not_escalated(case.case_id, "whole", "the whole (¶5)", case.limit_last_day)


def idle_escalations(
    escalations: Sequence[ListedEscalation], running_ladders: Container[str], *, today: date, before: datetime
) -> Iterator[Gap]:
    """Open escalations that nobody has taken on and nobody is told of any more, or that reach nobody.

    :param escalations: the open ones.
    :param running_ladders: the workflow ids of the ladders that Temporal runs.
    :param today: in Asia/Almaty; an acknowledgement holds to the end of its day.
    :param before: what was raised later may still be about to get its ladder.
    """
    have = {(each.case_id, each.escalation.kind, each.escalation.step) for each in escalations}
    for each in escalations:
        escalation, ladder = each.escalation, each.ladder
        until = escalation.acknowledged_until
        if escalation.raised_at >= before or (until is not None and until >= today):
            continue
        if _is_overtaken(each, have):
            continue
        # A ladder that rests and was not awake since has not written yet that no rung is left.
        if ladder is not None and (ladder.state == "exhausted" or (ladder.state == "rests" and not ladder.next_at)):
            lapsed = f"{escalation.acknowledged_by} had it until {until}, which is over" if until else ""
            told = f"all rungs up to level {ladder.level} have been told and {lapsed or 'nobody has acknowledged'}"
            yield _idle(each, GapKind.LADDER_ENDED, told)
        elif ladder is not None and ladder.ended_at is not None:
            yield _idle(each, GapKind.LADDER_ENDED, f"its ladder has ended ({ladder.state}), and the matter is open")
        elif ladder_id(each.case_id, escalation.id) not in running_ladders:
            words = "no ladder was ever started for it" if ladder is None else "its ladder is gone from Temporal"
            yield _idle(each, GapKind.LADDER_GONE, f"nobody is told of it: {words}")
        if ladder is not None and ladder.ended_at is None and _is_past(ladder.nobody_since, before):
            yield _idle(each, GapKind.NOBODY_REACHED, f"nobody of level {ladder.level} can be reached")


def failing_tasks(problems: Mapping[str, Sequence[str]]) -> Iterator[Gap]:
    """Workflows that Temporal reports as failing their tasks.

    :param problems: by workflow id, what ``TemporalReportedProblems`` holds: ``category=...``, ``cause=...``.
    """
    for workflow_id, reported in problems.items():
        told = ", ".join(each.partition("=")[2].removeprefix("WorkflowTaskFailedCause") for each in reported)
        yield Gap(
            kind=GapKind.TASKS_FAIL,
            workflow_id=workflow_id,
            what=f"{workflow_id} stands still: Temporal reports that it fails its workflow tasks ({told})",
            what_to_do="Open it in Temporal, read the last error, mend the code, start the workers again: it goes on.",
        )


def tasks_not_watched(namespace: str) -> Gap:
    """The gap of a server that does not report failing workflow tasks."""
    setting = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"
    return Gap(
        kind=GapKind.TASKS_NOT_WATCHED,
        about=namespace,
        what=f"Temporal does not report in namespace {namespace} which workflows fail their tasks",
        what_to_do=f"Set {setting} above 0 in the server's dynamic configuration (5 is its own default).",
    )


def levels_without_recipient(recipients: Mapping[int, Collection[str]]) -> Iterator[Gap]:
    """Levels of which nobody can be told."""
    for level in LEVELS:
        if not recipients.get(level):
            yield Gap(
                kind=GapKind.LEVEL_WITHOUT_RECIPIENT,
                about=str(level),
                what=f"level {level} ({LEVEL_NAMES[level]}) has no recipient: what climbs to it reaches nobody",
                what_to_do=f"Set REXV_ESCALATE_{level}, or the level's recipients in the ladder file; restart workers.",
            )


def years_not_confirmed(today: date, confirmed: Container[int]) -> Iterator[Gap]:
    """The present year, and from 1 December the coming one, where its official calendar is not taken in.

    :param today: in Asia/Almaty.
    :param confirmed: the years confirmed in the register; those up to 2025 are from the start.
    """
    years = [] if is_confirmed(today.year, confirmed) else [today.year]
    coming = missing_confirmation(today, confirmed)
    for year in [*years, *([coming] if coming else [])]:
        yield Gap(
            kind=GapKind.YEAR_NOT_CONFIRMED,
            about=str(year),
            what=f"the working calendar of {year} is not confirmed: every term that runs into it is provisional",
            what_to_do=_TO_CONFIRM.format(year=year),
        )


def _is_past(at: datetime | None, before: datetime) -> bool:
    return at is not None and at < before


def _is_overtaken(each: ListedEscalation, have: Collection[tuple[str, str, str | None]]) -> bool:
    escalation = each.escalation
    breach = BREACH_OF.get(Escalation(escalation.kind))
    if breach is None:
        return False
    found_late = escalation.due_at is not None and escalation.raised_at >= escalation.due_at
    return found_late or (each.case_id, breach.value, escalation.step) in have


def _not_escalated(case_id: str, about: str, words: str, last_day: date | None) -> Gap:
    day = english_date(last_day) if last_day else "an unknown day"
    return Gap(
        kind=GapKind.TERM_NOT_ESCALATED,
        workflow_id=case_id,
        about=about,
        what=f"{case_id}: {words} had its last day on {day}, and nobody was told that it is over",
        what_to_do="Look whether the case goes on in Temporal (a worker that is down, a workflow task that fails).",
    )


def _idle(each: ListedEscalation, kind: GapKind, words: str) -> Gap:
    escalation = each.escalation
    command = f"python starter.py acknowledge {each.case_id} {escalation.id} --by NAME --until DATE"
    return Gap(
        kind=kind,
        workflow_id=each.case_id,
        about=escalation.id,
        what=f"{each.case_id}: {escalation.id} is open ({escalation.summary}), but {words}",
        what_to_do=f"Settle the matter, or take it on: {command}.",
    )


def most_important(gaps: Sequence[Gap], longest: int) -> list[Gap]:
    """At most ``longest`` of the gaps, those that concern everything first."""
    return sorted(gaps, key=lambda gap: (gap.workflow_id is not None, gap.key))[:longest]
