"""What an operator reads on the timeline: words, and never a name of the code."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from activities.interface import Activity
from tests.support.cases import CaseUnderTest
from tests.support.driver import Driver
from tests.support.messages import documents, inspection, signature
from tests.support.world import World
from tests.workflows.conftest import Opening
from tests.workflows.test_asking_first import SET
from workflows.actions import summary_of
from workflows.case import Action
from workflows.wording import DOES, until

CODE = re.compile(r"\w+_\w+")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every summary of a timer or an activity of the cases of a test."""
    seen: set[str] = set()
    keep_up, turn = Driver._keep_up, Driver._turn

    def with_actions(driver: Driver, begun: list[Action]) -> None:
        seen.update(summary_of(driver.turns.case, action) for action in begun)
        keep_up(driver, begun)

    def with_timers(driver: Driver) -> None:
        turn(driver)
        seen.update(alarm.summary for alarm in driver._timers.values())

    monkeypatch.setattr(Driver, "_keep_up", with_actions)
    monkeypatch.setattr(Driver, "_turn", with_timers)
    return seen


async def late_to_the_end(case: CaseUnderTest) -> None:
    """Every term is late, everybody is notified, somebody acknowledges; at last all is done."""
    await case.sleep_to(9, 12)
    open_ones = [each["id"] for each in (await case.view())["escalations"] if not each["overtaken_by"]]
    await case.update("acknowledge_escalation", escalation_id=open_ones[-1], until=case.day(11).isoformat())
    await case.sleep_to(10)
    await case.update("record_documents", documents=SET[:1])
    await case.update("recount", reason="a decree")
    await case.signal("documents_arrived", documents("d2", "invoice"))
    await case.sleep_to(25)
    await case.signal("inspection_completed", inspection(grounds=["scheme_terms"]))
    await case.sleep_to(40)
    await case.signal("conclusion_signed", signature())
    await case.sleep_to(50)


async def test_no_summary_has_a_name_of_the_code(opening: Opening, world: World, read: set[str]) -> None:
    world.refuse(Activity.APPEAL_FOR_REVOCATION)
    await late_to_the_end(await opening())
    confirming = World()
    confirming.confirm_request = True
    assert {summary for summary in read if CODE.search(summary)} == set()
    for words in (
        "¶8 documents from Atameken: 5 working days, last day Mon 9 Mar 2026 until 24:00",
        "¶5 the whole: 30 working days, last day Mon 13 Apr 2026 until 24:00",
        "¶8: remind Atameken of the documents, last day Mon 9 Mar 2026 until 24:00",
        "¶8: see that the store has the documents that came by post",
        "¶5: read the working days as they are now",
        "term overdue: documents from Atameken: if nobody acknowledges, level 3 (head) is notified",
        "notify level 2 (on-call): term overdue: documents from Atameken",
    ):
        assert words in read


async def test_what_waits_for_a_confirmation_says_so(opening: Opening, world: World, read: set[str]) -> None:
    world.confirm_request = True
    await opening()
    assert any(each.endswith("a person has to confirm the request first") for each in read)
    assert {summary for summary in read if CODE.search(summary)} == set()


async def test_what_an_escalation_says_of_a_step_or_an_action_has_no_name_of_the_code(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.LOOK_UP_REGISTRATION, "REX refuses the login")
    case = await opening()
    await case.sleep_to(35)
    said: list[dict[str, Any]] = (await case.view())["escalations"]
    assert {each["summary"] for each in said if CODE.search(each["summary"])} == set()
    summaries = [each["summary"] for each in said]
    assert "¶9: look up the registration in REX: gave up: REX refuses the login" in summaries
    assert "documents from Atameken (¶8): overdue, the last day was Mon 9 Mar 2026 until 24:00" in summaries


def test_every_activity_of_a_case_has_words() -> None:
    own = set(Activity) - {
        Activity.SEND_NOTICES,
        Activity.CHECK,
        Activity.REPORT_FINDINGS,
        Activity.CALL_HEARTBEAT,
        Activity.SEND_ACCOUNT,
        Activity.RECORD_DAILY_HEAD,
        Activity.SEND_DAILY_HEAD,
        Activity.KEEP_REFUSED_REQUEST,
    }
    assert set(DOES) == own


def test_a_last_day_is_said_with_its_day_of_the_week() -> None:
    assert until(date(2026, 12, 1)) == "Tue 1 Dec 2026 until 24:00"
