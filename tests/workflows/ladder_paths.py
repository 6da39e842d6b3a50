"""The paths of a ladder, each recorded for the tests to replay: ``python -m tests.workflows.ladder_paths``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment

from runtime.connection import client_options
from runtime.namespace import adding
from tests.conftest import BIN
from tests.workflows.climbing import ALMATY, Bells, Under, climbing, plan

FOLDER = Path(__file__).parent / "histories" / "ladders"


async def climbs(environment: WorkflowEnvironment) -> Under:
    """To its last level and again, until the matter is settled."""
    async with climbing(environment, Bells(), plan(), at="02:00") as ladder:
        await ladder.until_rung(4)
        await ladder.say("resolved")
        await ladder.handle.result()
    return ladder


async def rests(environment: WorkflowEnvironment) -> Under:
    """Somebody takes it on and lets it lie; it goes on after that day."""
    async with climbing(environment, Bells(), plan(urgent=False), at="10:00") as ladder:
        await ladder.until_rung(1)
        await ladder.say("acknowledged", until=(await environment.get_current_time() + ALMATY).date())
        await ladder.until_rung(2)
        await ladder.say("resolved")
        await ladder.handle.result()
    return ladder


async def reaches_nobody(environment: WorkflowEnvironment) -> Under:
    """No channel of any level works; one comes back."""
    bells = Bells()
    bells.silent = {f"{level}{name}" for level in (1, 2, 3) for name in "ab"}
    async with climbing(environment, bells, plan(), at="10:00") as ladder:
        await environment.sleep(timedelta(hours=1))
        bells.silent = set()
        await ladder.until_rung(1)
        await ladder.say("resolved")
        await ladder.handle.result()
    return ladder


async def waits_for_a_bundle(environment: WorkflowEnvironment) -> Under:
    """What is not urgent is gathered with other notifications to the same people."""
    bells = Bells()
    async with climbing(environment, bells, plan(urgent=False), at="08:59") as ladder:
        until = await environment.get_current_time() + timedelta(minutes=3)
        bells.bundled_until = {"1a": until, "1b": until}
        await ladder.until_rung(1)
        await ladder.say("resolved")
        await ladder.handle.result()
    return ladder


async def overtaken(environment: WorkflowEnvironment) -> Under:
    """A warning whose breach is raised: it ends and tells nobody."""
    async with climbing(environment, Bells(), plan(urgent=False), at="10:00") as ladder:
        await ladder.until_rung(1)
        await ladder.say("overtaken")
        await ladder.handle.result()
    return ladder


LADDER_PATHS: dict[str, Callable[[WorkflowEnvironment], Awaitable[Under]]] = {
    each.__name__: each for each in (climbs, rests, reaches_nobody, waits_for_a_bundle, overtaken)
}


def write(name: str, history: WorkflowHistory) -> None:
    """On one line, so that a difference of histories is not mistaken for one of text."""
    compact = json.dumps(json.loads(history.to_json()), separators=(",", ":"), ensure_ascii=False)
    (FOLDER / f"{name}.json").write_text(compact + "\n")
    print(f"{name}: {len(history.events)} events, {len(compact) // 1000} kB")


async def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, path in LADDER_PATHS.items():
        async with await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=str(BIN / "temporal-test-server"), **client_options()
        ) as environment:
            await environment.client.operator_service.add_search_attributes(adding(environment.client.namespace))
            ladder = await path(environment)
            assert ladder.history is not None
            write(name, ladder.history)


if __name__ == "__main__":
    asyncio.run(main())
