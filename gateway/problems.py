"""What the gateway answers where something cannot be done: a status and one clear sentence, as problem+json (RFC 9457).

Raise ``Problem`` anywhere in a request. Nobody ever meets a stack trace.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from temporalio.service import RPCError

from cases.asking import NobodyAnswers, RequestRefused, UnknownCase
from cases.errors import CannotDo, CaseClosed, Conflict, RefusedByCase
from cases.sending import NotSent
from register.database import RegisterError
from rules.refusal import Refusal

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


def refusal_problem(refusal: Refusal | str, status: int = 422) -> Problem:
    """A refusal as a problem: its ``errors`` name each field, with what is expected there."""
    told = [part.partition(": ") for part in str(refusal).split("; ")]
    errors = [{"field": field, "reason": reason} for field, _, reason in told if reason and _FIELD.fullmatch(field)]
    return Problem(status, str(refusal), errors=errors) if errors else Problem(status, str(refusal))


def as_problem(error: Exception) -> Problem:
    """What our own errors are to whoever calls."""
    match error:
        case Problem():
            return error
        case RefusedByCase():
            return refusal_problem(error.reason)
        case Refusal():
            return refusal_problem(error)
        case UnknownCase():
            return Problem(404, "There is no case of this number.")
        case RequestRefused():
            return Problem(404, f"There is no such case: {error}.")
        case CaseClosed() | Conflict():
            return Problem(409, f"{error}.")
        case NobodyAnswers():
            return Problem(503, "No worker answers for the case at present; ask again.", _LATER)
        case NotSent():
            return Problem(503, "Temporal did not say that it took this; send it again, it is taken once.", _LATER)
        case _:
            return Problem(503, "This is out of reach at present, and nothing was taken; try again.", _LATER)


def answer_problems(app: FastAPI, as_page: Renderer | None = None) -> None:
    """Have the application answer every error as a problem.

    :param as_page: shows those of requests outside ``/api/``; without it they are problem+json too.
    """

    async def show(request: Request, problem: Problem) -> Response:
        if as_page is not None and not request.url.path.startswith("/api/"):
            return await as_page(request, problem)
        return problem.response()

    async def known(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
            log.warning("%s %s: %s", request.method, _logged_path(request), error)
        return await show(request, problem)

    async def of_starlette(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await show(
            request, Problem(error.status_code, _WORDS.get(error.status_code, error.detail), error.headers)
        )

    async def out_of_reach(request: Request, error: Exception) -> Response:
        # What the SDK raises where a client that connects with its first call does not reach Temporal.
        if str(error).startswith("Failed client connect"):
            return await known(request, error)
        return await defect(request, error)

    async def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s broke down", request.method, _logged_path(request), exc_info=error)
        return await show(request, Problem(500, "Something broke here; it is logged, and nothing of it was taken."))

    for ours in (Problem, Refusal, CannotDo, RegisterError, RPCError):
        app.add_exception_handler(ours, known)
    app.add_exception_handler(RuntimeError, out_of_reach)
    app.add_exception_handler(HTTPException, of_starlette)
    app.add_exception_handler(Exception, defect)


def _logged_path(request: Request) -> str:
    """The path without the key in it: whoever reads the log is not to act by a link, or to subscribe by one."""
    key = request.path_params.get("key")
    return request.url.path.replace(key, "KEY") if key else request.url.path


_FIELD: Final = re.compile(r"[\w.]{1,200}")

_LATER: Final = {"Retry-After": "5"}

_WORDS: Final = {
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}
"""In place of Starlette's own words, which repeat the status."""
