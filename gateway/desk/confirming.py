"""Confirming a year: its official calendar has been taken in, so that its days are no longer provisional."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from calendars.decrees import Confirmation
from gateway.desk.audit import on_record
from gateway.desk.forms.answers import Answers, of_error, of_model
from gateway.desk.forms.entries import data_of, entries_of, typed
from gateway.desk.forms.fields import fields_of
from gateway.desk.forms.view import FormView
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import TheForm, ThePerson
from gateway.desk.roles import CALENDAR
from register.calendar import confirm_year
from rules.refusal import Refusal

router = APIRouter(include_in_schema=False)

_FORM: Final = "confirm_year"
_FIELDS: Final = fields_of(Confirmation)


@router.get("/desk/calendar/confirm")
async def form(request: Request, person: ThePerson) -> Response:
    """The form."""
    person.needs(CALENDAR)
    return await _page(request, entries_of(_FIELDS, {}), Answers())


@router.post("/desk/calendar/confirm")
async def confirm(request: Request, person: ThePerson, world: World, form: TheForm) -> Response:
    """Confirm it. Open cases take it over with their next recount."""
    person.needs(CALENDAR)
    words, entries = desk_words(language_of(request)), typed(_FIELDS, form)
    data = data_of(_FIELDS, entries)
    try:
        confirmation = Confirmation.model_validate(data)
        now = datetime.now(UTC)
        async with on_record(world.register, person, "calendar_confirm", confirmation=data):
            await asyncio.to_thread(confirm_year, world.register, confirmation, by=person.name, now=now)
    except ValidationError as error:
        return await _page(request, entries, of_model(error, _FORM, _FIELDS, words))
    except Refusal as error:
        return await _page(request, entries, of_error(error, _FIELDS, words))
    return RedirectResponse("/desk/calendar", 303)


async def _page(request: Request, entries: Mapping[str, Any], answers: Answers) -> Response:
    view = FormView(_FORM, desk_words(language_of(request)), answers)
    return await page(
        request,
        "form.html",
        status=answers.status if answers else 200,
        case=None,
        form=_FORM,
        target="/desk/calendar/confirm",
        back="/desk/calendar",
        fields=view.shown(_FIELDS, entries),
        answers=answers,
        wrong=view.wrong(),
        ends=True,
        checklist=(),
        other=None,
    )
