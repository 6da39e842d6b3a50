"""The list of cases, searched by exporter, reference, REX number or case number; from the register, closed ones too."""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import ThePerson
from gateway.desk.roles import OPEN
from register.search import search_cases
from rules.terms import Risk, Step

MOST: Final = 50
"""Cases of one page."""

STATES: Final = ("open", "closed", "all")

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases")
async def case_list(
    request: Request,
    person: ThePerson,
    world: World,
    words: str = "",
    state: str = "open",
    step: str = "",
    risk: str = "",
    after: str = "0",
) -> Response:
    """The page."""
    words, state = words.strip()[:200], state if state in STATES else "open"
    step, risk = step if step in tuple(Step) else "", risk if risk in tuple(Risk) else ""
    skipped = int(after) if after.isdecimal() and len(after) < 7 else 0
    cases, more = await asyncio.to_thread(
        search_cases,
        world.register,
        words,
        open={"open": True, "closed": False, "all": None}[state],
        step=step or None,
        risk=risk or None,
        most=MOST,
        after=skipped,
    )
    wanted = {"words": words, "state": state, "step": step, "risk": risk}

    def at(place: int) -> str:
        return "/desk/cases?" + urlencode({**wanted, "after": place})

    return await page(
        request,
        "cases.html",
        cases=cases,
        wanted=wanted,
        states=STATES,
        steps=[each.value for each in Step],
        risks=[each.value for each in Risk],
        earlier=at(max(0, skipped - MOST)) if skipped else None,
        later=at(skipped + MOST) if more else None,
        may_open=person.may(OPEN),
    )
