"""Documents: a sender puts them into the store, and its message names them by their id. It needs no web server."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from typing import Annotated, Any, BinaryIO, Final, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from temporalio.exceptions import ApplicationError

from activities.document_store import document_id_of
from activities.looking import Looks
from gateway.api.resource import Calls, World
from gateway.clients import STORE
from gateway.problems import Problem
from register.deposits import record_deposit
from rules.documents import Kind, NamedDocument
from rules.refusal import Refusal

PATH: Final = "/api/v1/documents/"

router = APIRouter(tags=["documents"])

_LOOKS: Final = Looks()
"""No more looks at a time than this machine has processors, whoever sends."""


@router.put("/documents/{sha256}", name="put_document", summary="put a document into the store", response_model=None)
async def put(
    sha256: str,
    request: Request,
    calls: Calls,
    world: World,
    filename: Annotated[str | None, Query(description="its name, with the ending of its type")] = None,
) -> JSONResponse:
    """Put a document into the store; the body is its bytes, up to 50 MB. `documents_arrived` then names its id.

    Answers 201 with `state`: `stored`, or `quarantined` with a reason. 422: the hash differs, or it is not accepted.
    """
    calls.needs(STORE)
    world.rates.refused.check(calls.name)
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Problem(400, "The address ends with the SHA-256 of the document: expected 64 hex digits in lower case.")
    if not filename or len(filename) > 255:
        raise Problem(400, "filename: expected its name as a query, as in ?filename=invoice.pdf.", field="filename")
    try:
        return await _take_in(sha256, filename, request, calls, world)
    except Refusal:
        world.rates.refused.take(calls.name)
        raise
    except ApplicationError as error:
        raise Problem(503, f"Not stored: {error.message}.", {"Retry-After": "5"}) from None


async def _take_in(sha256: str, filename: str, request: Request, calls: Calls, world: World) -> JSONResponse:
    with tempfile.TemporaryFile() as temporary:
        file = cast(BinaryIO, temporary)  # the type stubs keep the two apart
        digest, size = hashlib.sha256(), 0
        async for piece in request.stream():
            digest.update(piece)
            size += len(piece)
            await asyncio.to_thread(file.write, piece)
        if digest.hexdigest() != sha256:
            raise Refusal(f"sha256: is {digest.hexdigest()}; expected {sha256}, as the address says")
        await asyncio.to_thread(file.flush)
        document = NamedDocument(kind=Kind.OTHER_ORIGIN_EVIDENCE, filename=filename)  # of which kind, the message says
        verdict = await _LOOKS.into(file, document)
        told: dict[str, Any] = {"document_id": document_id_of(sha256), "size": size, "media_type": verdict.media_type}
        if verdict.state == "quarantined":
            await world.store.put_apart(file)
            told |= {"state": "quarantined", "reason": verdict.reason}
        else:
            await world.store.put(file)
            told |= {"state": "stored"}
    await asyncio.to_thread(record_deposit, world.register, calls.name, sha256, size, calls.received_at)
    return JSONResponse(told, 201)
