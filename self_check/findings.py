"""What counts as a finding of the self-check. Pure: it asks neither register nor Temporal. Times are UTC."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from audit.chains import Broken
from calendars.confirmation import missing_confirmation
from calendars.kazakhstan import is_confirmed
from escalation.kinds import KINDS, LEVEL_NAMES, LEVELS, Escalation
from notifications.dates import english_date
from register.overview import ListedEscalation, RunningTerm
from register.refused_requests import RefusedRequests
from rules.case_view import CaseView, EscalationView
from rules.text import one_line
from runtime.commands import STARTER
from self_check.interface import CheckFinding, FindingKind

LONGEST_REASON: Final = 300
"""Characters of a refusal in a finding, so that it stays one readable line."""

_PROBLEMS_SETTING: Final = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute"


@dataclass(frozen=True)
class CaseRun:
    """A case as Temporal describes it. ``status`` is Temporal's own word in lower case.

    ``fetching``: it is fetching documents now. ``busy``: at least one activity of it is pending.
    """

    status: str
    task_queue: str
    opened_at: datetime
    closed_at: datetime | None
    fetching: bool = False
    busy: bool = False

    @property
    def running(self) -> bool:
        """Whether it is still open in Temporal."""
        return self.status == "running"


def not_in_temporal(case_id: str, run: CaseRun | None, task_queue: str, before: datetime) -> CheckFinding | None:
    """The finding about a case that is open in the register, if Temporal does not run it on our task queue.

    :param run: the case in Temporal; None if Temporal has no such case.
    :param before: a case that ended later than this may not have reached the register yet.
    """
    if run is None:
        what = "is open in the register, but Temporal has no such case: nothing counts its terms"
        to_do = "Check that workers and starter.py use the right server and namespace (TEMPORAL_ADDRESS, _NAMESPACE)."
    elif run.running and run.task_queue != task_queue:
        what = f"runs on the task queue {run.task_queue}, which this worker does not serve (it serves {task_queue})"
        to_do = "Start a worker with REXV_TASK_QUEUE set to that task queue."
    elif run.running or (run.closed_at or run.opened_at) >= before:
        return None
    else:
        what = f"is open in the register, but has ended in Temporal ({run.status.replace('_', ' ')})"
        to_do = "Reset it in Temporal to the moment before it ended. To end a case, use withdraw."
    return CheckFinding(
        kind=FindingKind.NOT_IN_TEMPORAL, workflow_id=case_id, what=f"{case_id} {what}", what_to_do=to_do
    )


def not_in_register(case_id: str) -> CheckFinding:
    """The finding about a case that Temporal has and the register does not."""
    return CheckFinding(
        kind=FindingKind.NOT_IN_REGISTER,
        workflow_id=case_id,
        what=f"{case_id} is in Temporal but not in the register: its record will be lost with its history",
        what_to_do="Check that REXV_DATABASE_URL names the right register, and that it was restored completely.",
    )


def closed_in_register(case_id: str, closed_on: date) -> CheckFinding:
    """The finding about a case that is closed in the register and runs in Temporal with no activity pending.

    :param closed_on: the day in Asia/Almaty.
    """
    return CheckFinding(
        kind=FindingKind.NOT_IN_REGISTER,
        workflow_id=case_id,
        about="closed",
        what=f"{case_id} was closed in the register on {english_date(closed_on)}, but still runs in Temporal",
        what_to_do="Look at the case in Temporal. A register restored from a backup can be older than its cases.",
    )


def cannot_be_replayed(case_id: str, error: str) -> CheckFinding:
    """The finding about a case that does not answer a query.

    :param error: what came back, in one line.
    """
    return CheckFinding(
        kind=FindingKind.CANNOT_BE_REPLAYED,
        workflow_id=case_id,
        what=f"{case_id} cannot be read: its history cannot be replayed by this worker, or it gave no answer ({error})",
        what_to_do="Read the worker's log. If the code was changed, run the previous version until this is fixed.",
    )


def terms_not_escalated(
    terms: Iterable[RunningTerm], escalations: Iterable[ListedEscalation], before: datetime
) -> Iterator[CheckFinding]:
    """Terms that ended without an open escalation for their breach (contract, section 6), by the register.

    :param escalations: the open ones. The escalation of a step that is overdue and still running is open.
    :param before: a term that ended later than this may still be about to be escalated.
    """
    have = {(each.case_id, each.escalation.kind, each.escalation.step) for each in escalations}
    for term in terms:
        case, step = term.case, term.step
        if _is_past(step.due_at, before) and (case.case_id, Escalation.STEP_OVERDUE.value, step.step) not in have:
            words = f"the last day of the step {step.step} (¶{step.paragraph})"
            yield _not_escalated(case.case_id, step.step, words, step.last_day)
        # Once the conclusion is signed or the case withdrawn, the limit is decided; only the appeal still runs.
        limit = case.outcome is None and _is_past(case.limit_at, before)
        if limit and (case.case_id, Escalation.LIMIT_EXCEEDED.value, None) not in have:
            yield _not_escalated(case.case_id, "limit", "the last of its thirty days (¶5)", case.limit_last_day)


def escalations_without_end(
    case: CaseView, running: Container[str], *, today: date, before: datetime
) -> Iterator[CheckFinding]:
    """Open escalations of a case that nobody has acknowledged and that reach nobody, or nobody any more.

    :param running: the hashes of the recipients that Temporal runs; the others send nothing.
    :param today: in Asia/Almaty. An acknowledgement holds until the end of its day.
    :param before: an escalation raised later than this may still be about to be sent.
    """
    for each in case.open_escalations:
        until = each.acknowledged_until
        if each.raised_at >= before or (until is not None and until >= today) or _was_found_too_late(each):
            continue
        if _is_past(each.nobody_reached_since, before):
            words = f"no recipient of level {each.level} ({LEVEL_NAMES[each.level]}) can be reached"
            yield _about_escalation(case.case_id, each, FindingKind.NOBODY_REACHED, words)
        elif each.next_at is None and not _is_on_its_way(each, running, before):
            yield _about_escalation(case.case_id, each, FindingKind.LADDER_ENDED, _how_it_ended(each))


def requests_refused(refused: Iterable[RefusedRequests], before: datetime) -> Iterator[CheckFinding]:
    """Requests that were refused at their start and that nobody has dealt with.

    :param refused: the open ones.
    :param before: what was refused later than this has only just been notified.
    """
    for each in refused:
        if each.escalation.raised_at < before:
            yield CheckFinding(
                kind=FindingKind.REQUEST_REFUSED,
                workflow_id=each.case_id,
                what=f"{each.case_id}: no case is open, {one_line(each.escalation.summary, LONGEST_REASON)}",
                what_to_do=f"Have it sent again, corrected, or run: {STARTER} dismiss {each.case_id} --by NAME "
                "--because WHY.",
            )


def refusal_not_kept(case_id: str, run_id: str) -> CheckFinding:
    """The finding about a refused request that the register does not have."""
    return CheckFinding(
        kind=FindingKind.REFUSAL_NOT_KEPT,
        workflow_id=case_id,
        about=run_id,
        what=f"{case_id}: its request was refused, and the register does not have it: it will be lost with its history",
        what_to_do="Check that REXV_DATABASE_URL names the right register. Copy the request from Temporal (tab Input).",
    )


def failing_tasks(problems: Mapping[str, Sequence[str]]) -> Iterator[CheckFinding]:
    """Workflows whose tasks fail, as Temporal reports them.

    :param problems: by workflow id, the values of ``TemporalReportedProblems``: ``category=...``, ``cause=...``.
    """
    for workflow_id, reported in problems.items():
        words = ", ".join(each.partition("=")[2].removeprefix("WorkflowTaskFailedCause") for each in reported)
        yield CheckFinding(
            kind=FindingKind.TASKS_FAIL,
            workflow_id=workflow_id,
            what=f"{workflow_id} is stuck: its workflow tasks fail ({words})",
            what_to_do="Open it in Temporal, read the last error, fix the code, restart the workers: it then goes on.",
        )


def tasks_not_reported(namespace: str) -> CheckFinding:
    """The finding about a server that does not report failing workflow tasks."""
    return CheckFinding(
        kind=FindingKind.TASKS_NOT_REPORTED,
        about=namespace,
        what=f"Temporal does not report which workflows in namespace {namespace} fail their tasks",
        what_to_do=f"Set {_PROBLEMS_SETTING} above 0 in the server's dynamic configuration (its own default is 5).",
    )


def levels_without_recipient(recipients: Mapping[int, Collection[str]]) -> Iterator[CheckFinding]:
    """Levels without anybody to notify."""
    for level in LEVELS:
        if not recipients.get(level):
            yield CheckFinding(
                kind=FindingKind.LEVEL_WITHOUT_RECIPIENT,
                about=str(level),
                what=f"level {level} ({LEVEL_NAMES[level]}) has no recipient: escalations to it reach nobody",
                what_to_do=f"Set REXV_ESCALATE_{level} or the level's recipients in the ladder file; restart workers.",
            )


def log_broken(broken: Iterable[Broken]) -> Iterator[CheckFinding]:
    """What the log, its chains or the daily heads no longer are as they were written."""
    for each in broken:
        yield CheckFinding(
            kind=FindingKind.LOG_BROKEN,
            workflow_id=each.case_id,
            about="" if each.case_id else "heads",
            what=f"{each.case_id}: {each.what}" if each.case_id else each.what,
            what_to_do=f"Find out who changed or restored it; keep it as it is. {STARTER} audit checks all of it.",
        )


def years_not_confirmed(today: date, confirmed: Container[int]) -> Iterator[CheckFinding]:
    """The current year, and from 1 December the next one, if their official calendar is not confirmed.

    :param today: in Asia/Almaty.
    :param confirmed: the years confirmed in the register; those up to 2025 need no confirmation.
    """
    years = [] if is_confirmed(today.year, confirmed) else [today.year]
    coming = missing_confirmation(today, confirmed)
    for year in [*years, *([coming] if coming else [])]:
        yield CheckFinding(
            kind=FindingKind.YEAR_NOT_CONFIRMED,
            about=str(year),
            what=f"the working calendar of {year} is not confirmed: every term that runs into it is provisional",
            what_to_do=f"Enter its decrees, then run: {STARTER} calendar confirm {year}.",
        )


def most_important(findings: Sequence[CheckFinding], longest: int) -> list[CheckFinding]:
    """At most ``longest`` of the findings, those that concern the whole system first."""
    return sorted(findings, key=lambda finding: (finding.workflow_id is not None, finding.key))[:longest]


def _is_past(at: datetime | None, before: datetime) -> bool:
    return at is not None and at < before


def _was_found_too_late(escalation: EscalationView) -> bool:
    """Whether it is a warning of something that was over when it was raised: it is on record only."""
    is_warning = KINDS[Escalation(escalation.kind)].breach is not None
    return is_warning and escalation.due_at is not None and escalation.raised_at >= escalation.due_at


def _is_on_its_way(escalation: EscalationView, running: Container[str], before: datetime) -> bool:
    """Whether a notice of the last notification has still to be delivered, and somebody is there to do it."""
    last = max((each.rung for each in escalation.notified), default=0)
    return any(
        each.rung == last and each.notified_at is None and (each.recipient in running or each.handed_at >= before)
        for each in escalation.notified
    )


def _how_it_ended(escalation: EscalationView) -> str:
    delivered = [each.level for each in escalation.notified if each.notified_at is not None]
    if not delivered:
        return "nobody has been notified, and no notification is planned"
    everybody = f"everyone up to level {max(delivered)} ({LEVEL_NAMES[max(delivered)]}) has been notified"
    until = escalation.acknowledged_until
    if until is None:
        return f"{everybody} and nobody has acknowledged"
    return f"{everybody}, and the acknowledgement by {escalation.acknowledged_by} ended on {english_date(until)}"


def _not_escalated(case_id: str, about: str, words: str, last_day: date | None) -> CheckFinding:
    day = english_date(last_day) if last_day else "an unknown day"
    return CheckFinding(
        kind=FindingKind.TERM_NOT_ESCALATED,
        workflow_id=case_id,
        about=about,
        what=f"{case_id}: {words} was {day}, and no open escalation says so",
        what_to_do="Check in Temporal why the case did not go on (no worker, or a workflow task that fails).",
    )


def _about_escalation(case_id: str, escalation: EscalationView, kind: FindingKind, words: str) -> CheckFinding:
    command = f"{STARTER} acknowledge {case_id} {escalation.id} --by NAME --until DATE"
    return CheckFinding(
        kind=kind,
        workflow_id=case_id,
        about=escalation.id,
        what=f"{case_id}: {escalation.id} is open ({escalation.summary}), but {words}",
        what_to_do=f"Resolve the matter or acknowledge it: {command}.",
    )
