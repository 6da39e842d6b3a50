"""The work queue over all open cases, late ones first, then by last day (contract, section 9).

The list of open cases is Temporal's; what is to be done in one the case itself says, by its query. Neither the search
attributes nor the register know whether a draft waits, a letter is held or an action gave up, and the register may lag.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Final

from temporalio.client import Client

from cases.asking import NobodyAnswers, ask, open_cases, read_case
from cases.errors import CannotDo
from cases.tasks import Task, does_not_answer, tasks_of
from rules.case_view import CaseView
from runtime.commands import STARTER

AT_ONCE: Final = 8
"""Cases asked at the same moment: a worker replays them one after the other anyway."""


Look = Callable[[str], Awaitable[dict[str, Any]]]
"""Gives the object of the query ``case`` for the number of one."""


async def queue(client: Client, now: datetime, officer: str | None = None, look: Look | None = None) -> list[Task]:
    """The tasks of all open cases, late ones first, then the soonest last day. A case that cannot be asked is one.

    :param officer: only of the cases that are assigned to this one; no others are asked.
    :param look: how a case is asked; by default a worker is, each time.
    :raises NobodyAnswers: where no worker answers for any of the first ones.
    """
    case_ids = await open_cases(client, officer)
    at_once = asyncio.Semaphore(AT_ONCE)

    async def asked(case_id: str) -> CaseView | CannotDo:
        """What a case of the list says of itself: that it is one and runs need not be asked again."""
        async with at_once:
            try:
                return read_case(await (look(case_id) if look else ask(client, case_id, "case")))
            except CannotDo as error:
                return error

    answers = await asyncio.gather(*map(asked, case_ids[:AT_ONCE]))
    if answers and all(isinstance(each, NobodyAnswers) for each in answers):
        raise NobodyAnswers(str(answers[0]))
    answers += await asyncio.gather(*map(asked, case_ids[AT_ONCE:]))
    found: list[Task] = []
    for case_id, answer in zip(case_ids, answers, strict=True):
        found += tasks_of(answer, now) if isinstance(answer, CaseView) else [does_not_answer(case_id, str(answer))]
    return sorted(found, key=lambda task: task.order)


NAMES: Final = (
    *("case_id", "whose", "last_day", "late", "late_days", "step", "to_do", "command", "responsible", "exporter"),
    "link",
)
"""What is told of a task, in order: the head of the CSV."""


def as_data(task: Task, link: str) -> dict[str, Any]:
    """A task as JSON, CSV and XLSX give it; the command whole."""
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


def as_csv(tasks: Iterable[Task], link: Callable[[str], str]) -> str:
    """The tasks as CSV, with a line of names at the head also where there is none.

    :param link: the address of a case.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(NAMES)
    for each in tasks:
        writer.writerow([cell(value) for value in as_data(each, link(each.case_id)).values()])
    return written.getvalue()


def cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: names come from outside."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
