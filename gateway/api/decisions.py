"""The decisions of the contract (section 4), for systems that may take them: the case answers at once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request

from cases.deciding import decide
from cases.errors import RefusedByCase
from gateway.api.bodies import identified, json_object, named
from gateway.api.description import described
from gateway.api.messages import Calls, World, check_two_people
from gateway.callers import Caller
from gateway.connected import Connected
from gateway.problems import Problem
from rules.decisions import DECISIONS
from rules.seal import content_sha256

WAIT: Final = timedelta(seconds=5)

router = APIRouter()


def _add(name: str) -> None:
    async def take(case_id: str, request: Request, calls: Calls, world: World) -> Any:
        async with world.rates.sending.turn(calls.name):
            return await _decide(name, case_id, request, calls, world)

    router.post(
        f"/cases/{{case_id}}/{name.replace('_', '-')}",
        name=name,
        summary=name,
        tags=["decisions"],
        response_model=None,
        openapi_extra=described(name),
    )(take)


for _name in DECISIONS:
    _add(_name)


async def _decide(name: str, case_id: str, request: Request, calls: Caller, world: Connected) -> Any:
    calls.needs(name)
    world.rates.refused.check(calls.name)
    body = await json_object(request)
    # ``escalation_id``, ``document_id`` and the like are fields of the decision; its own id is the header alone.
    key = identified({}, request) or uuid.uuid4().hex
    decision = named({field: value for field, value in body.items() if field != "door"}, "by", calls.name)
    if not world.repeats.same(content_sha256({"name": name, **decision}), calls.name, case_id, key):
        raise Problem(409, "Idempotency-Key: was used before for another content; expected a new one.")
    await check_two_people(world, case_id, name, decision, calls.name)
    update_id = f"{calls.name} {key}"
    sealed = world.signer.sealed(decision, case_id, name, calls.authenticated, update_id=update_id)
    try:
        return await decide(world.client, case_id, name, sealed, update_id=update_id, wait=WAIT)
    except RefusedByCase:
        world.rates.refused.take(calls.name)
        raise
