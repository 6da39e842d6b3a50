from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from pydantic import BaseModel

from activities.http import LARGEST_ANSWER, call, client_of, failure_of, origin_of, read, retry_after
from activities.interface import ErrorKind
from tests.activities.failing import at_attempt, failing
from tests.servers import Answer, Host, running

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def answered(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    error = failure_of(answered(status), "REX")
    assert error is not None
    assert (error.type, error.message) == (ErrorKind.UNREACHABLE, f"REX answered {status}")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422, 451])
def test_any_other_4xx_is_final(status: int) -> None:
    error = failure_of(answered(status), "REX")
    assert error is not None
    assert error.type == ErrorKind.REFUSED


@pytest.mark.parametrize("status", [300, 302, 304])
async def test_a_redirect_is_no_answer_and_a_person_sees_it_at_the_third_attempt(status: int) -> None:
    async def ask() -> str:
        error = failure_of(answered(status), "REX")
        assert error is not None
        return str(error.type)

    assert [await at_attempt(number, ask) for number in (1, 2, 3, 4)] == ["Unreachable"] * 2 + ["Broken"] * 2


def test_a_2xx_is_no_failure() -> None:
    assert failure_of(answered(200), "REX") is None
    assert failure_of(answered(202), "REX") is None


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(0)),
        (format_datetime(NOW + timedelta(minutes=7), usegmt=True), timedelta(minutes=7)),
        ("Mon, 02 Mar 2026 04:07:00 -0000", timedelta(minutes=7)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("99999999999999999999", None),
        ("Mon, 02 Mar 2026 04:07:00 +999999999999999999", None),
    ],
)
def test_retry_after_is_read_as_seconds_and_as_a_date(value: str, wait: timedelta | None) -> None:
    assert retry_after(answered(503, Retry_After=value), NOW) == wait


async def test_retry_after_reaches_the_error_and_is_capped_at_an_hour() -> None:
    host = Host({"/a": Answer(status=429, headers={"Retry-After": "75"})})
    later = format_datetime(datetime.now(UTC) + timedelta(hours=9), usegmt=True)
    host.answers["/b"] = Answer(status=503, headers={"Retry-After": later})
    async with running(host) as url, client_of(url, 5) as client:
        with failing(ErrorKind.UNREACHABLE) as seconds:
            await call(client, "GET", "/a", system="X")
        with failing(ErrorKind.UNREACHABLE) as day:
            await call(client, "GET", "/b", system="X")
    assert seconds.error is not None
    assert seconds.error.next_retry_delay == timedelta(seconds=75)
    assert day.error is not None
    assert day.error.next_retry_delay == timedelta(hours=1)


async def test_a_refusal_quotes_the_other_side_in_one_line_without_our_secrets() -> None:
    body = b'{"detail": "no such\\n  exporter for Bearer s3cret-token"}'
    host = Host({"/a": Answer(body, 422, {"Content-Type": "application/json"})})
    async with running(host) as url, client_of(url, 5) as client:
        with failing(ErrorKind.REFUSED) as failure:
            await call(client, "GET", "/a", system="Atameken", secrets=["s3cret-token"])
    assert failure.message == "Atameken answered 422: no such exporter for Bearer ***"


@pytest.mark.parametrize("body", [b"<html>s3cret</html>", b"[1]", b'{"detail": [{"input": "s3cret"}]}', b""])
async def test_any_other_body_is_not_quoted(body: bytes) -> None:
    async with running(Host({"/a": Answer(body, 400)})) as url, client_of(url, 5) as client:
        with failing(ErrorKind.REFUSED) as failure:
            await call(client, "GET", "/a", system="Atameken")
    assert failure.message == "Atameken answered 400"


async def test_no_connection_is_tried_again() -> None:
    async with running(Host()) as url:
        pass
    async with client_of(url, 5) as client:
        with failing(ErrorKind.UNREACHABLE) as failure:
            await call(client, "GET", "/", system="REX")
    assert failure.message == "REX is out of reach: no connection"


async def test_a_host_that_says_nothing_is_left_in_time() -> None:
    async with running(Host({"/": Answer(hangs=True)})) as url, client_of(url, 0.2) as client:
        with failing(ErrorKind.UNREACHABLE) as failure:
            await call(client, "GET", "/", system="REX")
    assert failure.message == "REX is out of reach: no answer in time"


async def test_an_answer_that_drips_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.http.WHOLE_CALL", timedelta(seconds=0.3))
    host = Host({"/": Answer(pieces=iter([b"{"]), hangs=True)})
    async with running(host) as url, client_of(url, 60) as client, asyncio.timeout(5):
        with failing(ErrorKind.UNREACHABLE):
            await call(client, "GET", "/", system="REX")


