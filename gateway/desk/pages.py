"""Renders the pages: Jinja2 templates, what all of them have, and the headers that a browser is to obey."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from calendars.time_zone import almaty_clock
from gateway.desk.desk import desk
from gateway.desk.language import NAMES, DeskWords, desk_words, language_of
from gateway.desk.people import person_of
from rules.text import shown

NAVIGATION: Final = ("today", "cases", "deadlines", "figures")
"""The pages that lead on, in order: each is /desk/NAME, and its words are ``nav.NAME``."""

HERE: Final = Path(__file__).parent

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    # Not no-referrer: browsers would then say "Origin: null" with our own forms.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""No script runs on any page, also none of ours: none is allowed."""


@cache
def environment() -> Environment:
    """Every value is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = shown
    return made


@cache
def style_version() -> str:
    """Changes with the style sheet, so that browsers may keep it."""
    return hashlib.sha256((HERE / "static" / "desk.css").read_bytes()).hexdigest()[:12]


class Days:
    """Days and times in a language, for templates; those of Asia/Almaty."""

    def __init__(self, words: DeskWords) -> None:
        self._words = words.notices

    def day(self, of: date | None) -> str:
        """``Tuesday, 1 December 2026``; a dash where there is none."""
        return self._words.day(of) if of else "–"

    def plain(self, of: date | None) -> str:
        """``1 December 2026``; a dash where there is none."""
        return self._words.plain_day(of) if of else "–"

    def date_of(self, at: datetime | None) -> str:
        """``1 December 2026``, the day on which an instant falls; a dash where there is none."""
        return self.plain(almaty_clock().day_of(at) if at else None)

    def moment(self, at: datetime | None) -> str:
        """``1 December 2026, 14:05``; a dash where there is none."""
        if at is None:
            return "–"
        local = almaty_clock().local(at)
        return f"{self._words.plain_day(local.date())}, {local:%H:%M}"

    def working_days(self, count: int) -> str:
        """``3 working days``."""
        return self._words.count("working_days", count)


async def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page.

    :param template: below ``templates/``.
    :param values: of the template, beside those that all have: ``t`` (the words, ``t("today.title")``), ``days``,
        ``person``, ``form_token``, ``language``, ``languages``, ``here`` (path and query of this page).
    """
    language = language_of(request)
    words = desk_words(language)
    query = f"?{request.url.query}" if request.url.query else ""
    html = await asyncio.to_thread(
        environment().get_template(template).render,
        t=words,
        days=Days(words),
        language=language.value,
        languages={each.value: name for each, name in NAMES.items()},
        person=person_of(request) if hasattr(request.state, "session") else None,
        form_token=desk(request).signing.form_token(request.state.session) if hasattr(request.state, "session") else "",
        here=request.url.path + query if request.method == "GET" else "/desk/today",
        path=request.url.path,
        navigation=NAVIGATION,
        style=f"/desk/static/desk.css?{style_version()}",
        **values,
    )
    return HTMLResponse(html, status, HEADERS)
