"""The forms of a case: every update of the contract that a person may send has one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.responses import Response

from cases.errors import CannotDo
from cases.papers import conclusion_paper, copy_to_sign
from gateway.connected import Connected
from gateway.desk.acting import act
from gateway.desk.case import case_of
from gateway.desk.forms import acts
from gateway.desk.forms.answers import Answers, of_error, of_model
from gateway.desk.forms.checklist import checklist_of
from gateway.desk.forms.entries import data_of, typed
from gateway.desk.forms.uploads import take_files
from gateway.desk.forms.view import FormView
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, TheDesk, TheForm, ThePerson, text_of
from gateway.desk.problems import DeskProblem
from gateway.four_eyes import SIGNING, inspector_named
from rules.case_view import CaseView
from rules.decisions import DECISIONS
from rules.instant import stated_between
from rules.refusal import Refusal

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases/{case_id}/do/{update}")
async def form(
    request: Request, person: ThePerson, world: World, case_id: str, update: str, about: str = ""
) -> Response:
    """The form."""
    if update == acts.ELSEWHERE:
        return RedirectResponse(f"/desk/cases/{case_id}/acknowledge", 303)
    _known(update, person)
    case = await case_of(world, case_id)
    entries = acts.begins_with(update, case, person, about)
    return await _page(request, world, person, case, update, entries, Answers())


@router.post("/desk/cases/{case_id}/do/{update}")
async def do(
    request: Request, person: ThePerson, of: TheDesk, world: World, form: TheForm, case_id: str, update: str
) -> Response:
    """Do it, or show what does not fit; with the button for a further row only that."""
    _known(update, person)
    case = await case_of(world, case_id)
    words, fields = desk_words(language_of(request)), acts.form_fields(update)
    entries = typed(fields, form)
    answers = await take_files(fields, entries, world.store, words)
    more = text_of(form, "more")
    if answers or more:
        return await _page(request, world, person, case, update, entries, answers, more=more)
    data = acts.completed(update, data_of(fields, entries))
    try:
        bounds = stated_between(case.received_at, datetime.now(UTC))
        DECISIONS[update].model_validate({**data, "by": person.name}, context=bounds)
        await act(world, of, person, case_id, update, data)
    except ValidationError as error:
        return await _page(request, world, person, case, update, entries, of_model(error, update, fields, words))
    except (Refusal, CannotDo) as error:
        return await _page(request, world, person, case, update, entries, of_error(error, fields, words))
    return RedirectResponse(f"/desk/cases/{case_id}?done={update}", 303)


def _known(update: str, person: Person) -> None:
    if update not in acts.FORMS:
        raise DeskProblem(404, "404")
    person.needs(update)


async def _page(
    request: Request,
    world: Connected,
    person: Person,
    case: CaseView,
    update: str,
    entries: Mapping[str, Any],
    answers: Answers,
    *,
    more: str = "",
) -> Response:
    words = desk_words(language_of(request))
    view = FormView(
        update,
        words,
        answers,
        acts.offered(update, case, words),
        acts.HIDDEN.get(update, frozenset()),
        more,
    )
    return await page(
        request,
        "form.html",
        status=answers.status if answers else 200,
        case=case,
        form=update,
        target=f"/desk/cases/{case.case_id}/do/{update}",
        back=f"/desk/cases/{case.case_id}",
        fields=view.shown(acts.form_fields(update), entries),
        answers=answers,
        wrong=view.wrong(),
        ends=update in acts.ENDS,
        checklist=checklist_of(case, words) if update == "record_inspection" else (),
        draft=conclusion_paper(case.conclusion) if case.conclusion is not None else None,
        to_sign=copy_to_sign(case.conclusion) if case.conclusion is not None else None,
        other=inspector_named(case, person.name) if world.settings.four_eyes and update in SIGNING else None,
    )
