"""Waiting on the real clock for what a case does by itself, and finishing it as anybody would."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from temporalio.service import RPCError

from register.rows import RefusedMessageEntry
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature


async def until_view(
    case: CaseUnderTest, reached: Callable[[dict[str, Any]], object], seconds: float = 20
) -> dict[str, Any]:
    """Ask how the case stands until it has come so far."""
    end = time.monotonic() + seconds
    while True:
        view = await case.view()
        if reached(view):
            return view
        assert time.monotonic() < end, f"the case does not get there: {view}"
        await asyncio.sleep(0.03)


async def until(reached: Callable[[], object], seconds: float = 20) -> None:
    """Look until something is so in this process."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it does not come about"
        await asyncio.sleep(0.02)


async def judged(case: CaseUnderTest, count: int, seconds: float = 20) -> dict[str, Any]:
    """The view, once so many messages have been judged."""
    end = time.monotonic() + seconds
    while True:
        told: dict[str, Any] = {"judged": "unknown how many"}
        with suppress(RPCError):  # a worker busy with a hundred megabytes does not answer in time
            told = await case.handle.query("message", "")
            if told["judged"] >= count:
                return await case.view()
        assert time.monotonic() < end, f"{told['judged']} of {count} messages were judged"
        await asyncio.sleep(0.03)


async def finish(case: CaseUnderTest, tag: str = "last") -> dict[str, Any]:
    """Send what brings the case from the awaited documents to its end, and give its result."""
    await case.signal("documents_arrived", documents(f"{tag}-d"))
    await until_view(case, lambda view: view["step"] == "inspect")
    await case.signal("inspection_completed", inspection(f"{tag}-i"))
    await until_view(case, lambda view: view["conclusion"] and view["conclusion"]["document_id"])
    await case.signal("conclusion_signed", signature(f"{tag}-s"))
    view = await asyncio.wait_for(case.result(), 20)
    assert (view["step"], view["outcome"]) == ("closed", "valid")
    return view


def refused_in_register(case: CaseUnderTest) -> list[RefusedMessageEntry]:
    """The refused messages as the register was given them, each once."""
    by_key = {each.key: each for entries in case.world.written for each in entries.refused_messages}
    return list(by_key.values())
