from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from activities.interface import ErrorKind, Lookup
from activities.rex import RexActivities, rex_client
from rules.findings import RexRecord
from rules.registration import Occasion
from simulators.rex import create_app
from tests.activities.failing import at_attempt, failing
from tests.servers import Answer, Host, running

LOGIN, PASSWORD = "authorized-body", "s3cret-pässword"
NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


def lookup(rex_number: str) -> Lookup:
    return Lookup(rex_number=rex_number, occasion=Occasion.INSPECTION, number=2)


LOOKUP = lookup("KZREX18034001")


@asynccontextmanager
async def rex(
    app: Any | None = None, password: str = PASSWORD, seconds: float = 5
) -> AsyncIterator[tuple[RexActivities, httpx.AsyncClient]]:
    """The activities at a server, and a client that looks at that server."""
    app = app or create_app(LOGIN, PASSWORD)
    async with (
        running(app) as url,
        rex_client(url, seconds) as client,
        httpx.AsyncClient(base_url=url, verify=False) as look,
    ):
        yield RexActivities(client, LOGIN, password, clock=lambda: NOW), look


async def counts(look: httpx.AsyncClient) -> tuple[int, int, int]:
    said = (await look.get("/simulator/counts")).json()
    return said["logins"], said["logins_refused"], said["look_ups"]


async def test_a_registration_is_looked_up_as_rex_has_it() -> None:
    async with rex() as (activities, _):
        valid = await activities.look_up_registration(LOOKUP)
        revoked = await activities.look_up_registration(lookup("KZREX05114003"))
    assert valid.at == NOW
    assert valid.record == RexRecord(
        rex_number="KZREX18034001",
        status="valid",
        registered_on=date(2021, 7, 12),
        valid_from=date(2021, 7, 12),
        revoked_on=None,
        name="Қостанай Дән Экспорт ЖШС",
        address="Қостанай, Әл-Фараби даңғылы 119",
        tin="180340021791",
        activity="Growing, cleaning and wholesale of oil seeds and pulses",
        hs_codes=["120400", "071340"],
    )
    assert revoked.record is not None
    assert (revoked.record.status, revoked.record.revoked_on) == ("revoked", date(2025, 4, 18))


async def test_a_number_that_rex_does_not_have_is_an_answer() -> None:
    async with rex() as (activities, _):
        looked_up = await activities.look_up_registration(lookup("KZREX99999999"))
    assert (looked_up.record, looked_up.at) == (None, NOW)


async def test_one_session_serves_all_calls() -> None:
    async with rex() as (activities, look):
        for _ in range(3):
            await activities.look_up_registration(LOOKUP)
        assert await counts(look) == (1, 0, 3)


async def test_ten_look_ups_at_once_log_in_once() -> None:
    async with rex() as (activities, look):
        await asyncio.gather(*(activities.look_up_registration(LOOKUP) for _ in range(10)))
        assert await counts(look) == (1, 0, 10)


async def test_a_session_that_ended_is_renewed_once_for_ten_look_ups_at_once() -> None:
    async with rex() as (activities, look):
        await activities.look_up_registration(LOOKUP)
        await look.post("/simulator/end-sessions")
        await asyncio.gather(*(activities.look_up_registration(LOOKUP) for _ in range(10)))
        assert await counts(look) == (2, 0, 11)


async def test_sessions_that_end_after_some_uses_are_no_trouble() -> None:
    async with rex(create_app(LOGIN, PASSWORD, session_uses=2)) as (activities, look):
        for _ in range(5):
            await activities.look_up_registration(LOOKUP)
        assert await counts(look) == (3, 0, 5)


async def test_a_session_that_ends_at_once_is_tried_again_later() -> None:
    async with rex() as (activities, look):
        await look.post("/simulator/faults", json={"path_prefix": "/registrations", "status": 401, "times": 2})
        with failing(ErrorKind.UNREACHABLE) as failure:
            await activities.look_up_registration(LOOKUP)
        assert failure.message == "REX ended the session right after the login"
        assert (await activities.look_up_registration(LOOKUP)).record


async def test_a_refused_login_names_the_settings_and_nothing_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with rex(password="wr0ng-pass") as (activities, look):
        with failing(ErrorKind.REFUSED) as failure:
            await activities.look_up_registration(LOOKUP)
        assert await counts(look) == (0, 1, 0)
    assert failure.message == "REX refused the login of the authorized body (REXV_REX_LOGIN, REXV_REX_PASSWORD)"
    assert "wr0ng" not in failure.message + repr(failure.error) + caplog.text


async def test_a_wrong_password_is_not_tried_ten_times_by_ten_look_ups_at_once() -> None:
    async with rex(password="wrong") as (activities, look):
        failures = await asyncio.gather(
            *(activities.look_up_registration(LOOKUP) for _ in range(10)), return_exceptions=True
        )
        assert await counts(look) == (0, 1, 0)
    assert {getattr(each, "type", None) for each in failures} == {ErrorKind.REFUSED.value}


