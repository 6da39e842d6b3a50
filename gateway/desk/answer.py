"""Acknowledging by the link of a notice, without login: once, for its escalations, until they are resolved.

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
    case, still_open = await _open_ones(world, answer)
    used = await _used(world, answer)
    return await _page(request, case, still_open, used=used, status=200)


@router.post(ANSWER_PATH + "{key}")
async def acknowledge(request: Request, of: TheDesk, world: World, key: str) -> Response:
    """Acknowledge, unless somebody holds it already. The key is the proof; no session is needed."""
    check_origin(request)
    answer = _read(of.links.read(key))
    case, still_open = await _open_ones(world, answer)
    if await _used(world, answer):
        return await _page(request, case, still_open, used=True, status=409)
    now = datetime.now(UTC)
    free = [each for each in still_open if not _held(each, now)]
    if not free:
        return await _page(request, case, still_open, used=False, status=409)
    person = Person(
        f"{LEVEL_NAMES.get(answer.level, 'head')} {answer.recipient}", frozenset(), LINK, address_of(request)
    )
    for each in free:
        try:
            fields = {"escalation_id": each.id, "until": proposed_day(case, now).isoformat()}
            await carry_out(world, person, case.case_id, UPDATE, fields)
        except (RefusedByCase, CaseClosed):
            # Resolved or taken in this very moment: the page that follows says how it stands.
            break
    else:
        who = (person.name, person.how, person.address, "use_link")
        await write_down(world.register, *who, "done", id=answer.digest, case_id=case.case_id)
    case, still_open = await _open_ones(world, answer)
    return await _page(request, case, still_open, used=True, status=200)


def _read(answer: AnswerKey | None) -> AnswerKey:
    if answer is None:
        raise DeskProblem(404, "wrong_link")
    return answer


async def _used(world: Connected, answer: AnswerKey) -> bool:
    return await asyncio.to_thread(find_act, world.register, answer.digest, "done") is not None


async def _open_ones(world: Connected, answer: AnswerKey) -> tuple[CaseView, list[EscalationView]]:
    """The case, and those of the escalations that are open. :raises DeskProblem: 410, where none is."""
    try:
        case = await case_of(world, answer.case_id)
    except UnknownCase:
        raise DeskProblem(410, "link_over") from None
    found = [each for each in case.open_escalations if each.id in answer.escalation_ids]
    if not found:
        raise DeskProblem(410, "link_over")
    return case, found


def _held(each: EscalationView, now: datetime) -> bool:
    until = each.acknowledged_until
    return until is not None and almaty_clock().day_of(now) <= until


async def _page(
    request: Request, case: CaseView, escalations: list[EscalationView], *, used: bool, status: int
) -> Response:
    now = datetime.now(UTC)
    held = [each for each in escalations if _held(each, now)]
    return await page(
        request,
        "answer.html",
        status=status,
        case=case,
        escalations=escalations,
        held=held,
        free=not used and len(held) < len(escalations),
        used=used,
        until=proposed_day(case, now),
    )
