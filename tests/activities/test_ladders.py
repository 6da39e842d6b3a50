"""How news for a ladder reaches it: whatever ends it comes by one signal, and says how."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, cast

import pytest
from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities.interface import LadderNews
from activities.ladders import LadderActivities
from escalation.ladder_file import Ladders


class Told:
    """A client that notes which workflow is signalled what."""

    def __init__(self) -> None:
        self.signals: list[tuple[str, str, LadderNews]] = []

    def get_workflow_handle(self, workflow_id: str) -> Any:
        told = self

        class Handle:
            async def signal(self, name: str, news: LadderNews) -> None:
                told.signals.append((workflow_id, name, news))

        return Handle()


@pytest.mark.parametrize(
    ("what", "signal"), [("acknowledged", "acknowledged"), ("resolved", "resolved"), ("overtaken", "resolved")]
)
async def test_a_ladder_hears_by_two_signals_and_what_has_become_of_the_matter(
    what: Literal["acknowledged", "resolved", "overtaken"], signal: str
) -> None:
    client = Told()
    activities = LadderActivities(cast(Client, client), cast(Engine, None), cast(Ladders, None))
    at = datetime(2026, 3, 9, 19, tzinfo=UTC)
    news = LadderNews(case_id="rex-ch-1", escalation_id="inspect.step_due_soon", what=what, by="x", at=at)
    await ActivityEnvironment().run(activities.tell_ladder, news)
    assert client.signals == [("rex-ch-1.inspect.step_due_soon", signal, news)]
