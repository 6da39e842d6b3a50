"""The Schedules of the self-check; ``starter.py setup`` adds them or brings them up to date."""

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

from cases.asking import in_words
from cli.errors import CannotDo
from workflows.self_check import SELF_CHECK, SelfCheckWanted

HOUR = 9
"""In Asia/Almaty: the office opens, so whoever is notified can act."""

MONDAY = 1
"""As Temporal counts the days of a week; 0 is Sunday."""


def schedules_for(task_queue: str) -> dict[str, Schedule]:
    """The schedules of the office that this task queue serves, by id: another may share the namespace."""
    daily = _schedule(
        f"{task_queue}-self-check",
        task_queue,
        SelfCheckWanted(scope="cases"),
        ScheduleCalendarSpec(hour=[ScheduleRange(HOUR)], comment=f"each day at {HOUR:02}:00 in Almaty"),
        # On days off too: it finds warnings that were missed.
        "Compares the register with Temporal each day and notifies on-call of findings (docs/self_check.md).",
        # A missed self-check is of use until the next one.
        catchup_window=timedelta(hours=23),
    )
    weekly = _schedule(
        f"{task_queue}-calendar-check",
        task_queue,
        SelfCheckWanted(scope="calendar"),
        ScheduleCalendarSpec(
            day_of_week=[ScheduleRange(MONDAY)],
            hour=[ScheduleRange(HOUR)],
            comment=f"Mondays at {HOUR:02}:00 in Almaty",
        ),
        "Each week from 1 December, notifies on-call if the calendar of the next year is not confirmed.",
        catchup_window=timedelta(days=6),
    )
    return {**daily, **weekly}


async def put_schedules(client: Client, task_queue: str) -> dict[str, str]:
    """Add the schedules that are missing and bring the others up to date; may be run again.

    A schedule that somebody has paused stays paused.

    :return: for each schedule ``made``, ``there`` or ``paused``.
    :raises CannotDo: where Temporal does not let us.
    """
    done = {}
    for schedule_id, schedule in schedules_for(task_queue).items():
        try:
            done[schedule_id] = await _put(client, schedule_id, schedule)
        except RPCError as error:
            raise CannotDo(f"the schedule {schedule_id} cannot be put; {in_words(error)}") from None
    return done


async def _put(client: Client, schedule_id: str, schedule: Schedule) -> str:
    try:
        await client.create_schedule(schedule_id, schedule)
    except ScheduleAlreadyRunningError:
        pass
    else:
        return "made"
    paused = False

    def updated(found: ScheduleUpdateInput) -> ScheduleUpdate:
        nonlocal paused
        state = found.description.schedule.state
        paused = state.paused
        if paused:  # and so does the note that says why
            schedule.state = state
        return ScheduleUpdate(schedule)

    await client.get_schedule_handle(schedule_id).update(updated)
    return "paused" if paused else "there"


def _schedule(
    schedule_id: str,
    task_queue: str,
    wanted: SelfCheckWanted,
    when: ScheduleCalendarSpec,
    note: str,
    *,
    catchup_window: timedelta,
) -> dict[str, Schedule]:
    action = ScheduleActionStartWorkflow(SELF_CHECK, wanted, id=schedule_id, task_queue=task_queue, static_summary=note)
    return {
        schedule_id: Schedule(
            action=action,
            spec=ScheduleSpec(calendars=[when], time_zone_name="Asia/Almaty"),
            # One that still runs waits for a worker or for a channel: a second one would report the same.
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catchup_window),
            state=ScheduleState(note=note),
        )
    }
