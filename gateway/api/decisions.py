"""The decisions of the contract (section 4), for systems that may take them: the case answers at once."""

from __future__ import annotations

import uuid
from typing import Any

from fastapi import APIRouter, Request

from cases.deciding import decide
from cases.errors import RefusedByCase
from gateway.api.bodies import identified, json_object, named
from gateway.api.messages import check_two_people
from gateway.api.resource import WAIT, add_resource
from gateway.callers import Caller
from gateway.connected import Connected
from gateway.problems import Problem
from rules.decisions import DECISIONS
from rules.seal import content_sha256

router = APIRouter()


async def _decide(name: str, case_id: str, request: Request, calls: Caller, world: Connected) -> Any:
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


for _name in DECISIONS:
    add_resource(router, _name, "decisions", _decide)
