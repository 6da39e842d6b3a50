"""Random lives of a case, in memory: what holds whatever comes, in whatever order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.interface import Activity
from escalation.kinds import Escalation
from register.rows import LogEntry, RegisterEntries
from rules.messages import MESSAGES
from rules.refusal import Refusal
from tests.support.driver import Driver
from tests.support.messages import document, inspection, signature
from tests.support.requests import request
from tests.support.standing import RECEIVED
from tests.support.world import World

LIVES = settings(max_examples=40, deadline=None)

HOURS = st.sampled_from([0, 0, 1, 5, 14, 24, 24 * 3, 24 * 9])
FAILING = [
    Activity.REQUEST_DOCUMENTS,
    Activity.FETCH_DOCUMENTS,
    Activity.LOOK_UP_REGISTRATION,
    Activity.DRAFT_CONCLUSION,
    Activity.APPEAL_FOR_REVOCATION,
    Activity.SEND_REPLY,
    Activity.WRITE_REGISTER,
    Activity.NOTIFY,
    Activity.RECORD_CALENDAR,
    Activity.WITHDRAW_REQUEST,
]

ids = st.sampled_from([f"m{n}" for n in range(6)])
kinds = st.sampled_from(["registration_application", "invoice", "contract", "power_of_attorney"])
offers = st.lists(kinds, min_size=1, max_size=2)

messages = st.one_of(
    st.builds(
        lambda message_id, offered: (
            "documents_arrived",
            {"message_id": message_id, "sent_by": "Atameken", "documents": [document(kind) for kind in offered]},
        ),
        ids,
        offers,
    ),
    st.builds(
        lambda message_id, complete, ground: (
            "inspection_completed",
            inspection(message_id, documents_complete=complete, grounds=["scheme_terms"] * ground),
        ),
        ids,
        st.booleans(),
        st.integers(0, 1),
    ),
    st.builds(lambda message_id: ("conclusion_signed", signature(message_id)), ids),
    st.builds(
        lambda message_id: (
            "document_request_received",
            {"message_id": message_id, "sent_by": "Atameken", "received_at": RECEIVED.isoformat()},
        ),
        ids,
    ),
    st.just(("gibberish", {"message_id": "x"})),
)

decisions = st.sampled_from(
    [
        ("retry_action", {}),
        ("record_dispatch", {"sent_at": RECEIVED.isoformat(), "letter_reference": "L-1"}),
        ("request_missing_documents", {"missing": ["invoice"], "remarks": "illegible"}),
        ("return_conclusion", {"reason": "a misprint"}),
        ("return_conclusion", {"reason": "look again", "reopen_inspection": True}),
        ("conclude_without_documents", {"reason": "there are none"}),
        ("withdraw", {"reason": "taken back"}),
        ("recount", {"reason": "to be sure"}),
        ("acknowledge_escalation", {"escalation_id": "all"}),
    ]
)


def scripts(failing: Sequence[Activity]) -> st.SearchStrategy[list[tuple[str, Any]]]:
    """What comes, in what order; ``failing`` are the activities that may refuse."""
    event = st.one_of(
        st.tuples(st.just("signal"), messages),
        st.tuples(st.just("decide"), decisions),
        st.tuples(st.just("fail"), st.sampled_from(failing)),
        st.tuples(st.just("mend"), st.just(None)),
        st.tuples(st.just("outage"), HOURS),
        st.tuples(st.just("sleep"), HOURS),
    )
    return st.lists(event, max_size=14)


WITHOUT_REGISTER = [each for each in FAILING if each is not Activity.WRITE_REGISTER]
"""A new run writes every row once more: with a register that refuses, that alone would be another life."""


async def live(script: list[tuple[str, Any]], *, carried: bool) -> Driver:
    """Live through it; what is refused by its reason is refused."""
    driver = Driver(World(), "rex-ch-2026-0042", request(RECEIVED), RECEIVED, carried=carried)
    await driver.settle()
    for what, argument in script:
        if driver.finished:
            break
        if what == "signal":
            await driver.signal(argument[0], argument[1])
        elif what == "decide":
            name, fields = argument
            until = {"until": (driver.now + timedelta(hours=5)).date().isoformat()}
            given_ = {"by": "A. Nurlan", **fields, **(until if name == "acknowledge_escalation" else {})}
            with suppress(Refusal):
                await driver.update(name, given_)
        elif what == "fail":
            driver.world.refuse(argument)
        elif what == "mend":
            driver.world.failing.clear()
        elif what == "outage":
            driver.stop()
            await driver.sleep_until(driver.now + timedelta(hours=argument))
            await driver.start()
        else:
            await driver.sleep_until(driver.now + timedelta(hours=argument))
    driver.world.failing.clear()
    await driver.sleep_until(driver.now + timedelta(days=8))
    return driver


def log_of(driver: Driver) -> list[LogEntry]:
    return [line for entries in driver.world.written for line in entries.log]


@LIVES
@given(scripts(WITHOUT_REGISTER))
def test_a_case_that_goes_on_in_a_new_run_after_every_turn_lives_the_same_life(script: list[tuple[str, Any]]) -> None:
    one, many = (asyncio.run(live(script, carried=carried)) for carried in (False, True))
    assert many.view() == one.view()
    assert many.page() == one.page()
    told = [
        [(notice.key, [each.escalation_id for each in notice.matters]) for notice in life.world.told]
        for life in (one, many)
    ]
    assert told[0] == told[1]
    rows = [{(line.key, line.what) for line in log_of(life)} for life in (one, many)]
    assert rows[0] == rows[1]


@LIVES
@given(scripts(FAILING))
def test_nothing_is_lost_nothing_comes_twice_and_nobody_hears_of_the_end_of_what_they_never_heard_of(
    script: list[tuple[str, Any]],
) -> None:
    life = asyncio.run(live(script, carried=False))
    _log_is_whole(life)
    _each_escalation_is_raised_once(life)
    _people_are_told_once(life)


def _log_is_whole(life: Driver) -> None:
    case = life.turns.case
    tried = case.actions.get(Activity.WRITE_REGISTER.value)
    waiting = tried.payload.log if tried is not None and isinstance(tried.payload, RegisterEntries) else []
    lines = [line for line in (*log_of(life), *waiting, *case.unwritten.log) if line.what in MESSAGES]
    assert Counter(line.key for line in lines) == Counter(f"message {message_id}" for message_id in case.accepted)
    if life.finished:
        assert (waiting, case.unwritten.log) == ([], [])


def _each_escalation_is_raised_once(life: Driver) -> None:
    case = life.turns.case
    assert len({each.id for each in case.escalations}) == len(case.escalations)
    assert len({each.identity for each in case.escalations}) == len(case.escalations)
    if life.finished:
        assert [each.id for each in case.escalations if each.resolved_at is None] == []


def _people_are_told_once(life: Driver) -> None:
    keys = [notice.key for notice in life.world.told]
    assert len(set(keys)) == len(keys)
    assert life.world.waiting == []
    heard: set[tuple[str, str]] = set()
    for notice in life.world.told:
        for matter in notice.matters:
            named = (notice.recipient.id, matter.escalation_id)
            if notice.resolved is None:
                heard.add(named)
            else:
                assert named in heard or matter.kind in (Escalation.STEP_OVERDUE, Escalation.LIMIT_EXCEEDED)
