"""The command ``today``: the work queue over all open cases (``cases/today.py``)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import RenderableType
from rich.text import Text

from cases.tasks import Task
from cases.today import as_csv, as_data, queue
from cases.whose import Whose
from cli.connected import connected
from cli.listing import NOTHING, Column, listing
from cli.printing import console, print_json, print_page
from cli.words import short_day
from runtime.commands import STARTER


async def today(*, whose: Whose | None, mine: str | None, in_csv: bool, in_json: bool) -> None:
    """Print what is to be done.

    :param whose: only this role's.
    :param mine: only in cases that are assigned to this officer.
    :raises NobodyAnswers: where no worker runs.
    """
    world = await connected()
    found = await queue(world.client, datetime.now(UTC), mine)
    tasks = [each for each in found if whose is None or each.whose is whose]
    if in_json:
        print_json([as_data(each, world.link(each.case_id)) for each in tasks])
    elif in_csv:
        sys.stdout.write(as_csv(tasks, world.link))
    elif tasks:
        print_page(task_table(tasks, console().width))
        console().print(_note(tasks), style="dim", soft_wrap=True)
    else:
        of = f" for {whose.value}" if whose else ""
        console().print(f"Nothing to do{of}{f' in cases of {mine}' if mine else ''}.", soft_wrap=True)


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
