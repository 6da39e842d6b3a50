"""The messages of the contract (section 3): handed to the case, and answered with what became of them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from cases.asking import ask
from cases.sending import Undelivered, Verdict, hand_over, with_message_id
from cases.undelivered import keep
from gateway.api.bodies import identified, json_object, named
from gateway.api.deposits import check_deposited
from gateway.api.resource import WAIT, Calls, World, add_resource
from gateway.callers import Caller
from gateway.connected import Connected
from gateway.four_eyes import inspected_by_the_same
from gateway.problems import Problem, refusal_problem
from rules.messages import MESSAGES, digest_of
from rules.refusal import Refusal, read
from rules.text import canonical_json, sha256_of

router = APIRouter()


async def _send(name: str, case_id: str, request: Request, calls: Caller, world: Connected) -> JSONResponse:
    body = await json_object(request)
    given = identified(body, request)
    message = named(body if given is None else {**body, "message_id": given}, "sent_by", calls.name)
    await check_deposited(message, calls, world)
    await check_two_people(world, case_id, name, message, calls.name)
    message = with_message_id({field: value for field, value in message.items() if field != "door"})
    message_id = str(message["message_id"])
    sealed = world.signer.sealed(message, case_id, name, calls.authenticated)
    content, whole = _digest(name, message), sha256_of(canonical_json(sealed))

    def refused(told: Verdict) -> bool:
        return told.state == "refused" and told.refused_content == whole

    def judged(told: Verdict) -> bool:
        # A repeat stays accepted, also where another content was refused under its id since.
        return refused(told) or (content is not None and told.content == content)

    try:
        told = await hand_over(world.client, case_id, name, sealed, judged, WAIT)
    except Undelivered as undelivered:
        world.rates.refused.take(calls.name)
        kept = await asyncio.to_thread(keep, undelivered, world.register)
        raise Problem(409 if undelivered.closed else 404, f"{_capital(str(kept))}.") from None
    ask_at = request.url_for("what_became_of_it", case_id=quote(case_id), message_id=quote(message_id, safe="")).path
    answer = {"case_id": case_id, "name": name, "message_id": message_id}
    if not judged(told):
        return JSONResponse({**answer, "state": "unknown", "ask": ask_at}, 202, {"Location": ask_at})
    if not refused(told):
        return JSONResponse({**answer, "state": "accepted"})
    world.rates.refused.take(calls.name)
    problem = refusal_problem(Refusal(told.reason or "no reason given"))
    if told.content is not None and told.content != content:
        problem = Problem(409, problem.detail, **problem.more)
    raise problem


async def check_two_people(world: Connected, case_id: str, name: str, content: dict[str, Any], client: str) -> None:
    """:raises Problem: 409, where who is said to sign has inspected the case; nothing is taken then."""
    who = [each for each in (content.get("signed_by"), client) if isinstance(each, str)]
    look = partial(world.views.look, world.client, case_id)
    if world.settings.four_eyes and await inspected_by_the_same(look, name, who) is not None:
        raise Problem(409, "Who signs has inspected this case; expected another person (REXV_FOUR_EYES).")


@router.get("/cases/{case_id}/messages/{message_id:path}", tags=["messages"], response_model=None)
async def what_became_of_it(case_id: str, message_id: str, calls: Calls, world: World) -> dict[str, Any]:
    """What became of a message: accepted, refused (and why), or unknown: not judged yet, or never received."""
    if not any(calls.client.may_do(name) for name in MESSAGES):
        calls.needs("read")
    told = Verdict.model_validate(await ask(world.client, case_id, "message", message_id, patience=WAIT))
    return {"case_id": case_id, "message_id": message_id, "state": told.state, "reason": told.reason}


def _digest(name: str, message: dict[str, Any]) -> str | None:
    """Of the message as the case reads it; None where it does not fit, which the case will say."""
    try:
        return digest_of(read(MESSAGES[name], message).model_dump(mode="json"))
    except Refusal:
        return None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


for _name in MESSAGES:
    add_resource(router, _name, "messages", _send)
