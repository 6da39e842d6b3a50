"""Problems as pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from gateway.desk.language import desk_words, language_of
from gateway.desk.pages import page
from gateway.desk.problems import DeskProblem, NotLoggedIn
from gateway.problems import Problem

_WITH_DETAIL: Final = {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
"""Problems about which the sentence of the status says too little."""


async def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page."""
    if isinstance(problem, NotLoggedIn) and request.method == "GET":
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/desk/login?{urlencode({'next': target})}", 303)
    words = desk_words(language_of(request))
    if isinstance(problem, DeskProblem):
        sentence, told = words(f"problems.{problem.words}", **problem.values), problem.told
    else:
        name = f"problems.{int(problem.status)}"
        known = words.has(name)
        sentence = words(name if known else "problems.other")
        told = problem.detail if problem.status in _WITH_DETAIL or not known else None
    answer = await page(
        request,
        "problem.html",
        status=problem.status,
        title=words("problems.title"),
        sentence=sentence,
        told=told,
        number=int(problem.status),
        back=request.method == "POST",
    )
    for header, value in problem.headers.items():
        answer.headers[header] = value
    return answer
