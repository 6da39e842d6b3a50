"""The one place that turns what HTTP brings into the errors of ``activities/errors.py`` (contract, section 8).

408, 425, 429, 5xx and a lost line are tried again, other 4xx are final, an answer that is not as agreed is broken.
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

from activities.errors import broken, refused, unreachable
from rules.refusal import reasons

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""

Answer = TypeVar("Answer", bound=BaseModel)

TRY_AGAIN = frozenset({408, 425, 429})

CALL_TIMEOUT = httpx.Timeout(connect=5, read=20, write=20, pool=20)
"""Seconds, for a call with a small answer. Short enough that a retry is sooner than a person's patience."""

WHOLE_CALL = timedelta(seconds=60)
"""An answer that drips in byte by byte passes every timeout above; it may not pass this."""

LONGEST_WORDS = 200


def utc_now() -> datetime:
    """The present, aware and in UTC."""
    return datetime.now(UTC)


def client_of(url: str, timeout: httpx.Timeout | float) -> httpx.AsyncClient:
    """A client for one base URL that follows no redirect by itself.

    :raises ValueError: unless it is an http or https URL without user and password.
    """
    origin_of(url)
    for chatty in ("httpx", "httpcore"):
        # Below this level they log addresses and headers, session cookies among them.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return httpx.AsyncClient(base_url=url, timeout=timeout, follow_redirects=False, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted here, read once: that takes longer than a call."""
    return httpx.create_ssl_context()


def origin_of(url: str | httpx.URL) -> str:
    """``scheme://host:port`` of a URL, in one spelling, so that origins can be compared.

    :raises ValueError: in words without the URL, unless it is an http or https URL without user and password.
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
    whom: str,
    secrets: Sequence[str] = (),
    passes: frozenset[int] = frozenset(),
    headers: dict[str, str] | None = None,
    json: dict[str, Any] | None = None,
    form: dict[str, str] | None = None,
) -> httpx.Response:
    """Make one call with a small answer.

    :param whom: who answers, as people know it; begins each message.
    :param secrets: struck out of the words that a refusal quotes.
    :param passes: further statuses that are an answer and no error.
    :returns: the whole answer, 2xx or one of ``passes``.
    :raises ApplicationError: unreachable, refused or broken.
    """
    try:
        async with asyncio.timeout(WHOLE_CALL.total_seconds()):
            response = await client.request(method, path, headers=headers, json=json, data=form)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise line_lost(error, whom) from None
    if response.status_code in passes:
        return response
    failure = failure_of(response, whom, _words(response, secrets))
    if failure:
        raise failure
    return response


def failure_of(response: httpx.Response, whom: str, words: str = "") -> ApplicationError | None:
    """The error that an answer's status means, or None for a 2xx.

    :param words: what the other side says about it, free of secrets.
    """
    status = response.status_code
    said = f"{whom} answered {status}" + (f": {words}" if words else "")
    if 200 <= status < 300:
        return None
    if status in TRY_AGAIN or status >= 500:
        return unreachable(said, retry_after(response, utc_now()))
    if 400 <= status < 500:
        return refused(said)
    return broken(f"{said}; expected a 2xx answer without a redirect")


def line_lost(error: Exception, whom: str) -> ApplicationError:
    """The error that a failed exchange means. Its own words are left out: they may name an address."""
    if isinstance(error, (httpx.DecodingError, httpx.InvalidURL)):
        return broken(f"{whom}: the answer cannot be decoded")
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return unreachable(f"{whom} is out of reach: no answer in time")
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return unreachable(f"{whom} is out of reach: its TLS certificate is not accepted here")
    if isinstance(error, httpx.ConnectError):
        return unreachable(f"{whom} is out of reach: no connection")
    return unreachable(f"{whom} is out of reach: the line was lost ({type(error).__name__})")


def retry_after(response: httpx.Response, now: datetime) -> timedelta | None:
    """The wait that ``Retry-After`` asks for, as seconds or as an HTTP date; None without one that can be read."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now


def read(model: type[Answer], response: httpx.Response, whom: str) -> Answer:
    """Read a JSON answer strictly.

    :raises ApplicationError: broken, naming each field that does not fit.
    """
    try:
        data = response.json()
    except ValueError:
        raise broken(f"{whom}: expected a JSON object") from None
    if not isinstance(data, dict):
        raise broken(f"{whom}: expected a JSON object")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise broken(f"{whom}: {reasons(error)}") from None


def _words(response: httpx.Response, secrets: Sequence[str]) -> str:
    """The ``detail``, ``message`` or ``error`` of a JSON answer, short and on one line; no other body is quoted."""
    try:
        data = response.json()
    except ValueError:
        return ""
    if not isinstance(data, dict):
        return ""
    said = next((data[key] for key in ("detail", "message", "error") if isinstance(data.get(key), str)), "")
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    said = " ".join("".join(each if each.isprintable() else " " for each in said).split())
    return said[:LONGEST_WORDS]
