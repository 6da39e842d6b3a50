"""Documents that a message names by their id in the store: only those that the same client has put there."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.callers import Caller
from gateway.connected import Connected
from register.deposits import deposited_by
from rules.refusal import Refusal

_PREFIX = "sha256-"


async def check_deposited(message: dict[str, Any], calls: Caller, world: Connected) -> None:
    """:raises Refusal: naming each document that this client has not put into the store: it need not even exist."""
    documents = message.get("documents")
    told = {f"documents.{n}": each for n, each in enumerate(documents[:100] if isinstance(documents, list) else [])}
    told["signed_file"] = message.get("signed_file")
    named = {
        field: str(document["document_id"]).removeprefix(_PREFIX)
        for field, document in told.items()
        if isinstance(document, dict) and document.get("document_id") is not None
    }
    if not named:
        return
    known = await asyncio.to_thread(deposited_by, world.register, calls.name, set(named.values()))
    faults = [
        f"{field}.document_id: {calls.name} has put no such document into the store; PUT it first"
        for field, sha256 in named.items()
        if sha256 not in known
    ]
    if faults:
        raise Refusal("; ".join(faults))
