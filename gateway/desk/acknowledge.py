"""Taking an escalation on: until which day, and whether from somebody who holds it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from calendars.time_zone import almaty_clock
from cases.errors import RefusedByCase
from gateway.desk.acting import act
from gateway.desk.case import case_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import TheDesk, TheForm, ThePerson, text_of
from gateway.desk.problems import DeskProblem
from rules.case_view import CaseView, EscalationView
from rules.clock import ONE_DAY
from rules.decisions import ALL
from rules.refusal import Refusal

UPDATE = "acknowledge_escalation"

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases/{case_id}/acknowledge")
async def form(request: Request, person: ThePerson, world: World, case_id: str, escalation: str = ALL) -> Response:
    """The form."""
    person.needs(UPDATE)
    case = await case_of(world, case_id)
    return await _page(request, case, escalation, until=None, refused=None)


@router.post("/desk/cases/{case_id}/acknowledge")
async def acknowledge(
    request: Request, person: ThePerson, of: TheDesk, world: World, form: TheForm, case_id: str
) -> Response:
    """Do it."""
    escalation, until = text_of(form, "escalation"), text_of(form, "until")
    fields: dict[str, Any] = {"escalation_id": escalation, "until": until}
    if form.get("take_over"):
        fields["take_over"] = True
    try:
        await act(world, of, person, case_id, UPDATE, fields)
    except (Refusal, RefusedByCase) as error:
        reason = error.reason if isinstance(error, RefusedByCase) else str(error)
        case = await case_of(world, case_id)
        return await _page(request, case, escalation, until=until, refused=reason)
    return RedirectResponse(f"/desk/cases/{case_id}?done={UPDATE}#escalations", 303)


def proposed_day(case: CaseView, now: datetime) -> date:
    """The next working day, as the case proposes it; tomorrow where it proposes none."""
    proposed = next((each.fields.get("until") for each in case.to_send if each.update == UPDATE), None)
    return date.fromisoformat(proposed) if proposed else almaty_clock().day_of(now) + ONE_DAY


def wanted_of(case: CaseView, escalation: str) -> list[EscalationView]:
    """The open escalation of this id, or all. :raises DeskProblem: 409, where none of it is open."""
    found = [each for each in case.open_escalations if escalation in (ALL, each.id)]
    if not found:
        raise DeskProblem(409, "nothing_to_acknowledge")
    return found


async def _page(
    request: Request, case: CaseView, escalation: str, *, until: str | None, refused: str | None
) -> Response:
    now = datetime.now(UTC)
    today = almaty_clock().day_of(now)
    escalations = wanted_of(case, escalation)
    holders = {
        each.acknowledged_by: each.acknowledged_until
        for each in escalations
        if each.acknowledged_by and each.acknowledged_until and today <= each.acknowledged_until
    }
    return await page(
        request,
        "acknowledge.html",
        status=422 if refused else 200,
        case=case,
        escalations=escalations,
        escalation=escalation,
        until=until or proposed_day(case, now).isoformat(),
        today=today.isoformat(),
        holders=holders,
        refused=refused,
    )
