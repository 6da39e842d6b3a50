"""The verification of one exporter's registration, from the customs' request to the reply (order No. 358-RL).

An entity workflow: handlers only record what arrives, and ``_live`` deals with it turn by turn. How a case moves from
paragraph to paragraph stands in ``order``; all state is in ``Case``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.interface import NOTICE_OUTCOME, CaseRecord
from activities.signals import INTERNAL_SIGNALS, STILL_TRYING
from rules.case_view import CaseView
from rules.refusal import Refusal
from rules.request import read_request
from workflows import decisions, inbox
from workflows.actions import Actions
from workflows.case import Case
from workflows.case_page import case_page
from workflows.case_view import case_view, verdict
from workflows.continue_as_new import lighten
from workflows.door import sealed_request
from workflows.publishing import Publisher
from workflows.refused_request import Refused
from workflows.timers import Timers
from workflows.turns import Turns

LONG_HISTORY = 600
"""Events after which a quiet case goes on in a new run: each task replays all of them. An ordinary case has 100."""

LARGEST_HISTORY = 8 * 1024 * 1024
"""Bytes after which it does so even while an action is under way, which then begins again."""


def _with_handlers(cls: type[VerificationWorkflow]) -> type[VerificationWorkflow]:
    """Give the workflow a signal for each message and an update for each decision of the contract, by name."""
    for name, words in inbox.DESCRIPTIONS.items():
        setattr(cls, name, _signal(name, words))
    for name, row in decisions.CATALOGUE.items():
        setattr(cls, name, _update(name, row.description))
    return cls


def _signal(name: str, description: str) -> Any:
    def arrived(self: Any, *arguments: Any) -> None:
        self.take_message(name, arguments)

    arrived.__name__, arrived.__qualname__ = name, f"VerificationWorkflow.{name}"
    return workflow.signal(name=name, description=description)(arrived)


def _update(name: str, description: str) -> Any:
    async def decide(self: Any, *arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.decide(name, arguments)
        return answer

    def check(self: Any, *arguments: Any) -> None:
        self.check(name, arguments)

    decide.__name__, decide.__qualname__ = name, f"VerificationWorkflow.{name}"
    handler = workflow.update(name=name, description=description)(decide)
    handler.validator(check)
    return handler


@workflow.defn
@_with_handlers
class VerificationWorkflow:
    """One case: one request for verification, from its receipt to the reply."""

    @workflow.init
    def __init__(self, *given: Any) -> None:
        self._life: Turns | Refused
        self._early: list[tuple[str, Sequence[Any], datetime]] = []
        """Messages from before the register knows the case: if its number is used up, none of them has been taken."""
        self._woken = False
        self._commanded_at = 0
        try:
            self._life = Turns(_begin(list(given)), workflow.info().run_id)
        except Refusal as refusal:
            self._life = Refused(given, str(refusal))

    @property
    def turns(self) -> Turns:
        """The life of the case; a refused request has none."""
        if isinstance(self._life, Refused):
            raise ApplicationError(f"the request was refused: {self._life.reason}", type=Refusal.__name__)
        return self._life

    # -- what people and systems may ask and send; a signal or an update for each message and decision is added above --

    @workflow.query(name="case", description="The whole case as it stands: steps, dates, documents, escalations.")
    def case_query(self, *_arguments: Any) -> CaseView:
        """Contract, section 5."""
        return case_view(self.turns.case, self.turns.calendar, workflow.now())

    @workflow.query(name="message", description="What became of a message: give its message_id.")
    def message_query(self, *arguments: Any) -> dict[str, Any]:
        """``{"state": "accepted" | "refused" | "unknown", "reason", "judged"}``."""
        return verdict(self.turns.case, str(arguments[0]) if arguments else "")

    @workflow.query(name="record", description="For the self-check: accepted messages; whether a write is under way.")
    def record_query(self, *_arguments: Any) -> CaseRecord:
        """What the register has to agree with."""
        case = self.turns.case
        unwritten = case.unwritten.log or case.unwritten.letters or case.unwritten.refused_messages
        busy = bool(unwritten) or any(not action.failed for action in case.actions.values())
        return CaseRecord(accepted=list(case.accepted), busy=busy)

    def page(self) -> str:
        """The case page in the Temporal UI, in Markdown, made when somebody looks at it."""
        if isinstance(self._life, Refused):
            return self._life.page()
        return case_page(self.turns.case, self.turns.calendar, workflow.now(), workflow.info().namespace)

    @workflow.signal(name=NOTICE_OUTCOME, description="Internal: a recipient reports what became of a notice.")
    def notice_outcome(self, *arguments: Any) -> None:
        """Sent by the activity ``send_notices``; no message of an outside system."""
        if isinstance(self._life, Turns):
            self._life.outcome(arguments)
            self._woken = True

    @workflow.signal(name=STILL_TRYING, description="Internal: an activity tells that it is tried again, and why.")
    def still_trying(self, *arguments: Any) -> None:
        """Sent by ``activities.still_trying``; no message of an outside system."""
        if isinstance(self._life, Turns):
            self._life.trying(arguments)
            self._woken = True

    @workflow.signal(dynamic=True, description="Any other name: kept, shown and escalated as a refused message.")
    def unknown_message(self, name: str, arguments: Sequence[RawValue]) -> None:
        """Contract, section 3, "Refused"."""
        self.take_message(name, workflow.payload_converter().from_payloads([each.payload for each in arguments]))

    def take_message(self, name: str, arguments: Sequence[Any]) -> None:
        """Record a message; the next turn judges it."""
        if name in INTERNAL_SIGNALS:
            return
        now = workflow.now()
        self._life.arrived(name, arguments, now)
        self._woken = True
        if isinstance(self._life, Turns) and self._life.calendar is None:
            self._early.append((name, arguments, now))

    def check(self, name: str, arguments: Sequence[Any]) -> None:
        """Whether a decision fits and makes sense now. :raises ApplicationError: where it does not, with the reason."""
        try:
            self.turns.read(name, arguments, workflow.now(), _update_id())
        except Refusal as refusal:
            raise _refusal(refusal) from None

    async def decide(self, name: str, arguments: Sequence[Any]) -> dict[str, Any]:
        """Have a decision carried out. :raises ApplicationError: where it makes no sense by the time it is its turn."""
        try:
            decision = self.turns.read(name, arguments, workflow.now(), _update_id())
            answer = self.turns.decided(name, decision, arguments)
        except Refusal as refusal:
            raise _refusal(refusal) from None
        self._woken = True
        await workflow.wait_condition(lambda: answer.given)
        if answer.refusal is not None:
            raise _refusal(answer.refusal)
        return answer.content or {}

    # -- the case -----------------------------------------------------------------------------------------------------

    @workflow.run
    async def run(self, *given: Any) -> CaseView:
        """Run the case to its end, whatever fails on the way.

        :param given: the request (contract, section 1).
        :return: the case as the query ``case`` answers it.
        :raises ApplicationError: type ``Refusal`` for a request that does not fit or a number that is closed, as soon
            as the register has it.
        """
        life = asyncio.create_task(self._live(given))
        while not life.done():
            try:
                # Shielded: a click on Cancel is recorded and does not end the case; the way out is ``withdraw``.
                await asyncio.shield(life)
            except asyncio.CancelledError:
                if life.cancelled():
                    raise
                if isinstance(self._life, Turns):
                    self._life.cancelled(workflow.cancellation_reason() or "no reason given")
                    self._woken = True
        await life
        await workflow.wait_condition(workflow.all_handlers_finished)
        if not self.turns.finished:
            lighten(self.turns.case)
            workflow.continue_as_new(args=[given[0], self.turns.case.model_dump(mode="json")])
        return self.case_query()

    async def _live(self, given: Sequence[Any]) -> None:
        """Turn after turn, until the case is closed and all is through, or its history has grown long."""
        if isinstance(self._life, Refused):
            await self._turn_away(self._life)
        turns, case = self.turns, self.turns.case
        actions = Actions(case, self._ended)
        publisher, timers = Publisher(), Timers(self._wake)
        while True:
            self._woken, now = False, workflow.now()
            turns.turn(now)
            if turns.used_up is not None:
                self._life = Refused(given[:1], str(turns.used_up))
                for message in self._early:
                    self._life.arrived(*message)
                await self._turn_away(self._life)
            commands = [
                publisher.publish(turns, now),
                actions.keep_up(turns.begin(now)),
                timers.set(turns.alarms(now), now),
            ]
            self._leave_a_trace(commanded=any(commands), now=now)
            if turns.finished or (self._history_is_long() and not turns.pending and not turns.answering):
                return
            await workflow.wait_condition(lambda: self._woken or turns.pending)

    async def _turn_away(self, refused: Refused) -> NoReturn:
        await refused.see_through()
        raise _refusal(Refusal(refused.reason))

    def _leave_a_trace(self, *, commanded: bool, now: datetime) -> None:
        """See that no task ends without a command.

        SDK 1.35 without a cache takes such a task and the next one, where that brings an update, for one in life and
        for two in a replay: the case would come to another order of things than its history gives.
        """
        length = workflow.info().get_current_history_length()
        if not commanded and self._commanded_at != length and not self.turns.finished:
            workflow.upsert_memo({"last_turn": now.isoformat()})
            commanded = True
        if commanded:
            self._commanded_at = length

    def _ended(self, action: Any, result: object) -> None:
        self.turns.ended(action, result)
        self._woken = True

    def _wake(self) -> None:
        self._woken = True

    def _history_is_long(self) -> bool:
        info = workflow.info()
        under_way = any(action.state in ("running", "stopping") for action in self.turns.case.actions.values())
        if under_way:
            return info.get_current_history_size() > LARGEST_HISTORY
        return info.get_current_history_length() > LONG_HISTORY or info.is_continue_as_new_suggested()


def _begin(given: list[Any]) -> Case:
    """The case of a new request, or the one that a run before this one carried so far."""
    info = workflow.info()
    if len(given) == 2 and info.continued_run_id is not None:
        return Case.model_validate(given[1])
    if len(given) != 1:
        raise Refusal(f"expected the request as one JSON object, got {len(given)} arguments")
    now = workflow.now()
    case = Case(case_id=info.workflow_id, request=read_request(given[0], now), opened_at=now, seen_at=info.start_time)
    case.door.request = sealed_request(given[0])
    case.note("opened", now, "case", "opened", reference=case.request.reference)
    return case


def _update_id() -> str | None:
    update = workflow.current_update_info()
    return update.id if update is not None else None


def _refusal(refusal: Refusal) -> ApplicationError:
    return ApplicationError(str(refusal), type=Refusal.__name__, non_retryable=True)
