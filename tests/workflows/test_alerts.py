"""The ladders of a case's escalations: which level is notified when (docs/escalations.md).

In the ladder file of these tests the office is open from 9 to 18 on working days, and a level has 4 working hours, or 2
for what gave up, before the next is notified; the last is notified again every 9, five times.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from activities.interface import Activity
from escalation.kinds import KINDS, Escalation
from tests.support.calendars import at, plain_days
from tests.support.cases import CaseInMemory
from tests.support.messages import documents, inspection, signature
from tests.support.people import ladder_book
from tests.support.views import escalation, escalation_ids, instant
from tests.support.world import REX_RECORD, World
from tests.workflows.conftest import Opening
from tests.workflows.ladders import (
    AWAIT,
    OVERDUE,
    REFUSED,
    Moment,
    acknowledge,
    daily,
    ends_heard,
    heard,
    refuse_a_document,
)


async def quarantine_a_document(case: CaseInMemory) -> None:
    case.world.suspicious = {"contract.pdf": "it runs a script"}
    await case.signal("documents_arrived", documents("d1", "contract"))


async def fail_to_fetch(case: CaseInMemory) -> None:
    case.world.refuse(Activity.FETCH_DOCUMENTS)
    await case.signal("documents_arrived", documents("d1", "contract"))


async def send_gibberish(case: CaseInMemory) -> None:
    await case.signal("gibberish")


async def revoke(case: CaseInMemory) -> None:
    await case.signal("documents_arrived", documents())
    await case.signal("inspection_completed", inspection())
    case.world.rex_record = {**REX_RECORD, "status": "revoked"}
    await case.signal("conclusion_signed", signature())


async def wait(_: CaseInMemory) -> None:
    """Atameken says nothing."""


LADDERS: dict[Escalation, tuple[Callable[[CaseInMemory], Awaitable[None]], str, list[Moment]]] = {
    Escalation.STEP_DUE_SOON: (
        wait,
        f"{AWAIT}.step_due_soon",
        [(5, "09:00", 1), (5, "13:00", 2), (5, "17:00", 3)],  # from midnight on the breach has its own ladder
    ),
    Escalation.STEP_OVERDUE: (wait, OVERDUE, [(6, "00:00", 2), *daily(6, 11, "13:00", 3)]),
    Escalation.LIMIT_AT_RISK: (wait, "case.limit_at_risk", [(14, "00:00", 2), *daily(14, 19, "13:00", 3)]),
    Escalation.LIMIT_DUE_SOON: (wait, "case.limit_due_soon", [(28, "00:00", 2), *daily(28, 30, "13:00", 3)]),
    Escalation.LIMIT_EXCEEDED: (wait, "case.limit_exceeded", [(31, "00:00", 3), *daily(31, 35, "18:00", 3)]),
    Escalation.ACTION_FAILED: (
        fail_to_fetch,
        f"{AWAIT}.action_failed",
        [(0, "10:00", 2), (0, "12:00", 3), *daily(1, 5, "12:00", 3)],
    ),
    Escalation.REGISTRATION_CHANGED: (
        revoke,
        "reply.registration_changed",
        [(0, "10:00", 2), (0, "14:00", 3), *daily(1, 5, "14:00", 3)],
    ),
    Escalation.DOCUMENTS_REFUSED: (
        refuse_a_document,
        REFUSED,
        [(0, "10:00", 1), (0, "14:00", 2), *daily(1, 6, "09:00", 3)],
    ),
    Escalation.DOCUMENTS_QUARANTINED: (
        quarantine_a_document,
        f"{AWAIT}.documents_quarantined",
        [(0, "10:00", 1), (0, "14:00", 2), *daily(1, 6, "09:00", 3)],
    ),
    Escalation.MESSAGE_REJECTED: (
        send_gibberish,
        f"{AWAIT}.message_rejected",
        [(0, "10:00", 1), (0, "14:00", 2), *daily(1, 6, "09:00", 3)],
    ),
}
"""For each kind how it comes about, its id, and every rung from the first to the last repeat."""


def test_every_kind_of_a_case_has_a_ladder() -> None:
    """A refused request opens no case, and does not climb."""
    assert set(LADDERS) == set(KINDS) - {Escalation.REQUEST_REFUSED}


@pytest.mark.parametrize("kind", LADDERS)
async def test_every_rung_comes_at_its_moment_and_the_last_level_is_repeated_until_no_rung_is_left(
    case: CaseInMemory, kind: Escalation
) -> None:
    arrange, escalation_id, rungs = LADDERS[kind]
    await case.bring_to(AWAIT)
    await arrange(case)
    await case.sleep_to(60)
    assert heard(case, escalation_id) == rungs
    assert rungs[0][2] == KINDS[kind].first_level
    shown = escalation(await case.view(), escalation_id)
    assert (shown["next_level"], shown["next_at"]) == (None, None)
    assert all(matter.delayed_since is None for matter in case.world.matters())
    repeats = [each.repeat for each in case.world.matters() if each.escalation_id == escalation_id and each.level == 3]
    assert repeats == list(range(len(repeats)))


async def test_the_view_says_who_was_notified_when_and_who_comes_next(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    shown = escalation(await case.view(), OVERDUE)
    [told] = shown["notified"]
    assert (told["level"], told["recipient"], instant(told["notified_at"])) == (2, "r20", case.end_of(5))
    assert (shown["level"], shown["next_level"], instant(shown["next_at"])) == (2, 3, at(case.day(6), 13))


# -- nobody is reached --------------------------------------------------------------------------------------------


async def test_where_nobody_is_reached_the_next_level_is_notified_at_once(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    case.world.unreached = {"r20": "no line"}
    await case.sleep_to(6)
    assert heard(case, OVERDUE) == [(6, "00:00", 2), (6, "00:00", 3)]
    shown = escalation(await case.view(), OVERDUE)
    assert [each["error"] for each in shown["notified"]] == ["no line", None]
    assert shown["nobody_reached_since"] is None, "the head is reached"


async def test_that_nobody_at_all_is_reached_is_shown_until_somebody_is(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    case.world.unreached = {"r20": "no line", "r30": "mailbox full"}
    await case.sleep_to(6)
    shown = escalation(await case.view(), OVERDUE)
    assert (shown["level"], instant(shown["nobody_reached_since"])) == (3, case.end_of(5))
    await case.world.get_through()
    shown = escalation(await case.view(), OVERDUE)
    assert shown["nobody_reached_since"] is None
    assert all(each["notified_at"] and not each["error"] for each in shown["notified"])


async def test_one_who_is_not_reached_holds_up_nobody_and_hastens_nothing(opening: Opening, world: World) -> None:
    world.book = ladder_book(recipients=2)
    world.unreached = {"r21": "no line"}
    case = await opening()
    await case.bring_to(AWAIT)
    await case.sleep_to(6)
    assert heard(case, OVERDUE) == [(6, "00:00", 2)]
    notified = escalation(await case.view(), OVERDUE)["notified"]
    assert [(each["recipient"], each["error"]) for each in notified] == [("r20", None), ("r21", "no line")]


@pytest.mark.parametrize(("down", "levels"), [([3], [3, 2]), ([3, 2], [3, 2, 1]), ([3, 2, 1], [3, 2, 1])])
async def test_where_the_first_level_is_the_last_and_is_not_reached_the_levels_below_are_notified_once(
    case: CaseInMemory, down: list[int], levels: list[int]
) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_until(case.end_of(30) - timedelta(minutes=1))
    case.world.unreached = {f"r{level}0": "no line" for level in down}
    await case.sleep_to(31)
    exceeded = "case.limit_exceeded"
    assert heard(case, exceeded) == [(31, "00:00", level) for level in levels]
    assert escalation(await case.view(), exceeded)["nobody_reached_since"] is not None
    await case.world.get_through()
    assert escalation(await case.view(), exceeded)["nobody_reached_since"] is None
    await case.sleep_to(32)
    assert [level for *_, level in heard(case, exceeded)] == [*levels, 3], "then the last is repeated, as ever"


# -- outages ------------------------------------------------------------------------------------------------------


async def test_after_an_outage_the_rungs_that_were_missed_come_at_once_in_order_and_say_since_when(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    await refuse_a_document(case)
    await case.sleep_to(0, hour=11)
    case.stop()
    await case.sleep_to(4, hour=11)
    await case.start()
    now = (4, "11:00")
    assert heard(case, REFUSED) == [(0, "10:00", 1), (*now, 2), (*now, 3)], "of missed repeats the last alone"
    late = [each for each in case.world.matters() if each.escalation_id == REFUSED][1:]
    assert [(each.rung, each.repeat, each.delayed_since) for each in late] == [
        (2, 0, at(case.day(0), 14)),
        (6, 3, at(case.day(4), 9)),
    ]
    await case.sleep_to(20)
    assert heard(case, REFUSED)[3:] == daily(5, 6, "09:00", 3), "and then it goes on as if nothing had been"


async def test_an_urgent_matter_goes_on_after_an_outage_also_at_night(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6, hour=1)
    case.stop()
    await case.sleep_to(8, hour=23)
    await case.start()
    assert heard(case, OVERDUE) == [(6, "00:00", 2), (8, "23:00", 3)]
    await case.sleep_to(12)
    assert heard(case, OVERDUE)[2:] == daily(9, 11, "13:00", 3)


async def test_a_matter_that_an_outage_hid_says_since_when_and_climbs_from_when_it_was_found(
    case: CaseInMemory,
) -> None:
    await case.bring_to(AWAIT)
    case.stop()
    await case.sleep_to(8)
    await case.start()
    await case.sleep_to(9)
    assert heard(case, OVERDUE) == [(8, "10:00", 2), (8, "14:00", 3)]
    delayed = [each.delayed_since for each in case.world.matters() if each.escalation_id == OVERDUE]
    assert delayed == [case.end_of(5), None]


async def test_what_an_outage_has_missed_waits_for_the_office_where_it_is_not_urgent(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(0, hour=20)
    await refuse_a_document(case)
    case.stop()
    await case.sleep_to(1, hour=23)
    await case.start()
    assert heard(case, REFUSED) == []
    assert instant(escalation(await case.view(), REFUSED)["next_at"]) == at(case.day(2), 9)
    await case.sleep_to(2)
    assert heard(case, REFUSED) == [(2, "09:00", 1), (2, "09:00", 2), (2, "09:00", 3)]
    due = [each.delayed_since for each in case.world.matters() if each.escalation_id == REFUSED]
    assert due == [at(case.day(1), 9), at(case.day(1), 13), at(case.day(1), 17)]


async def test_a_notice_that_could_not_be_handed_out_is_handed_out_as_soon_as_it_can(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    case.world.lose(Activity.NOTIFY)
    await case.sleep_to(6)
    assert case.world.notices() == []
    case.world.mend(Activity.NOTIFY)
    await case.sleep_until(at(case.day(6)) + timedelta(minutes=11))
    assert heard(case, OVERDUE) == [(6, "10:07", 2)]
    assert [each.delayed_since for each in case.world.matters() if each.escalation_id == OVERDUE] == [case.end_of(5)]


async def test_without_a_calendar_every_hour_is_a_working_hour(opening: Opening, world: World) -> None:
    world.refuse(Activity.RECORD_CALENDAR)
    case = await opening()
    await case.sleep_to(0, hour=23)
    failed = "request_documents.action_failed"
    assert heard(case, failed) == [(0, "10:00", 2), (0, "12:00", 3), (0, "21:00", 3)]


# -- its end ------------------------------------------------------------------------------------------------------


async def test_what_is_resolved_before_anybody_was_notified_disturbs_nobody(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(0, hour=20)
    await refuse_a_document(case)
    case.world.bad_documents = {}
    await case.signal("documents_arrived", documents("d2"))
    view = await case.at_step("inspect")
    assert escalation(view, REFUSED)["resolved_at"] is not None
    await case.sleep_to(3)
    assert case.world.notices() == []


async def test_a_case_that_closes_resolves_what_is_left_and_says_so_before_it_ends(case: CaseInMemory) -> None:
    await case.bring_to(AWAIT)
    await case.sleep_to(6, hour=14)
    await case.update("withdraw", reason="by the customs")
    view = await case.result()
    assert escalation_ids(view, open_only=True) == []
    assert escalation(view, OVERDUE)["resolved_by"] == "the case is closed"
    assert ends_heard(case, OVERDUE) == ["r20", "r30"]


async def test_what_gives_up_after_the_case_closed_is_escalated_until_a_person_helps(
    opening: Opening, world: World
) -> None:
    world.refuse(Activity.WITHDRAW_REQUEST)
    case = await opening()
    await case.bring_to(AWAIT)
    await case.update("withdraw", reason="by the customs")
    await case.sleep_to(1)
    assert heard(case, "case.action_failed") == [(0, "10:00", 2), (0, "12:00", 3)]
    world.mend(Activity.WITHDRAW_REQUEST)
    await case.update("retry_action")
    view = await case.result()
    assert escalation(view, "case.action_failed")["resolved_by"] == "the action succeeded"
    assert ends_heard(case, "case.action_failed") == ["r20", "r30"]


async def test_a_risk_that_is_one_again_as_the_limit_moves_ahead_climbs_on_and_its_end_is_heard(
    case: CaseInMemory,
) -> None:
    at_risk = "case.limit_at_risk"
    await case.bring_to(AWAIT)
    await case.sleep_to(31)
    assert at_risk not in escalation_ids(await case.view(), open_only=True)
    off = [case.day(n).isoformat() for n in range(20, 25)]
    case.world.calendar = lambda first, last: plain_days(first, last, version="a week off", days_off={"decree": off})
    await case.update("recount", reason="a decree")
    assert at_risk in escalation_ids(await case.view(), open_only=True)
    await acknowledge(case, at_risk, 31)
    await case.sleep_to(32, hour=9)
    assert heard(case, at_risk)[-1] == (32, "00:00", 3)
    await case.update("withdraw", reason="by the customs")
    await case.result()
    assert ends_heard(case, at_risk) == ["r20", "r30"]
