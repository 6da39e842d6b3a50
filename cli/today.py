"""The command ``today``: the work queue over all open cases, late ones first, then by last day (contract, section 9).

The list of open cases is Temporal's; what is to be done in one the case itself says, by its query. Neither the search
attributes nor the register know whether a draft waits, a letter is held or an action gave up, and the register may lag.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import RenderableType
from rich.text import Text
from temporalio.client import Client

from cases.asking import NobodyAnswers, ask_case, open_cases, read_case
from cli.connected import connected
from cli.errors import CannotDo
from cli.listing import NOTHING, Column, listing
from cli.printing import console, print_json, print_page
from cli.tasks import Task, does_not_answer, tasks_of
from cli.whose import Whose
from cli.words import short_day
from escalation.ladder import officer_key
from rules.case_view import CaseView
from runtime.commands import STARTER

AT_ONCE: Final = 8
"""Cases asked at the same moment: a worker replays them one after the other anyway."""


async def today(*, whose: Whose | None, mine: str | None, as_csv: bool, as_json: bool) -> None:
    """Print what is to be done.

    :param whose: only this role's.
    :param mine: only in cases that are assigned to this officer.
    :raises NobodyAnswers: where no worker runs.
    """
    world = await connected()
    found = await queue(world.client, datetime.now(UTC))
    tasks = [each for each in found if _wanted(each, whose, mine)]
    if as_json:
        print_json([as_data(each, world.link(each.case_id)) for each in tasks])
    elif as_csv:
        write_csv(tasks, world.link)
    elif tasks:
        print_page(task_table(tasks, console().width))
        console().print(_note(tasks), style="dim", soft_wrap=True)
    else:
        of = f" for {whose.value}" if whose else ""
        console().print(f"Nothing to do{of}{f' in cases of {mine}' if mine else ''}.", soft_wrap=True)


async def queue(client: Client, now: datetime) -> list[Task]:
    """The tasks of all open cases, late ones first, then the soonest last day. A case that cannot be asked is one.

    :raises NobodyAnswers: where no worker answers for any of the first ones.
    """
    case_ids = await open_cases(client)
    found: list[Task] = []
    for begin in range(0, len(case_ids), AT_ONCE):
        some = case_ids[begin : begin + AT_ONCE]
        answers = await asyncio.gather(*(_look(client, case_id) for case_id in some))
        if begin == 0 and all(isinstance(each, NobodyAnswers) for each in answers):
            raise NobodyAnswers(str(answers[0]))
        for case_id, answer in zip(some, answers, strict=True):
            found += tasks_of(answer, now) if isinstance(answer, CaseView) else [does_not_answer(case_id, str(answer))]
    return sorted(found, key=lambda task: task.order)


async def _look(client: Client, case_id: str) -> CaseView | CannotDo:
    try:
        return read_case(await ask_case(client, case_id))
    except CannotDo as error:
        return error


def _wanted(task: Task, whose: Whose | None, mine: str | None) -> bool:
    if whose is not None and task.whose is not whose:
        return False
    return mine is None or officer_key(task.responsible or "") == officer_key(mine)


def as_data(task: Task, link: str) -> dict[str, Any]:
    """A task as ``--json`` and ``--csv`` give it; the command whole."""
    return {
        "case_id": task.case_id,
        "whose": task.whose.value,
        "last_day": task.last_day.isoformat() if task.last_day else None,
        "late": task.late,
        "late_days": task.late_days,
        "step": task.step,
        "to_do": task.to_do,
        "command": f"{STARTER} {task.command}",
        "responsible": task.responsible,
        "exporter": task.exporter,
        "link": link,
    }


def write_csv(tasks: Sequence[Task], link: Any) -> None:
    """The tasks as CSV in UTF-8 on standard output, with a line of names at the head also where there is none."""
    names = list(as_data(Task("", Whose.ON_CALL, "", ""), ""))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for each in tasks:
        writer.writerow([_cell(value) for value in as_data(each, link(each.case_id)).values()])


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: names come from outside."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def task_table(tasks: Sequence[Task], width: int) -> RenderableType:
    """The tasks as a table for the terminal; case and command are never folded or cut.

    :param width: of the terminal, in columns.
    """
    columns: tuple[Column[Task], ...] = (
        Column(
            "case and command",
            lambda task: Text.assemble(
                (task.case_id, "bold"), (f"  {task.whose.words}", "cyan"), f"\n  {task.command}"
            ),
        ),
        Column("last day", _last_day),
        Column("responsible", lambda task: task.responsible or NOTHING, spare=1, folds_at=11),
        Column("what to do", lambda task: task.to_do.partition(". ")[0], spare=2, folds_at=36),
    )
    return listing(columns, tasks, width)


def _last_day(task: Task) -> Text:
    if not task.late:
        return Text(short_day(task.last_day))
    late = f"{task.late_days} d late" if task.late_days else "late"
    return Text(f"{short_day(task.last_day)}\n{late}", style="bold red")


def _note(tasks: Sequence[Task]) -> str:
    late = sum(task.late for task in tasks)
    return (
        f"\n{len(tasks)} to do, {late} late. Type a command after {STARTER}\n"
        "To read before: papers CASE --out DIR, draft CASE --out FILE. What FILE holds: COMMAND --help"
    )
