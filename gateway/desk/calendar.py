"""The working calendar: what one person enters another puts in force, having seen which cases it moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from calendars.decrees import Entry
from cases.recounting import carry_out, foresee, outcome_of
from gateway.connected import Connected
from gateway.desk.audit import on_record
from gateway.desk.forms.answers import Answers, of_error, of_model
from gateway.desk.forms.entries import data_of, entries_of, typed
from gateway.desk.forms.fields import fields_of
from gateway.desk.forms.view import FormView
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, TheForm, ThePerson, text_of
from gateway.desk.problems import DeskProblem
from gateway.desk.roles import CALENDAR
from gateway.signing import authenticated
from register.calendar import RecordedEntry, propose, propose_withdrawal, read_calendar
from register.recounts import Recount, apply, cases_of, find_recount
from rules.refusal import Refusal
from rules.text import same_person

router = APIRouter(include_in_schema=False)

PATIENCE: Final = 15.0
"""Seconds that a person waits for the recount; what is left then goes on by a button."""

_FORM: Final = "calendar"
_FIELDS: Final = fields_of(Entry)


@router.get("/desk/calendar")
async def calendar(request: Request, person: ThePerson, world: World) -> Response:
    """The entries, and the form for a further one."""
    return await _page(request, person, world, entries_of(_FIELDS, {}), Answers())


@router.post("/desk/calendar")
async def enter(request: Request, person: ThePerson, world: World, form: TheForm) -> Response:
    """Enter a day. It does not count before somebody else puts it in force."""
    person.needs(CALENDAR)
    words, entries = desk_words(language_of(request)), typed(_FIELDS, form)
    data, now = data_of(_FIELDS, entries), datetime.now(UTC)
    try:
        entry = Entry.model_validate(data)
        async with on_record(world.register, person, "calendar_enter", entry=data) as known:
            known["numbers"] = await asyncio.to_thread(propose, world.register, [entry], by=person.name, now=now)
    except ValidationError as error:
        return await _page(request, person, world, entries, of_model(error, _FORM, _FIELDS, words))
    except Refusal as error:
        return await _page(request, person, world, entries, of_error(error, _FIELDS, words))
    return RedirectResponse("/desk/calendar", 303)


@router.post("/desk/calendar/withdraw")
async def withdraw(person: ThePerson, world: World, form: TheForm) -> Response:
    """Withdraw an entry: at once where it was never in force, else when somebody else puts that in force."""
    person.needs(CALENDAR)
    because = text_of(form, "because")
    if not because:
        raise Refusal("because: is required")
    (number,) = _numbers(form.getlist("entry"))[:1] or (0,)
    now = datetime.now(UTC)
    async with on_record(world.register, person, "calendar_withdraw", numbers=[number], because=because):
        await asyncio.to_thread(propose_withdrawal, world.register, number, because=because, by=person.name, now=now)
    return RedirectResponse("/desk/calendar", 303)


@router.get("/desk/calendar/preview")
async def preview(
    request: Request, person: ThePerson, world: World, entry: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Which open cases would move, and the button that puts the proposals in force."""
    registered = await asyncio.to_thread(read_calendar, world.register)
    numbers = _numbers(entry or [])
    if not numbers:
        return RedirectResponse("/desk/calendar", 303)
    foreseen = await foresee(world.client, registered, numbers)
    proposals = [registered.numbered(number) for number in numbers]
    return await page(
        request,
        "calendar_moves.html",
        proposals=proposals,
        outcome=foreseen,
        run=None,
        failed=(),
        may_apply=person.may(CALENDAR),
        own=any(same_person(_proposer(each), person.name) for each in proposals),
    )


@router.post("/desk/calendar/apply")
async def put_in_force(request: Request, person: ThePerson, world: World, form: TheForm) -> Response:
    """Put proposals of somebody else in force, and recount the open cases."""
    person.needs(CALENDAR)
    numbers, now = _numbers(form.getlist("entry")), datetime.now(UTC)
    if not numbers:
        raise Refusal("entry: is required")
    async with on_record(world.register, person, "calendar_apply", numbers=numbers) as known:
        run, _ = await asyncio.to_thread(apply, world.register, numbers, by=person.name, now=now)
        known["recount"] = run.id
    return await _recount(request, person, world, run)


@router.get("/desk/calendar/recounts/{recount}")
async def look_at_recount(request: Request, person: ThePerson, world: World, recount: str) -> Response:
    """How far a recount is, and what it has moved."""
    return await _recount_page(request, person, world, await _run(world, recount), ())


@router.post("/desk/calendar/recounts/{recount}")
async def go_on(request: Request, person: ThePerson, world: World, form: TheForm, recount: str) -> Response:
    """Go on with a recount that is not finished."""
    person.needs(CALENDAR)
    return await _recount(request, person, world, await _run(world, recount))


async def _run(world: Connected, recount: str) -> Recount:
    run = await asyncio.to_thread(find_recount, world.register, recount)
    if run is None:
        raise DeskProblem(404, "404")
    return run


async def _recount(request: Request, person: Person, world: Connected, run: Recount) -> Response:
    who_sends = authenticated(person.name, person.how, datetime.now(UTC))

    def seal(decision: dict[str, Any], case_id: str, update_id: str) -> dict[str, Any]:
        return world.signer.sealed(decision, case_id, "recount", who_sends, update_id=update_id)

    failed = await carry_out(world.client, world.register, run, seal=seal, patience=PATIENCE)
    if failed:
        return await _recount_page(request, person, world, run, failed)
    return RedirectResponse(f"/desk/calendar/recounts/{run.id}", 303)


async def _recount_page(
    request: Request, person: Person, world: Connected, run: Recount, failed: Sequence[str]
) -> Response:
    listed = await asyncio.to_thread(cases_of, world.register, run.id)
    return await page(
        request,
        "calendar_moves.html",
        status=503 if failed else 200,
        proposals=(),
        outcome=outcome_of(listed),
        run=await _run(world, run.id),
        done=sum(each.done_at is not None for each in listed),
        failed=failed,
        may_apply=person.may(CALENDAR),
        own=False,
    )


async def _page(
    request: Request, person: Person, world: Connected, entries: Mapping[str, Any], answers: Answers
) -> Response:
    registered = await asyncio.to_thread(read_calendar, world.register)
    waiting = [each for each in registered.entries if each.state in ("proposed", "withdrawal proposed")]
    view = FormView(_FORM, desk_words(language_of(request)), answers)
    return await page(
        request,
        "calendar.html",
        status=answers.status if answers else 200,
        waiting=waiting,
        others=[each for each in reversed(registered.entries) if each not in waiting],
        confirmations=registered.confirmations,
        fields=view.shown(_FIELDS, entries),
        answers=answers,
        wrong=view.wrong(),
        may_change=person.may(CALENDAR),
    )


def _numbers(written: Sequence[Any]) -> list[int]:
    return sorted({int(each) for each in written if isinstance(each, str) and each.isdecimal() and len(each) < 10})


def _proposer(recorded: RecordedEntry) -> str:
    return recorded.withdrawal_entered_by or recorded.entered_by
