"""What a change of the calendar does to the open cases: foreseen, then carried out case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from calendars.build import build
from calendars.kazakhstan import years_with_data
from cases.asking import NobodyAnswers, ask_case, in_words, message_of, open_cases, read_case
from cases.errors import CannotDo
from register.calendar import RegisteredCalendar
from register.recounts import Recount, RecountedCase, cases_of, done, enlist, finish
from rules.calendar import WorkingCalendar
from rules.recount import Moved, recount
from rules.refusal import Refusal
from rules.terms import Step
from runtime.commands import WORKER

WAIT = 30.0
"""Seconds to wait for one case: far longer than a worker takes to replay and answer."""

AT_ONCE = 8
"""Cases asked or recounted side by side: a worker answers so many without queueing, and thousands take minutes."""

NO_CALENDAR_YET = "has no calendar yet and will take the new one"
CLOSED_MEANWHILE = "was closed meanwhile"

Tell = Callable[[int, int], None]
"""Told how many cases of how many are done."""

Seal = Callable[[dict[str, Any], str, str], dict[str, Any]]
"""Gives a decision with the gateway's seal, for a case and the id of the update."""


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


@dataclass(frozen=True)
class Outcome:
    """What a change moves, or has moved: the terms, and the cases that need no recount with the reason."""

    cases: int
    terms: tuple[MovedTerm, ...]
    passed_over: tuple[tuple[str, str], ...]

    @property
    def touched(self) -> int:
        """The number of cases with a term that moves."""
        return len({each.case_id for each in self.terms})

    def as_json(self) -> dict[str, Any]:
        """As the commands print it."""
        return {
            "cases": self.cases,
            "terms": [each.as_json() for each in self.terms],
            "passed_over": [{"case_id": case_id, "why": why} for case_id, why in self.passed_over],
        }


async def foresee(
    client: Client, registered: RegisteredCalendar, numbers: Sequence[int], *, tell: Tell | None = None
) -> Outcome:
    """Which open cases would move if these proposals were in force; nothing is changed.

    :raises Refusal: for a number that is no proposal.
    :raises CannotDo: where a case does not answer.
    """
    for number in numbers:
        proposal = registered.numbered(number)
        if proposal.state not in ("proposed", "withdrawal proposed"):
            raise Refusal(f"entry {number}, {proposal.entry.day.isoformat()}: is {proposal.state}; expected a proposal")
    case_ids, now = await open_cases(client), datetime.now(UTC)
    gate = asyncio.Semaphore(AT_ONCE)
    moved: dict[str, list[MovedTerm]] = {}
    passed_over: dict[str, str] = {}

    async def look(case_id: str) -> None:
        async with gate:
            case = read_case(await ask_case(client, case_id))
        if case.limit_last_day is None:
            passed_over[case_id] = NO_CALENDAR_YET
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

    for count, asked in enumerate(asyncio.as_completed([look(case_id) for case_id in case_ids]), 1):
        await asked
        if tell is not None:
            tell(count, len(case_ids))
    terms = [each for case_id in case_ids for each in moved.get(case_id, [])]
    return Outcome(len(case_ids), tuple(terms), tuple(sorted(passed_over.items())))


async def carry_out(
    client: Client,
    register: Engine,
    run: Recount,
    *,
    seal: Seal | None = None,
    tell: Tell | None = None,
    patience: float | None = None,
) -> tuple[str, ...]:
    """Recount until no open case is left that this run has not done, and finish the run.

    :param patience: seconds after which no further case is begun; the run then goes on when it is asked again.
    :returns: why cases could not be recounted; the run is then not finished.
    """
    loop = asyncio.get_running_loop()
    end = None if patience is None else loop.time() + patience
    while True:
        # Listed again each time: a case that was opened while the entry was written may count by the old calendar.
        await asyncio.to_thread(enlist, register, run.id, await open_cases(client))
        listed = await asyncio.to_thread(cases_of, register, run.id)
        pending = [each.case_id for each in listed if each.done_at is None]
        if not pending:
            await asyncio.to_thread(finish, register, run.id, now=datetime.now(UTC))
            return ()
        failed = await _recount_each(client, register, run, pending, len(listed), seal=seal, tell=tell, end=end)
        if failed or (end is not None and loop.time() >= end):
            return failed


def outcome_of(recounted: Sequence[RecountedCase]) -> Outcome:
    """What a run has moved."""
    moved = [term for each in recounted if each.answer for term in _moved_terms(each.case_id, each.answer)]
    passed_over = [(each.case_id, each.passed_over) for each in recounted if each.passed_over]
    return Outcome(len(recounted), tuple(moved), tuple(passed_over))


async def _recount_each(
    client: Client,
    register: Engine,
    run: Recount,
    pending: list[str],
    cases: int,
    *,
    seal: Seal | None,
    tell: Tell | None,
    end: float | None,
) -> tuple[str, ...]:
    gate, loop = asyncio.Semaphore(AT_ONCE), asyncio.get_running_loop()
    failed: list[str] = []

    async def one(case_id: str) -> None:
        async with gate:
            if end is not None and loop.time() >= end:
                return
            try:
                answer, passed_over = await recount_case(client, run, case_id, seal=seal)
            except CannotDo as error:
                failed.append(str(error))
                return
            await asyncio.to_thread(
                done, register, run.id, case_id, now=datetime.now(UTC), answer=answer, passed_over=passed_over
            )

    before = cases - len(pending)
    for count, recounted in enumerate(asyncio.as_completed([one(case_id) for case_id in pending]), 1):
        await recounted
        if tell is not None:
            tell(before + count, cases)
    return tuple(failed)


async def recount_case(
    client: Client, run: Recount, case_id: str, *, seal: Seal | None = None
) -> tuple[dict[str, Any] | None, str | None]:
    """Send a case its recount; the same run asked twice gets one and the same answer.

    :return: the case's answer, or why it needs no recount.
    :raises CannotDo: where it must be tried again.
    """
    handle = client.get_workflow_handle(case_id)
    decision, id = {"by": run.by, "reason": run.reason}, f"recount-{run.id}"
    if seal is not None:
        decision = seal(decision, case_id, id)
    try:
        answer = await asyncio.wait_for(handle.execute_update("recount", decision, id=id), WAIT)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        raise NobodyAnswers(f"{case_id}: no worker has answered; start one: {WORKER}") from None
    except WorkflowUpdateFailedError as error:
        case = read_case(await ask_case(client, case_id))
        if case.step is Step.CLOSED:
            return None, CLOSED_MEANWHILE
        if case.calendar.version is None:
            return None, NO_CALENDAR_YET
        raise CannotDo(f"{case_id}: refused: {message_of(error.cause)}") from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None, CLOSED_MEANWHILE
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
