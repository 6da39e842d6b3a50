"""What somebody has acknowledged rests, and goes on after the day until which they see to it (docs/escalations.md).

The ladder file is that of ``test_alerts.py``.
"""

from __future__ import annotations

from datetime import timedelta

from tests.support.cases import CaseInMemory
from tests.support.views import escalation, instant
from tests.workflows.ladders import AWAIT, OVERDUE, REFUSED, acknowledge, daily, heard, refuse_a_document


async def test_who_acknowledges_has_rest_until_the_end_of_that_day_and_then_it_goes_on(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await acknowledge(case, OVERDUE, 7)
    shown = escalation(await case.view(), OVERDUE)
    assert (shown["next_level"], instant(shown["next_at"])) == (2, case.end_of(7))
    await case.sleep_to(9)
    assert heard(case, OVERDUE) == [(6, "00:00", 2), (8, "00:00", 2), (8, "13:00", 3)]
    assert escalation(await case.view(), OVERDUE)["resolved_at"] is None, "to acknowledge resolves nothing"


async def test_what_is_not_urgent_waits_for_the_office_also_after_its_rest(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await acknowledge(case, REFUSED, 4)  # the Friday; it rests over the weekend
    await case.sleep_to(6, hour=8)
    assert heard(case, REFUSED) == [(0, "10:00", 1), (5, "09:00", 1), (5, "13:00", 2), (5, "17:00", 3)]


async def test_what_somebody_lets_lie_is_told_again_also_at_the_last_rung_and_is_repeated_anew(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(20)
    before = heard(case, OVERDUE)
    await acknowledge(case, OVERDUE, 21)
    await case.sleep_to(60)
    assert heard(case, OVERDUE)[len(before) :] == [(22, "00:00", 3), *daily(22, 26, "18:00", 3)]


async def test_all_that_is_open_can_be_acknowledged_at_once(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.sleep_to(6)
    await acknowledge(case, "all", 8)
    before = len(case.world.notices())
    view = await case.view()
    assert {each["id"]: each["acknowledged_by"] for each in view["escalations"]} == {
        REFUSED: "A. Nurlan",
        f"{AWAIT}.step_due_soon": None,  # overtaken: nothing is to be done about it
        OVERDUE: "A. Nurlan",
    }
    await case.sleep_until(case.end_of(8) - timedelta(seconds=1))
    assert len(case.world.notices()) == before
    await case.sleep_to(9)
    assert heard(case, OVERDUE)[-1] == (9, "00:00", 2)


async def test_who_acknowledges_second_hears_who_holds_it_and_takes_over_only_on_purpose(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await acknowledge(case, OVERDUE, 7)
    again = {"escalation_id": OVERDUE, "until": case.day(8).isoformat()}
    refusal = await case.refused("acknowledge_escalation", by="Б. Ержан", **again)
    assert refusal == (
        f"escalation_id: {OVERDUE} is held by A. Nurlan until {case.day(7)}; "
        "to take it over: take_over true (in the terminal --take-over)"
    )
    assert escalation(await case.view(), OVERDUE)["acknowledged_by"] == "A. Nurlan"
    taken = await case.update("acknowledge_escalation", by="Б. Ержан", take_over=True, **again)
    assert taken["acknowledged"] == [OVERDUE]
    assert taken["taken_over"] == [{"escalation_id": OVERDUE, "by": "A. Nurlan", "until": case.day(7).isoformat()}]
    assert escalation(await case.view(), OVERDUE)["acknowledged_by"] == "Б. Ержан"


async def test_the_holder_may_prolong_and_what_has_lapsed_is_nobodys(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    await acknowledge(case, OVERDUE, 7)
    longer = {"escalation_id": OVERDUE, "until": case.day(8).isoformat()}
    assert (await case.update("acknowledge_escalation", by=" a.  NURLAN", **longer))["taken_over"] == []
    await case.sleep_to(9)
    lapsed = {"escalation_id": OVERDUE, "until": case.day(9).isoformat()}
    assert (await case.update("acknowledge_escalation", by="Б. Ержан", **lapsed))["taken_over"] == []


async def test_all_leaves_to_others_what_they_hold(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.sleep_to(6)
    await acknowledge(case, OVERDUE, 7)
    given = {"escalation_id": "all", "until": case.day(8).isoformat(), "by": "Б. Ержан"}
    answer = await case.update("acknowledge_escalation", **given)
    assert answer["acknowledged"] == [REFUSED]
    assert answer["held_by_others"] == [{"escalation_id": OVERDUE, "by": "A. Nurlan", "until": str(case.day(7))}]
    view = await case.view()
    assert [escalation(view, each)["acknowledged_by"] for each in (REFUSED, OVERDUE)] == ["Б. Ержан", "A. Nurlan"]
    assert "is held by" in await case.refused("acknowledge_escalation", **{**given, "by": "C"})


async def test_where_nothing_is_open_there_is_nothing_to_acknowledge(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    refusal = await case.refused("acknowledge_escalation", escalation_id="all", until=case.day(0).isoformat())
    assert refusal == "escalation_id: no escalation is open"


async def test_what_waits_with_a_recipient_is_withdrawn_by_an_acknowledgement_and_said_anew_after_it(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    case.world.silent = True
    await case.sleep_to(6)
    assert [each.recipient.id for each in case.world.waiting] == ["r20"], "the warning is withdrawn by its breach"
    await acknowledge(case, OVERDUE, 7)
    assert case.world.waiting == []
    await case.world.get_through()
    await case.sleep_to(8)
    assert heard(case, OVERDUE) == [(6, "00:00", 2), (8, "00:00", 2)]
