"""All recipients of one level at once, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifications.level import Level
from tests.escalation.notices import notice
from tests.notifications.written import write
from tests.recipients import Hook, listening


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as made:
        yield made


async def test_each_is_sent_to_and_who_is_not_reached_is_named_by_place_and_scheme_alone(hook: Hook) -> None:
    level = Level(3, [hook.url("first"), "json://127.0.0.1:1/hooksecret", hook.url("third")])
    taken: list[tuple[str, str]] = []
    failures = await level.send(
        write(notice()), level.recipients, pressing=True, reached=lambda *recipient: taken.append(recipient)
    )
    first, _, third = level.recipients
    assert sorted(taken) == sorted([(first, "json"), (third, "json")])
    assert [each.partition(":")[0] for each in failures] == ["level 3, recipient 2 (json)"]
    assert "hooksecret" not in failures[0]


async def test_only_those_are_sent_to_that_are_named(hook: Hook) -> None:
    level = Level(3, [hook.url("first"), hook.url("second")])
    assert await level.send(write(notice()), level.recipients[1:], pressing=False) == []
    assert len(hook.messages) == 1
