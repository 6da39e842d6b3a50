"""Who is at the other end: sessions in signed cookies, and the tokens that tie a form to one.

A session says who it is and when it began; the gateway keeps none. It ends after ``IDLE`` without a request, after
``LONGEST`` in any case, and with the account. Of a local account the roles are read anew at each request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.desk.roles import DeskRole

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=10)
REFRESHED: Final = timedelta(minutes=1)
"""A cookie is renewed when its last request is older, not with each request."""

COOKIE: Final = "rexv-desk"
PASSWORD: Final = "password"
OPENID: Final = "openid"
NOBODY: Final = "nobody"


@dataclass(frozen=True)
class Session:
    """One browser. Before somebody logs in there is one, too: it ties the form of the login to the browser.

    ``name`` is None before. ``kept``: what a login by OpenID Connect has to remember on its way.
    """

    id: str
    began: datetime
    seen: datetime
    name: str | None = None
    how: str = NOBODY
    roles: frozenset[DeskRole] = frozenset()
    kept: str = ""
    ended: bool = False

    @classmethod
    def new(cls, now: datetime) -> Session:
        """Of nobody yet."""
        return cls(secrets.token_urlsafe(18), now, now)

    def logged_in(self, name: str, how: str, roles: frozenset[DeskRole], now: datetime) -> Session:
        """That of a person, under a new id: one that was planted before the login is worth nothing."""
        return Session(secrets.token_urlsafe(18), now, now, name, how, roles)

    def alive(self, now: datetime) -> bool:
        """Whether it still holds."""
        return now - self.seen <= IDLE and now - self.began <= LONGEST and self.began <= now + REFRESHED


class Signing:
    """Signs sessions and tokens with the secret of the gateway."""

    def __init__(self, secret: bytes) -> None:
        self._cookies = URLSafeSerializer(secret, salt="session", signer_kwargs={"digest_method": hashlib.sha256})
        self._forms = hmac.new(secret, b"forms", hashlib.sha256).digest()

    def written(self, session: Session) -> str:
        """As the cookie holds it."""
        return str(
            self._cookies.dumps(
                [
                    session.id,
                    int(session.began.timestamp()),
                    int(session.seen.timestamp()),
                    session.name,
                    session.how,
                    sorted(session.roles),
                    session.kept,
                ]
            )
        )

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None for one that we did not sign."""
        try:
            told: Any = self._cookies.loads(cookie)
            id, began, seen, name, how, roles, kept = told
            return Session(
                id,
                datetime.fromtimestamp(began, UTC),
                datetime.fromtimestamp(seen, UTC),
                name,
                how,
                frozenset(map(DeskRole, roles)),
                kept,
            )
        except (BadSignature, ValueError, TypeError, OverflowError):
            return None

    def form_token(self, session: Session) -> str:
        """What every form of this session carries (against requests that another site forges)."""
        return hmac.new(self._forms, session.id.encode(), hashlib.sha256).hexdigest()

    def fits(self, session: Session, token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token(session).encode(), token.encode("utf-8", "replace"))


class Sessions:
    """An ASGI middleware: ``request.state.session`` is that of the browser, and is written back where it changed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        desk = getattr(scope["app"].state, "desk", None) if scope["type"] == "http" else None
        if desk is None or not _has_session(scope["path"]):
            await self._app(scope, receive, send)
            return
        signing: Signing = desk.signing
        name = f"__Host-{COOKIE}" if desk.secure else COOKIE
        now = datetime.now(UTC)
        given = HTTPConnection(scope).cookies.get(name)
        before = signing.read(given) if given else None
        alive = before is not None and before.alive(now)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["session"] = before if alive else Session.new(now)
        state["expired"] = before is not None and not alive and before.name is not None

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                after: Session = state["session"]
                if after.ended:
                    MutableHeaders(scope=message).append("set-cookie", _cookie(name, "", desk.secure, 0))
                elif after is not before or now - after.seen > REFRESHED:
                    value = signing.written(replace(after, seen=now))
                    MutableHeaders(scope=message).append("set-cookie", _cookie(name, value, desk.secure, None))
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _has_session(path: str) -> bool:
    return path == "/desk" or (path.startswith("/desk/") and not path.startswith("/desk/static/"))


def _cookie(name: str, value: str, secure: bool, max_age: int | None) -> str:
    # Lax, not Strict: a link in a notice has to find the session. Nothing that is asked by GET changes anything.
    cookie: SimpleCookie = SimpleCookie({name: value})
    morsel = cookie[name]
    morsel["path"], morsel["httponly"], morsel["samesite"] = "/", True, "Lax"
    if secure:
        morsel["secure"] = True
    if max_age is not None:
        morsel["max-age"] = max_age
    return morsel.OutputString()
