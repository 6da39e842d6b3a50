"""The watch over the watch: looks daily for what would make a warning silently never come, and tells on-call.

Started by Temporal Schedules that ``starter.py setup`` makes; what is compared is in ``activities/self_check.py``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict
from temporalio import workflow
from temporalio.exceptions import ActivityError, FailureError

from activities.interface import Activity, AllWell, Gap, GapKind, GapReport, GapsTold, Look, Looked
from workflows.profiles import HEARTBEAT, LOOK, REPORT

SWEEP = "Sweep"
"""The workflow type."""


class SweepWanted(BaseModel):
    """The start argument. ``look_again_after`` in seconds: a gap is told when it was there both times."""

    model_config = ConfigDict(frozen=True)

    through: Literal["cases", "calendar"] = "cases"
    look_again_after: float = 300


class Swept(BaseModel):
    """The result: what was found and who was told.

    ``heartbeat`` is ``called``, ``none set`` or why it was not reached; None where not all is well.
    """

    open_cases: int
    gaps: list[Gap]
    gaps_in_all: int
    told: GapsTold | None = None
    heartbeat: str | None = None


@workflow.defn(name=SWEEP)
class Sweep:
    """One look, or two where the first found something; then one message, or the heartbeat."""

    @workflow.run
    async def run(self, wanted: SweepWanted) -> Swept:
        """Look, and tell whoever has to know.

        :raises ActivityError: where nobody at all could be told.
        """
        looked = await self._look(wanted)
        swept = Swept(open_cases=looked.open_cases, gaps=looked.gaps, gaps_in_all=looked.gaps_in_all)
        if looked.gaps:
            report = GapReport(
                through=wanted.through, at=workflow.info().start_time, gaps=looked.gaps, gaps_in_all=looked.gaps_in_all
            )
            told = await workflow.execute_activity(
                Activity.REPORT_GAPS,
                report,
                result_type=GapsTold,
                summary=f"tell on-call of {looked.gaps_in_all} gaps in the watch",
                **REPORT.regular(),
            )
            return swept.model_copy(update={"told": told})
        if wanted.through == "cases":
            return swept.model_copy(update={"heartbeat": await self._say_all_well()})
        return swept

    async def _look(self, wanted: SweepWanted) -> Looked:
        first = await self._look_once(wanted)
        if not first.gaps or first.blind or wanted.through == "calendar":
            return first
        # While we look cases go on, and after an outage they are catching up: what they mend by themselves is no gap.
        await workflow.sleep(timedelta(seconds=wanted.look_again_after), summary="look again before anybody is told")
        second = await self._look_once(wanted)
        if second.blind:
            return second
        before = {gap.key for gap in first.gaps}
        gaps = [gap for gap in second.gaps if gap.key in before]
        passed = len(second.gaps) - len(gaps)
        return second.model_copy(update={"gaps": gaps, "gaps_in_all": second.gaps_in_all - passed if gaps else 0})

    async def _look_once(self, wanted: SweepWanted) -> Looked:
        try:
            looked: Looked = await workflow.execute_activity(
                Activity.LOOK_FOR_GAPS,
                Look(through=wanted.through, at=workflow.now()),
                result_type=Looked,
                summary="compare the register with Temporal" if wanted.through == "cases" else "the calendar's years",
                **LOOK.regular(),
            )
        except ActivityError as error:
            gap = Gap(
                kind=GapKind.CANNOT_LOOK,
                what=f"the sweep could not compare register and Temporal: {_why(error)}",
                what_to_do="See to what is out of reach; then trigger the schedule once more in Temporal.",
            )
            return Looked(gaps=[gap], gaps_in_all=1, open_cases=0)
        return looked

    async def _say_all_well(self) -> str:
        try:
            called = await workflow.execute_activity(
                Activity.SAY_ALL_WELL,
                AllWell(at=workflow.now()),
                result_type=bool,
                summary="say outside that all is well",
                **HEARTBEAT.regular(),
            )
        except ActivityError as error:
            # Nobody is called for it: whoever waits for the heartbeat outside notices that it does not come.
            workflow.logger.warning("the sweep found all well, and could not say so: %s", _why(error))
            return f"not reached: {_why(error)}"
        return "called" if called else "none set"


def _why(error: FailureError) -> str:
    """What was said last: a time-out carries the failure of its last attempt."""
    while isinstance(error.cause, FailureError):
        error = error.cause
    return error.message
