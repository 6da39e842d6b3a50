"""One case: where it stands, what to do, its thirty days, its papers, who was notified, and what has happened."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Engine
from starlette.responses import Response

from calendars.time_zone import almaty_clock
from cases.asking import UnknownCase, read_case
from cases.papers import CONCLUSION, Paper, copy_to_sign, papers_of
from cases.tasks import tasks_of
from cases.whose import Whose
from gateway.connected import Connected
from gateway.desk.case_sheet import sheet
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, ThePerson
from gateway.desk.problems import DeskProblem
from gateway.desk.roles import MAY, QUARANTINE
from gateway.desk.thirty_days import picture_of
from gateway.desk.today import address_of, is_mine, what_to_do
from pages.case import case_page
from register.calendar import state
from register.deliveries import deliveries_of
from register.record import find_present, letters_of, log_of
from register.rows import DeliveryEntry, LetterEntry, LogEntry, RegisterEntries
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from rules.refusal import Refusal
from rules.terms import Step

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Recorded:
    """What the register has of a case beside what the case says itself."""

    letters: list[LetterEntry]
    deliveries: list[DeliveryEntry]
    log: list[LogEntry]
    calendar: WorkingCalendar | None


async def case_of(world: Connected, case_id: str) -> CaseView:
    """The case as it says itself. :raises CannotDo: as ``cases.asking`` does."""
    return read_case(await world.views.look(world.client, case_id))


@router.get("/desk/cases/{case_id}")
async def show(request: Request, person: ThePerson, world: World, case_id: str, done: str = "") -> Response:
    """The page."""
    try:
        case = await case_of(world, case_id)
    except UnknownCase:
        return await _remembered(request, world, case_id)
    recorded = await asyncio.to_thread(_recorded, world.register, case_id, case.calendar.version)
    now, clock = datetime.now(UTC), almaty_clock()
    today = clock.day_of(now)
    words = desk_words(language_of(request))
    tasks = tasks_of(case, now)
    return await page(
        request,
        "case.html",
        case=case,
        today=today,
        closed=case.step is Step.CLOSED,
        tasks=[
            {
                "task": each,
                "to_do": what_to_do(each, words),
                "mine": is_mine(each, person),
                "may": each.act is not None and person.may(each.act) and each.whose is not Whose.ATAMEKEN,
                "address": address_of(each, person),
            }
            for each in tasks
        ],
        further=_further(case, person, {each.act for each in tasks if each.whose is not Whose.ATAMEKEN}),
        may_acknowledge=person.may("acknowledge_escalation"),
        may_open_quarantine=person.may(QUARANTINE),
        held={each.id: _holder(each.acknowledged_by, each.acknowledged_until, today) for each in case.escalations},
        papers=[*_papers(case), *_copy_to_sign(case)],
        to_sign=next((each.document_id for each in _copy_to_sign(case)), None),
        final=case.conclusion.final.document_id if case.conclusion and case.conclusion.final else None,
        quarantine=[each for each in papers_of(case) if each.quarantined],
        picture=picture_of(case, clock, recorded.calendar, today),
        recorded=recorded,
        sheet=sheet(case_page(case, clock, now)),
        ui_link=world.settings.ui_url,
        done=done if done in MAY else "",
    )


def _further(case: CaseView, person: Person, shown: set[str | None]) -> list[str]:
    """Updates that the case would take now and the person may send, beside those of the tasks."""
    names = [each.update for each in case.to_send if each.update not in shown]
    always = [] if case.step is Step.CLOSED else ["assign", "change_reading", "recount", "withdraw"]
    wanted = dict.fromkeys([*names, *always])
    return [each for each in wanted if person.may(each) and each not in ("acknowledge_escalation", "release_document")]


def _papers(case: CaseView) -> list[Paper]:
    """Those that are in order; letters stand by themselves."""
    letters = {each.what for each in case.letters} - {CONCLUSION}
    return [each for each in papers_of(case) if not each.quarantined and each.kind not in letters]


def _copy_to_sign(case: CaseView) -> list[Paper]:
    """The copy of the draft that is signed, while it waits for that."""
    copy = copy_to_sign(case.conclusion) if case.conclusion is not None else None
    return [copy] if copy is not None else []


def _holder(by: str | None, until: date | None, today: date) -> str | None:
    return by if by and until and today <= until else None


def _recorded(register: Engine, case_id: str, calendar: str | None) -> Recorded:
    days = None
    if calendar is not None:
        with suppress(Refusal):  # the register is behind by a moment: the picture does without
            days = WorkingCalendar(state(register, calendar))
    return Recorded(letters_of(register, case_id), deliveries_of(register, case_id), log_of(register, case_id), days)


async def _remembered(request: Request, world: Connected, case_id: str) -> Response:
    """A case that Temporal has no longer: the register remembers it."""

    def read() -> tuple[RegisterEntries | None, Recorded]:
        return find_present(world.register, case_id), _recorded(world.register, case_id, None)

    present, recorded = await asyncio.to_thread(read)
    if present is None or present.case is None:
        raise DeskProblem(404, "no_case", case=case_id)
    documents: list[Any] = [
        Paper(each.kind, each.filename, each.document_id, each.arrived_at, size=each.size)
        for each in {each.document_id: each for each in present.documents}.values()
    ]
    documents += [
        Paper(each.what, f"{each.number}.pdf", document_id, each.sent_at)
        for document_id, each in {each.document_id: each for each in recorded.letters}.items()
        if document_id
    ]
    return await page(request, "remembered.html", case=present.case, papers=documents, recorded=recorded)
