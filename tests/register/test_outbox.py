"""The outbox decides what goes when, on both databases: at once, together, in a summary, and never twice at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from register.outbox import (
    LEASE,
    Claimed,
    Item,
    Settled,
    Wait,
    attempts_of,
    begin,
    claim,
    ladders_of,
    notifications_of,
    open_ladders,
    record_sent,
    settle,
    withdraw,
    write_ladder,
)
from register.rows import LadderEntry

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
BUNDLE = timedelta(minutes=2)
CALL = timedelta(seconds=10)


def item(case: int = 1, *, urgent: bool = False, rung: int = 1, recipient: str = "officer") -> Item:
    return Item(f"rex-ch-{case}", "inspect.step_due_soon", rung, recipient, 1, "json", urgent, {"subject": str(case)})


def ask(
    register: Engine, what: Item, at: datetime = NOW, *, by: str | None = None, per_hour: int = 20
) -> Claimed | Wait | Settled:
    return claim(register, what, now=at, claimant=by or what.id, bundle=BUNDLE, per_hour=per_hour)


def send(register: Engine, what: Item, at: datetime = NOW, *, per_hour: int = 20, error: str | None = None) -> Claimed:
    claimed = ask(register, what, at, per_hour=per_hour)
    assert isinstance(claimed, Claimed)
    settle(register, claimed, now=at, claimant=what.id, error=error)
    return claimed


def ids(claimed: Claimed) -> list[str]:
    return [each.case_id for each in claimed.items]


def test_the_first_goes_at_once_and_those_of_the_next_two_minutes_go_together(register: Engine) -> None:
    assert ids(send(register, item(1))) == ["rex-ch-1"]
    for number in (2, 3, 4):
        assert ask(register, item(number), NOW + timedelta(seconds=30 * (number - 1))) == Wait(NOW + BUNDLE)
    together = send(register, item(3), NOW + BUNDLE)
    assert sorted(ids(together)) == ["rex-ch-2", "rex-ch-3", "rex-ch-4"]
    assert together.message_id.endswith("+2")
    for number in (1, 2, 3, 4):
        assert ask(register, item(number), NOW + BUNDLE) == Settled(sent=True)


def test_recipients_do_not_wait_for_each_other(register: Engine) -> None:
    send(register, item(1))
    assert isinstance(ask(register, item(1, recipient="head")), Claimed)


def test_what_is_urgent_goes_at_once_and_alone(register: Engine) -> None:
    send(register, item(1))
    ask(register, item(2))
    assert ids(send(register, item(3, urgent=True))) == ["rex-ch-3"]
    assert ask(register, item(2)) == Wait(NOW + BUNDLE)


def test_beyond_the_limit_of_the_hour_one_summary_stands_for_the_rest(register: Engine) -> None:
    for number in range(3):
        send(register, item(number), NOW + number * BUNDLE, per_hour=3)
    at = NOW + 3 * BUNDLE
    for number in (10, 11, 12):
        assert ask(register, item(number), at, per_hour=3) == Wait(NOW + timedelta(hours=1))
    assert isinstance(ask(register, item(20, urgent=True), at, per_hour=3), Claimed)
    summary = send(register, item(11), NOW + timedelta(hours=1), per_hour=3)
    assert sorted(ids(summary)) == ["rex-ch-10", "rex-ch-11", "rex-ch-12"]
    assert all(each.limited for each in summary.items)


def test_a_bundle_counts_as_one_message(register: Engine) -> None:
    send(register, item(0), per_hour=3)
    for number in range(1, 9):
        ask(register, item(number), per_hour=3)
    send(register, item(1), NOW + BUNDLE, per_hour=3)
    assert isinstance(ask(register, item(20), NOW + 2 * BUNDLE, per_hour=3), Claimed)


def test_who_died_while_sending_takes_up_its_own_message_and_others_wait_for_the_lease(register: Engine) -> None:
    send(register, item(1))
    ask(register, item(2))
    ask(register, item(3))
    at = NOW + BUNDLE
    first = ask(register, item(2), at)
    assert isinstance(first, Claimed)
    assert isinstance(ask(register, item(3), at), Wait)
    assert ask(register, item(2), at) == first
    later = ask(register, item(3), at + LEASE)
    assert isinstance(later, Claimed)
    assert "rex-ch-2" in ids(later)


def test_an_attempt_that_was_given_up_before_it_began_holds_its_message_no_longer(register: Engine) -> None:
    first = ask(register, item(1, urgent=True), by="ladder#1")
    assert isinstance(first, Claimed)
    second = ask(register, item(1, urgent=True), by="ladder#2")
    assert second == first
    assert not begin(register, first, until=NOW + CALL, claimant="ladder#1")
    assert begin(register, first, until=NOW + CALL, claimant="ladder#2")
    settle(register, first, now=NOW, claimant="ladder#2", error=None)
    assert not begin(register, first, until=NOW + CALL, claimant="ladder#2")


def test_an_attempt_that_is_sending_is_waited_for_as_long_as_its_call_may_take(register: Engine) -> None:
    """Temporal takes a worker that is only slow for dead: what it is sending must not go twice."""
    first = ask(register, item(1, urgent=True), by="ladder#1")
    assert isinstance(first, Claimed)
    assert begin(register, first, until=NOW + CALL, claimant="ladder#1")
    assert ask(register, item(1, urgent=True), NOW + CALL / 2, by="ladder#2") == Wait(NOW + CALL)
    assert ask(register, item(1, urgent=True), NOW + CALL, by="ladder#2") == first
    assert not begin(register, first, until=NOW + 2 * CALL, claimant="ladder#1")


def test_each_try_of_an_attempt_begins_anew_and_with_all_that_goes_together(register: Engine) -> None:
    send(register, item(1))
    ask(register, item(2))
    ask(register, item(3))
    both = ask(register, item(2), NOW + BUNDLE)
    assert isinstance(both, Claimed)
    assert len(both.items) == 2
    for n in (1, 2):
        assert begin(register, both, until=NOW + BUNDLE + n * CALL, claimant=item(2).id)
    for waiting in (item(2), item(3)):
        asked = ask(register, waiting, NOW + BUNDLE + CALL + CALL / 2, by="another#1")
        assert asked == Wait(NOW + BUNDLE + 2 * CALL)


def test_what_failed_is_free_again_and_opens_no_window(register: Engine) -> None:
    send(register, item(1), error="503")
    assert ids(send(register, item(2))) == ["rex-ch-1", "rex-ch-2"]
    assert [(each["number"], each["sent"], each["error"]) for each in attempts_of(register, "rex-ch-1")] == [
        (1, False, "503"),
        (2, True, None),
    ]


def test_an_attempt_that_is_repeated_at_once_stays_claimed(register: Engine) -> None:
    claimed = ask(register, item(1, urgent=True))
    assert isinstance(claimed, Claimed)
    settle(register, claimed, now=NOW, claimant=item(1).id, error="500", again=True)
    assert isinstance(ask(register, item(1, urgent=True), by="another"), Wait)
    settle(register, claimed, now=NOW, claimant=item(1).id, error=None)
    assert ask(register, item(1, urgent=True)) == Settled(sent=True)
    assert [each["sent"] for each in attempts_of(register, "rex-ch-1")] == [False, True]


def test_when_the_matter_is_settled_only_those_count_as_called_whom_it_was_tried_to_call(register: Engine) -> None:
    send(register, item(1))
    send(register, item(1, recipient="head"), error="no line")
    ask(register, item(2))
    ask(register, item(1, rung=2))
    for _ in range(2):
        assert withdraw(register, "rex-ch-1", "inspect.step_due_soon") == {"officer", "head"}
        assert withdraw(register, "rex-ch-2", "inspect.step_due_soon") == set()
    assert ask(register, item(2), NOW + BUNDLE) == Settled(sent=False)
    assert ask(register, item(1, recipient="head"), NOW + BUNDLE) == Settled(sent=False)


def both_claimed(register: Engine) -> Claimed:
    """The notices of cases 2 and 3 in one message that the ladder of case 3 has claimed."""
    send(register, item(1))
    ask(register, item(2))
    ask(register, item(3))
    both = ask(register, item(3), NOW + BUNDLE)
    assert isinstance(both, Claimed)
    assert ids(both) == ["rex-ch-2", "rex-ch-3"]
    return both


def test_what_is_settled_while_another_ladder_has_claimed_it_goes_into_no_message(register: Engine) -> None:
    both = both_claimed(register)
    for _ in range(2):
        assert withdraw(register, "rex-ch-2", "inspect.step_due_soon") == set()
    assert not begin(register, both, until=NOW + BUNDLE + CALL, claimant=item(3).id)
    assert ids(send(register, item(3), NOW + BUNDLE)) == ["rex-ch-3"]


@pytest.mark.parametrize("error", [None, "no line"])
def test_what_is_settled_while_it_is_sent_is_not_sent_again_and_counts_as_called(
    register: Engine, error: str | None
) -> None:
    both = both_claimed(register)
    assert begin(register, both, until=NOW + BUNDLE + CALL, claimant=item(3).id)
    for _ in range(2):
        assert withdraw(register, "rex-ch-2", "inspect.step_due_soon") == {"officer"}
    settle(register, both, now=NOW + BUNDLE, claimant=item(3).id, error=error)
    [row] = notifications_of(register, "rex-ch-2")
    assert row["state"] == ("withdrawn" if error else "sent")
    assert "rex-ch-2" not in ids(send(register, item(4), NOW + timedelta(hours=2)))
    assert withdraw(register, "rex-ch-2", "inspect.step_due_soon") == {"officer"}


def test_who_dies_while_sending_what_is_settled_meanwhile_leaves_nothing_to_others(register: Engine) -> None:
    assert begin(register, both_claimed(register), until=NOW + BUNDLE + CALL, claimant=item(3).id)
    withdraw(register, "rex-ch-2", "inspect.step_due_soon")
    assert ids(send(register, item(4), NOW + timedelta(hours=2))) == ["rex-ch-3", "rex-ch-4"]


@pytest.mark.parametrize("error", [None, "no line"])
def test_what_has_waited_or_failed_is_told_in_the_words_of_whoever_asks_for_it(
    register: Engine, error: str | None
) -> None:
    send(register, item(2) if error else item(1), error=error)
    ask(register, item(2), NOW + CALL)
    later = ask(register, replace(item(2), words={"subject": "of today"}), NOW + BUNDLE + LEASE)
    assert isinstance(later, Claimed)
    assert [each.words for each in later.items] == [{"subject": "of today"}]


def test_what_was_sent_without_the_register_is_recorded_later_once(register: Engine) -> None:
    for _ in range(2):
        record_sent(register, item(1), now=NOW)
    assert ask(register, item(1)) == Settled(sent=True)
    assert len(attempts_of(register, "rex-ch-1")) == 1
    assert [each["state"] for each in notifications_of(register, "rex-ch-1")] == ["sent"]


@pytest.mark.parametrize("urgent", [False, True])
def test_of_many_at_the_same_moment_each_is_sent_once(register: Engine, urgent: bool) -> None:
    def one(worker: int, number: int) -> list[str]:
        claimed = ask(register, item(number, urgent=urgent), by=f"{worker}.{number}")
        if not isinstance(claimed, Claimed):
            return []
        settle(register, claimed, now=NOW, claimant=f"{worker}.{number}", error=None)
        return ids(claimed)

    with ThreadPoolExecutor(8) as pool:
        sent = [case for cases in pool.map(one, [1] * 12 + [2] * 12, [*range(12), *range(12)]) for case in cases]
    assert len(sent) == len(set(sent))
    if urgent:
        assert len(sent) == 12
    else:
        rest = ids(send(register, item(99), NOW + BUNDLE))
        assert sorted([*sent, *rest]) == sorted([*(f"rex-ch-{number}" for number in range(12)), "rex-ch-99"])


def test_a_ladder_stands_as_it_was_last_written(register: Engine) -> None:
    entry = LadderEntry(
        case_id="rex-ch-1",
        escalation_id="inspect.step_overdue",
        revision=2,
        kind="step_overdue",
        state="climbing",
        level=2,
        rung=1,
        next_at=NOW,
        raised_at=NOW,
    )
    write_ladder(register, entry)
    write_ladder(register, entry.model_copy(update={"revision": 1, "state": "raised"}))
    assert open_ladders(register) == ladders_of(register, "rex-ch-1") == [entry]
    write_ladder(register, entry.model_copy(update={"revision": 3, "state": "resolved", "ended_at": NOW}))
    assert open_ladders(register) == []
