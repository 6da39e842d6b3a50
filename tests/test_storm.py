"""A hundred cases that fall due at the same instant, with two workers on a real server."""

from __future__ import annotations

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.storm import storm


@pytest.mark.slow
async def test_of_a_hundred_cases_due_at_the_same_instant_each_escalates_exactly_once(
    dev_server: WorkflowEnvironment, task_queue: str, postgresql_register_url: str
) -> None:
    outcome = await storm(dev_server.client, postgresql_register_url, 100, task_queue, patience=90)
    assert (outcome.told_once, outcome.told_more, outcome.lost) == (100, [], [])
