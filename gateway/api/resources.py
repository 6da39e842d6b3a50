"""All resources of the interface in one application, with their description."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gateway.api import cases, decisions, documents, events, messages
from gateway.api.description import PROBLEM, schemas
from gateway.problems import MEDIA_TYPE

ROOT: Final = "/api/v1"

_ABOUT: Final = "Messages and decisions of the contract, for systems. Errors are application/problem+json (RFC 9457)."


def add_api(app: FastAPI) -> None:
    """Add the resources to the application, and their description."""
    for each in (cases, messages, decisions, documents, events):
        app.include_router(each.router, prefix=ROOT)

    @cache
    def openapi() -> dict[str, Any]:
        whole = get_openapi(title=app.title, version=app.version, routes=app.routes, description=_ABOUT)
        whole["paths"] = {path: each for path, each in whole["paths"].items() if path.startswith(ROOT)}
        for path in whole["paths"].values():
            for resource in path.values():
                _as_problems(resource["responses"])
        parts = whole.setdefault("components", {})
        parts["schemas"] = {**schemas(), "Problem": PROBLEM}
        parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        whole["security"] = [{"token": []}]
        return whole

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _as_problems(responses: dict[str, Any]) -> None:
    """Every error is a problem; FastAPI would describe its own form of one."""
    responses.setdefault("401", {"description": "no client here"})
    for status, described in responses.items():
        if status >= "400":
            described["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
