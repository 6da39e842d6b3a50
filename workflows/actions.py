"""Carries out what a case wants done in the outside world: each action is one regular activity.

Regular ones only: the outside world learns of nothing that Temporal does not have (docs/design.md, section 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from temporalio import workflow
from temporalio.exceptions import ApplicationError, FailureError

from activities.interface import Notify
from activities.outgoing import Reminder
from escalation.kinds import LEVEL_NAMES
from rules.text import one_line
from workflows.asking_first import ASKED, SUMMARIES
from workflows.case import Action, Case
from workflows.catalogue import CATALOGUE
from workflows.profiles import AT_THE_SCREEN
from workflows.turns import Failure
from workflows.wording import DOES, until


class Actions:
    """Starts, stops and reports the actions of a case."""

    def __init__(self, case: Case, ended: Callable[[Action, object], None]) -> None:
        """:param ended: called with the action and its result, its ``Failure``, or None where it was stopped."""
        self._case, self._ended = case, ended
        self._tasks: dict[str, tuple[Action, asyncio.Task[None]]] = {}
        self._number = 0

    def keep_up(self, begun: list[Action]) -> bool:
        """Start what is begun, stop what is to begin anew, and cancel what is not wanted any more.

        :return: whether that took a command.
        """
        stopped = False
        wanted = self._case.actions
        for key, (action, task) in list(self._tasks.items()):
            if wanted.get(key) is not action:
                del self._tasks[key]
                task.cancel()
                stopped = True
            elif action.state == "stopping" and not task.cancelling():
                task.cancel()
                stopped = True
        for action in begun:
            self._tasks[action.key] = (action, asyncio.create_task(self._perform(action)))
        return stopped or bool(begun)

    async def _perform(self, action: Action) -> None:
        row = CATALOGUE[action.activity]
        self._number += 1
        action.activity_id = str(self._number)  # What Temporal's SDK would call it, too; it is not to be asked.
        profile = AT_THE_SCREEN if action.key in ASKED else row.profile
        try:
            result: object = await workflow.execute_activity(
                action.activity.value,
                args=[] if action.payload is None else [action.payload],
                result_type=row.result,
                activity_id=action.activity_id,
                summary=summary_of(self._case, action),
                # One that is stopped may be sending: it is waited for, and what it has done counts.
                cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
                **profile.options(),
            )
        except asyncio.CancelledError:
            result = None
        except FailureError as error:
            result = None if action.state == "stopping" and _was_cancelled(error) else _failure(error)
        held = self._tasks.get(action.key)
        if held is not None and held[0] is action:
            del self._tasks[action.key]
        self._ended(action, result)


def summary_of(case: Case, action: Action) -> str:
    """What the operator reads on the timeline: the paragraph, the act, and the last day where there is one."""
    match action.payload:
        case Notify():
            return _of_notices(case, action.payload)
        case Reminder():
            return f"{DOES[action.activity]}, last day {until(action.payload.last_day)}"
        case _ if action.key in ASKED:
            return SUMMARIES[action.key]
    state = case.running
    last_day = state.last_day if state is not None and CATALOGUE[action.activity].of_the_step else None
    return DOES[action.activity] + (f", last day {until(last_day)}" if last_day else "")


def _of_notices(case: Case, payload: Notify) -> str:
    matters = {each.id: each.name for each in case.escalations}
    parts = [
        f"{'say it is resolved to' if notice.resolved else 'notify'} level {notice.level} "
        f"({LEVEL_NAMES[notice.level]}): {', '.join(matters[each.escalation_id] for each in notice.matters)}"
        for notice in payload.notices
    ]
    return ("; ".join(parts) or "withdraw notices")[:200]


def _was_cancelled(error: BaseException) -> bool:
    return isinstance(error.__cause__, asyncio.CancelledError) or type(error.__cause__).__name__ == "CancelledError"


def _failure(error: FailureError) -> Failure:
    """What an activity failed with, in one line: its own message, without the layers that Temporal wraps it in."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    message = cause.message if isinstance(cause, ApplicationError) else str(cause)
    reason = one_line(str(message), 500) or type(cause).__name__
    return Failure(reason, cause.type if isinstance(cause, ApplicationError) else None)
