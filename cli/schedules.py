"""The Schedules that Temporal keeps for the watch over the watch; ``starter.py setup`` makes them or mends them."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from cli.asking import in_words
from cli.errors import CannotDo
from workflows.self_check import SWEEP, SweepWanted

HOUR = 9
"""In Asia/Almaty: the office opens, and whoever is told can act."""

MONDAY = 1
"""As Temporal counts the days of a week; 0 is Sunday."""


def schedules_for(task_queue: str) -> dict[str, Schedule]:
    """The schedules of the office that this task queue serves, by id: another may share the namespace."""
    daily = _schedule(
        f"{task_queue}-sweep",
        task_queue,
        SweepWanted(through="cases"),
        ScheduleCalendarSpec(hour=[ScheduleRange(HOUR)], comment=f"each day at {HOUR:02}:00 in Almaty"),
        # On days off too: what it finds is that other warnings do not come.
        "Compares the register with Temporal each day and tells on-call what it finds (docs/watch.md).",
        # A sweep that was missed is of use until the next one.
        catchup_window=timedelta(hours=23),
    )
    weekly = _schedule(
        f"{task_queue}-calendar-watch",
        task_queue,
        SweepWanted(through="calendar"),
        ScheduleCalendarSpec(
            day_of_week=[ScheduleRange(MONDAY)],
            hour=[ScheduleRange(HOUR)],
            comment=f"Mondays at {HOUR:02}:00 in Almaty",
        ),
        "Tells on-call once a week of a year whose calendar is not confirmed, from 1 December of the year before.",
        catchup_window=timedelta(days=6),
    )
    return {**daily, **weekly}


async def put_schedules(client: Client, task_queue: str) -> dict[str, str]:
    """Make the schedules that are missing and bring the others up to date; may be run again.

    A schedule that somebody has paused stays paused.

    :return: for each schedule ``made``, ``there`` or ``paused``.
    :raises CannotDo: where Temporal does not let us.
    """
    done = {}
    for schedule_id, schedule in schedules_for(task_queue).items():
        try:
            done[schedule_id] = await _put(client, schedule_id, schedule)
        except RPCError as error:
            raise CannotDo(f"the schedule {schedule_id} cannot be made; {in_words(error)}") from None
    return done


async def _put(client: Client, schedule_id: str, schedule: Schedule) -> str:
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        pass
    else:
        return "made"
    paused = False

    def mended(found: ScheduleUpdateInput) -> ScheduleUpdate:
        nonlocal paused
        state = found.description.schedule.state
        paused = state.paused
        if paused:  # and so does the note that says why
            schedule.state = state
        return ScheduleUpdate(schedule)

    await client.get_schedule_handle(schedule_id).update(mended)
    return "paused" if paused else "there"


def _schedule(
    schedule_id: str,
    task_queue: str,
    wanted: SweepWanted,
    when: ScheduleCalendarSpec,
    note: str,
    *,
    catchup_window: timedelta,
) -> dict[str, Schedule]:
    action = ScheduleActionStartWorkflow(SWEEP, wanted, id=schedule_id, task_queue=task_queue, static_summary=note)
    return {
        schedule_id: Schedule(
            action=action,
            spec=ScheduleSpec(calendars=[when], time_zone_name="Asia/Almaty"),
            # One that still runs waits for a worker or for a channel: a second beside it would tell the same.
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catchup_window),
            state=ScheduleState(note=note),
        )
    }
