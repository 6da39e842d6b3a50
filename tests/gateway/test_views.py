"""A look at a case asks a worker only where something has happened since the last one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cases import asking
from cases.asking import NobodyAnswers
from gateway import views
from gateway.views import Views
from tests.cli.conftest import Office
from tests.gateway.test_api import opened

System = Callable[..., dict[str, str]]


async def test_looks_without_anything_new_ask_nobody_and_those_at_one_moment_ask_once(
    gateway_client: httpx.AsyncClient, office: Office, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, asked, now, answers = system("office"), 0, 0.0, True
    begun = asyncio.Event()
    case_id = await opened(gateway_client, office, headers)
    ask = asking.ask

    async def counting(*arguments: Any) -> Any:
        nonlocal asked
        asked += 1
        begun.set()
        answer = await ask(*arguments)
        if not answers:
            raise NobodyAnswers("no worker")
        return answer

    monkeypatch.setattr(views, "ask", counting)
    looks = Views(clock=lambda: now)
    async with asyncio.timeout(30):
        before = -1
        while asked != before:  # the case has just been opened: until all of that is through
            before = asked
            await looks.look(office.client, case_id)
    first = asked
    await gateway_client.post(f"/api/v1/cases/{case_id}/assign", json={"to": "A. Serikova"}, headers=headers)
    assert (await looks.look(office.client, case_id))["responsible"] == "A. Serikova"
    assert asked > first
    now, before = 61.0, asked
    await looks.look(office.client, case_id)
    assert asked == before + 1

    now, before = 122.0, asked
    begun.clear()
    gone = asyncio.create_task(looks.look(office.client, case_id))
    await begun.wait()
    gone.cancel()
    views_of_others = await asyncio.gather(*(looks.look(office.client, case_id) for _ in range(3)))
    assert [view["responsible"] for view in views_of_others] == ["A. Serikova"] * 3
    assert asked == before + 1

    now, answers = 183.0, False
    with pytest.raises(NobodyAnswers):
        await looks.look(office.client, case_id)
    answers = True
    assert (await looks.look(office.client, case_id))["responsible"] == "A. Serikova"
