"""What every request meets before anything else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from fastapi import Request

from gateway.app import create_app
from gateway.guards import LARGEST_BODY
from runtime.settings import GatewaySettings


@pytest_asyncio.fixture
async def anybody() -> AsyncIterator[httpx.AsyncClient]:
    """Speaks to a gateway that is connected to nothing."""
    app = create_app(GatewaySettings(gateway_url="https://rex.example"))

    @app.post("/api/v1/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/api/v1/defect")
    async def defect() -> None:
        raise RuntimeError("secret")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://rex.example") as client:
        yield client


@pytest.mark.parametrize("host", ["evil.example", "", "rex.example.evil.example", "127.0.0.1.nip.io:8080"])
async def test_another_name_is_not_answered(anybody: httpx.AsyncClient, host: str) -> None:
    answer = await anybody.get("/api/v1/openapi.json", headers={"host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"
    assert "REXV_GATEWAY_URL" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["rex.example", "REX.example:443", "localhost:8080", "[::1]:8080"])
async def test_its_own_names_are_answered(anybody: httpx.AsyncClient, host: str) -> None:
    assert (await anybody.get("/api/v1/openapi.json", headers={"host": host})).status_code == 200


async def test_a_request_may_have_256_kb_and_no_more_whether_it_says_so_or_not(anybody: httpx.AsyncClient) -> None:
    most = b"x" * LARGEST_BODY

    async def pieces(content: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(content), 10_000):
            yield content[start : start + 10_000]

    assert (await anybody.post("/api/v1/echo", content=most)).json() == LARGEST_BODY
    assert (await anybody.post("/api/v1/echo", content=pieces(most))).json() == LARGEST_BODY
    for too_large in (most + b"x", pieces(most + b"x")):
        answer = await anybody.post("/api/v1/echo", content=too_large)
        assert answer.status_code == 413
        assert answer.json() == {
            "title": "Request Entity Too Large",
            "status": 413,
            "detail": "The request is too large; expected at most 256 kB.",
        }


@pytest.mark.parametrize(("path", "status"), [("/api/v1/nowhere", 404), ("/api/v1/echo", 405), ("/api/v1/defect", 500)])
async def test_every_error_is_a_problem_and_shows_no_stack_trace(
    anybody: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await anybody.get(path)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


async def test_an_answer_lets_a_browser_keep_run_and_frame_nothing_of_it(anybody: httpx.AsyncClient) -> None:
    headers = (await anybody.get("/api/v1/openapi.json")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["x-content-type-options"] == "nosniff"
