"""Waiting on the real clock for what a case does by itself, and finishing it as anybody would."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from temporalio.service import RPCError

from register.rows import RefusedMessageEntry
from tests.support.messages import documents, inspection, signature

if TYPE_CHECKING:
    from tests.support.cases import CaseUnderTest


FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
"""Seconds. Each question to a case is a replay, and keeps the worker from the case itself."""


async def until(reached: Callable[[], Any], seconds: float = 20, *, says: Callable[[], str] = str) -> Any:
    """Ask until something is so, and give the answer.

    :param reached: gives something true, or an awaitable of it.
    :param says: how things stand, for the failure.
    """
    end = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        answer = reached()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < end, f"it does not come about: {says()}"
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


async def judged(case: CaseUnderTest, count: int, seconds: float = 20) -> dict[str, Any]:
    """The view, once so many messages have been judged."""
    told: dict[str, Any] = {"judged": 0}

    async def all_of_them() -> bool:
        with suppress(RPCError):  # a worker busy with a hundred megabytes does not answer in time
            told.update(await case.message(""))
        return bool(told["judged"] >= count)

    await until(all_of_them, seconds, says=lambda: f"{told['judged']} of {count} messages were judged")
    return await case.view()


async def finish(case: CaseUnderTest, tag: str = "last") -> dict[str, Any]:
    """Send what brings the case from the awaited documents to its end, and give its result."""
    await case.signal("documents_arrived", documents(f"{tag}-d"))
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection(f"{tag}-i"))
    await case.drafted()
    await case.signal("conclusion_signed", signature(f"{tag}-s"))
    view = await case.result()
    assert (view["step"], view["outcome"]) == ("closed", "valid")
    return view


async def refused_in_register(case: CaseUnderTest, count: int, seconds: float = 20) -> list[RefusedMessageEntry]:
    """The refused messages as the register was given them, each once, as soon as there are so many."""
    by_key: dict[str, RefusedMessageEntry] = {}

    def all_of_them() -> bool:
        by_key.update({each.key: each for entries in case.world.written for each in entries.refused_messages})
        return len(by_key) >= count

    await until(all_of_them, seconds, says=lambda: f"the register has {len(by_key)} of {count}")
    return list(by_key.values())
