"""What happens in cases, as a feed in the form of CloudEvents 1.0 (structured mode, batch)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from gateway.api.resource import Calls, World
from gateway.clients import EVENTS, READ
from gateway.feed import as_cloud_event, may_see
from gateway.problems import Problem
from register.events import events_after, number_events

MEDIA_TYPE: Final = "application/cloudevents-batch+json"
MOST: Final = 500

router = APIRouter(tags=["events"])


@router.get("/events", name="events", summary="read what happened", response_model=None)
async def read_events(
    calls: Calls,
    world: World,
    after: Annotated[str, Query(description="the cursor: rexvnumber of the last event that was read")] = "0",
    limit: Annotated[str, Query(description=f"1 to {MOST}")] = "100",
) -> JSONResponse:
    """The events after a cursor, in order. `Next-After` is the cursor to go on from, also where nothing was for you.

    A client with the right `read` sees all; one with `events` sees what it sent itself.
    """
    if not calls.client.may_do(READ):
        calls.needs(EVENTS)
    cursor, most = _number("after", after, 0, 2**31 - 1), _number("limit", limit, 1, MOST)
    await asyncio.to_thread(number_events, world.register)
    events = await asyncio.to_thread(events_after, world.register, cursor, most)
    seen = [as_cloud_event(each) for each in events if may_see(calls.name, calls.client, each)]
    last = events[-1].number if events else cursor
    return JSONResponse(seen, headers={"Next-After": str(last)}, media_type=MEDIA_TYPE)


def _number(field: str, value: str, least: int, most: int) -> int:
    if not (value.isdecimal() and len(value) < 12 and least <= int(value) <= most):
        raise Problem(400, f"{field}: expected a whole number from {least} to {most}.", field=field)
    return int(value)
