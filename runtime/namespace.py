"""What a Temporal namespace must have before a case can run in it: the search attributes (contract, section 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

from runtime.commands import STARTER
from runtime.search_attributes import ALL, TYPE_NAMES


class NotSetUp(Exception):
    """The namespace lacks something. One line: what, and what to do about it."""


async def add_search_attributes(client: Client) -> list[str]:
    """Add those that the namespace does not have yet, and answer with their names; may be run again.

    Raises:
        NotSetUp: one is there with another type (Temporal cannot change it), or the namespace does not exist or
            does not let us.
    """
    have = await _present(client)
    _refuse_wrong_types(have)
    missing = [key for key in ALL if key.name not in have]
    if missing:
        try:
            await client.operator_service.add_search_attributes(adding(client.namespace, missing))
        except RPCError as error:
            raise NotSetUp(_refused(client, error)) from None
    return [key.name for key in missing]


def adding(namespace: str, keys: Sequence[SearchAttributeKey[Any]] = ALL) -> AddSearchAttributesRequest:
    """The request that adds them; where Temporal can list none (the time-skipping server), it is sent as it is."""
    return AddSearchAttributesRequest(
        namespace=namespace,
        search_attributes={key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in keys},
    )


async def check_search_attributes(client: Client) -> None:
    """See that every search attribute is there with its type.

    Raises:
        NotSetUp: one is missing or of another type, or the namespace does not exist or does not let us look.
    """
    have = await _present(client)
    _refuse_wrong_types(have)
    missing = [key.name for key in ALL if key.name not in have]
    if missing:
        raise NotSetUp(
            f"namespace {client.namespace} lacks the search attributes {', '.join(missing)}; run: {STARTER} setup"
        )


async def _present(client: Client) -> Mapping[str, int]:
    try:
        answer = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        raise NotSetUp(_refused(client, error)) from None
    return answer.custom_attributes


def _refuse_wrong_types(have: Mapping[str, int]) -> None:
    wrong = [
        f"{key.name} is {_type_name(have[key.name])}, expected {TYPE_NAMES[key.indexed_value_type]}"
        for key in ALL
        if key.name in have and have[key.name] != key.indexed_value_type
    ]
    if wrong:
        raise NotSetUp(
            f"search attributes of another type: {'; '.join(wrong)}; remove them (temporal operator search-attribute"
            f" remove) and run: {STARTER} setup"
        )


def _type_name(number: int) -> str:
    return TYPE_NAMES.get(SearchAttributeIndexedValueType(number), str(number))


def _refused(client: Client, error: RPCError) -> str:
    if error.status is RPCStatusCode.NOT_FOUND:
        return f"namespace {client.namespace} does not exist; check TEMPORAL_NAMESPACE"
    if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
        return f"namespace {client.namespace} does not let us see its search attributes; check TEMPORAL_API_KEY"
    return f"namespace {client.namespace}: search attributes cannot be listed ({error.status.name.lower()})"
