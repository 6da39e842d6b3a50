"""Atameken is reminded on five set days while its documents are awaited, and no more once they are in."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from activities.interface import Activity, Fetch
from activities.outgoing import Reminder
from rules.calendar import WorkingCalendar
from rules.documents import Kind
from rules.terms import Step
from tests.support.calendars import at
from tests.support.cases import CaseInMemory, CaseUnderTest
from tests.support.messages import documents
from tests.support.standing import PLAIN, RECEIVED, awaiting_another_request, delivered, standing_at
from tests.support.views import step_of
from tests.workflows.conftest import Opening
from workflows.case import Case
from workflows.deadlines import documents_on_the_way
from workflows.letters import request_sent
from workflows.order import advance
from workflows.papers import Dispatch
from workflows.reminders import moments, remind

CALENDAR = WorkingCalendar(PLAIN)
DAY_AFTER = RECEIVED + timedelta(days=10)
"""Thursday, 10:00: three working days after Atameken's last day, so the third reminder is due."""


def reminders(case: CaseUnderTest) -> list[str]:
    return [reminder.key.rsplit(".", 1)[1] for reminder in case.world.calls[Activity.REMIND_ATAMEKEN]]


def nines(case: CaseUnderTest) -> list[datetime]:
    """Nine o'clock in Almaty, a working day before the last (day 5) and 1, 3, 5 and 7 after it."""
    return [at(case.day(n), 9) for n in (4, 6, 8, 10, 12)]


async def test_atameken_is_reminded_five_times_at_nine_in_almaty(case: CaseUnderTest) -> None:
    view = await case.bring_to("await_documents")
    assert step_of(view, "await_documents")["last_day"] == case.day(5).isoformat()
    await case.sleep_to(40)
    sent: list[Reminder] = case.world.calls[Activity.REMIND_ATAMEKEN]
    assert [reminder.key.rsplit(".", 2)[1:] for reminder in sent] == [["1", str(n)] for n in range(1, 6)]
    assert sent[0].message.startswith("Reminder 1 of 5 (¶8): the last day is")
    assert "1 working days ago" in sent[1].message
    assert "registration_application" in sent[0].message
    letters = [each for entries in case.world.written for each in entries.letters if each.what == "reminder"]
    assert [letter.sent_at for letter in letters] == nines(case)


async def test_no_reminder_goes_out_once_a_complete_set_is_in(case: CaseUnderTest) -> None:
    await case.bring_to("inspect")
    await case.sleep_to(40)
    assert reminders(case) == []


async def test_of_the_reminders_that_an_outage_held_up_the_last_alone_is_sent(case: CaseInMemory) -> None:
    await case.bring_to("await_documents")
    case.stop()
    await case.sleep_to(9)
    await case.start()
    assert reminders(case) == ["3"]
    await case.sleep_to(40)
    assert reminders(case) == ["3", "4", "5"]


async def test_a_request_that_went_by_hand_is_chased_by_nobody(opening: Opening) -> None:
    case = await opening()
    case.world.refuse(Activity.REQUEST_DOCUMENTS)
    await case.bring_to("inspect")
    await case.update("request_missing_documents", missing=["invoice"], remarks="illegible")
    await case.update("record_dispatch", sent_at=(await case.now()).isoformat(), letter_reference="04-7/120")
    await case.sleep_to(40)
    assert reminders(case) == []


def on_the_way(days: int, *kinds: Kind) -> Case:
    """Documents that Atameken sent so many days after its receipt of the request, still being fetched."""
    case = standing_at(Step.AWAIT_DOCUMENTS)
    sent_at = RECEIVED + timedelta(days=days)
    for kind in kinds:
        came = delivered(kind, sent_at=sent_at, arrived_at=sent_at, message_id="d1", state="offered")
        case.papers.deliveries.append(came)
    case.want(Activity.FETCH_DOCUMENTS, Fetch(case_id="c", message_id="d1", documents=[]), key="fetch_documents d1")
    return case


@pytest.mark.parametrize("sent", [1, 9], ids=["in time", "late"])
def test_no_reminder_is_called_for_while_a_complete_set_is_being_fetched(sent: int) -> None:
    case = on_the_way(sent, Kind.REGISTRATION_APPLICATION, Kind.INVOICE)
    remind(case, CALENDAR, DAY_AFTER)
    assert (moments(case, CALENDAR), list(case.actions)) == ([], ["fetch_documents d1"])
    case.actions["fetch_documents d1"].state = "failed"
    remind(case, CALENDAR, DAY_AFTER)
    assert list(case.actions) == ["fetch_documents d1", "remind_atameken 1.3"]


def test_a_reminder_goes_out_while_a_part_of_the_set_is_being_fetched() -> None:
    case = on_the_way(1, Kind.INVOICE)
    remind(case, CALENDAR, DAY_AFTER)
    assert "remind_atameken 1.3" in case.actions


@pytest.mark.parametrize(("kind", "held"), [(Kind.INVOICE, True), (Kind.CONTRACT, False)])
def test_in_a_later_round_only_what_was_asked_for_is_on_its_way(kind: Kind, held: bool) -> None:
    case = awaiting_another_request()
    request_sent(case, Dispatch(sent_at=RECEIVED, received_at=RECEIVED, reference="A-2"))
    assert advance(case, CALENDAR, RECEIVED)
    case.papers.deliveries.append(delivered(kind, sent_at=RECEIVED, message_id="d2", state="offered"))
    case.want(Activity.FETCH_DOCUMENTS, Fetch(case_id="c", message_id="d2", documents=[]), key="fetch_documents d2")
    assert documents_on_the_way(case, case.current(Step.AWAIT_DOCUMENTS)) is held
    remind(case, CALENDAR, DAY_AFTER)
    assert ("remind_atameken 2.3" in case.actions) is not held


async def test_a_reminder_that_could_not_be_sent_is_not_sent_after_the_set_has_come(case: CaseUnderTest) -> None:
    case.world.lose(Activity.REMIND_ATAMEKEN)
    await case.bring_to("await_documents")
    await case.sleep_until(at(case.day(4), 9) + timedelta(minutes=15))
    assert case.world.attempts[Activity.REMIND_ATAMEKEN] > 1
    await case.signal("documents_arrived", documents())
    await case.at_step("inspect")
    case.world.mend(Activity.REMIND_ATAMEKEN)
    tried = case.world.attempts[Activity.REMIND_ATAMEKEN]
    await case.sleep_to(6)
    assert (reminders(case), case.world.attempts[Activity.REMIND_ATAMEKEN]) == ([], tried)


async def test_a_reminder_that_could_not_be_sent_does_not_outlive_a_withdrawal(case: CaseUnderTest) -> None:
    case.world.lose(Activity.REMIND_ATAMEKEN)
    await case.bring_to("await_documents")
    await case.sleep_until(at(case.day(4), 9) + timedelta(minutes=15))
    assert case.world.attempts[Activity.REMIND_ATAMEKEN] > 1
    await case.update("withdraw", reason="by the customs")
    view = await case.result()
    assert (view["failed_actions"], view["escalations"], reminders(case)) == ([], [], []), "nothing is waited for"
