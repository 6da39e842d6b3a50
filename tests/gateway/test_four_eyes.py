"""Who has inspected a case does not sign its conclusion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from gateway.four_eyes import inspector_named
from rules.case_view import CaseView
from tests.cli.conftest import Office
from tests.cli.examples import NEW, drafted
from tests.cli.test_messages import to_draft


def test_inspector_and_signatory_are_two_people_however_the_name_is_written() -> None:
    case = CaseView.model_validate(drafted())
    assert case.inspection is not None
    inspector = case.inspection.inspector
    assert inspector_named(case, f" {inspector.upper()} ") == inspector
    assert inspector_named(case, "Somebody Else") is None


def test_where_nobody_has_inspected_anybody_may() -> None:
    assert inspector_named(CaseView.model_validate(NEW), "A") is None


@pytest.mark.parametrize("name", [pytest.param("sign-conclusion", marks=pytest.mark.slow), "conclusion-signed"])
async def test_no_system_signs_in_the_name_of_the_inspector(
    gateway_client: httpx.AsyncClient, office: Office, system: Callable[..., dict[str, str]], name: str
) -> None:
    case_id = await to_draft(office)
    async with asyncio.timeout(30):
        while not (case := await office.case(case_id))["conclusion"]["document_id"]:  # noqa: ASYNC110 - a worker's clock
            await asyncio.sleep(0.05)
    at, headers = f"/api/v1/cases/{case_id}/{name}", system("signing desk")
    inspector = case["inspection"]["inspector"]
    refused = await gateway_client.post(at, json={"signed_by": inspector.upper()}, headers=headers)
    assert refused.status_code == 409, refused.text
    assert "has inspected this case" in refused.json()["detail"]
    assert (await office.case(case_id))["conclusion"]["signed_by"] is None
    assert (await gateway_client.post(at, json={"signed_by": "Somebody Else"}, headers=headers)).status_code == 200
