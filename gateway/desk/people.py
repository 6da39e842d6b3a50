"""Who is logged in, and that a form was sent by them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from gateway.desk.desk import Desk, desk
from gateway.desk.problems import DeskProblem, NotLoggedIn
from gateway.desk.roles import DeskRole, may
from gateway.desk.sessions import PASSWORD, Session

TheDesk = Annotated[Desk, Depends(desk)]

FORM_TOKEN = "form_token"


@dataclass(frozen=True)
class Person:
    """Who is logged in; ``name`` is what ``by`` says of all that they do."""

    name: str
    roles: frozenset[DeskRole]
    how: str
    address: str

    def may(self, act: str) -> bool:
        """Whether they may do it (``roles.MAY``)."""
        return may(self.roles, act)

    def needs(self, act: str) -> None:
        """:raises DeskProblem: 403, where they may not."""
        if not self.may(act):
            raise DeskProblem(403, "not_yours", name=self.name)


def person_of(request: Request) -> Person | None:
    """Who is logged in, if anybody is."""
    session: Session = request.state.session
    if session.name is None:
        return None
    roles = session.roles
    if session.how == PASSWORD:
        account = desk(request).account(session.name)
        if account is None:
            request.state.session = replace(session, ended=True)
            return None
        roles = account.roles
    return Person(session.name, roles, session.how, address_of(request))


def logged_in(request: Request) -> Person:
    """Who is logged in, for ``Depends``. :raises NotLoggedIn: where nobody is."""
    person = person_of(request)
    if person is None:
        raise NotLoggedIn(expired=request.state.expired)
    return person


def address_of(request: Request) -> str:
    """Where the request came from."""
    host = request.client.host if request.client else ""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return "unknown"


def check_origin(request: Request) -> None:
    """:raises DeskProblem: 403, where the browser says that another site sends it."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise DeskProblem(403, "foreign_origin")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise DeskProblem(403, "foreign_origin")


async def own_form(request: Request, of: TheDesk) -> FormData:
    """The form that was sent, for ``Depends``; it has to come from a page of ours, in this browser.

    :raises DeskProblem: 403 for one from elsewhere; 401 where the session it was made for is over.
    """
    check_origin(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise DeskProblem(415, "no_form")
    form = await request.form()
    token = form.get(FORM_TOKEN)
    if not isinstance(token, str) or not of.signing.fits(request.state.session, token):
        if request.state.expired:
            raise NotLoggedIn(expired=True)
        raise DeskProblem(403, "stale_form")
    return form


ThePerson = Annotated[Person, Depends(logged_in)]
TheForm = Annotated[FormData, Depends(own_form)]


def text_of(form: FormData, field: str, longest: int = 2000) -> str:
    """A field of a form as text without blanks around it; empty where it is not there. :raises DeskProblem: 422."""
    value = form.get(field, "")
    if not isinstance(value, str) or len(value) > longest:
        raise DeskProblem(422, "wrong_field", field=field, longest=longest)
    return value.strip()
