"""The gateway as it is served."""

from __future__ import annotations

import httpx

from tests.cli.conftest import Office


async def test_it_is_connected_to_the_office_that_it_is_the_door_of(
    gateway_client: httpx.AsyncClient, office: Office
) -> None:
    assert (await gateway_client.get("/api/v1/openapi.json")).json()["info"]["title"] == "REX Verification"
