"""What happens in cases, as a feed in the form of CloudEvents 1.0 (structured mode, batch)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from gateway.api.messages import Calls, World
from gateway.clients import EVENTS, READ, Client
from gateway.problems import Problem
from register.events import Event, events_after, number_events
from rules.instant import rfc_3339

MEDIA_TYPE: Final = "application/cloudevents-batch+json"
TYPE: Final = "kz.gov.trade.rexv."
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


def may_see(name: str, client: Client, event: Event) -> bool:
    """Whether a client is shown an event: with ``read`` all of them, with ``events`` those of its own doing."""
    told = event.details.get("authenticated")
    own = isinstance(told, dict) and told.get("client") == name
    return client.may_do(READ) or (client.may_do(EVENTS) and own)


def as_cloud_event(event: Event) -> dict[str, Any]:
    """The event as JSON. ``id`` is the fact itself; ``rexvnumber`` is its place in the feed."""
    return {
        "specversion": "1.0",
        "id": f"{event.case_id}/{event.key}",
        "source": f"/api/v1/cases/{event.case_id}",
        "type": f"{TYPE}{event.what}",
        "subject": event.case_id,
        "time": rfc_3339(event.at),
        "datacontenttype": "application/json",
        "rexvnumber": event.number,
        "data": {"case_id": event.case_id, "what": event.what, "who": event.who, "details": event.details},
    }


def _number(field: str, value: str, least: int, most: int) -> int:
    if not (value.isdecimal() and len(value) < 12 and least <= int(value) <= most):
        raise Problem(400, f"{field}: expected a whole number from {least} to {most}.", field=field)
    return int(value)
