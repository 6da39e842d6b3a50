"""Lets a simulator misbehave on demand, so that each way of failing can be tried on a real line.

``POST /simulator/faults`` ``{path_prefix, status, times, retry_after, after}`` adds a fault, ``GET`` shows those that
are left, ``DELETE`` ends all. ``status`` is a number, ``"hang"`` (no answer) or ``"drop"`` (the line breaks in the
middle of the answer). With ``after`` the call is first done and then answered wrongly, as when an answer gets lost.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OWN = "/simulator/"


class Fault(BaseModel):
    """One way to misbehave, for the next ``times`` calls below ``path_prefix``; None is for ever."""

    model_config = ConfigDict(extra="forbid")
    path_prefix: str = "/"
    status: Annotated[int, Field(ge=200, le=599)] | Literal["hang", "drop"]
    times: Annotated[int, Field(ge=1)] | None = 1
    retry_after: int | str | None = None
    after: bool = False


class Faults:
    """The faults of one simulator: its routes, and the layer that acts on them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.routes = APIRouter(prefix="/simulator/faults", tags=["simulator"])
        self.routes.post("", status_code=201)(self.add)
        self.routes.get("")(self.left)
        self.routes.delete("", status_code=204)(self.clear)

    async def add(self, fault: Fault) -> Fault:
        """Misbehave from now on; of several faults for one path the eldest comes first."""
        self._faults.append(fault)
        return fault

    async def left(self) -> list[Fault]:
        """The faults that are still to come."""
        return self._faults

    async def clear(self) -> None:
        """Behave again."""
        self._faults.clear()

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application with its faults."""

        async def misbehaving(scope: Scope, receive: Receive, send: Send) -> None:
            fault = self._take(scope["path"]) if scope["type"] == "http" else None
            if fault is None:
                await app(scope, receive, send)
                return
            if fault.after:
                await app(scope, receive, _unheard)
            await _misbehave(fault, receive, send)

        return misbehaving

    def _take(self, path: str) -> Fault | None:
        if path.startswith(_OWN):
            return None
        fault = next((each for each in self._faults if path.startswith(each.path_prefix)), None)
        if fault and fault.times is not None:
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        return fault


async def _unheard(_message: Message) -> None:
    """Takes an answer that nobody gets."""


async def _misbehave(fault: Fault, receive: Receive, send: Send) -> None:
    if fault.status == "hang":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    headers = [(b"content-type", b"application/json")]
    if fault.status == "drop":
        # More is promised than comes, so the server closes the line.
        await send({"type": "http.response.start", "status": 200, "headers": [*headers, (b"content-length", b"999")]})
        await send({"type": "http.response.body", "body": b'{"', "more_body": True})
        return
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode("ascii")))
    await send({"type": "http.response.start", "status": fault.status, "headers": headers})
    body = b"" if fault.status in (204, 304) else b'{"detail":"a fault, as asked for"}'
    await send({"type": "http.response.body", "body": body})
