"""The mailbox of a recipient: the first at once, the rest together, nothing lost and nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.kinds import Escalation
from escalation.mailbox import HOUR, MOST_NOTICES, DeliveryRules, Handed, Mailbox
from escalation.notice import Notice, Outcome, Withdrawn
from tests.escalation.notices import CASE, NOW, ON_CALL, matter, notice, resolved

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAYS = timedelta(days=3)


def hand(box: Mailbox, *notices: Notice, at: datetime = NOW, withdrawn: list[Withdrawn] | None = None) -> None:
    box.take(Handed(rules=box.rules, notices=list(notices), withdrawn=withdrawn or []), at)


def withdrawal(*escalation_ids: str, case: str = CASE) -> Withdrawn:
    return Withdrawn(recipient=ON_CALL, case_id=case, escalation_ids=list(escalation_ids))


def keys(box: Mailbox, at: datetime) -> list[str]:
    message = box.next_message(at)
    return [each.key for each in message.notices] if message else []


def send(box: Mailbox, at: datetime, *, takes: timedelta = SECOND) -> list[str]:
    """The keys of the message that goes at this moment, told a second later."""
    found = keys(box, at)
    if found:
        box.delivered(at + takes)
    return found


def quiet(number: int, **changes: Any) -> Notice:
    return notice(number, matter(Escalation.STEP_DUE_SOON), urgent=False, **changes)


@pytest.mark.parametrize(("make", "window"), [(notice, 30 * SECOND), (quiet, 2 * MINUTE)])
def test_the_first_goes_at_once_and_what_comes_within_the_window_goes_together(make: Any, window: timedelta) -> None:
    box = Mailbox()
    hand(box, make(1))
    assert keys(box, NOW) == [f"{CASE}.1"]
    hand(box, make(2), at=NOW + SECOND / 2)  # while it is being sent
    box.delivered(NOW + SECOND)
    hand(box, make(3), at=NOW + 20 * SECOND)
    assert keys(box, NOW + 20 * SECOND) == []
    assert box.wakes_at() == NOW + SECOND + window
    assert send(box, NOW + SECOND + window) == [f"{CASE}.2", f"{CASE}.3"]


def test_in_a_message_the_gravest_is_first_and_what_is_resolved_is_last() -> None:
    box = Mailbox()
    hand(box, notice(0))
    send(box, NOW)
    hand(box, notice(1, matter(Escalation.LIMIT_AT_RISK)), resolved(2), notice(3, matter(Escalation.LIMIT_EXCEEDED)))
    assert send(box, NOW + MINUTE) == [f"{CASE}.3", f"{CASE}.1", f"{CASE}.2"]


def test_urgent_ones_do_not_wait_for_what_is_not_urgent() -> None:
    box = Mailbox()
    hand(box, quiet(1))
    send(box, NOW)
    hand(box, quiet(2), notice(3), at=NOW + 5 * SECOND)
    assert send(box, NOW + 5 * SECOND) == [f"{CASE}.3"]
    assert send(box, NOW + 3 * MINUTE) == [f"{CASE}.2"]


def test_a_notice_is_told_from_its_time_on() -> None:
    box = Mailbox()
    hand(box, quiet(1, not_before=NOW + HOUR))
    assert keys(box, NOW) == []
    assert box.wakes_at() == NOW + HOUR
    assert keys(box, NOW + HOUR) == [f"{CASE}.1"]


def test_what_is_not_told_in_time_comes_back_to_its_case() -> None:
    box = Mailbox()
    hand(box, notice(1, not_before=NOW + 2 * MINUTE, hold_until=NOW + 3 * MINUTE))
    assert box.expire(NOW + 2 * MINUTE) == []
    ((case, outcome),) = box.expire(NOW + 3 * MINUTE)
    assert (case, outcome.key, outcome.final, outcome.notified_at) == (CASE, f"{CASE}.1", True, None)
    assert outcome.error
    assert box.next_message(NOW + 3 * MINUTE) is None


def test_the_same_key_twice_is_told_once_whenever_it_comes() -> None:
    box = Mailbox()
    hand(box, notice(1), notice(1))
    hand(box, notice(1))
    assert keys(box, NOW) == [f"{CASE}.1"]
    hand(box, notice(1))
    box.delivered(NOW)
    hand(box, notice(1), at=NOW + 59 * MINUTE)
    box.forget(NOW + 59 * MINUTE)
    assert not box.waiting


def test_a_failed_message_is_tried_again_after_growing_pauses_and_the_case_hears_of_the_first_failure() -> None:
    box, at = Mailbox(), NOW
    hand(box, notice(1, hold_until=NOW + DAYS))
    pauses, heard = [], list[Outcome]()
    for _ in range(12):
        assert keys(box, at) == [f"{CASE}.1"]
        heard += box.failed("no such host", at)
        wakes = box.wakes_at()
        assert wakes is not None
        pauses.append((wakes - at).total_seconds())
        at = wakes
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600]
    assert [(each.key, each.error, each.final) for each in heard] == [(f"{CASE}.1", "no such host", False)]
    assert keys(box, at) == [f"{CASE}.1"]
    assert box.sending is not None
    assert box.sending.failed_before == {f"{CASE}.1": 12}
    box.delivered(at)
    assert (box.failures, box.error, box.waiting) == (0, None, {})


def test_what_is_new_is_tried_although_the_channel_fails() -> None:
    box = Mailbox()
    hand(box, notice(1))
    keys(box, NOW)
    box.failed("no", NOW)
    box.retry_at = NOW + 10 * MINUTE
    hand(box, notice(2), at=NOW + 40 * SECOND)
    assert keys(box, NOW + 40 * SECOND) == [f"{CASE}.1", f"{CASE}.2"]
    assert [each.key for each in box.failed("no", NOW + 41 * SECOND)] == [f"{CASE}.2"]


def test_one_notice_that_the_channel_never_takes_does_not_hold_up_the_others() -> None:
    box, at, told = Mailbox(), NOW, set[str]()
    hand(box, *(notice(number, hold_until=NOW + DAYS) for number in range(8)))
    for _ in range(60):
        found = keys(box, at)
        if f"{CASE}.3" in found:
            box.failed("too strange", at)
        elif found:
            told |= set(found)
            box.delivered(at)
        wakes = box.wakes_at()
        assert wakes is not None
        at = max(at, wakes)
    assert told == {f"{CASE}.{number}" for number in range(8)} - {f"{CASE}.3"}


def test_what_is_withdrawn_goes_out_of_what_waits_and_a_notice_without_matters_goes() -> None:
    box = Mailbox()
    hand(box, notice(0, case="other"))
    send(box, NOW)
    hand(box, notice(1, matter(), matter(Escalation.LIMIT_AT_RISK)), notice(2))
    hand(box, withdrawn=[withdrawal("inspect.step_overdue")])
    message = box.next_message(NOW + MINUTE)
    assert message is not None
    assert [[each.escalation_id for each in notice.matters] for notice in message.notices] == [["case.limit_at_risk"]]


def test_a_withdrawal_is_of_one_case_and_comes_before_the_notices_beside_it() -> None:
    box = Mailbox()
    hand(box, notice(1), notice(1, case="rex-no-1"), notice(2))
    hand(box, notice(3, matter(rung=2)), withdrawn=[withdrawal("inspect.step_overdue")])
    assert sorted(keys(box, NOW)) == ["rex-ch-2026-0042.3", "rex-no-1.1"]


def test_what_is_withdrawn_while_it_is_sent_is_not_tried_again() -> None:
    box = Mailbox()
    hand(box, notice(1))
    keys(box, NOW)
    hand(box, withdrawn=[withdrawal("inspect.step_overdue")])
    box.failed("no", NOW)
    assert not box.waiting


@pytest.mark.parametrize(
    ("before", "goes"),
    [("never tried", False), ("nothing is known", True), ("told", True), ("failed", True), ("of a later rung", True)],
)
def test_that_it_is_resolved_goes_to_who_may_have_heard_of_the_matter(before: str, goes: bool) -> None:
    box = Mailbox()
    if before != "nothing is known":
        hand(box, notice(1, matter(rung=2 if before == "of a later rung" else 1), not_before=NOW))
    if before in ("told", "failed"):
        keys(box, NOW)
        box.delivered(NOW) if before == "told" else box.failed("no", NOW)
    hand(box, resolved(2), at=NOW + SECOND)
    assert keys(box, NOW + HOUR) == ([f"{CASE}.2"] if goes else [])


def test_that_it_is_resolved_is_never_withdrawn() -> None:
    box = Mailbox()
    hand(box, resolved(1))
    hand(box, withdrawn=[withdrawal("inspect.step_overdue")])
    assert keys(box, NOW) == [f"{CASE}.1"]


def test_beyond_the_limit_of_an_hour_one_summary_goes_when_the_hour_has_passed() -> None:
    box = Mailbox()
    at = NOW
    for number in range(20):
        hand(box, quiet(number, hold_until=NOW + DAYS), at=at)
        assert send(box, at, takes=timedelta()) == [f"{CASE}.{number}"]
        at += 2 * MINUTE
    hand(box, *(quiet(number, hold_until=NOW + DAYS) for number in (20, 21)), notice(22), at=at)
    assert send(box, at, takes=timedelta()) == [f"{CASE}.22"]  # urgent ones are never held back
    freed = box.wakes_at()
    assert freed == NOW + HOUR + 2 * MINUTE  # the urgent one counts too
    message = box.next_message(freed)
    assert message is not None
    assert message.limited
    assert [each.key for each in message.notices] == [f"{CASE}.20", f"{CASE}.21"]


def test_a_message_holds_so_many_notices_and_the_rest_follows_at_once() -> None:
    box = Mailbox()
    hand(box, *(notice(number) for number in range(MOST_NOTICES + 5)))
    assert len(send(box, NOW)) == MOST_NOTICES
    assert len(send(box, NOW + SECOND)) == 5


def test_a_mailbox_is_idle_when_nothing_waits_and_the_last_message_is_an_hour_old() -> None:
    box = Mailbox()
    assert box.is_idle(NOW)
    hand(box, notice(1))
    assert not box.is_idle(NOW)
    send(box, NOW, takes=timedelta())
    assert not box.is_idle(NOW + 59 * MINUTE)
    assert box.wakes_at() == NOW + HOUR
    box.forget(NOW + HOUR)
    assert box.is_idle(NOW + HOUR)
    assert not box.known
    assert not box.heard


events = st.lists(
    st.tuples(
        st.integers(0, 90),  # seconds since the one before
        st.integers(0, 25),  # of which number
        st.booleans(),  # urgent
        st.integers(0, 300),  # told from so many seconds on
        st.sampled_from(["hand", "hand", "hand", "withdraw", "resolve"]),
    ),
    max_size=60,
)


@given(events, st.lists(st.booleans(), max_size=200), st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_nothing_is_lost_or_told_twice_and_the_limits_hold(
    script: list[tuple[int, int, bool, int, str]], answers: list[bool], per_hour: int
) -> None:
    box = Mailbox(rules=DeliveryRules(per_hour=per_hour))
    handed, withdrawn, told, failed_first = dict[str, Notice](), set[str](), list[str](), list[str]()
    final, messages = list[str](), list[tuple[datetime, datetime, bool, list[Notice]]]()
    queue, clock = list(answers), NOW
    arrivals = list[tuple[datetime, int, bool, int, str]]()
    for wait, number, urgent, later, what in script:
        clock += wait * SECOND
        arrivals.append((clock, number, urgent, later, what))

    def step(at: datetime) -> None:
        final.extend(outcome.key for _, outcome in box.expire(at))
        box.forget(at)
        message = box.next_message(at)
        if message is None:
            return
        assert all(each.not_before <= at < each.hold_until for each in message.notices)
        assert [each.gravity for each in message.notices] == sorted(
            (each.gravity for each in message.notices), reverse=True
        )
        if queue and not queue.pop():
            failed_first.extend(each.key for each in box.failed("no", at + SECOND))
        else:
            messages.append((at, at + SECOND, message.urgent, message.notices))
            told.extend(each.key for each in message.notices)
            box.delivered(at + SECOND)

    at = NOW
    for _ in range(2_000):
        wakes = box.wakes_at()
        coming = arrivals[0][0] if arrivals else None
        following = min((each for each in (wakes, coming) if each is not None), default=None)
        if following is None or (coming is None and box.is_idle(following)):
            break
        at = max(at, following)
        while arrivals and arrivals[0][0] <= at:
            _, number, urgent, later, what = arrivals.pop(0)
            case = f"rex-ch-{number}"
            if what == "withdraw":
                withdrawn.update(key for key in handed if key.startswith(f"{case}."))
                hand(box, at=at, withdrawn=[withdrawal("inspect.step_overdue", case=case)])
                continue
            make = resolved if what == "resolve" else notice
            made = make(1 if what == "hand" else 2, case=case, urgent=urgent, now=at + later * SECOND)
            if what == "resolve":
                withdrawn.update(key for key in handed if key == f"{case}.1")
            handed.setdefault(made.key, made)
            hand(box, made, at=at)
        # Until nothing more goes at this moment, as the workflow does it.
        while True:
            before = len(messages) + len(failed_first)
            step(at)
            if len(messages) + len(failed_first) == before:
                break
            at += SECOND
    assert not box.waiting
    assert len(told) == len(set(told))
    assert not set(told) & set(final)
    missing = set(handed) - set(told) - set(final)
    assert all(key in withdrawn or handed[key].resolved for key in missing)
    assert len(failed_first) == len(set(failed_first))
    for urgent, window in ((True, 30 * SECOND), (False, 2 * MINUTE)):
        lane = [(began, ended) for began, ended, which, _ in messages if which is urgent]
        if not answers:
            assert all(later - ended >= window for (_, ended), (later, _) in pairwise(lane))
    for began, _, urgent, _ in messages:
        if not urgent:
            hour = [each for each in messages if began - HOUR < each[1] <= began]
            assert len(hour) < per_hour
