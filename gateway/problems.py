"""What the gateway answers where something cannot be done: a status and one clear sentence, as problem+json (RFC 9457).

Raise ``Problem`` anywhere in a request. Nobody ever meets a stack trace.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MEDIA_TYPE: Final = "application/problem+json"

log = logging.getLogger("gateway")

Renderer = Callable[[Request, "Problem"], Awaitable[Response]]
"""Shows a problem to a person, as a page."""


class Problem(Exception):
    """A request that is not answered with what was asked for.

    :param status: the HTTP status.
    :param detail: one sentence for whoever asked: what is wrong, and what is expected.
    :param headers: further headers of the answer.
    :param more: further members of the problem, as ``field``.
    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = HTTPStatus(status), detail, dict(headers or {}), more

    def as_json(self) -> dict[str, Any]:
        """The members of the problem."""
        return {"title": self.status.phrase, "status": int(self.status), "detail": self.detail, **self.more}

    def response(self) -> Response:
        """The problem as an answer to a system."""
        return JSONResponse(self.as_json(), self.status, self.headers, MEDIA_TYPE)


def answer_problems(app: FastAPI, as_page: Renderer | None = None) -> None:
    """Have the application answer every error as a problem.

    :param as_page: shows those of requests outside ``/api/``; without it they are problem+json too.
    """

    async def show(request: Request, problem: Problem) -> Response:
        if as_page is not None and not request.url.path.startswith("/api/"):
            return await as_page(request, problem)
        return problem.response()

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return await show(request, error)

    async def of_starlette(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await show(
            request, Problem(error.status_code, _WORDS.get(error.status_code, error.detail), error.headers)
        )

    async def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s broke down", request.method, request.url.path, exc_info=error)
        return await show(request, Problem(500, "Something broke here; it is logged, and nothing of it was taken."))

    app.add_exception_handler(Problem, known)
    app.add_exception_handler(HTTPException, of_starlette)
    app.add_exception_handler(Exception, defect)


_WORDS: Final = {
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}
"""In place of Starlette's own words, which repeat the status."""
