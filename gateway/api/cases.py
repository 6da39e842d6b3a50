"""Opening cases, and looking at them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from cases.listing import CaseRow, list_cases
from cases.opening import hand_in_refused, open_case
from gateway.api.bodies import json_object
from gateway.api.description import described
from gateway.api.resource import Calls, World
from gateway.clients import OPEN, READ
from gateway.problems import Problem
from rules.refusal import Refusal
from rules.request import Country
from rules.seal import REQUEST
from rules.terms import Risk, Step

MOST: Final = 1000
"""Cases of one answer."""

router = APIRouter(tags=["cases"])


@router.post("/cases", name="open_case", summary="open a case", response_model=None, openapi_extra=described(REQUEST))
async def open_(request: Request, calls: Calls, world: World) -> JSONResponse:
    """Open the case of a request (contract, section 1). The same request again answers with the case that runs."""
    calls.needs(OPEN)
    world.rates.refused.check(calls.name)
    body = {field: value for field, value in (await json_object(request)).items() if field != "door"}

    def seal(content: dict[str, Any], case_id: str) -> dict[str, Any]:
        return world.signer.sealed(content, case_id, REQUEST, calls.authenticated)

    task_queue, url = world.settings.task_queue, world.settings.database_url.get_secret_value()
    try:
        opened = await open_case(world.client, task_queue, url, body, seal=seal, look=False)
    except Refusal:
        world.rates.refused.take(calls.name)
        await hand_in_refused(world.client, task_queue, body)
        raise
    at = request.url_for("look", case_id=opened.case_id).path
    answer = {"case_id": opened.case_id, "opened": opened.new, "case": at}
    return JSONResponse(answer, 201 if opened.new else 200, {"Location": at})


@router.get("/cases/{case_id}", name="look", summary="look at a case", response_model=None)
async def look(case_id: str, calls: Calls, world: World) -> JSONResponse:
    """The object of the query ``case`` (contract, section 5)."""
    calls.needs(READ)
    return JSONResponse(await world.views.look(world.client, case_id))


@router.get("/cases", name="list_cases", summary="list cases", response_model=None)
async def list_(
    calls: Calls,
    world: World,
    step: Annotated[str | None, Query(description=f"one of {', '.join(Step)}")] = None,
    risk: Annotated[str | None, Query(description=f"one of {', '.join(Risk)}")] = None,
    country: Annotated[str | None, Query(description=f"one of {', '.join(Country)}")] = None,
    responsible: Annotated[str | None, Query(description="the officer, by name")] = None,
    open: Annotated[str | None, Query(description="true or false")] = None,
    limit: Annotated[str, Query(description=f"1 to {MOST}")] = "100",
) -> dict[str, Any]:
    """Cases by what Temporal's visibility knows of them, open ones first, the nearest last day at the top."""
    calls.needs(READ)
    _one_of("step", step, list(Step))
    _one_of("risk", risk, list(Risk))
    _one_of("country", country, list(Country))
    _one_of("open", open, ["true", "false"])
    if not (limit.isdecimal() and 1 <= int(limit) <= MOST):
        raise Problem(400, f"limit: expected 1 to {MOST}.", field="limit")

    def wanted(row: CaseRow) -> bool:
        return (
            (country is None or row.country == country)
            and (responsible is None or row.responsible == responsible)
            and (open is None or row.open == (open == "true"))
        )

    rows = await list_cases(world.client, world.settings.ui_url, step=step, risk=risk)
    found = [row for row in rows if wanted(row)]
    return {"total": len(found), "cases": [row.as_json() for row in found[: int(limit)]]}


def _one_of(field: str, value: str | None, known: list[Any]) -> None:
    if value is not None and value not in [str(each) for each in known]:
        raise Problem(400, f"{field}: expected one of {', '.join(map(str, known))}.", field=field)
