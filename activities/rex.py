"""The look-up in the REX system with the authorized body's login and password (¶6, ¶9; contract, section 8)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import quote

import httpx
from temporalio import activity

from activities.errors import broken, refused, unexpected, unreachable
from activities.http import CALL_TIMEOUT, Now, call, client_of, read, utc_now
from activities.interface import Activity, Lookup
from activities.outgoing import LookedUp
from rules.findings import RexRecord

LOGIN_REFUSED = "REX refused the login of the authorized body (REXV_REX_LOGIN, REXV_REX_PASSWORD)"


def rex_client(url: str, timeout: httpx.Timeout | float = CALL_TIMEOUT) -> httpx.AsyncClient:
    """The client for REX; the caller closes it.

    :param url: ``REXV_REX_URL``.
    :raises ValueError: unless ``url`` is an http or https URL without user and password.
    """
    client = client_of(url, timeout)
    # A jar that keeps nothing: cookies of an ended session must not go into the next login.
    client.cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return client


@dataclass(frozen=True, repr=False)
class _Session:
    """The cookies of one login, which REX expects with each call."""

    cookies: str


class RexActivities:
    """Looks registrations up. One session serves all calls and is renewed when REX has ended it.

    :param client: of ``rex_client``.
    :param clock: gives the time of the look-up.
    """

    def __init__(self, client: httpx.AsyncClient, login: str, password: str, clock: Now = utc_now) -> None:
        self._client = client
        self._login = login
        self._password = password
        self._clock = clock
        self._session: _Session | None = None
        self._logging_in = asyncio.Lock()
        self._logins_refused = 0

    @activity.defn(name=Activity.LOOK_UP_REGISTRATION)
    async def look_up_registration(self, lookup: Lookup) -> LookedUp:
        """Look a registration up; ``record`` is None where REX does not have the number.

        :raises ApplicationError: unreachable; refused, where REX refuses the login; broken, where the answer does not
            fit or is about another number.
        """
        system = "REX (registration)"
        session = await self._session_after(None)
        response = await self._get(lookup.rex_number, session, system)
        if response.status_code == 401:
            response = await self._get(lookup.rex_number, await self._session_after(session), system)
        if response.status_code == 401:
            # Somebody else may be using the same login: better later.
            raise unreachable("REX ended the session right after the login")
        if response.status_code == 404:
            return LookedUp(record=None, at=self._clock())
        record = read(RexRecord, response, system)
        if record.rex_number != lookup.rex_number:
            raise broken(f"{system}: rex_number: got the record of {record.rex_number}, expected {lookup.rex_number}")
        return LookedUp(record=record, at=self._clock())

    async def _get(self, rex_number: str, session: _Session, system: str) -> httpx.Response:
        return await call(
            self._client,
            "GET",
            f"/registrations/{quote(rex_number, safe='')}",
            system=system,
            secrets=[self._login, self._password],
            passes=frozenset({401, 404}),
            headers={"Cookie": session.cookies},
        )

    async def _session_after(self, ended: _Session | None) -> _Session:
        """A session other than the one that has ended; of all calls that need one at once, only the first logs in."""
        if self._session and self._session is not ended:
            return self._session
        refused_before = self._logins_refused
        async with self._logging_in:
            if self._session and self._session is not ended:
                return self._session
            if self._logins_refused != refused_before:
                # Refused while we waited: repeated wrong logins would lock the account.
                raise refused(LOGIN_REFUSED)
            self._session = None
            self._session = await self._log_in()
            return self._session

    async def _log_in(self) -> _Session:
        system = "REX (login)"
        response = await call(
            self._client,
            "POST",
            "/login",
            system=system,
            secrets=[self._login, self._password],
            passes=frozenset({302, 303, 401, 403}),
            pages=True,
            form={"login": self._login, "password": self._password},
        )
        if response.status_code in (401, 403):
            self._logins_refused += 1
            raise refused(LOGIN_REFUSED)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in response.cookies.jar)
        if not cookies:
            raise unexpected(f"{system}: no session cookie in the answer; expected one, or 401")
        return _Session(cookies)
