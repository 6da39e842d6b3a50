"""What a change of the calendar does to the open cases: previewed, then carried out case by case."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text
from sqlalchemy import Engine
from temporalio.client import Client

from cases.recounting import MovedTerm, Outcome, Tell, carry_out, foresee, outcome_of
from cli.calendar_entries import entry_words
from cli.calendar_register import calendar_register
from cli.connected import connected
from cli.errors import CannotDo
from cli.listing import Column, listing
from cli.printing import console, print_json, print_page
from cli.words import day_words, step_words
from register.calendar import read_calendar
from register.recounts import Recount, apply, begin_recount, cases_of
from rules.recount import Moved


async def preview(numbers: Sequence[int], *, as_json: bool) -> None:
    """Print which open cases would move if these proposals were in force; nothing is changed."""
    with calendar_register() as register:
        registered = await asyncio.to_thread(read_calendar, register)
    world = await connected()
    with _progress("asking") as tell:
        foreseen = await foresee(world.client, registered, numbers, tell=tell)
    if as_json:
        print_json(foreseen.as_json())
        return
    for number in numbers:
        proposal = registered.numbered(number)
        withdrawn = "would be withdrawn: " if proposal.state == "withdrawal proposed" else ""
        console().print(f"Entry {number}: {withdrawn}{entry_words(proposal.entry)}", soft_wrap=True)
    _print_moved(foreseen, "would move", "yellow")


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


async def _carry_out(client: Client, register: Engine, run: Recount, *, as_json: bool) -> None:
    with _progress("recounting") as tell:
        failed = await carry_out(client, register, run, tell=tell)
    recounted = await asyncio.to_thread(cases_of, register, run.id)
    if failed:
        raise CannotDo(
            f"{len(failed)} of {len(recounted)} cases are not recounted, {failed[0]}; "
            "run the same command again to go on"
        )
    outcome = outcome_of(recounted)
    if as_json:
        print_json({"recount": run.id, **outcome.as_json()})
    else:
        _print_moved(outcome, "moved", "")


def _print_moved(outcome: Outcome, verb: str, style: str) -> None:
    out = console()
    if outcome.terms:
        columns: tuple[Column[MovedTerm], ...] = (
            Column("case", lambda each: Text(each.case_id, style="bold")),
            Column("term", lambda each: _term_words(each.moved), folds_at=14),
            Column("before", lambda each: day_words(each.moved.before), folds_at=11),
            Column("after", lambda each: day_words(each.moved.after), folds_at=11),
            Column("term is", lambda each: _consequence(each.moved)),
        )
        print_page(listing(columns, outcome.terms, out.width))
    out.print(f"{outcome.touched} of {outcome.cases} open cases {verb}.", soft_wrap=True)
    for case_id, why in outcome.passed_over:
        out.print(f"{case_id}: {why}", style=style, soft_wrap=True)


def _term_words(term: Moved) -> str:
    named = step_words(term.step.value) if term.step else "¶5: the 30 working days"
    return named + (f", round {term.round}" if term.round > 1 else "")


def _consequence(term: Moved) -> Text:
    if term.became_late:
        return Text("now late", style="bold red")
    if term.stopped_being_late:
        return Text("no longer late", style="green")
    return Text("shorter" if term.after < term.before else "longer", style="yellow" if term.after < term.before else "")


@contextmanager
def _progress(what: str) -> Iterator[Tell]:
    """A bar on standard error, so that standard output stays what was asked for."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
