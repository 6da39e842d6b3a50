"""Puts the desk into the gateway's application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from gateway.desk import (
    acknowledge,
    answer,
    calendar,
    case,
    case_list,
    confirming,
    deadlines,
    figures,
    login,
    papers,
    static,
    today,
)
from gateway.desk.accounts import Accounts
from gateway.desk.calendar_links import CalendarLinks
from gateway.desk.desk import Desk
from gateway.desk.forms import deciding, opening
from gateway.desk.openid import OpenId
from gateway.desk.sessions import Sessions, Signing
from runtime.answer_links import AnswerLinks
from runtime.secret_file import read_or_make_secret
from runtime.settings import GatewaySettings

ROUTERS = (
    login.router,
    static.router,
    today.router,
    case_list.router,
    acknowledge.router,
    answer.router,
    papers.router,
    case.router,
    opening.router,
    deciding.router,
    deadlines.router,
    calendar.router,
    confirming.router,
    figures.router,
)


def open_desk(settings: GatewaySettings) -> Desk:
    """What the pages need.

    :raises ValueError: one line, for accounts, keys or settings that cannot be used.
    """
    secret = read_or_make_secret(settings.session_key)
    return Desk(
        accounts=Accounts(settings.accounts_file),
        signing=Signing(secret),
        calendar_links=CalendarLinks(secret),
        links=AnswerLinks(read_or_make_secret(settings.link_key), settings.gateway_base),
        secure=settings.gateway_base.startswith("https://"),
        four_eyes=settings.four_eyes,
        openid=_openid(settings),
    )


def add_desk(app: FastAPI) -> None:
    """Add the pages; ``app.state.desk`` has to be there when they are served."""
    for address in ("/", "/desk"):
        app.add_api_route(address, _first_page, include_in_schema=False)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Sessions)


async def _first_page() -> RedirectResponse:
    return RedirectResponse("/desk/today", 303)


def _openid(settings: GatewaySettings) -> OpenId | None:
    if settings.oidc_issuer is None or settings.oidc_client_id is None or settings.oidc_client_secret is None:
        return None
    return OpenId(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.get_secret_value(),
        groups_claim=settings.oidc_groups_claim,
        roles=settings.oidc_roles,
    )
