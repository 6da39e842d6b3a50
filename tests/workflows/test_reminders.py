"""Atameken is reminded on five set days while its documents are awaited, and no more once they are in."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
from temporalio.testing import WorkflowEnvironment
from workflows.on_the_way import documents_on_their_way

from activities.interface import Activity, Fetch, Reminder
from rules.calendar import WorkingCalendar
from rules.documents import Kind
from rules.terms import Step
from tests.support.calendars import at, plain_days
from tests.support.cases import CaseUnderTest, open_case
from tests.support.messages import documents
from tests.support.requests import request
from tests.support.views import step_of
from tests.support.workers import worker
from tests.support.world import World
from tests.workflows.states import RECEIVED, awaiting_another_request, standing_at
from workflows import steps
from workflows.case import Case, Dispatch, Offer
from workflows.reminders import moments, remind

PLAIN = plain_days(2026, 2027)


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


async def at_nine(case: CaseUnderTest, n: int) -> None:
    """To a quarter of an hour after nine of the n-th working day."""
    await case.sleep_until(at(case.day(n), 9) + timedelta(minutes=15))


def reminders(case: CaseUnderTest) -> list[str]:
    return [reminder.key.rsplit(".", 1)[1] for reminder in case.world.calls[Activity.REMIND_ATAMEKEN]]


def on_its_way(days: int) -> Case:
    """A complete set that Atameken sent so many days after its receipt of the request, still being fetched."""
    case = standing_at(Step.AWAIT_DOCUMENTS, PLAIN)
    sent_at = RECEIVED + timedelta(days=days)
    kinds = [Kind.REGISTRATION_APPLICATION, Kind.INVOICE]
    case.offers["d1"] = Offer(kinds=kinds, sent_at=sent_at, received_at=None, arrived_at=sent_at)
    case.want(Activity.FETCH_DOCUMENTS, Fetch(case_id="c", message_id="d1", documents=[]), key="fetch_documents d1")
    return case


@pytest.mark.parametrize("sent", [1, 9], ids=["in time", "late"])
def test_no_reminder_is_called_for_while_a_complete_set_is_being_fetched(sent: int) -> None:
    case, calendar = on_its_way(sent), WorkingCalendar(PLAIN)
    now = RECEIVED + timedelta(days=10)
    remind(case, calendar, now)
    assert (moments(case, calendar), list(case.actions)) == ([], ["fetch_documents d1"])
    case.actions["fetch_documents d1"].state = "failed"
    remind(case, calendar, now)
    assert list(case.actions) == ["fetch_documents d1", "remind_atameken 1.3"]


def test_a_reminder_goes_out_while_a_part_of_the_set_is_being_fetched() -> None:
    case = on_its_way(1)
    case.offers["d1"].kinds = [Kind.INVOICE]
    remind(case, WorkingCalendar(PLAIN), RECEIVED + timedelta(days=10))
    assert "remind_atameken 1.3" in case.actions


@pytest.mark.parametrize(("kind", "held"), [(Kind.INVOICE, True), (Kind.CONTRACT, False)])
def test_in_a_later_round_only_what_was_asked_for_is_on_its_way(kind: Kind, held: bool) -> None:
    case, calendar = awaiting_another_request(PLAIN), WorkingCalendar(PLAIN)
    steps.request_sent(case, Dispatch(sent_at=RECEIVED, received_at=RECEIVED, reference="A-2"), "L2")
    steps.begin_await(case, calendar)
    case.offers["d2"] = Offer(kinds=[kind], sent_at=RECEIVED, received_at=None, arrived_at=RECEIVED)
    case.want(Activity.FETCH_DOCUMENTS, Fetch(case_id="c", message_id="d2", documents=[]), key="fetch_documents d2")
    assert documents_on_their_way(case, case.current(Step.AWAIT_DOCUMENTS)) is held
    remind(case, calendar, RECEIVED + timedelta(days=10))
    assert ("remind_atameken 2.3" in case.actions) is not held


async def test_a_reminder_that_could_not_be_sent_is_not_sent_after_the_set_has_come(case: CaseUnderTest) -> None:
    case.world.lose(Activity.REMIND_ATAMEKEN)
    await case.at_step("await_documents")
    await at_nine(case, 4)
    await case.until(lambda _: case.world.attempts[Activity.REMIND_ATAMEKEN] > 1)
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    case.world.mend(Activity.REMIND_ATAMEKEN)
    tried = case.world.attempts[Activity.REMIND_ATAMEKEN]
    await case.sleep_to(6)
    assert (reminders(case), case.world.attempts[Activity.REMIND_ATAMEKEN]) == ([], tried)


async def test_a_reminder_that_could_not_be_sent_does_not_outlive_a_withdrawal(case: CaseUnderTest) -> None:
    case.world.lose(Activity.REMIND_ATAMEKEN)
    await case.at_step("await_documents")
    await at_nine(case, 4)
    await case.until(lambda _: case.world.attempts[Activity.REMIND_ATAMEKEN] > 1)
    withdrawn_at = await case.now()
    await case.update("withdraw", reason="by the customs")
    view = await case.result()
    assert (view["failed_actions"], view["escalations"], reminders(case)) == ([], [], [])
    closed_at = (await case.history()).events[-1].event_time.ToDatetime(tzinfo=UTC)
    assert closed_at - withdrawn_at < timedelta(minutes=1), "nothing is waited for"
