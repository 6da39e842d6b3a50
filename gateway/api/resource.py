"""What the resources share: who calls, the office behind the door, and how a message or a decision becomes one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request

from gateway.api.description import described
from gateway.callers import Caller, caller
from gateway.connected import Connected, connected

Calls = Annotated[Caller, Depends(caller)]
World = Annotated[Connected, Depends(connected)]

WAIT: Final = timedelta(seconds=5)
"""How long a sender waits for the case's answer."""

Take = Callable[[str, str, Request, Caller, Connected], Awaitable[Any]]
"""Takes what was sent: its name, the case, the request, who calls, and the office."""


def add_resource(router: APIRouter, name: str, tag: str, take: Take) -> None:
    """Add ``POST /cases/{case_id}/<name>``, for clients with the right of this name.

    Each has only so many under way at once, and none while too many of its own were refused.
    """

    async def posted(case_id: str, request: Request, calls: Calls, world: World) -> Any:
        calls.needs(name)
        world.rates.refused.check(calls.name)
        async with world.rates.sending.turn(calls.name):
            world.rates.refused.check(calls.name)  # while it waited, others of its may have been refused
            return await take(name, case_id, request, calls, world)

    router.post(
        f"/cases/{{case_id}}/{name.replace('_', '-')}",
        name=name,
        summary=name,
        tags=[tag],
        response_model=None,
        openapi_extra=described(name),
    )(posted)
