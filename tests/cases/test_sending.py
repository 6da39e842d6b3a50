"""What a sender hears of a message that Temporal has taken."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cases.sending import verdict


class Failing:
    """A client whose every question to a case fails in one way."""

    def __init__(self, status: RPCStatusCode) -> None:
        self._status = status
        self.namespace = "default"

    def get_workflow_handle(self, _: str) -> Failing:
        return self

    async def query(self, *_: Any, **__: Any) -> None:
        raise RPCError("broken", self._status, b"")


@pytest.mark.parametrize("status", [RPCStatusCode.INTERNAL, RPCStatusCode.UNKNOWN, RPCStatusCode.UNAVAILABLE])
async def test_where_the_question_fails_what_became_of_a_message_is_unknown_and_not_an_error(
    status: RPCStatusCode,
) -> None:
    client: Client = Failing(status)  # type: ignore[assignment]  # all that is asked of one here
    assert (await verdict(client, "rex-ch-1", "m-1")).state == "unknown"
