"""What the gateway turns away: each its status, and one clear sentence; nothing reaches a case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from gateway.clients import add_client, remove_client
from gateway.connected import Rates
from gateway.rates import Rate
from tests.gateway.conftest import serving

AT = "/api/v1/cases/rex-ch-1"
GOOD = {"message_id": "i1", "inspector": "A. Nurlan"}


@pytest.fixture
def out_of_reach(
    gateway_files: Path, sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing answers at Temporal's address."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("REXV_DATABASE_URL", sqlite_register_url)
    monkeypatch.setenv("REXV_DOCUMENT_STORE", str(tmp_path / "documents"))
    monkeypatch.chdir(tmp_path)


@pytest_asyncio.fixture
async def alone(out_of_reach: None) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose Temporal is out of reach."""
    async with serving() as client:
        yield client


@pytest.fixture
def token(gateway_files: Path) -> Callable[..., str]:
    def add(name: str, *may: str) -> str:
        return add_client(gateway_files / "clients.json", name, may, datetime.now(UTC)).token

    return add


async def test_nobody_we_know_is_asked_for_a_token(alone: httpx.AsyncClient) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
    ):
        answer = await alone.post(f"{AT}/inspection-completed", json=GOOD, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_client_may_only_do_what_it_was_allowed_and_nothing_once_it_is_removed(
    alone: httpx.AsyncClient, token: Callable[..., str], gateway_files: Path
) -> None:
    headers = {"Authorization": f"Bearer {token('Atameken', 'documents_arrived')}"}
    for resource in ("inspection-completed", "withdraw", "conclusion-signed"):
        answer = await alone.post(f"{AT}/{resource}", json=GOOD, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")
        assert resource.replace("-", "_") in answer.json()["detail"]
    assert (await alone.post("/api/v1/cases", json={}, headers=headers)).status_code == 403
    assert (await alone.get("/api/v1/cases", headers=headers)).status_code == 403
    assert (await alone.get(AT, headers=headers)).status_code == 403
    remove_client(gateway_files / "clients.json", "Atameken")
    assert (await alone.post(f"{AT}/documents-arrived", json=GOOD, headers=headers)).status_code == 401


NO_JSON_OBJECT = (
    (b"{", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'{"a": NaN}', "application/json", 400),
    (b'{"a": 1e999}', "application/json", 400),
    (b'{"a": "\\ud800"}', "application/json", 400),
    (b"\xff", "application/json", 400),
    (b'{"a":' + b"[" * 100_000, "application/json", 400),
    (b"{}", "text/plain", 415),
    (b"{}", "application/x-www-form-urlencoded", 415),
    (b"{}", "", 415),
    (b'{"a": "' + b"x" * 300_000 + b'"}', "application/json", 413),
)


async def test_what_is_no_json_object_of_a_fitting_size_is_turned_away(
    alone: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    known = {"Authorization": f"Bearer {token('desk', 'inspection_completed')}"}
    for content, content_type, status in NO_JSON_OBJECT:
        headers = known | {"Content-Type": content_type}
        answer = await alone.post(f"{AT}/inspection-completed", content=content, headers=headers)
        assert answer.status_code == answer.json()["status"] == status, content[:20]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_another_name_and_an_id_that_is_none_are_refused_by_their_field(
    alone: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    known = {"Authorization": f"Bearer {token('desk', 'inspection_completed')}"}
    for body, key, field in (
        ({"sent_by": "Atameken"}, None, "sent_by"),
        ({"message_id": 5}, None, "message_id"),
        ({"message_id": ""}, None, "message_id"),
        ({"message_id": "a" * 129}, None, "message_id"),
        ({"message_id": "one"}, "another", "message_id"),
    ):
        headers = known | ({"Idempotency-Key": key} if key else {})
        answer = await alone.post(f"{AT}/inspection-completed", json=body, headers=headers)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field], body


async def test_while_temporal_is_down_nothing_is_taken_and_that_is_said(
    alone: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    headers = {"Authorization": f"Bearer {token('desk', 'inspection_completed', 'withdraw', 'read', 'open')}"}
    for answer in (
        await alone.post(f"{AT}/inspection-completed", json=GOOD, headers=headers),
        await alone.post(f"{AT}/withdraw", json={"reason": "x"}, headers=headers),
        await alone.get(AT, headers=headers),
        await alone.get("/api/v1/cases", headers=headers),
    ):
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["retry-after"]) > 0


async def test_too_many_calls_and_too_many_wrong_tokens_have_to_wait_and_nobody_else(
    out_of_reach: None, token: Callable[..., str]
) -> None:
    def few(what: str) -> Rate:
        return Rate(what, per_second=0.01, burst=3)

    async with serving(Rates(calls=few("requests"), strangers=few("wrong tokens"))) as gateway:
        many, other = ({"Authorization": f"Bearer {token(name, 'read')}"} for name in ("many", "other"))
        calls = [await gateway.get("/api/v1/cases?step=x", headers=many) for _ in range(4)]
        assert [answer.status_code for answer in calls] == [400, 400, 400, 429]
        assert 90 <= int(calls[-1].headers["retry-after"]) <= 100
        assert (await gateway.get("/api/v1/cases?step=x", headers=other)).status_code == 400
        wrong = [await gateway.get(AT, headers={"Authorization": f"Bearer {number}"}) for number in range(4)]
        assert [answer.status_code for answer in wrong] == [401, 401, 401, 429]
        # Its address is the same, but it never had a wrong token: a stranger beside it does not lock it out.
        assert (await gateway.get("/api/v1/cases?step=x", headers=other)).status_code == 400