PAGE = Answer(b"<html><form>Log in</form></html>", headers={"Content-Type": "text/html; charset=utf-8"})
NO_JSON = Answer(b"Service started", headers={"Content-Type": "text/plain"})
BOMB = Answer(gzip.compress(bytes(40 * LARGEST_ANSWER), mtime=0), headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PAGE, "REX answered with an HTML page; expected JSON"),
        (NO_JSON, "REX: expected a JSON object"),
        (BOMB, "REX: the answer is compressed or too large; expected at most 1048576 bytes, not compressed"),
        (
            Answer(status=302, headers={"Location": "/login"}),
            "REX answered 302; expected a 2xx answer without a redirect",
        ),
    ],
)
async def test_what_is_not_the_interface_s_answer_is_tried_again_and_broken_at_the_third_attempt(
    answer: Answer, said: str
) -> None:
    async with running(Host({"/": answer})) as url, client_of(url, 5) as client:

        async def ask() -> Wanted:
            return read(Wanted, await call(client, "GET", "/", system="REX"), "REX")

        for attempt, kind in ((1, ErrorKind.UNREACHABLE), (2, ErrorKind.UNREACHABLE), (3, ErrorKind.BROKEN)):
            with failing(kind) as failure:
                await at_attempt(attempt, ask)
            assert failure.message == said
            assert failure.error is not None
            waits = failure.error.next_retry_delay
            assert waits == (timedelta(seconds=30) if kind is ErrorKind.UNREACHABLE else None)


async def test_an_answer_without_end_is_left_at_a_megabyte() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(64 * 1024)

    host = Host({"/": Answer(pieces=endless())})
    async with running(host) as url, client_of(url, 5) as client:
        with failing(ErrorKind.UNREACHABLE) as failure:
            await call(client, "GET", "/", system="REX")
        assert failure.message.startswith("REX: the answer is compressed or too large")
    assert host.sent < 20 * LARGEST_ANSWER


async def test_an_answer_of_just_a_megabyte_is_read() -> None:
    body = json.dumps({"number": 1, "more": "x" * LARGEST_ANSWER})[: LARGEST_ANSWER - 2].encode() + b'"}'
    async with running(Host({"/": Answer(body), "/more": Answer(body + b" ")})) as url, client_of(url, 5) as client:
        assert read(Wanted, await call(client, "GET", "/", system="REX"), "REX") == Wanted(number=1)
        with failing(ErrorKind.UNREACHABLE):
            await call(client, "GET", "/more", system="REX")


@pytest.mark.parametrize("body", [b"x" * 2 * LARGEST_ANSWER, gzip.compress(b"{}", mtime=0)])
async def test_of_an_error_the_status_decides_whatever_its_body(body: bytes) -> None:
    packed = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f") else {}
    async with running(Host({"/": Answer(body, 403, packed)})) as url, client_of(url, 5) as client:
        with failing(ErrorKind.REFUSED) as failure:
            await call(client, "GET", "/", system="REX")
    assert failure.message == "REX answered 403"


async def test_no_packed_answer_is_asked_for() -> None:
    host = Host({"/": Answer(b"{}")})
    async with running(host) as url, client_of(url, 5) as client:
        await call(client, "GET", "/", system="REX")
    assert host.headers[0]["accept-encoding"] == "identity"


async def test_json_that_is_called_a_page_is_read_all_the_same() -> None:
    mislabelled = Answer(b' {"number": 1}', headers={"Content-Type": "text/html"})
    async with running(Host({"/": mislabelled})) as url, client_of(url, 5) as client:
        assert read(Wanted, await call(client, "GET", "/", system="REX"), "REX") == Wanted(number=1)


async def test_where_a_page_is_an_answer_it_is_taken() -> None:
    async with running(Host({"/": PAGE})) as url, client_of(url, 5) as client:
        assert (await call(client, "GET", "/", system="the heartbeat", pages=True)).content == PAGE.body


class Wanted(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "REX: expected a JSON object"),
        (b"{}", "REX: number: is required"),
    ],
)
def test_an_answer_that_does_not_fit_is_broken_and_names_the_field(body: bytes, said: str) -> None:
    with failing(ErrorKind.BROKEN) as failure:
        read(Wanted, httpx.Response(200, content=body), "REX")
    assert failure.message == said


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 100_000, b"<html></html>"])
def test_what_is_no_json_is_tried_again(body: bytes) -> None:
    with failing(ErrorKind.UNREACHABLE) as failure:
        read(Wanted, httpx.Response(200, content=body), "REX")
    assert failure.message == "REX: expected a JSON object"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://Files.KZ", "http://files.kz:80"),
        ("https://files.kz:443/a?b", "https://files.kz:443"),
        ("https://files.kz", "https://files.kz:443"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("https://файлы.қаз/", "https://xn--80asg7a0b.xn--80ao21a:443"),
    ],
)
def test_an_origin_has_one_spelling(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["ftp://a", "http://", "//a", "a", "http://u:pw@a", "http://u@a", "http://a:99999", "http://a:0", ""]
)
def test_what_is_no_origin_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(not a URL|expected)") as caught:
        origin_of(url)
    assert "pw" not in str(caught.value)
