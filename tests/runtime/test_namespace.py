"""What a namespace must have, and how it comes to have it."""

from __future__ import annotations

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.testing import WorkflowEnvironment

from runtime.connection import client_options
from runtime.namespace import NotSetUp, add_search_attributes, check_search_attributes
from runtime.search_attributes import ALL, REX_RESERVE_DAYS, REX_STEP
from tests.conftest import BIN


async def test_the_dev_server_of_the_tests_has_every_search_attribute(dev_server: WorkflowEnvironment) -> None:
    await check_search_attributes(dev_server.client)
    assert await add_search_attributes(dev_server.client) == []


async def test_the_time_skipping_server_of_the_tests_takes_every_search_attribute(
    time_skipping: WorkflowEnvironment, task_queue: str
) -> None:
    handle = await time_skipping.client.start_workflow(
        "NobodyRunsIt",
        id="search-attributes",
        task_queue=task_queue,
        search_attributes=TypedSearchAttributes(
            [SearchAttributePair(REX_STEP, "inspect"), SearchAttributePair(REX_RESERVE_DAYS, 5)]
        ),
    )
    assert (await handle.describe()).typed_search_attributes[REX_STEP] == "inspect"


async def test_a_missing_search_attribute_is_named_with_what_to_run_and_setup_adds_it() -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"), dev_server_log_level="error", **client_options()
    ) as environment:
        client = environment.client
        assert await add_search_attributes(client) == [key.name for key in ALL]
        await remove(client, "RexRisk")
        with pytest.raises(
            NotSetUp, match=r"lacks the search attributes RexRisk; run: \.venv/bin/python starter\.py setup$"
        ):
            await check_search_attributes(client)
        assert await add_search_attributes(client) == ["RexRisk"]
        await check_search_attributes(client)


async def test_a_search_attribute_of_another_type_is_named_and_setup_does_not_pretend_to_mend_it() -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(BIN / "temporal"), dev_server_log_level="error", **client_options()
    ) as environment:
        client = environment.client
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace,
                search_attributes={"RexStep": IndexedValueType.INDEXED_VALUE_TYPE_INT},
            )
        )
        for act in (check_search_attributes, add_search_attributes):
            with pytest.raises(NotSetUp, match="RexStep is Int, expected Keyword"):
                await act(client)


async def test_a_namespace_that_does_not_exist_is_named(dev_server: WorkflowEnvironment) -> None:
    address = dev_server.client.service_client.config.target_host
    client = await Client.connect(address, namespace="nowhere", **client_options())
    with pytest.raises(NotSetUp, match="namespace nowhere does not exist"):
        await check_search_attributes(client)


async def remove(client: Client, name: str) -> None:
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=[name])
    )