async def test_after_a_refused_login_a_retry_asks_again() -> None:
    async with rex() as (activities, look):
        await look.post("/simulator/faults", json={"path_prefix": "/login", "status": 401})
        with failing(ErrorKind.REFUSED):
            await activities.look_up_registration(LOOKUP)
        assert (await activities.look_up_registration(LOOKUP)).record


@pytest.mark.parametrize("path", ["/login", "/registrations"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (503, ErrorKind.UNREACHABLE),
        ("drop", ErrorKind.UNREACHABLE),
        ("hang", ErrorKind.UNREACHABLE),
        (422, ErrorKind.REFUSED),
    ],
)
async def test_the_errors_of_rex_are_told_apart(path: str, status: int | str, kind: ErrorKind) -> None:
    async with rex(seconds=0.3) as (activities, look):
        await look.post("/simulator/faults", json={"path_prefix": path, "status": status})
        with failing(kind):
            await activities.look_up_registration(LOOKUP)
        assert (await activities.look_up_registration(LOOKUP)).record


def a_rex(record: Any, cookie: str = "S=1; Path=/") -> Host:
    return Host(
        {
            "/login": Answer(
                status=303, headers={"Set-Cookie": cookie, "Location": "/"} if cookie else {"Location": "/"}
            ),
            "/registrations/KZREX18034001": Answer(json.dumps(record).encode()),
        }
    )


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            {"rex_number": "KZREX18034002", "status": "valid"},
            "rex_number: got the record of KZREX18034002, expected KZREX18034001",
        ),
        ({"rex_number": "KZREX18034001"}, "status: is required"),
        ({"rex_number": "KZREX18034001", "status": "gone"}, "status: "),
        ({"rex_number": "KZREX18034001", "status": "valid", "valid_from": "01.02.2021"}, "valid_from: expected a date"),
        ({"rex_number": "DEREX1", "status": "valid"}, "rex_number: DEREX1 was not issued by Kazakhstan"),
        (None, "expected a JSON object"),
    ],
)
async def test_a_record_that_does_not_fit_is_broken_and_names_the_field(record: Any, said: str) -> None:
    async with rex(a_rex(record)) as (activities, _):
        with failing(ErrorKind.BROKEN) as failure:
            await activities.look_up_registration(LOOKUP)
    assert failure.message.startswith(f"REX (registration): {said}")


async def test_a_login_without_a_cookie_is_tried_again_and_broken_at_the_third_attempt() -> None:
    async with rex(a_rex({}, cookie="")) as (activities, _):
        for attempt, kind in ((1, ErrorKind.UNREACHABLE), (2, ErrorKind.UNREACHABLE), (3, ErrorKind.BROKEN)):
            with failing(kind) as failure:
                await at_attempt(attempt, activities.look_up_registration, LOOKUP)
            assert failure.message == "REX (login): no session cookie in the answer; expected one, or 401"


async def test_a_proxy_s_page_in_place_of_rex_is_tried_again_and_broken_at_the_third_attempt() -> None:
    page = Answer(b"<html>Log in</html>", headers={"Content-Type": "text/html", "Set-Cookie": "proxy=1"})
    async with rex(Host({"/login": page, "/registrations/KZREX18034001": page})) as (activities, _):
        for attempt, kind in ((1, ErrorKind.UNREACHABLE), (3, ErrorKind.BROKEN)):
            with failing(kind) as failure:
                await at_attempt(attempt, activities.look_up_registration, LOOKUP)
            assert failure.message == "REX (registration) answered with an HTML page; expected JSON"


async def test_cookies_of_other_answers_neither_end_the_session_nor_go_into_the_next_login() -> None:
    host = a_rex({"rex_number": "KZREX18034001", "status": "valid"})
    host.answers["/registrations/KZREX18034001"].headers = {"Set-Cookie": "S=ended; Path=/"}
    async with rex(host) as (activities, _):
        await activities.look_up_registration(LOOKUP)
        await activities.look_up_registration(LOOKUP)
        host.answers["/registrations/KZREX18034001"].status = 401
        with failing(ErrorKind.UNREACHABLE):
            await activities.look_up_registration(LOOKUP)
    asked = zip(host.asked, (each.get("cookie") for each in host.headers), strict=True)
    assert [cookie for path, cookie in asked if path != "/login"] == ["S=1"] * 4
    assert [
        "cookie" in headers for path, headers in zip(host.asked, host.headers, strict=True) if path == "/login"
    ] == [
        False,
        False,
    ]


async def test_neither_password_nor_session_meets_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with rex(a_rex({"rex_number": "KZREX18034001", "status": "valid"}, "S=s3cret-session")) as (activities, _):
        await activities.look_up_registration(LOOKUP)
    assert "s3cret" not in caplog.text
