from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulators import atameken, rex
from tests.servers import running

TOKEN = "t0ken"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
LETTER = {
    "number": "REX/26-ZP-0001",
    "date": "2026-03-02",
    "sha256": hashlib.sha256(b"%PDF").hexdigest(),
    "pdf": b64encode(b"%PDF").decode(),
}
REQUEST = {
    "case_id": "rex-no-7",
    "rex_number": "KZREX21094004",
    "exporter": {"name": "Жібек Киіз ЖШС"},
    "documents_wanted": ["registration_application"],
    "respond_by": "2026-03-10",
    "letter": LETTER,
}


@asynccontextmanager
async def at(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    async with running(app) as url, httpx.AsyncClient(base_url=url, verify=False, timeout=5) as client:
        yield client


def keyed(key: str) -> dict[str, str]:
    return {**AUTHORIZED, "Idempotency-Key": key}


@pytest.mark.parametrize("authorization", [None, "Bearer other", f"Basic {TOKEN}", TOKEN])
async def test_atameken_answers_nobody_without_its_token(authorization: str | None) -> None:
    headers = {"Idempotency-Key": "k"} | ({"Authorization": authorization} if authorization else {})
    async with at(atameken.create_app(TOKEN)) as client:
        assert (await client.post("/document-requests", json=REQUEST, headers=headers)).status_code == 401
        assert (await client.get("/documents/KZREX18034001/invoice.pdf", headers=headers)).status_code == 401
        assert (await client.get("/simulator/requests")).json() == []


async def test_a_key_counts_once_and_only_for_the_same_letter() -> None:
    async with at(atameken.create_app(TOKEN)) as client:
        first = await client.post("/document-requests", json=REQUEST, headers=keyed("k"))
        again = await client.post("/document-requests", json=REQUEST, headers=keyed("k"))
        other = await client.post("/document-requests", json={**REQUEST, "case_id": "x"}, headers=keyed("k"))
        below = f"/document-requests/{first.json()['request_id']}/reminders"
        reminder = {"case_id": "rex-no-7", "last_day": "2026-03-10", "message": "m", "letter": LETTER}
        elsewhere = await client.post(below, json=reminder, headers=keyed("k"))
        unkeyed = await client.post("/document-requests", json=REQUEST, headers=AUTHORIZED)
    assert (first.status_code, again.json()) == (201, first.json())
    assert [other.status_code, elsewhere.status_code, unkeyed.status_code] == [409, 409, 422]


async def test_a_letter_with_a_field_too_many_or_too_few_is_refused() -> None:
    async with at(atameken.create_app(TOKEN)) as client:
        other_bytes = {**REQUEST, "letter": {**LETTER, "sha256": "0" * 64}}
        for body in (other_bytes, {**REQUEST, "key": "k"}, {key: REQUEST[key] for key in list(REQUEST)[1:]}):
            assert (await client.post("/document-requests", json=body, headers=keyed("k"))).status_code == 422


async def test_what_atameken_would_send_can_be_fetched_and_is_what_it_says() -> None:
    async with at(atameken.create_app(TOKEN)) as client:
        assert (await client.get("/simulator/documents-arrived/rex-no-7")).status_code == 404
        await client.post("/document-requests", json=REQUEST, headers=keyed("k"))
        body = (await client.get("/simulator/documents-arrived/rex-no-7")).json()
        assert [each["kind"] for each in body["documents"]][-1] == "power_of_attorney"
        for document in body["documents"]:
            content = (await client.get(document["url"], headers=AUTHORIZED)).content
            assert hashlib.sha256(content).hexdigest() == document["sha256"]
        some = await client.get("/simulator/documents-arrived/rex-no-7?kind=contract&kind=invoice&message_id=m-2")
        assert [each["kind"] for each in some.json()["documents"]] == ["contract", "invoice"]
        assert some.json()["message_id"] == "m-2"
        assert (await client.get("/simulator/documents-arrived/rex-no-7?kind=legal_status")).status_code == 404


async def test_documents_of_a_folder_are_served_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"no")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "a.txt").write_bytes(b"yes")
    async with at(atameken.create_app(TOKEN, folder=tmp_path / "papers")) as client:
        assert (await client.get("/documents/a.txt", headers=AUTHORIZED)).content == b"yes"
        for path in ("/documents/..%2fsecret.txt", "/documents/%2e%2e/secret.txt", "/documents/nosuch"):
            assert (await client.get(path, headers=AUTHORIZED)).status_code == 404


async def test_faults_come_in_order_for_their_path_and_as_often_as_told() -> None:
    async with at(rex.create_app("l", "p")) as client:
        for fault in (
            {"path_prefix": "/login", "status": 503, "times": 2, "retry_after": "Mon, 02 Mar 2026 04:00:00 GMT"},
            {"path_prefix": "/registrations", "status": "drop"},
            {"path_prefix": "/login", "status": 429, "retry_after": 7, "times": None},
        ):
            assert (await client.post("/simulator/faults", json=fault)).status_code == 201
        logins = [await client.post("/login", data={"login": "l", "password": "p"}) for _ in range(4)]
        assert [each.status_code for each in logins] == [503, 503, 429, 429]
        assert [each.headers["retry-after"] for each in logins] == [*["Mon, 02 Mar 2026 04:00:00 GMT"] * 2, "7", "7"]
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/registrations/KZREX18034001")
        assert (await client.get("/registrations/KZREX18034001")).status_code == 401
        assert len((await client.get("/simulator/faults")).json()) == 1
        await client.delete("/simulator/faults")
        assert (await client.post("/login", data={"login": "l", "password": "p"})).status_code == 200
        assert (await client.post("/simulator/faults", json={"status": "explode"})).status_code == 422


async def test_rex_lets_in_by_login_only_and_sessions_end() -> None:
    async with at(rex.create_app("authorized-body", "pässword", session_uses=1)) as client:
        path = "/registrations/KZREX18034001"
        assert (await client.get(path)).status_code == 401
        wrong = await client.post("/login", data={"login": "authorized-body", "password": "password"})
        assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
        await client.post("/login", data={"login": "authorized-body", "password": "pässword"})
        assert [(await client.get(path)).status_code for _ in range(2)] == [200, 401]
        assert (await client.get("/simulator/counts")).json() == {"logins": 1, "logins_refused": 1, "look_ups": 1}


PROGRAMS = {
    "simulators.atameken": {"REXV_ATAMEKEN_TOKEN": TOKEN},
    "simulators.rex": {"REXV_REX_LOGIN": "l", "REXV_REX_PASSWORD": "p"},
}


def environment(**settings: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("REXV_")} | settings


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_simulator_says_where_it_is_and_stops_on_sigterm_even_while_a_call_hangs(program: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", program, "--port", "0"],
        env=environment(**PROGRAMS[program]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().rpartition(" ")[2]
            httpx.post(f"{url}/simulator/faults", json={"status": "hang"}).raise_for_status()
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{url}/anything", timeout=0.3)
        finally:
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_simulator_without_its_secret_says_in_one_line_what_it_needs(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", program], env=environment(), capture_output=True, text=True, timeout=20
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert all(setting in ended.stderr for setting in PROGRAMS[program])
