"""Logging in and out, and choosing the language."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from escalation.ladder import Language
from gateway.connected import Connected, connected
from gateway.desk.accounts import LONGEST_NAME
from gateway.desk.audit import write_down
from gateway.desk.language import COOKIE
from gateway.desk.openid import LoginRefused, ProviderAway
from gateway.desk.pages import page
from gateway.desk.people import TheDesk, TheForm, address_of, person_of, text_of
from gateway.desk.problems import DeskProblem
from gateway.desk.sessions import NOBODY, OPENID, PASSWORD, Session
from gateway.problems import Problem
from rules.text import person_key, shown

router = APIRouter(include_in_schema=False)

World = Annotated[Connected, Depends(connected)]

_A_YEAR: Final = 365 * 24 * 3600


@router.get("/desk/login", name="login")
async def login(request: Request, of: TheDesk, next: Annotated[str, Query()] = "") -> Response:
    """The form."""
    if person_of(request) is not None:
        return _go(next)
    return await page(
        request, "login.html", next=_ours(next), openid=of.openid is not None, wrong=None, expired=request.state.expired
    )


@router.post("/desk/login")
async def log_in(request: Request, of: TheDesk, world: World, form: TheForm) -> Response:
    """Log in with a local account."""
    if of.openid is not None:
        raise DeskProblem(404, "404")
    name, password, next_ = text_of(form, "name"), form.get("password", ""), text_of(form, "next")
    address = address_of(request)
    guesses = ((of.guesses.of_account, person_key(name)[:LONGEST_NAME]), (of.guesses.from_address, address))
    try:
        for rate, key in guesses:
            rate.check(key)
    except Problem as problem:
        seconds = int(problem.headers["Retry-After"])
        await write_down(world.register, name[:LONGEST_NAME], NOBODY, address, "log_in", "refused", why="too many")
        raise _too_many(seconds) from None
    # Counted before it is known whether it fits: many at once are to be no way around.
    for rate, key in guesses:
        rate.take(key)
    async with of.hashing:
        found = await asyncio.to_thread(of.accounts.check, name, str(password))
    account = of.accounts.get(found) if found else None
    if found is None or account is None:
        await write_down(world.register, name[:LONGEST_NAME], NOBODY, address, "log_in", "refused", why="wrong")
        return await page(
            request, "login.html", status=401, next=_ours(next_), openid=False, wrong=shown(name, 100), expired=False
        )
    for rate, key in guesses:
        rate.give_back(key)
    await write_down(world.register, found, PASSWORD, address, "log_in", "done")
    session: Session = request.state.session
    request.state.session = session.logged_in(found, PASSWORD, account.roles, datetime.now(UTC))
    return _go(next_)


@router.get("/desk/openid", name="begin_openid")
async def begin_openid(request: Request, of: TheDesk, world: World, next: Annotated[str, Query()] = "") -> Response:
    """Go to the provider."""
    if of.openid is None:
        raise DeskProblem(404, "404")
    try:
        url, kept = await of.openid.begin(_back(world))
    except ProviderAway as error:
        raise DeskProblem(503, "provider_away", str(error)) from None
    request.state.session = replace(request.state.session, kept=f"{kept}\n{_ours(next)}")
    return RedirectResponse(url, 303)


@router.get("/desk/openid/back")
async def finish_openid(request: Request, of: TheDesk, world: World) -> Response:
    """Come back from it."""
    if of.openid is None:
        raise DeskProblem(404, "404")
    session: Session = request.state.session
    kept, _, next_ = session.kept.partition("\n")
    request.state.session = replace(session, kept="")
    address = address_of(request)
    try:
        who = await of.openid.finish(_back(world), kept, dict(request.query_params))
    except ProviderAway as error:
        raise DeskProblem(503, "provider_away", str(error)) from None
    except LoginRefused as error:
        await write_down(world.register, NOBODY, NOBODY, address, "log_in", "refused", why=str(error))
        raise DeskProblem(403, "provider_refused", str(error)) from None
    await write_down(world.register, who.name, OPENID, address, "log_in", "done", roles=sorted(who.roles))
    request.state.session = session.logged_in(who.name, OPENID, who.roles, datetime.now(UTC))
    return _go(next_)


@router.post("/desk/logout", name="logout")
async def log_out(request: Request, world: World, form: TheForm) -> Response:
    """End the session."""
    person = person_of(request)
    if person is not None:
        await write_down(world.register, person.name, person.how, person.address, "log_out", "done")
    request.state.session = replace(request.state.session, ended=True)
    return RedirectResponse("/desk/login", 303)


@router.post("/desk/language", name="language")
async def choose_language(request: Request, of: TheDesk, form: TheForm) -> Response:
    """Keep the choice in a cookie of its own; it stays after the session."""
    chosen = text_of(form, "language")
    if chosen not in tuple(Language):
        raise DeskProblem(422, "wrong_language")
    answer = _go(text_of(form, "next"))
    answer.set_cookie(COOKIE, chosen, max_age=_A_YEAR, secure=of.secure, httponly=True, samesite="lax")
    return answer


def _too_many(seconds: int) -> DeskProblem:
    problem = DeskProblem(429, "too_many_logins", minutes=-(-seconds // 60))
    problem.headers["Retry-After"] = str(seconds)
    return problem


def _back(world: Connected) -> str:
    return f"{world.settings.gateway_base}/desk/openid/back"


def _ours(target: str) -> str:
    """A path of the desk, or its first page: nobody is led elsewhere by a link to the login."""
    fits = target.startswith("/desk/") and "\\" not in target and target.isprintable() and len(target) < 2000
    return target if fits and "//" not in target.partition("?")[0] else "/desk/today"


def _go(target: str) -> RedirectResponse:
    return RedirectResponse(_ours(target), 303)
