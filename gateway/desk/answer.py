"""Acknowledging by a link of a notice, without login: once, for its escalation, until that is resolved.

A GET changes nothing, as mail programs follow links; the button of its page does.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from calendars.time_zone import almaty_clock
from cases.asking import UnknownCase
from cases.errors import CaseClosed, RefusedByCase
from escalation.kinds import LEVEL_NAMES
from gateway.connected import Connected
from gateway.desk.acknowledge import UPDATE, proposed_day
from gateway.desk.acting import carry_out
from gateway.desk.audit import write_down
from gateway.desk.case import case_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, TheDesk, address_of, check_origin
from gateway.desk.problems import DeskProblem
from register.desk_acts import find_act
from rules.case_view import CaseView, EscalationView
from runtime.answer_links import ANSWER_PATH, AnswerKey

LINK: Final = "link"
"""As ``how`` somebody is known."""

router = APIRouter(include_in_schema=False)


@router.get(ANSWER_PATH + "{key}")
async def look(request: Request, of: TheDesk, world: World, key: str) -> Response:
    """The page with the button."""
    answer = _read(of.links.read(key))
    case, escalation = await _open_one(world, answer)
    used = await _used(world, answer)
    return await _page(request, case, escalation, used=used, status=200)


@router.post(ANSWER_PATH + "{key}")
async def acknowledge(request: Request, of: TheDesk, world: World, key: str) -> Response:
    """Acknowledge, unless somebody holds it already. The key is the proof; no session is needed."""
    check_origin(request)
    answer = _read(of.links.read(key))
    case, escalation = await _open_one(world, answer)
    used, now = await _used(world, answer), datetime.now(UTC)
    if used or _held(escalation, now):
        return await _page(request, case, escalation, used=used, status=409)
    person = Person(
        f"{LEVEL_NAMES.get(answer.level, 'head')} {answer.recipient}", frozenset(), LINK, address_of(request)
    )
    fields = {"escalation_id": escalation.id, "until": proposed_day(case, now).isoformat()}
    try:
        await carry_out(world, person, case.case_id, UPDATE, fields)
    except (RefusedByCase, CaseClosed):
        # Resolved or taken in this very moment: the page says how it stands.
        return await _page(request, *await _open_one(world, answer), used=False, status=409)
    who = (person.name, person.how, person.address, "use_link")
    await write_down(world.register, *who, "done", id=answer.digest, case_id=case.case_id)
    return await _page(request, *await _open_one(world, answer), used=True, status=200)


def _read(answer: AnswerKey | None) -> AnswerKey:
    if answer is None:
        raise DeskProblem(404, "wrong_link")
    return answer


async def _used(world: Connected, answer: AnswerKey) -> bool:
    return await asyncio.to_thread(find_act, world.register, answer.digest, "done") is not None


async def _open_one(world: Connected, answer: AnswerKey) -> tuple[CaseView, EscalationView]:
    """The case and the escalation.

    :raises DeskProblem: 410, where it is resolved; or where a graver one has overtaken it, which is still open.
    """
    try:
        case = await case_of(world, answer.case_id)
    except UnknownCase:
        raise DeskProblem(410, "link_over") from None
    by_id = {each.id: each for each in case.escalations}
    found = standing = by_id.get(answer.escalation_id)
    while standing is not None and standing.overtaken_by is not None:
        standing = by_id.get(standing.overtaken_by)
    if found is None or standing is None or not standing.open:
        raise DeskProblem(410, "link_over")
    if standing is not found:
        raise DeskProblem(410, "link_overtaken")
    return case, found


def _held(each: EscalationView, now: datetime) -> bool:
    until = each.acknowledged_until
    return until is not None and almaty_clock().day_of(now) <= until


async def _page(request: Request, case: CaseView, escalation: EscalationView, *, used: bool, status: int) -> Response:
    now = datetime.now(UTC)
    return await page(
        request,
        "answer.html",
        status=status,
        case=case,
        escalation=escalation,
        held=_held(escalation, now),
        used=used,
        until=proposed_day(case, now),
    )
