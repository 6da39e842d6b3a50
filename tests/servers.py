"""Real HTTP servers for tests: the simulators by ``running``, and a host of which each answer is chosen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from starlette.types import Receive, Scope, Send

from simulators.serving import running

__all__ = ["Answer", "Host", "running"]


@dataclass
class Answer:
    """What a host says to one path.

    ``pieces`` go out one by one, ``drips`` each in its time; with ``hangs`` nothing comes after them.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Iterator[bytes] | None = None
    drips: AsyncIterator[bytes] | None = None
    hangs: bool = False


class Host:
    """An ASGI application that answers as told and keeps what it was asked, with the headers in lower case."""

    def __init__(self, answers: dict[str, Answer] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.sent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        self.headers.append({name.decode().lower(): value.decode() for name, value in scope["headers"]})
        answer = self.answers.get(scope["path"], Answer(status=404))
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        if answer.pieces is None and answer.drips is None:
            headers.append((b"content-length", str(len(answer.body)).encode()))
        if not (answer.hangs and answer.pieces is None):
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        gone = asyncio.create_task(_gone(receive))
        for piece in answer.pieces or ():
            await asyncio.sleep(0)
            if gone.done():
                return
            self.sent += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if answer.drips is not None:
            async for piece in answer.drips:
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        if answer.hangs:
            await gone
            return
        gone.cancel()
        await send({"type": "http.response.body", "body": b"" if answer.pieces is not None else answer.body})


async def _gone(receive: Receive) -> None:
    """Returns when the one who asked has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass
