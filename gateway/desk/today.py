"""Today: what is to be done over all open cases, mine first; as a page, CSV and XLSX."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from calendars.time_zone import almaty_clock
from cases.tasks import Task
from cases.today import NAMES, as_csv, as_data, queue
from cases.whose import Whose
from escalation.ladder import officer_key
from gateway.connected import Connected
from gateway.desk.download import attachment
from gateway.desk.language import DeskWords, desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, ThePerson
from gateway.desk.roles import OPEN, DeskRole
from gateway.desk.workbook import XLSX, Table, workbook
from rules.terms import Risk, Step

router = APIRouter(include_in_schema=False)

_MY_TURN: Final = {
    DeskRole.OFFICER: Whose.CASE_OFFICER,
    DeskRole.INSPECTOR: Whose.INSPECTOR,
    DeskRole.SIGNATORY: Whose.SIGNATORY,
    DeskRole.ON_CALL: Whose.ON_CALL,
    DeskRole.ADMINISTRATOR: Whose.ON_CALL,
}

MINE: Final = "mine"


@dataclass(frozen=True)
class Filters:
    """Which tasks are wanted; what is empty or unknown filters nothing. ``whose`` is a turn, or ``mine``."""

    whose: str = ""
    risk: str = ""
    step: str = ""
    late: bool = False

    @property
    def query(self) -> str:
        """As an address says it."""
        told = [f"{name}={value}" for name, value in vars(self).items() if isinstance(value, str) and value]
        return "&".join([*told, *(["late=1"] if self.late else [])])

    def fit(self, task: Task, person: Person) -> bool:
        """Whether the task is wanted."""
        if self.whose == MINE and not is_mine(task, person):
            return False
        if self.whose in tuple(Whose) and task.whose != self.whose:
            return False
        if self.risk in tuple(Risk) and task.risk != self.risk:
            return False
        if self.step in tuple(Step) and task.step != self.step:
            return False
        return task.late or not self.late


def filters(
    whose: Annotated[str, Query()] = "",
    risk: Annotated[str, Query()] = "",
    step: Annotated[str, Query()] = "",
    late: Annotated[str, Query()] = "",
) -> Filters:
    """The filters of an address."""
    return Filters(
        whose if whose in (MINE, *Whose) else "",
        risk if risk in tuple(Risk) else "",
        step if step in tuple(Step) else "",
        bool(late),
    )


Wanted = Annotated[Filters, Depends(filters)]


def is_mine(task: Task, person: Person) -> bool:
    """Whether it is the person's turn: by role, and as a case officer not in a colleague's case."""
    if task.whose not in {_MY_TURN.get(role) for role in person.roles}:
        return False
    colleagues = task.responsible is not None and officer_key(task.responsible) != officer_key(person.name)
    return not (task.whose is Whose.CASE_OFFICER and colleagues)


def what_to_do(task: Task, words: DeskWords) -> str:
    """The task in the person's language, in a few words."""
    if task.kinds:
        named = ", ".join(dict.fromkeys(words.notices.of("kinds", kind) for kind in task.kinds))
        return words("todo.acknowledge_escalation", what=named)
    return words(f"todo.{task.act or 'look'}")


def address_of(task: Task, person: Person) -> str:
    """Where the person does it: the form where they may, else the case."""
    case = f"/desk/cases/{task.case_id}"
    if task.act is None or not person.may(task.act):
        return case
    return f"{case}/acknowledge" if task.act == "acknowledge_escalation" else f"{case}/do/{task.act}"


@router.get("/desk/today")
async def today(request: Request, person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The page."""
    now = datetime.now(UTC)
    everything = await _queue(world, now)
    tasks = sorted(
        (each for each in everything if wanted.fit(each, person)),
        key=lambda each: (not is_mine(each, person), *each.order),
    )
    words = desk_words(language_of(request))
    return await page(
        request,
        "today.html",
        day=almaty_clock().day_of(now),
        rows=[
            {
                "task": each,
                "mine": is_mine(each, person),
                "to_do": what_to_do(each, words),
                "address": address_of(each, person),
                "may": each.act is not None and person.may(each.act),
            }
            for each in tasks
        ],
        all=len(everything),
        mine=sum(is_mine(each, person) for each in everything),
        overdue=sum(each.late for each in everything),
        due_today=sum(each.last_day == almaty_clock().day_of(now) and not each.late for each in everything),
        wanted=wanted,
        turns=[each.value for each in Whose],
        risks=[each.value for each in Risk],
        steps=[each.value for each in Step if each is not Step.CLOSED],
        may_open=person.may(OPEN),
    )


async def _tasks(world: Connected, person: Person, wanted: Filters) -> list[Task]:
    return [each for each in await _queue(world, datetime.now(UTC)) if wanted.fit(each, person)]


async def _queue(world: Connected, now: datetime) -> list[Task]:
    """The queue; a case in which nothing has happened is not asked for each person that looks."""
    return await queue(world.client, now, look=partial(world.views.look, world.client))


@router.get("/desk/today.csv")
async def today_csv(person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The same as ``starter.py today --csv``, filtered; with a byte order mark, by which Excel knows UTF-8."""
    tasks = await _tasks(world, person, wanted)
    text = "\ufeff" + as_csv(tasks, lambda case_id: _link(world, case_id))
    return Response(text, media_type="text/csv; charset=utf-8", headers=attachment(f"today-{_day()}.csv"))


@router.get("/desk/today.xlsx")
async def today_xlsx(person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The same as a workbook."""
    tasks = await _tasks(world, person, wanted)
    rows = [list(as_data(each, _link(world, each.case_id)).values()) for each in tasks]
    content = await asyncio.to_thread(workbook, [Table("REX", NAMES, rows)])
    return Response(content, media_type=XLSX, headers=attachment(f"today-{_day()}.xlsx"))


def _link(world: Connected, case_id: str) -> str:
    return f"{world.settings.gateway_base}/desk/cases/{case_id}"


def _day() -> str:
    return almaty_clock().day_of(datetime.now(UTC)).isoformat()
