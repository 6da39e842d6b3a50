"""The one place that turns HTTP answers and failures into the errors of ``activities/errors.py`` (contract, section 8).

408, 425, 429, 5xx and a lost line are tried again, other 4xx are final. What is not the interface's answer at all, as
a proxy's login page, is tried again a few times; an answer of the interface that does not fit is broken at once.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError
from temporalio.exceptions import ApplicationError

from activities.errors import broken, refused, unexpected, unreachable
from rules.refusal import reasons
from rules.text import one_line

Now = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""

Answer = TypeVar("Answer", bound=BaseModel)

TRY_AGAIN = frozenset({408, 425, 429})

CALL_TIMEOUT = httpx.Timeout(connect=5, read=20, write=20, pool=20)
"""Seconds, for a call with a small answer; short, because the next attempt comes soon."""

WHOLE_CALL = timedelta(seconds=60)
"""An answer that drips in byte by byte passes every timeout above, but not this one."""

LARGEST_ANSWER = 1024 * 1024
"""Bytes. The largest answer of the contract, a REX record, takes a few kB; many calls may be under way at once."""

AS_THEY_ARE = {"Accept-Encoding": "identity"}
"""Asks for an answer that is not compressed: a small compressed one may unpack to any size."""

LONGEST_WORDS = 200


def utc_now() -> datetime:
    """The present, aware and in UTC."""
    return datetime.now(UTC)


def client_of(url: str, timeout: httpx.Timeout | float) -> httpx.AsyncClient:
    """A client for one base URL; it follows no redirects.

    :raises ValueError: unless it is an http or https URL without user and password.
    """
    origin_of(url)
    for chatty in ("httpx", "httpcore"):
        # Below this level they log addresses and headers, with session cookies.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return httpx.AsyncClient(base_url=url, timeout=timeout, follow_redirects=False, verify=trusted_certificates())


@cache
def trusted_certificates() -> ssl.SSLContext:
    """The certificates that are trusted here, read once: that takes longer than a call."""
    return httpx.create_ssl_context()


def origin_of(url: str | httpx.URL) -> str:
    """``scheme://host:port`` of a URL, in one spelling, so that origins can be compared.

    :raises ValueError: without quoting the URL, unless it is an http or https URL without user and password.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ValueError("not a URL; expected http:// or https:// and a host") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("expected a URL that begins with http:// or https:// and a host")
    if parsed.userinfo:
        raise ValueError("expected a URL without user and password")
    port = {"http": 80, "https": 443}[parsed.scheme] if parsed.port is None else parsed.port
    if not 0 < port < 65536:
        raise ValueError("expected a port from 1 to 65535")
    host = parsed.raw_host.decode("ascii").lower()
    return f"{parsed.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


async def call(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    system: str,
    secrets: Sequence[str] = (),
    passes: frozenset[int] = frozenset(),
    pages: bool = False,
    headers: dict[str, str] | None = None,
    json: dict[str, Any] | None = None,
    form: dict[str, str] | None = None,
) -> httpx.Response:
    """Make one call with a small answer.

    :param system: the other side's name; each message begins with it.
    :param secrets: removed from the words that a refusal quotes.
    :param passes: further statuses that are an answer and no error.
    :param pages: a 2xx answer may be an HTML page, which otherwise is a proxy's and nothing of the interface.
    :returns: the whole answer, 2xx or one of ``passes``, of at most ``LARGEST_ANSWER`` bytes.
    :raises ApplicationError: unreachable, refused or broken.
    """
    try:
        request = client.build_request(method, path, headers={**AS_THEY_ARE, **(headers or {})}, json=json, data=form)
        async with asyncio.timeout(WHOLE_CALL.total_seconds()):
            response = await client.send(request, stream=True)
            try:
                body = await _body(response)
            finally:
                await response.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise line_lost(error, system) from None
    # For an error the status alone decides, so a body that cannot be read does not matter.
    answer = httpx.Response(response.status_code, headers=_unpacked(response), content=body or b"", request=request)
    if answer.status_code in passes:
        return answer
    failure = failure_of(answer, system, _words(answer, secrets))
    if failure:
        raise failure
    if body is None:
        raise unexpected(
            f"{system}: the answer is compressed or too large; expected at most {LARGEST_ANSWER} bytes, not compressed"
        )
    if is_page(answer) and not pages and not answer.content.lstrip().startswith(b"{"):  # JSON may be mislabelled
        raise unexpected(f"{system} answered with an HTML page; expected JSON")
    return answer


async def _body(response: httpx.Response) -> bytes | None:
    """The bytes of the answer; None where they are compressed, or more than ``LARGEST_ANSWER``."""
    if is_packed(response):
        return None
    body = bytearray()
    # Raw, so that nothing is unpacked on the way.
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > LARGEST_ANSWER:
            return None
    return bytes(body)


def _unpacked(response: httpx.Response) -> httpx.Headers:
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    return headers


def is_packed(response: httpx.Response) -> bool:
    """Whether the answer has a ``Content-Encoding``, though none was accepted."""
    return response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


def is_page(response: httpx.Response) -> bool:
    """Whether the answer says that it is an HTML page."""
    return bool(
        re.match(r"\s*(text/html|application/xhtml\+xml)", response.headers.get("Content-Type", ""), re.IGNORECASE)
    )


def failure_of(response: httpx.Response, system: str, words: str = "") -> ApplicationError | None:
    """The error that an answer's status means, or None for a 2xx.

    :param words: what the other side says about it, free of secrets.
    """
    status = response.status_code
    said = f"{system} answered {status}" + (f": {words}" if words else "")
    if 200 <= status < 300:
        return None
    if status in TRY_AGAIN or status >= 500:
        return unreachable(said, retry_after(response, utc_now()))
    if 400 <= status < 500:
        return refused(said)
    return unexpected(f"{said}; expected a 2xx answer without a redirect")


def line_lost(error: Exception, system: str) -> ApplicationError:
    """The error that a failed exchange means. Its own words are left out: they may name an address."""
    if isinstance(error, httpx.InvalidURL):
        return unexpected(f"{system}: the answer names an invalid address")
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return unreachable(f"{system} is out of reach: no answer in time")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return unreachable(f"{system} is out of reach: its TLS certificate is not accepted here")
    if isinstance(error, httpx.ConnectError):
        return unreachable(f"{system} is out of reach: no connection")
    return unreachable(f"{system} is out of reach: the line was lost ({type(error).__name__})")


def retry_after(response: httpx.Response, now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for, as seconds or as an HTTP date; None without one that can be read."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):  # no date, or one of an impossible year
        return None


def read(model: type[Answer], response: httpx.Response, system: str) -> Answer:
    """Read a JSON answer strictly.

    :raises ApplicationError: broken, naming each field that does not fit; for no JSON at all, see ``unexpected``.
    """
    try:
        data = response.json()
    except (ValueError, RecursionError):
        raise unexpected(f"{system}: expected a JSON object") from None
    if not isinstance(data, dict):
        raise broken(f"{system}: expected a JSON object")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise broken(f"{system}: {reasons(error)}") from None


def _words(response: httpx.Response, secrets: Sequence[str]) -> str:
    """The ``detail``, ``message`` or ``error`` of a JSON answer, short and on one line; no other body is quoted."""
    try:
        data = response.json()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    said = next((data[key] for key in ("detail", "message", "error") if isinstance(data.get(key), str)), "")
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    return one_line(said, LONGEST_WORDS)
