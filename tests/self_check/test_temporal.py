"""What a case that cannot be asked means: it is gone, it has a defect, or Temporal itself is out of reach."""

from __future__ import annotations

import pytest
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from runtime.connection import client_options
from self_check.temporal import TemporalSide
from tests.conftest import BIN


async def test_a_case_that_temporal_has_forgotten_meanwhile_gives_no_answer(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    temporal = TemporalSide(dev_server.client, task_queue)
    assert await temporal.view(f"{task_queue}-forgotten") is None
    assert await temporal.record(f"{task_queue}-forgotten") is None
    assert await temporal.describe([f"{task_queue}-forgotten"]) == {f"{task_queue}-forgotten": None}


@pytest.mark.slow
async def test_a_temporal_out_of_reach_is_no_fault_of_the_case(task_queue: str) -> None:
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(BIN / "temporal-test-server"), **client_options()
    ) as environment:
        temporal = TemporalSide(environment.client, task_queue)
    with pytest.raises(RPCError) as raised:
        await temporal.view("rex-ch-1")
    assert raised.value.status is RPCStatusCode.UNAVAILABLE
