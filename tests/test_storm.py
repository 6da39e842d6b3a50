"""A hundred cases that fall due at the same instant, with two workers on a real server."""

from __future__ import annotations

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.storm import MOST_MESSAGES, storm


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_of_a_hundred_cases_due_at_the_same_instant_on_call_hears_once_each_in_a_few_messages(
    dev_server: WorkflowEnvironment, task_queue: str, postgresql_register_url: str
) -> None:
    outcome = await storm(dev_server.client, postgresql_register_url, 100, task_queue, patience=120)
    assert (outcome.told_once, outcome.told_more, outcome.lost) == (100, [], [])
    assert all(messages <= MOST_MESSAGES for messages in outcome.messages.values())
