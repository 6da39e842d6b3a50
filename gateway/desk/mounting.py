"""Puts the desk into the gateway's application."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from gateway.desk import login, static
from gateway.desk.accounts import Accounts
from gateway.desk.desk import Desk
from gateway.desk.openid import OpenId
from gateway.desk.sessions import Sessions, Signing
from runtime.secret_file import read_or_make_secret
from runtime.settings import GatewaySettings

ROUTERS = (login.router, static.router)

PATHS = ("/desk",)
"""Beginnings of the paths that are the desk's."""


def add_desk(app: FastAPI, settings: GatewaySettings) -> None:
    """Add the pages.

    :raises ValueError: one line, for accounts, keys or settings that cannot be used.
    :raises OSError: where a key cannot be read or made.
    """
    signing = Signing(read_or_make_secret(settings.session_key))
    secure = settings.gateway_base.startswith("https://")
    app.state.desk = Desk(
        accounts=Accounts(settings.accounts_file),
        signing=signing,
        link_key=read_or_make_secret(settings.link_key),
        secure=secure,
        four_eyes=settings.four_eyes,
        openid=_openid(settings),
    )

    @app.get("/", include_in_schema=False)
    async def home() -> RedirectResponse:
        return RedirectResponse("/desk/today", 303)

    @app.get("/desk", include_in_schema=False)
    async def first() -> RedirectResponse:
        return RedirectResponse("/desk/today", 303)

    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Sessions, signing=signing, secure=secure, below=PATHS)


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
