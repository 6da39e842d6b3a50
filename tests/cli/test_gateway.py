"""How the gateway is served: whose word about an address is believed, and answers that do not wait."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from cli.gateway import listen
from runtime.settings import GatewaySettings, read_settings
from tests.gateway.conftest import gateway_files
from tests.gateway.served import served
from tests.gateway.test_bad_input import out_of_reach

__all__ = ["gateway_files", "out_of_reach"]

STRANGER = {"Authorization": "Bearer of-nobody"}


@pytest.mark.parametrize(("proxies", "beside"), [("127.0.0.1", 401), ("203.0.113.0/24", 429), ("", 429)])
async def test_an_address_that_is_told_is_believed_of_a_trusted_proxy_alone(
    proxies: str, beside: int, out_of_reach: None, gateway_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REXV_TRUSTED_PROXIES", proxies)
    async with served(read_settings(GatewaySettings)) as url, httpx.AsyncClient(trust_env=False) as client:

        async def ask(address: str) -> int:
            return (await client.get(url, headers={**STRANGER, "X-Forwarded-For": address})).status_code

        while await ask("203.0.113.1") != 429:  # it has guessed too often
            pass
        assert await ask("203.0.113.2") == beside


def test_an_answer_is_sent_at_once() -> None:
    with listen("127.0.0.1:0") as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
