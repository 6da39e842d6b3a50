"""One case through real processes: server, worker, simulators, starter, and the contract's raw JSON by ``temporal``."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from embedded.system import Embedded
from rules.instant import rfc_3339
from tests.conftest import BIN, ROOT

CASE = "rex-no-2026-17-a"

REQUEST: dict[str, Any] = {
    "requesting_country": "NO",
    "requesting_authority": "Norwegian Customs",
    "reference": "2026/17 Å",
    "reason": "doubt",
    "rex_number": "KZREX12064002",
    "exporter": {"name": "Арал Балық Өңдеу ЖШС", "bin": "120640014560"},
    "statements": [{"document_number": "ABO-250914", "document_date": "2025-09-14"}],
    "reply_to": {"name": "Origin department", "email": "origin@customs.example.no"},
    "a field of a later version": True,
}


@pytest_asyncio.fixture
async def system(tmp_path: Path) -> AsyncIterator[Embedded]:
    """Everything as processes of its own."""
    async with Embedded(tmp_path / "embedded") as started:
        yield started


_RAW = ("--output", "json", "--no-json-shorthand-payloads")
"""Payloads as Temporal keeps them: written out, the command turns an empty list into null."""


def _decoded(payload: dict[str, Any]) -> dict[str, Any]:
    assert base64.b64decode(payload["metadata"]["encoding"]) == b"json/plain"
    data: dict[str, Any] = json.loads(base64.b64decode(payload["data"]))
    return data


class Outside:
    """What somebody outside has: the settings of a client, the two commands, and a shell."""

    def __init__(self, system: Embedded) -> None:
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("REXV_", "TEMPORAL_"))
        } | system.client_environment
        self._folder = system.folder

    async def starter(self, *arguments: str, expected: int = 0) -> tuple[str, str]:
        """``python starter.py ...``: what it printed on stdout and stderr."""
        return await self._run(sys.executable, str(ROOT / "starter.py"), *arguments, expected=expected)

    async def temporal(self, *arguments: str, expected: int = 0) -> str:
        """``temporal ...``: what it printed."""
        return (await self._run(str(BIN / "temporal"), *arguments, expected=expected))[0]

    async def signal(self, name: str, message: dict[str, Any], expected: int = 0) -> None:
        """A message, as the contract writes it."""
        await self.temporal(
            *("workflow", "signal", "--workflow-id", CASE, "--name", name, "--input", json.dumps(message)),
            expected=expected,
        )

    async def case(self) -> dict[str, Any]:
        """The query ``case``."""
        told = await self.temporal(*_RAW, "workflow", "query", "--workflow-id", CASE, "--type", "case")
        return _decoded(json.loads(told)["queryResult"]["payloads"][0])

    async def until(self, there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask until the case is where it has to be."""
        async with asyncio.timeout(45):
            while True:
                case = await self.case()
                if there(case):
                    return case
                await asyncio.sleep(0.1)

    async def _run(self, *command: str, expected: int) -> tuple[str, str]:
        process = await asyncio.create_subprocess_exec(
            *command, env=self._environment, cwd=self._folder, stdout=PIPE, stderr=PIPE
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == expected, (command, out.decode(), err.decode())
        return out.decode(), err.decode()


@pytest.mark.slow
async def test_a_case_goes_from_request_to_appeal_by_raw_messages_alone(system: Embedded, tmp_path: Path) -> None:
    outside = Outside(system)
    received_at = rfc_3339(datetime.now(UTC) - timedelta(hours=2))
    request = tmp_path / "request.json"
    request.write_text(json.dumps(REQUEST | {"received_at": received_at}), encoding="utf-8")

    opened = json.loads((await outside.starter("open", str(request), "--json"))[0])
    assert (opened["case_id"], opened["opened"]) == (CASE, True)
    assert json.loads((await outside.starter("open", str(request), "--json"))[0])["opened"] is False

    case = await outside.until(lambda case: case["step"] == "await_documents")
    assert case["missing_documents"] == ["registration_application", "origin_evidence"]
    assert case["steps"][0]["state"] == "done"
    assert case["received_at"] == received_at

    async with httpx.AsyncClient() as web:
        at = f"{system.atameken_url}/simulator"
        taken = (await web.get(f"{at}/requests")).json()
        assert [each["body"]["case_id"] for each in taken] == [CASE]
        documents = (await web.get(f"{at}/documents-arrived/{CASE}")).json()
    proof = {"message_id": "proof-1", "sent_by": "Atameken", "received_at": rfc_3339(datetime.now(UTC))}
    await outside.signal("document_request_received", proof)
    await outside.signal("documents_arrived", documents)
    case = await outside.until(lambda case: case["step"] == "inspect")
    assert {each["sha256"] for each in case["documents"]} == {each["sha256"] for each in documents["documents"]}
    assert case["steps"][1]["started_at"] == proof["received_at"]

    await outside.signal("inspection_finished", {"message_id": "odd-1", "sent_by": "somebody"})
    case = await outside.until(lambda case: case["rejected_count"] == 1)
    assert case["rejected_messages"][0]["name"] == "inspection_finished"

    inspection = {
        "message_id": "inspection-1",
        "sent_by": "case-management",
        "inspector": "Б. Ахметов",
        "documents_complete": True,
        "data_reliable": False,
        "rex_data_match": True,
        "grounds": ["activity_ended"],
    }
    await outside.signal("inspection_completed", inspection)
    case = await outside.until(lambda case: bool(case["conclusion"] and case["conclusion"]["document_id"]))
    assert (case["conclusion"]["outcome"], case["outcome"]) == ("not_valid", None)

    signature = {"message_id": "signature-1", "sent_by": "case-management", "signed_by": "Д. Омаров"}
    await outside.signal("conclusion_signed", signature | {"document_id": case["conclusion"]["document_id"]})
    case = await outside.until(lambda case: case["step"] == "closed")
    assert (case["outcome"], case["limit_met"], case["failed_actions"]) == ("not_valid", True, [])
    assert case["appeal"]["grounds"] == ["activity_ended"]
    async with httpx.AsyncClient() as web:
        appeals = (await web.get(f"{system.atameken_url}/simulator/appeals")).json()
    assert [each["body"]["grounds"] for each in appeals] == [["activity_ended"]]

    result = json.loads(await outside.temporal(*_RAW, "workflow", "result", "--workflow-id", CASE))
    assert _decoded(result["result"]) == case
    shown = json.loads((await outside.starter("show", CASE, "--json"))[0])
    assert shown == case
    assert "Closed: not valid, signed by Д. Омаров" in (await outside.starter("show", CASE))[0]

    # Temporal itself takes nothing more for a closed case; the command keeps what it was given, and says so.
    await outside.signal("inspection_completed", inspection | {"message_id": "late-1"}, expected=1)
    late = tmp_path / "late.json"
    late.write_text(json.dumps(inspection | {"message_id": "late-1"}), encoding="utf-8")
    _, told = await outside.starter("inspect", CASE, str(late), expected=1)
    assert len(told.splitlines()) == 1
    assert f"not delivered: case {CASE} is closed" in told
    assert "kept in the register" in told
    _, told = await outside.starter("open", str(request), expected=1)
    assert f"{CASE}: by the register, closed" in told
