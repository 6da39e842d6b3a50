"""The REX system as a real HTTP server (contract, section 8), with a login and sessions that end.

Run it with ``python -m simulators.rex --port 8102``; the login comes from ``REXV_REX_LOGIN`` and
``REXV_REX_PASSWORD``. ``POST /simulator/end-sessions`` ends all sessions, ``GET /simulator/counts`` says how often it
was asked; how to make it misbehave is in ``faults.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from secrets import compare_digest, token_urlsafe
from typing import Annotated

from fastapi import Cookie, FastAPI, Form, HTTPException, Response
from pydantic import BaseModel
from starlette.types import ASGIApp

from rules.findings import RexRecord
from simulators.exporters import SHIPPED, Exporter, read_exporters
from simulators.faults import Faults
from simulators.serving import serve_until_stopped

COOKIE = "REXSESSION"
LOGIN_FROM, PASSWORD_FROM = "REXV_REX_LOGIN", "REXV_REX_PASSWORD"


class Counts(BaseModel):
    """How often REX was asked for what."""

    logins: int = 0
    logins_refused: int = 0
    look_ups: int = 0


def create_app(
    login: str, password: str, exporters: dict[str, Exporter] | None = None, session_uses: int | None = None
) -> ASGIApp:
    """The simulator as an ASGI application.

    :param exporters: whose registrations it has, by REX number; the shipped ones by default.
    :param session_uses: look-ups after which a session ends; None is never.
    """
    known = read_exporters() if exporters is None else exporters
    sessions: dict[str, int] = {}
    counts = Counts()
    faults = Faults()
    app = FastAPI(title="REX (simulator)")

    async def log_in(
        response: Response,
        given_login: Annotated[str, Form(alias="login")],
        given: Annotated[str, Form(alias="password")],
    ) -> dict[str, str]:
        right = compare_digest(given_login.encode(), login.encode()) & compare_digest(given.encode(), password.encode())
        if not right:
            counts.logins_refused += 1
            raise HTTPException(401, "wrong login or password")
        counts.logins += 1
        session = token_urlsafe(24)
        sessions[session] = 0
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict")
        return {"status": "logged in"}

    async def look_up(rex_number: str, session: Annotated[str, Cookie(alias=COOKIE)] = "") -> RexRecord:
        if session not in sessions or sessions[session] == session_uses:
            sessions.pop(session, None)
            raise HTTPException(401, "the session has ended", headers={"Set-Cookie": f"{COOKIE}=; Max-Age=0"})
        sessions[session] += 1
        counts.look_ups += 1
        if rex_number not in known:
            raise HTTPException(404, "no such registration")
        return known[rex_number].registration

    async def end_sessions() -> None:
        sessions.clear()

    async def show_counts() -> Counts:
        return counts

    app.add_api_route("/login", log_in, methods=["POST"])
    app.add_api_route("/registrations/{rex_number}", look_up, methods=["GET"])
    app.add_api_route("/simulator/end-sessions", end_sessions, methods=["POST"], status_code=204)
    app.add_api_route("/simulator/counts", show_counts, methods=["GET"])
    app.include_router(faults.routes)
    return faults.around(app)


def main() -> None:
    """Run the simulator until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m simulators.rex", description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one and prints it")
    parser.add_argument("--exporters", type=Path, default=SHIPPED, help="JSON file, as simulators/exporters.json")
    parser.add_argument("--session-uses", type=int, help="look-ups after which a session ends; never by default")
    arguments = parser.parse_args()
    login, password = os.environ.get(LOGIN_FROM, ""), os.environ.get(PASSWORD_FROM, "")
    if not login or not password:
        sys.exit(f"{LOGIN_FROM} and {PASSWORD_FROM}: are required; expected the login that callers must use")
    app = create_app(login, password, read_exporters(arguments.exporters), arguments.session_uses)
    asyncio.run(serve_until_stopped(app, "REX (simulator)", arguments.host, arguments.port))


if __name__ == "__main__":
    main()
