"""Atameken is reminded on five set days while its documents are awaited, and no more once they are in."""

from __future__ import annotations

from datetime import date, timedelta

from temporalio.testing import WorkflowEnvironment

from activities.calls import Activity, Reminder
from tests.workflows.cases import at, documents, open_case, request, step_of, worker
from tests.workflows.world import World


async def monday_morning(environment: WorkflowEnvironment) -> date:
    """Skip to 10:00 of the next Monday in Almaty, so that the days of a test are always the same."""
    now = await environment.get_current_time()
    monday = (now + timedelta(hours=5)).date() + timedelta(days=7)
    monday -= timedelta(days=monday.weekday())
    await environment.sleep(at(monday) - now)
    return monday


async def test_atameken_is_reminded_five_times_at_nine_in_almaty(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    world = World(time_skipping.client)
    async with worker(time_skipping.client, world, task_queue):
        monday = await monday_morning(time_skipping)
        case = await open_case(time_skipping, world, task_queue, request(at(monday)))
        view = await case.at_step("await_documents")
        last_day = date.fromisoformat(step_of(view, "await_documents")["last_day"])
        assert last_day == monday + timedelta(days=7)
        await case.sleep_days(40)
        sent: list[Reminder] = world.calls[Activity.REMIND_ATAMEKEN]
        assert [reminder.key.rsplit(".", 2)[1:] for reminder in sent] == [["1", str(n)] for n in range(1, 6)]
        assert sent[0].message.startswith("Reminder 1 of 5 (¶8): the last day is")
        assert "registration_application" in sent[0].message
        letters = {
            letter.key: letter for entries in world.written for letter in entries.letters if letter.what == "reminder"
        }
        nines = [at(last_day + timedelta(days=d), 9) for d in (-3, 1, 3, 7, 9)]
        assert [letter.sent_at.replace(second=0, microsecond=0) for letter in letters.values()] == nines
        await case.update("withdraw", reason="test")


async def test_no_reminder_goes_out_once_a_complete_set_is_in(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    world = World(time_skipping.client)
    async with worker(time_skipping.client, world, task_queue):
        monday = await monday_morning(time_skipping)
        case = await open_case(time_skipping, world, task_queue, request(at(monday)))
        await case.at_step("await_documents")
        await case.signal("documents_arrived", documents())
        await case.at_step("inspect")
        await case.sleep_days(40)
        assert world.calls[Activity.REMIND_ATAMEKEN] == []
        await case.update("withdraw", reason="test")
