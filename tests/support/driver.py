"""Drives a case in memory: its turns, the answers of a world, and a clock that jumps to the next timer or retry.

No server and no worker: what a case decides is the same, for ``workflows.turns`` is all of it. Activities take no time;
one that fails is tried again by its profile; a gate of the world holds one back.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, TypeAdapter
from temporalio.exceptions import ApplicationError

from activities.interface import Activity, ArrivalsWanted
from activities.signals import StillTrying
from activities.still_trying import worth_saying
from escalation.notice import Outcome
from rules.refusal import Refusal
from rules.request import read_request
from tests.support.world import World
from workflows.answer import Answer
from workflows.asking_first import ASKED
from workflows.case import Action, Case
from workflows.case_page import case_page
from workflows.case_view import case_view
from workflows.catalogue import CATALOGUE
from workflows.continue_as_new import lighten
from workflows.deadlines import Alarm
from workflows.door import sealed_request
from workflows.profiles import AT_THE_SCREEN
from workflows.publishing import want_register
from workflows.register_changes import RegisterChanges
from workflows.turns import Failure, Turns

MOST_STEPS = 20_000
"""Turns after which a case that never comes to rest is a defect."""


class Driver:
    """One case in memory. ``carried`` has it continue as new after every turn, with all its state as JSON.

    ``written`` false: nothing is written to the register, which saves every second turn.
    """

    def __init__(
        self,
        world: World,
        case_id: str,
        given: Any,
        now: datetime,
        *,
        carried: bool = False,
        written: bool = True,
    ) -> None:
        self.world, self.now, self.stopped = world, now, False
        self.failed: Refusal | None = None
        self.finished = False
        """Whether the workflow has ended: then nothing happens any more."""
        self._carried, self._written = carried, written
        self._recorded: list[datetime] = []
        self._held: list[tuple[str, tuple[Any, ...], datetime]] = []
        self._tasks: dict[str, tuple[Action, asyncio.Task[None]]] = {}
        self._retries: dict[str, tuple[datetime, asyncio.Event]] = {}
        self._timers: dict[str, Alarm] = {}
        self._changes = RegisterChanges()
        world.clock = lambda: self.now
        world.arrivals = self._arrivals  # type: ignore[method-assign]  # instead of a history
        world.tell = self._told  # type: ignore[method-assign]  # instead of a signal through a client
        case = Case(case_id=case_id, request=read_request(given, now), opened_at=now, seen_at=now)
        case.note("opened", now, "case", "opened", reference=case.request.reference)
        case.door.request = sealed_request(given)
        self.turns = Turns(case, "run")

    # -- what tests do with a case ------------------------------------------------------------------------------------

    async def signal(self, name: str, *arguments: Any) -> None:
        """A message comes; where the workers are stopped it waits, as Temporal keeps it."""
        self._recorded.append(self.now)
        if self.stopped:
            self._held.append((name, arguments, self.now))
            return
        self.turns.arrived(name, list(arguments), self.now)
        await self.settle()

    async def update(self, name: str, fields: dict[str, Any]) -> dict[str, Any]:
        """A person decides. :raises Refusal: with the reason."""
        answer: Answer = self.turns.decided(name, self.turns.read(name, [fields], self.now), [fields])
        await self.settle()
        while not answer.given:
            assert await self._go_on(), f"{name} waits for nothing that could come"
        if answer.refusal is not None:
            raise answer.refusal
        return answer.content or {}

    def view(self) -> dict[str, Any]:
        """As the query ``case`` answers."""
        return case_view(self.turns.case, self.turns.calendar, self.now).model_dump(mode="json")

    def page(self) -> str:
        """As the Temporal UI shows it."""
        return case_page(self.turns.case, self.turns.calendar, self.now)

    async def sleep_until(self, instant: datetime) -> None:
        """Let time pass: to each timer and each retry on the way, then to the instant. Looking on wakes no case."""
        await self.settle(woken=not self._timers)
        for _ in range(MOST_STEPS):
            if not await self._go_on(instant):
                self.now = max(self.now, instant)
                return
        raise AssertionError("the case never comes to rest")

    async def _go_on(self, latest: datetime | None = None) -> bool:
        """To the next timer or retry and all that follows from it; False where none comes by then."""
        moments = [each.until for each in self._timers.values()] + [due for due, _ in self._retries.values()]
        following = min((each for each in moments if latest is None or each <= latest), default=None)
        if self.stopped or self.failed is not None or self.finished or following is None:
            return False
        self.now = max(self.now, following)
        for due, come in self._retries.values():
            if due <= self.now:
                come.set()
        await self.settle(woken=any(alarm.until <= self.now for alarm in self._timers.values()))
        return True

    def stop(self) -> None:
        """The workers die: nothing is judged, done or told until ``start``."""
        self.stopped = True

    async def start(self) -> None:
        """The workers are back: what came meanwhile is there at once, before any timer."""
        self.stopped = False
        held, self._held = self._held, []
        for name, arguments, _ in held:
            self.turns.arrived(name, list(arguments), self.now)
        await self.settle(woken=True)

    # -- the life of the case -----------------------------------------------------------------------------------------

    async def settle(self, *, woken: bool = True) -> None:
        """Take turns until nothing has come and nothing can be done at this instant."""
        for _ in range(MOST_STEPS):
            if self.stopped or self.failed is not None or self.finished:
                return
            if woken or self.turns.pending:
                self._turn()
                woken = False
                continue
            if not await self._something_ends():
                return
        raise AssertionError("the case never comes to rest")

    def _turn(self) -> None:
        turns, now = self.turns, self.now
        turns.turn(now)
        if turns.used_up is not None:
            self.failed = turns.used_up
            return
        if self._written:
            want_register(turns, self._changes, now)
        self._keep_up(turns.begin(now))
        self._timers = turns.alarms(now)
        self.finished = turns.finished
        if self._carried and not turns.pending and not self._tasks and not self.finished:
            self._changes = RegisterChanges()
            lighten(turns.case)
            self.turns = Turns(Case.model_validate(turns.case.model_dump(mode="json")), "run")
            self.turns._messages = turns._messages

    def _keep_up(self, begun: list[Action]) -> None:
        actions = self.turns.case.actions
        for key, (action, task) in list(self._tasks.items()):
            if actions.get(key) is not action or action.state == "stopping":
                task.cancel()
                self._retries.pop(key, None)
                del self._tasks[key]
                if actions.get(key) is action:
                    self.turns.ended(action, None)
        for action in begun:
            self._tasks[action.key] = (action, asyncio.create_task(self._perform(action)))

    async def _something_ends(self) -> bool:
        """Let what is under way go on; False where all of it waits for a gate, a retry or nothing at all."""
        for _ in range(50 if self._tasks else 0):
            await asyncio.sleep(0)
            if self.turns.pending:
                return True
        return False

    async def _perform(self, action: Action) -> None:
        profile = AT_THE_SCREEN if action.key in ASKED else CATALOGUE[action.activity].profile
        gives_up_at, pause = self.now + profile.gives_up_after, profile.first_retry
        action.activity_id, attempt = action.key, 0
        while True:
            attempt += 1
            try:
                result: object = await self._call(action)
            except ApplicationError as error:
                if not error.non_retryable and worth_saying(attempt):
                    told = StillTrying(activity_id=action.key, attempt=attempt, reason=error.message)
                    self.turns.trying((told.model_dump(mode="json"),))
                due = self.now + pause
                if not error.non_retryable and due < gives_up_at:
                    await self._until(action.key, due)
                    pause = min(pause * 2, timedelta(minutes=10))
                    continue
                if not error.non_retryable:
                    await self._until(action.key, gives_up_at)
                result = Failure(error.message, error.type)
            held = self._tasks.get(action.key)
            if held is not None and held[0] is action:
                del self._tasks[action.key]
            self.turns.ended(action, result)
            return

    async def _until(self, key: str, due: datetime) -> None:
        come = asyncio.Event()
        self._retries[key] = due, come
        await come.wait()
        self._retries.pop(key, None)

    async def _call(self, action: Action) -> object:
        if isinstance(action.payload, ArrivalsWanted):
            self.world.calls[Activity.READ_ARRIVALS].append(action.payload)
            return await self._arrivals(action.payload)
        called = next(each for each in self.world.activities() if each.__name__ == action.activity.value)
        result = await called(*([] if action.payload is None else [_again(action.payload)]))
        row = CATALOGUE[action.activity]
        if row.result is None or not isinstance(result, BaseModel):
            return result
        return TypeAdapter(row.result).validate_json(result.model_dump_json())

    async def _arrivals(self, wanted: ArrivalsWanted) -> list[datetime]:
        return [self._recorded[number - 1] for number in wanted.numbers]

    async def _told(self, case_id: str, outcome: Outcome) -> None:
        self.turns.outcome((outcome.model_dump(mode="json"),))


def _again(payload: BaseModel) -> BaseModel:
    """The payload as it comes out of a history."""
    return type(payload).model_validate_json(payload.model_dump_json())
