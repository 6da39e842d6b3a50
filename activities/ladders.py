"""Starting the ladder of an escalation, and telling it what has become of the matter."""

from __future__ import annotations

import asyncio

from sqlalchemy import Engine
from temporalio import activity
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import unreachable
from activities.interface import Activity, Climb, LadderNews, Raised
from escalation.kinds import Escalation
from escalation.ladder_file import Ladders
from register.database import RegisterError
from register.outbox import write_ladder
from register.rows import LadderEntry

LADDER = "EscalationLadder"
"""The workflow type of ``workflows/ladder.py``."""


def ladder_id(case_id: str, escalation_id: str) -> str:
    """The workflow id of an escalation's ladder; no case id has a dot in it (contract, section 1)."""
    return f"{case_id}.{escalation_id}"


class LadderActivities:
    """Called by cases; both calls may be repeated and then change nothing."""

    def __init__(self, client: Client, register: Engine, ladders: Ladders) -> None:
        """:param client: connected to the namespace of the cases.
        :param ladders: as they are now; an escalation keeps the one it is raised with.
        """
        self._client = client
        self._register = register
        self._ladders = ladders

    @activity.defn(name=Activity.START_LADDER)
    async def start_ladder(self, raised: Raised) -> None:
        """Write the escalation to the outbox and start its ladder, once and for all.

        The row comes first: a row without a ladder is found by the daily sweep. A register that is out of reach does
        not keep people from being told.

        :raises ApplicationError: ``UNREACHABLE`` where Temporal does not take the start.
        """
        plan = self._ladders.plans[Escalation(raised.kind)]
        entry = LadderEntry(
            case_id=raised.case_id,
            escalation_id=raised.escalation_id,
            revision=0,
            kind=raised.kind,
            state="raised",
            level=plan.kind.first_level,
            rung=0,
            next_at=raised.raised_at,
            raised_at=raised.raised_at,
        )
        try:
            await asyncio.to_thread(write_ladder, self._register, entry)
        except RegisterError as error:
            activity.logger.warning("the ladder %s is not in the register yet: %s", raised.key, error)
        try:
            await self._client.start_workflow(
                LADDER,
                Climb(raised=raised, plan=plan),
                id=ladder_id(raised.case_id, raised.escalation_id),
                task_queue=activity.info().task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary=f"{raised.kind}: {raised.summary}"[:200],
                static_details=f"Case `{raised.case_id}`. Tells people of this escalation until it is settled.",
            )
        except WorkflowAlreadyStartedError:
            return  # An earlier attempt started it, and it has ended since.
        except RPCError as error:
            raise unreachable(f"the ladder {raised.key} does not start: {error.status.name.lower()}") from None

    @activity.defn(name=Activity.TELL_LADDER)
    async def tell_ladder(self, news: LadderNews) -> None:
        """Tell a ladder that somebody has taken the matter on, or that it has to end; one that has ended needs neither.

        Both ends are its signal ``resolved``; ``what`` says whether those who were called are to hear of it.

        :raises ApplicationError: ``UNREACHABLE`` where Temporal does not answer.
        """
        handle = self._client.get_workflow_handle(ladder_id(news.case_id, news.escalation_id))
        try:
            await handle.signal("acknowledged" if news.what == "acknowledged" else "resolved", news)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return
            raise unreachable(f"the ladder {handle.id} cannot be told: {error.status.name.lower()}") from None
