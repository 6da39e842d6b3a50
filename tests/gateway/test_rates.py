"""How much one client may ask for."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gateway.problems import Problem
from gateway.rates import MOST_NAMES, AtOnce, Rate


def test_a_burst_is_let_through_then_as_many_as_come_back_and_each_name_has_its_own() -> None:
    now = 0.0
    rate = Rate("calls", per_second=2, burst=3, clock=lambda: now)

    def taken(name: str) -> bool:
        try:
            rate.check(name)
        except Problem:
            return False
        rate.take(name)
        return True

    assert [taken("a") for _ in range(4)] == [True, True, True, False]
    assert taken("b")
    now = 0.5
    assert [taken("a") for _ in range(2)] == [True, False]
    now = 100.0
    assert [taken("a") for _ in range(4)] == [True, True, True, False]


def test_what_was_let_in_together_is_paid_for_together() -> None:
    rate = Rate("calls", per_second=1, burst=1, clock=lambda: 0.0)
    for _ in range(10):
        rate.take("a")
    with pytest.raises(Problem) as refused:
        rate.check("a")
    assert refused.value.headers == {"Retry-After": "10"}


def test_names_without_end_take_no_memory_without_end() -> None:
    rate = Rate("calls", per_second=1, burst=1, clock=lambda: 0.0)
    for number in range(MOST_NAMES + 5):
        rate.take(str(number))
    assert len(rate._buckets) == MOST_NAMES


async def test_a_name_has_so_many_turns_at_a_time_and_another_name_its_own() -> None:
    turns, free = AtOnce(2, timedelta(milliseconds=20)), asyncio.Event()

    async def hold(name: str) -> None:
        async with turns.turn(name):
            await free.wait()

    held = [asyncio.create_task(hold("a")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Problem, match="at most 2"):
        await hold("a")
    free.set()
    await hold("b")
    await asyncio.gather(*held, hold("a"))
    assert turns._turns == {}
