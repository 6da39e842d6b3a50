"""Ladders on a server that skips time: each rung once and in order, rests, climbs, repeats and ends."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.testing import WorkflowEnvironment
from temporalio.workflow import NondeterminismError

from activities.interface import LadderNews
from tests.workflows.climbing import ALMATY, Bells, climbing, local, plan, replay
from tests.workflows.ladder_paths import FOLDER, LADDER_PATHS
from workflows.ladder import EscalationLadder

RECORDED = {
    file.stem: WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))
    for file in sorted(FOLDER.glob("*.json"))
}


def test_every_path_of_a_ladder_is_recorded() -> None:
    assert set(RECORDED) == set(LADDER_PATHS)


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recorded_ladder_is_replayed(name: str) -> None:
    await replay(RECORDED[name])


async def test_a_rung_that_is_not_told_is_caught_by_the_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EscalationLadder, "_next", lambda _: None)
    with pytest.raises(NondeterminismError):
        await replay(RECORDED["climbs"])


async def test_an_urgent_ladder_climbs_by_working_hours_and_repeats_its_last_level(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(), at="02:00") as ladder:
        await ladder.until_rung(4)
        await time_skipping.sleep(timedelta(days=10))
        assert bells.heard() == [(1, 1), (2, 2), (3, 3), (4, 3)]
        assert [local(at) for at in bells.times()] == ["Mon 02:00", "Mon 13:00", "Mon 17:00", "Tue 17:00"]
        assert [telling.repeat for _, telling in bells.rung] == [0, 0, 0, 1]
        assert all(telling.late_since is None for _, telling in bells.rung)
        standing = await ladder.handle.query("ladder")
        assert (standing["state"], standing["next_at"]) == ("exhausted", None)
        await ladder.say("resolved")
        ended = await ladder.handle.result()
    assert ended["state"] == "resolved"
    settled = [telling for _, telling in bells.rung[4:]]
    assert sorted((each.rung, each.level) for each in settled) == [(0, 1), (0, 2), (0, 3)]
    assert bells.standings[-1].state == "resolved"
    assert [entry.revision for entry in bells.standings] == list(range(1, len(bells.standings) + 1))


async def test_what_is_not_urgent_waits_for_the_office(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(urgent=False), at="02:00") as ladder:
        await ladder.until_rung(2)
        assert [local(at) for at in bells.times()] == ["Mon 09:00", "Mon 13:00"]
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_an_outage_has_missed_waits_for_the_office_and_comes_in_order_and_late(
    time_skipping: WorkflowEnvironment,
) -> None:
    """Raised on Thursday at 23:00, found on Monday at 23:00: the levels of Friday and Monday are due by then."""
    bells = Bells()
    of = plan(urgent=False)
    async with climbing(time_skipping, bells, of, at="23:00", outage=timedelta(days=4)) as ladder:
        await time_skipping.sleep(timedelta(hours=8))
        assert bells.rung == []
        standing = await ladder.handle.query("ladder")
        assert local(datetime.fromisoformat(standing["next_at"])) == "Tue 09:00"
        await ladder.until_rung(4)
        assert bells.heard() == [(1, 1), (2, 2), (3, 3), (4, 3)]
        assert {local(at) for at in bells.times()} == {"Tue 09:00"}
        due = [telling.late_since for _, telling in bells.rung]
        assert [local(each) for each in due if each] == ["Fri 09:00", "Fri 13:00", "Fri 17:00", "Mon 17:00"]
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_an_outage_has_missed_is_told_at_night_where_it_is_urgent(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(), at="23:00", outage=timedelta(days=4)) as ladder:
        await ladder.until_rung(4)
        assert {local(at) for at in bells.times()} == {"Mon 23:00"}
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_one_who_is_not_reached_before_the_office_closes_is_tried_again_when_it_opens(
    time_skipping: WorkflowEnvironment,
) -> None:
    """Its five attempts break down over half a minute; by then the office is closed."""
    bells = Bells()
    bells.breaks_down = 5
    at_close = plan(urgent=False, climb_after=500, first_level=3)
    async with climbing(time_skipping, bells, at_close, at="17:59:40") as ladder:
        await ladder.until_rung(2)
        assert {local(at) for at in bells.times()} == {"Tue 09:00"}
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_is_settled_before_anybody_was_told_disturbs_nobody(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(urgent=False), at="02:00") as ladder:
        await time_skipping.sleep(timedelta(hours=1))
        await ladder.say("resolved")
        await ladder.handle.result()
        await time_skipping.sleep(timedelta(days=3))
    assert bells.rung == []


async def test_who_takes_it_on_has_rest_until_the_end_of_that_day_and_then_it_goes_on(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.until_rung(1)
        today = ((await time_skipping.get_current_time()) + ALMATY).date()
        await ladder.say("acknowledged", until=today + timedelta(days=1))
        await time_skipping.sleep(timedelta(hours=20))
        assert bells.heard() == [(1, 1)]
        standing = await ladder.handle.query("ladder")
        assert (standing["state"], standing["acknowledged_by"]) == ("rests", "A. Nurlan")
        await ladder.until_rung(3)
        assert [local(at) for at in bells.times()] == ["Mon 08:00", "Wed 00:00", "Wed 13:00"]
        assert bells.heard() == [(1, 1), (2, 1), (3, 2)]
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_somebody_lets_lie_is_told_again_at_the_last_rung_and_then_no_rung_is_left(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(first_level=3, repeat_at_most=0)) as ladder:
        await ladder.until_rung(1)
        today = ((await time_skipping.get_current_time()) + ALMATY).date()
        await ladder.say("acknowledged", until=today + timedelta(days=1))
        await time_skipping.sleep(timedelta(hours=1))
        assert bells.standings[-1].state == "rests"
        await ladder.until_rung(2)
        await time_skipping.sleep(timedelta(days=7))
        assert [(telling.rung, local(at)) for at, telling in bells.rung] == [(1, "Mon 08:00"), (2, "Wed 00:00")]
        assert bells.standings[-1].state == "exhausted"
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_a_warning_that_its_breach_has_overtaken_ends_and_tells_nobody(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.until_rung(1)
        now = await time_skipping.get_current_time()
        news = LadderNews(case_id="c", escalation_id="e", what="overtaken", by="step_overdue", at=now)
        await ladder.handle.signal("resolved", news)
        ended = await ladder.handle.result()
    assert ended["state"] == "resolved"
    assert bells.heard() == [(1, 1)]
    assert len(bells.withdrawn) == 1


@pytest.mark.parametrize("down", [{"3a", "3b"}, {"3a", "3b", "2a", "2b"}])
async def test_where_the_first_level_is_the_last_and_nobody_of_it_is_reached_the_level_below_is_told_once(
    time_skipping: WorkflowEnvironment, down: set[str]
) -> None:
    bells = Bells()
    bells.silent = set(down)
    reached = 2 if len(down) == 2 else 1
    async with climbing(time_skipping, bells, plan(first_level=3)) as ladder:
        await ladder.until_rung(1)
        assert local(bells.times()[0]) == "Mon 08:00"
        await time_skipping.sleep(timedelta(hours=12))
        assert bells.heard() == [(1, reached)]
        standing = await ladder.handle.query("ladder")
        assert (standing["level"], standing["nobody_since"] is not None) == (3, True)
        bells.silent = set()
        await time_skipping.sleep(timedelta(hours=1))
        assert (await ladder.handle.query("ladder"))["nobody_since"] is None
        await ladder.say("resolved")
        await ladder.handle.result()
    assert {telling.level for _, telling in bells.rung if telling.rung == 0} == set(range(reached, 4))


async def test_where_nobody_is_reached_the_next_level_is_told_at_once(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    bells.silent = {"1a", "1b"}
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.until_rung(1)
        assert bells.heard() == [(2, 2)]
        assert local(bells.times()[0]) == "Mon 08:00"
        bells.silent = {"1b"}
        await time_skipping.sleep(timedelta(minutes=30))
        assert (1, 1) in bells.heard()
        assert bells.rung[-1][1].late_since is not None
        bells.silent = set()
        await ladder.say("resolved")
        await ladder.handle.result()
    told = [each.id for _, telling in bells.rung if telling.rung == 0 for each in telling.recipients]
    assert sorted(told) == ["1a", "1b", "2a", "2b"]


async def test_one_who_is_not_reached_is_tried_again_and_holds_up_nobody(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    bells.silent = {"1a"}
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.until_rung(1)
        bells.silent = set()
        await time_skipping.sleep(timedelta(minutes=30))
        assert bells.heard() == [(1, 1), (1, 1)]
        assert [each.id for each in bells.rung[1][1].recipients] == ["1a"]
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_waits_is_withdrawn_at_once_when_it_is_settled_and_people_are_told_when_the_office_opens(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(urgent=False), at="17:50") as ladder:
        await ladder.until_rung(1)
        await time_skipping.sleep(timedelta(hours=3))
        settled_at = await time_skipping.get_current_time()
        await ladder.say("resolved")
        await ladder.handle.result()
    assert [at - settled_at < timedelta(minutes=1) for at in bells.withdrawn] == [True]
    assert [(telling.rung, local(at)) for at, telling in bells.rung] == [(1, "Mon 17:50"), (0, "Tue 09:00")]


async def test_what_is_being_sent_when_it_is_settled_is_waited_for(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    bells.silent, bells.slow = {"1a"}, {"1a"}
    async with climbing(time_skipping, bells, plan()) as ladder:
        await asyncio.wait_for(bells.in_hand.wait(), 10)
        await ladder.say("resolved")
        await ladder.handle.result()
    heard = [(telling.rung, [each.id for each in telling.recipients]) for _, telling in bells.rung]
    assert heard == [(1, ["1a", "1b"]), (1, ["1a"]), (0, ["1a", "1b"])]


async def test_a_notice_that_gets_through_days_later_has_the_words_of_its_day(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    bells.silent = {"1a"}
    async with climbing(time_skipping, bells, plan(climb_after=500), last_day_in=4) as ladder:
        await ladder.until_rung(1)
        assert bells.rung[0][1].working_days_left == 5
        await time_skipping.sleep(timedelta(days=3))
        bells.silent = set()
        await ladder.until_rung(2)
        at, telling = bells.rung[1]
        assert telling.told_on == (at + ALMATY).date()
        assert telling.working_days_left == 2
        await ladder.say("resolved")
        await ladder.handle.result()


@pytest.mark.parametrize("bundled", [False, True])
async def test_while_somebody_has_taken_it_on_nobody_of_an_earlier_rung_is_told(
    time_skipping: WorkflowEnvironment, bundled: bool
) -> None:
    bells = Bells()
    bells.silent = set() if bundled else {"2a", "2b"}
    async with climbing(time_skipping, bells, plan()) as ladder:
        if bundled:
            tomorrow = (await time_skipping.get_current_time()) + timedelta(days=1)
            bells.bundled_until = {"2a": tomorrow, "2b": tomorrow}
        await time_skipping.sleep(timedelta(hours=6))
        before = len(bells.rung)
        today = ((await time_skipping.get_current_time()) + ALMATY).date()
        await ladder.say("acknowledged", until=today + timedelta(days=3))
        bells.silent = set()
        await time_skipping.sleep(timedelta(hours=48))
        assert bells.heard()[before:] == []
        await time_skipping.sleep(timedelta(hours=36))
        again = [(telling.rung, telling.told_on, local(at), len(telling.recipients)) for at, telling in bells.rung]
        friday = (2, today + timedelta(days=4), "Fri 00:00")
        assert [each for each in again[before:] if each[0] == 2] == ([(*friday, 2)] if bundled else [(*friday, 1)] * 2)
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_that_nobody_at_all_is_reached_is_told_to_the_case_and_tried_until_it_is_through(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    everybody = {f"{level}{name}" for level in (1, 2, 3) for name in "ab"}
    bells.silent = set(everybody)
    async with climbing(time_skipping, bells, plan()) as ladder:
        await time_skipping.sleep(timedelta(hours=1))
        assert bells.rung == []
        standing = await ladder.handle.query("ladder")
        assert standing["nobody_since"] is not None
        assert standing["level"] == 3
        bells.silent = set()
        await ladder.until_rung(6)
        assert sorted(bells.heard()) == [(1, 1), (1, 1), (2, 2), (2, 2), (3, 3), (3, 3)]
        case = time_skipping.client.get_workflow_handle(ladder.handle.id.partition(".")[0])
        reports = await case.result()
        assert [report["nobody_since"] is None for report in reports] == [False, True]
        assert (await ladder.handle.query("ladder"))["nobody_since"] is None
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_what_is_gathered_is_asked_for_again_when_its_time_comes(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    soon = (await time_skipping.get_current_time()) + timedelta(days=14)
    bells.bundled_until = {"1a": soon, "1b": soon}
    async with climbing(time_skipping, bells, plan(climb_after=500)) as ladder:
        await time_skipping.sleep(timedelta(days=1))
        assert bells.rung == []
        await ladder.until_rung(1)
        assert abs(bells.times()[0] - soon) < timedelta(minutes=1)
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_a_defect_in_telling_does_not_keep_the_next_level_from_being_told(
    time_skipping: WorkflowEnvironment,
) -> None:
    bells = Bells()
    bells.breaks_down = 5
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.until_rung(2)
        assert set(bells.heard()) >= {(1, 1), (2, 2)}
        await ladder.say("resolved")
        await ladder.handle.result()


async def test_a_matter_found_late_says_so(time_skipping: WorkflowEnvironment) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan(), late=timedelta(hours=30)) as ladder:
        await ladder.until_rung(1)
        late_since = bells.rung[0][1].late_since
        assert late_since is not None
        assert bells.times()[0] - late_since > timedelta(hours=29)
        await ladder.say("resolved")
        await ladder.handle.result()


@pytest.mark.parametrize("arguments", [[], ["x"], [{"by": 1}], [{}, {}]])
async def test_what_a_ladder_does_not_understand_changes_nothing(
    time_skipping: WorkflowEnvironment, arguments: list[Any]
) -> None:
    bells = Bells()
    async with climbing(time_skipping, bells, plan()) as ladder:
        await ladder.handle.signal("resolved", args=arguments)
        await ladder.handle.signal("acknowledged", args=arguments)
        await ladder.until_rung(2)
        await ladder.say("resolved")
        await ladder.handle.result()
        await asyncio.sleep(0)
    assert bells.heard()[:2] == [(1, 1), (2, 2)]
