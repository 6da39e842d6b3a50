"""What a change of the calendar does to the open cases: previewed, then carried out case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from calendars.build import build
from calendars.kazakhstan import years_with_data
from cases.asking import NobodyAnswers, ask_case, in_words, message_of, open_cases, read_case
from cli.calendar_entries import entry_words
from cli.calendar_register import calendar_register
from cli.connected import connected
from cli.errors import CannotDo
from cli.listing import Column, listing
from cli.printing import console, print_json, print_page
from cli.words import day_words, step_words
from register.calendar import RegisteredCalendar, read_calendar
from register.recounts import Recount, apply, begin_recount, cases_of, done, enlist, finish
from rules.calendar import WorkingCalendar
from rules.recount import Moved, recount
from rules.refusal import Refusal
from rules.terms import Step
from runtime.commands import WORKER

WAIT = 30.0
"""Seconds to wait for one case: far longer than a worker takes to replay and answer."""

AT_ONCE = 8
"""Cases asked or recounted side by side: a worker answers so many without queueing, and thousands take minutes."""

_NO_CALENDAR_YET = "has no calendar yet and will take the new one"
_CLOSED_MEANWHILE = "was closed meanwhile"


@dataclass(frozen=True)
class MovedTerm:
    """A term of a case that a change of the calendar moves."""

    case_id: str
    moved: Moved

    def as_json(self) -> dict[str, Any]:
        """As the commands print it; ``step`` is null for the thirty days."""
        moved = self.moved
        return {
            "case_id": self.case_id,
            "step": moved.step.value if moved.step else None,
            "round": moved.round,
            "before": moved.before.isoformat(),
            "after": moved.after.isoformat(),
            "became_late": moved.became_late,
            "stopped_being_late": moved.stopped_being_late,
        }


async def preview(numbers: Sequence[int], *, as_json: bool) -> None:
    """Print which open cases would move if these proposals were in force; nothing is changed."""
    with calendar_register() as register:
        registered = await asyncio.to_thread(read_calendar, register)
    for number in numbers:
        proposal = registered.numbered(number)
        if proposal.state not in ("proposed", "withdrawal proposed"):
            raise Refusal(f"entry {number}, {proposal.entry.day.isoformat()}: is {proposal.state}; expected a proposal")
    world = await connected()
    case_ids = await open_cases(world.client)
    moved, passed_over = await _would_move(world.client, registered, numbers, case_ids)
    if as_json:
        print_json(
            {
                "cases": len(case_ids),
                "terms": [each.as_json() for each in moved],
                "passed_over": [{"case_id": case_id, "why": why} for case_id, why in passed_over],
            }
        )
        return
    for number in numbers:
        proposal = registered.numbered(number)
        withdrawn = "would be withdrawn: " if proposal.state == "withdrawal proposed" else ""
        console().print(f"Entry {number}: {withdrawn}{entry_words(proposal.entry)}", soft_wrap=True)
    _print_moved(moved, len(case_ids), "would move")
    for case_id, why in passed_over:
        console().print(f"{case_id}: {why}", style="yellow", soft_wrap=True)


async def apply_entries(numbers: Sequence[int], *, by: str, as_json: bool) -> None:
    """Put proposals in force and recount every open case; asked again, go on where it stopped."""
    world = await connected()
    with calendar_register() as register:
        run, entries = await asyncio.to_thread(apply, register, numbers, by=by, now=datetime.now(UTC))
        if not as_json:
            for each in entries:
                what = "withdrawn" if each.withdrawal_approved_at else "in force"
                console().print(f"Entry {each.number} is {what}: {entry_words(each.entry)}", soft_wrap=True)
            if not entries:
                console().print(f"Continuing the recount that {run.by} started.", soft_wrap=True)
        await _carry_out(world.client, register, run, as_json=as_json)


async def recount_all(*, by: str, because: str, as_json: bool) -> None:
    """Recount every open case by the calendar as it is; asked again after an interruption, go on where it stopped."""
    world = await connected()
    with calendar_register() as register:
        run = await asyncio.to_thread(begin_recount, register, by=by, reason=because, now=datetime.now(UTC))
        await _carry_out(world.client, register, run, as_json=as_json)


async def _would_move(
    client: Client, registered: RegisteredCalendar, numbers: Sequence[int], case_ids: list[str]
) -> tuple[list[MovedTerm], list[tuple[str, str]]]:
    now = datetime.now(UTC)
    gate = asyncio.Semaphore(AT_ONCE)
    moved: dict[str, list[MovedTerm]] = {}
    passed_over: dict[str, str] = {}

    async def look(case_id: str) -> None:
        async with gate:
            case = read_case(await ask_case(client, case_id))
        if case.limit_last_day is None:
            passed_over[case_id] = _NO_CALENDAR_YET
            return
        first = case.received_at.year - 1
        last = max(case.limit_last_day, now.date()).year + 2
        calendar = WorkingCalendar(
            build(
                max(first, years_with_data().start),
                min(last, years_with_data().stop - 1),
                entries=registered.after(numbers),
                confirmed=registered.confirmed(),
                cutoff=case.calendar.receipt_cutoff,
            )
        )
        moved[case_id] = [MovedTerm(case_id, each) for each in recount(case, calendar, now) if each.changed]

    with _progress("asking", len(case_ids)) as progress:
        for asked in asyncio.as_completed([look(case_id) for case_id in case_ids]):
            await asked
            progress.advance(progress.task_ids[0])
    return [each for case_id in case_ids for each in moved.get(case_id, [])], sorted(passed_over.items())


async def _carry_out(client: Client, register: Engine, run: Recount, *, as_json: bool) -> None:
    """Recount until no open case is left that this run has not done."""
    while True:
        # Listed again each time: a case that was opened while the entry was written may count by the old calendar.
        await asyncio.to_thread(enlist, register, run.id, await open_cases(client))
        listed = await asyncio.to_thread(cases_of, register, run.id)
        pending = [each.case_id for each in listed if each.done_at is None]
        if not pending:
            break
        await _recount_each(client, register, run, pending, len(listed))
    await asyncio.to_thread(finish, register, run.id, now=datetime.now(UTC))
    recounted = await asyncio.to_thread(cases_of, register, run.id)
    moved = [term for each in recounted if each.answer for term in _moved_terms(each.case_id, each.answer)]
    passed_over = [(each.case_id, each.passed_over) for each in recounted if each.passed_over]
    if as_json:
        print_json(
            {
                "recount": run.id,
                "cases": len(recounted),
                "terms": [each.as_json() for each in moved],
                "passed_over": [{"case_id": case_id, "why": why} for case_id, why in passed_over],
            }
        )
        return
    _print_moved(moved, len(recounted), "moved")
    for case_id, why in passed_over:
        console().print(f"{case_id}: {why}", soft_wrap=True)


async def _recount_each(client: Client, register: Engine, run: Recount, pending: list[str], cases: int) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    failed: list[str] = []

    async def one(case_id: str) -> None:
        async with gate:
            try:
                answer, passed_over = await _recount_case(client, run, case_id)
            except CannotDo as error:
                failed.append(str(error))
                return
            await asyncio.to_thread(
                done, register, run.id, case_id, now=datetime.now(UTC), answer=answer, passed_over=passed_over
            )

    with _progress("recounting", cases) as progress:
        progress.advance(progress.task_ids[0], cases - len(pending))
        for recounted in asyncio.as_completed([one(case_id) for case_id in pending]):
            await recounted
            progress.advance(progress.task_ids[0])
    if failed:
        raise CannotDo(
            f"{len(failed)} of {cases} cases are not recounted, {failed[0]}; run the same command again to go on"
        )


async def _recount_case(client: Client, run: Recount, case_id: str) -> tuple[dict[str, Any] | None, str | None]:
    """Send a case its recount; the same run asked twice gets one and the same answer.

    :return: the case's answer, or why it needs no recount.
    :raises CannotDo: where it must be tried again.
    """
    handle = client.get_workflow_handle(case_id)
    decision = {"by": run.by, "reason": run.reason}
    try:
        answer = await asyncio.wait_for(handle.execute_update("recount", decision, id=f"recount-{run.id}"), WAIT)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise NobodyAnswers(f"{case_id}: no worker has answered; start one: {WORKER}") from None
    except WorkflowUpdateFailedError as error:
        case = read_case(await ask_case(client, case_id))
        if case.step is Step.CLOSED:
            return None, _CLOSED_MEANWHILE
        if case.calendar.version is None:
            return None, _NO_CALENDAR_YET
        raise CannotDo(f"{case_id}: refused: {message_of(error.cause)}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None, _CLOSED_MEANWHILE
        raise CannotDo(f"{case_id}: {in_words(error)}") from None
    return answer, None


def _moved_terms(case_id: str, answer: dict[str, Any]) -> list[MovedTerm]:
    """The terms that a case has moved, by its answer to the update ``recount``."""
    moved = [
        Moved(
            step=Step(term["step"]) if "step" in term else None,
            round=term.get("round", 1),
            before=date.fromisoformat(term["before"]),
            after=date.fromisoformat(term["after"]),
            became_late=term["became_late"],
            stopped_being_late=term["stopped_being_late"],
        )
        for term in (*answer["terms"], answer["limit"])
        if term["before"] and term["after"]
    ]
    return [MovedTerm(case_id, each) for each in moved if each.changed]


def _print_moved(moved: list[MovedTerm], cases: int, verb: str) -> None:
    out = console()
    touched = len({each.case_id for each in moved})
    if moved:
        columns: tuple[Column[MovedTerm], ...] = (
            Column("case", lambda each: Text(each.case_id, style="bold")),
            Column("term", lambda each: _term_words(each.moved), folds_at=14),
            Column("before", lambda each: day_words(each.moved.before), folds_at=11),
            Column("after", lambda each: day_words(each.moved.after), folds_at=11),
            Column("term is", lambda each: _consequence(each.moved)),
        )
        print_page(listing(columns, moved, out.width))
    out.print(f"{touched} of {cases} open cases {verb}.", soft_wrap=True)


def _term_words(term: Moved) -> str:
    named = step_words(term.step.value) if term.step else "¶5: the 30 working days"
    return named + (f", round {term.round}" if term.round > 1 else "")


def _consequence(term: Moved) -> Text:
    if term.became_late:
        return Text("now late", style="bold red")
    if term.stopped_being_late:
        return Text("no longer late", style="green")
    return Text("shorter" if term.after < term.before else "longer", style="yellow" if term.after < term.before else "")


def _progress(what: str, total: int) -> AbstractContextManager[Progress]:
    """A bar on standard error, so that standard output stays what was asked for."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    progress.add_task(what, total=total)
    return progress
