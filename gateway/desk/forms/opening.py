"""Opening the case of a request by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from cases.errors import CannotDo
from cases.opening import Opened, open_case
from gateway.connected import Connected
from gateway.desk.audit import on_record
from gateway.desk.forms.acts import request_fields
from gateway.desk.forms.answers import Answers, of_error, of_model
from gateway.desk.forms.entries import data_of, entries_of, typed
from gateway.desk.forms.view import FormView
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, TheForm, ThePerson, text_of
from gateway.desk.roles import OPEN
from gateway.signing import authenticated
from rules.refusal import Refusal
from rules.request import VerificationRequest
from rules.seal import REQUEST

router = APIRouter(include_in_schema=False)


@router.get("/desk/open")
async def form(request: Request, person: ThePerson) -> Response:
    """The form."""
    person.needs(OPEN)
    return await _page(request, entries_of(request_fields(), {}), Answers())


@router.post("/desk/open")
async def open_(request: Request, person: ThePerson, world: World, form: TheForm) -> Response:
    """Open the case, or show what does not fit. The same request again leads to its case."""
    person.needs(OPEN)
    words, fields = desk_words(language_of(request)), request_fields()
    entries, more = typed(fields, form), text_of(form, "more")
    if more:
        return await _page(request, entries, Answers(), more=more)
    data = data_of(fields, entries)
    try:
        VerificationRequest.model_validate(data, context={"now": datetime.now(UTC)})
        opened = await _open(world, person, data)
    except ValidationError as error:
        return await _page(request, entries, of_model(error, OPEN, fields, words))
    except (Refusal, CannotDo) as error:
        return await _page(request, entries, of_error(error, fields, words))
    return RedirectResponse(f"/desk/cases/{opened.case_id}?done={OPEN if opened.new else ''}", 303)


async def _open(world: Connected, person: Person, data: dict[str, Any]) -> Opened:
    """Open it in the name of the person, written down before and after."""
    who_sends = authenticated(person.name, person.how, datetime.now(UTC))

    def seal(content: dict[str, Any], case_id: str) -> dict[str, Any]:
        return world.signer.sealed(content, case_id, REQUEST, who_sends)

    settings = world.settings
    async with on_record(world.register, person, OPEN, fields=data) as known:
        opened = await open_case(
            world.client,
            settings.task_queue,
            settings.database_url.get_secret_value(),
            data,
            seal=seal,
            look=False,
        )
        known["case_id"] = opened.case_id
    return opened


async def _page(request: Request, entries: Mapping[str, Any], answers: Answers, *, more: str = "") -> Response:
    view = FormView(OPEN, desk_words(language_of(request)), answers, more=more)
    return await page(
        request,
        "form.html",
        status=answers.status if answers else 200,
        case=None,
        form=OPEN,
        target="/desk/open",
        back="/desk/today",
        fields=view.shown(request_fields(), entries),
        answers=answers,
        wrong=view.wrong(),
        ends=False,
        checklist=(),
        other=None,
    )
