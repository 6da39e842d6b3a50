"""The body of a request: one JSON object, read strictly."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from fastapi import Request

from gateway.problems import Problem
from rules.refusal import Refusal


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    :raises Problem: 415 for another content type, 400 for what is no JSON object in UTF-8, 413 for a large one.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "Expected Content-Type: application/json.", {"Accept-Post": "application/json"})
    body = await request.body()
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        # Half a surrogate pair is no text, and Temporal takes none; a number too large for one is no JSON either.
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        raise Problem(400, f"The body is not JSON: {error.msg}, line {error.lineno} column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON in UTF-8.") from None
    if not isinstance(data, dict):
        raise Problem(400, "Expected one JSON object.")
    return data


def named(data: dict[str, Any], field: str, name: str) -> dict[str, Any]:
    """The body with the caller as its sender.

    :param field: ``sent_by`` or ``by``.
    :raises Refusal: where it names somebody else.
    """
    said = data.get(field, name)
    if said != name:
        raise Refusal(f"{field}: names another; expected {name}, or nothing")
    return {**data, field: name}


def identified(data: dict[str, Any], request: Request, field: str = "message_id") -> str | None:
    """The id that the sender gives, in the body or as the header Idempotency-Key; None where it gives none.

    :raises Refusal: where the two differ, or it is none.
    """
    header, said = request.headers.get("idempotency-key"), data.get(field)
    if header is not None and said is not None and header != said:
        raise Refusal(f"{field}: differs from the header Idempotency-Key; expected one of the two, or both alike")
    given = said if said is not None else header
    if given is None:
        return None
    if not isinstance(given, str) or not 1 <= len(given) <= 128:
        raise Refusal(f"{field}: expected 1 to 128 characters")
    return given


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
