"""What the OpenAPI description says of each body and answer, from the same models as ``docs/schemas``."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gateway.api.examples import EXAMPLES
from rules.decisions import DECISIONS
from rules.messages import MESSAGES
from rules.request import VerificationRequest
from rules.seal import REQUEST

MODELS: Final[dict[str, type[BaseModel]]] = {REQUEST: VerificationRequest, **MESSAGES, **DECISIONS}
"""The bodies by the name of the resource."""

_KNOWN_OTHERWISE: Final = ("message_id", "sent_by", "by")
"""What the gateway adds where the body leaves it out."""

_STATUSES: Final = {
    REQUEST: {
        "200": "the case runs already, opened by this same request",
        "201": "the case is opened",
        "409": "the number is closed, or open for another request",
        "422": "refused: errors names each field, and it is kept as a refused request",
    },
    "message": {
        "200": "accepted; a repeat gets the same answer",
        "202": "taken, but no worker answers within 5 s: ask at Location",
        "404": "no such case; it is kept in the register as undelivered",
        "409": "the case is closed, or the message_id was used for another content",
        "422": "refused by the case, which keeps it: errors names each field",
    },
    "decision": {
        "200": "carried out; a repeat under the same Idempotency-Key gets the same answer",
        "404": "no such case",
        "409": "the case is closed",
        "422": "refused: errors names each field",
    },
}
_ALWAYS: Final = {
    "400": "no JSON object",
    "401": "no client here",
    "403": "the client may not do this",
    "413": "more than 256 kB",
    "415": "not application/json",
    "429": "too much of this; Retry-After says when",
    "503": "out of reach; nothing was taken",
}


PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An error (RFC 9457). `errors` names each field that a rule refused, with what is expected there.",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}


def described(name: str) -> dict[str, Any]:
    """What the description of a resource says of its body and its answers."""
    kind = name if name == REQUEST else "message" if name in MESSAGES else "decision"
    content = {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{MODELS[name].__name__}"},
            "examples": {name: {"value": EXAMPLES[name]}},
        }
    }
    statuses = {**_STATUSES[kind], **_ALWAYS}
    described: dict[str, Any] = {
        "description": _plain(MODELS[name].__doc__ or ""),
        "requestBody": {"required": True, "content": content},
        "responses": {status: {"description": words} for status, words in sorted(statuses.items())},
    }
    if kind != REQUEST:
        described["parameters"] = [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "the message_id" if kind == "message" else "the same one again changes nothing",
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            }
        ]
    return described


def schemas() -> dict[str, Any]:
    """The JSON Schemas of the bodies, by model. The sender is the caller, so a body need not name it."""
    _, made = models_json_schema(
        [(model, "validation") for model in MODELS.values()], ref_template="#/components/schemas/{model}"
    )
    named: dict[str, Any] = in_plain_words(made["$defs"])
    for model in MODELS.values():
        schema = named[model.__name__]
        schema["required"] = [name for name in schema.get("required", []) if name not in _KNOWN_OTHERWISE]
        if not schema["required"]:
            del schema["required"]
    return named


def in_plain_words(part: Any) -> Any:
    """A JSON Schema without the titles that repeat each field's name, and without the marks of our docstrings."""
    if isinstance(part, list):
        return [in_plain_words(each) for each in part]
    if not isinstance(part, dict):
        return part
    told = {"description": _plain(part["description"])} if isinstance(part.get("description"), str) else {}
    kept = {name: each for name, each in part.items() if not (name == "title" and isinstance(each, str))}
    return {name: in_plain_words(each) for name, each in (kept | told).items()}


def _plain(words: str) -> str:
    return " ".join(words.replace("``", "`").split())
