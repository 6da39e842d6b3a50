"""Atameken as a real HTTP server (contract, section 8): takes our letters and gives out the exporters' papers.

Run it with ``python -m simulators.atameken --port 8101``; the bearer token comes from ``REXV_ATAMEKEN_TOKEN``.
What it has taken is at ``GET /simulator/requests``, ``reminders``, ``withdrawals`` and ``appeals``; what it would send
for a case is at ``GET /simulator/documents-arrived/{case_id}``; how to make it misbehave is in ``faults.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import compare_digest
from typing import Annotated, Any, Literal, Self

from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, field_serializer, model_validator
from starlette.types import ASGIApp

from rules.documents import Kind
from rules.instant import Day, rfc_3339
from rules.messages import Ground
from simulators.exporters import SHIPPED, Exporter, read_exporters
from simulators.faults import Faults
from simulators.samples import documents_arrived, sample_documents
from simulators.serving import serve_until_stopped

TOKEN_FROM = "REXV_ATAMEKEN_TOKEN"


class _Body(BaseModel):
    """A letter's body is exactly the contract's: a laxer simulator would not notice a field too many."""

    model_config = ConfigDict(extra="forbid")
    case_id: str


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Signed(BaseModel):
    """The conclusion that an appeal speaks of."""

    model_config = ConfigDict(extra="forbid")
    number: str
    date: Day
    sha256: Sha256


class _Letter(_Signed):
    """A letter comes as what it is: a PDF, whose bytes have to be those that it names."""

    pdf: Base64Bytes

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if hashlib.sha256(self.pdf).hexdigest() != self.sha256:
            raise ValueError("pdf: its bytes have another sha256")
        return self

    @field_serializer("pdf")
    def _as_it_came(self, pdf: bytes) -> str:
        return b64encode(pdf).decode("ascii")


class DocumentRequestBody(_Body):
    """``POST /document-requests``."""

    rex_number: str
    exporter: dict[str, Any]
    documents_wanted: Annotated[list[str], Field(min_length=1)]
    respond_by: Day
    letter: _Letter


class ReminderBody(_Body):
    """``POST /document-requests/{request_id}/reminders``."""

    last_day: Day
    message: str
    letter: _Letter


class WithdrawalBody(_Body):
    """``POST /document-requests/{request_id}/withdrawal``."""

    reason: str
    letter: _Letter


class AppealBody(_Body):
    """``POST /revocation-appeals``."""

    rex_number: str
    grounds: Annotated[list[Ground], Field(min_length=1)]
    conclusion: _Signed
    letter: _Letter


class Taken(BaseModel):
    """A letter that was taken once, however often it came."""

    id: str
    key: str
    received_at: str
    times: int = 1
    request_id: str | None = None
    body: dict[str, Any]


Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
Book = Literal["requests", "reminders", "withdrawals", "appeals"]


class _Books:
    """What has come in. A key counts once; the same key with anything else is an error of the sender."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.taken: dict[Book, list[Taken]] = {"requests": [], "reminders": [], "withdrawals": [], "appeals": []}
        self._by_key: dict[str, tuple[Book, Taken]] = {}
        self._clock = clock

    def take(self, book: Book, key: str, body: _Body, request_id: str | None = None) -> Taken:
        data = body.model_dump(mode="json")
        if key in self._by_key:
            where, before = self._by_key[key]
            if (where, before.body, before.request_id) != (book, data, request_id):
                raise HTTPException(409, "this Idempotency-Key was used before for something else")
            before.times += 1
            return before
        if request_id is not None and all(each.id != request_id for each in self.taken["requests"]):
            raise HTTPException(404, "no such document request")
        now = self._clock()
        number = len(self.taken[book]) + 1
        taken = Taken(
            id=f"{book[:3].upper()}-{now:%Y}-{number:04}",
            key=key,
            received_at=rfc_3339(now),
            request_id=request_id,
            body=data,
        )
        self.taken[book].append(taken)
        self._by_key[key] = (book, taken)
        return taken


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    token: str,
    exporters: dict[str, Exporter] | None = None,
    folder: Path | None = None,
    clock: Callable[[], datetime] = _utc_now,
) -> ASGIApp:
    """The simulator as an ASGI application.

    :param token: the bearer token that callers must show.
    :param exporters: whose papers it has, by REX number; the shipped ones by default.
    :param folder: further documents to give out, by their path in it.
    :param clock: gives ``received_at``, in UTC.
    """
    known = read_exporters() if exporters is None else exporters
    books = _Books(clock)
    faults = Faults()
    app = FastAPI(title="Atameken (simulator)")

    def authorized(authorization: Annotated[str, Header()] = "") -> None:
        if not compare_digest(authorization.encode(), f"Bearer {token}".encode()):
            raise HTTPException(401, "expected the bearer token of the authorized body")

    only_authorized = [Depends(authorized)]

    async def request_documents(body: DocumentRequestBody, key: Key) -> dict[str, str]:
        taken = books.take("requests", key, body)
        return {"request_id": taken.id, "received_at": taken.received_at}

    async def remind(request_id: str, body: ReminderBody, key: Key) -> None:
        books.take("reminders", key, body, request_id)

    async def withdraw(request_id: str, body: WithdrawalBody, key: Key) -> None:
        books.take("withdrawals", key, body, request_id)

    async def appeal(body: AppealBody, key: Key) -> dict[str, str]:
        taken = books.take("appeals", key, body)
        return {"appeal_id": taken.id, "received_at": taken.received_at}

    async def document(name: str) -> Response:
        content = await asyncio.to_thread(_find, name, known, folder)
        if content is None:
            raise HTTPException(404, "no such document")
        return Response(content, media_type="application/pdf" if name.endswith(".pdf") else "application/octet-stream")

    async def show(book: Book) -> list[Taken]:
        return books.taken[book]

    async def to_send(
        case_id: str,
        request: Request,
        kind: Annotated[list[Kind] | None, Query()] = None,
        message_id: str | None = None,
    ) -> dict[str, Any]:
        asked = next((each for each in reversed(books.taken["requests"]) if each.body["case_id"] == case_id), None)
        if asked is None:
            raise HTTPException(404, "no document request for this case yet")
        exporter = known.get(asked.body["rex_number"])
        if exporter is None:
            raise HTTPException(404, "no papers of this exporter")
        try:
            return await asyncio.to_thread(
                documents_arrived,
                str(request.base_url),
                exporter,
                message_id=message_id or f"{asked.id}-documents",
                kinds=kind,
                sent_at=clock(),
            )
        except KeyError:
            raise HTTPException(404, "this exporter has not filed papers of this kind") from None

    route = app.add_api_route
    route("/document-requests", request_documents, methods=["POST"], status_code=201, dependencies=only_authorized)
    below = "/document-requests/{request_id}"
    route(f"{below}/reminders", remind, methods=["POST"], status_code=202, dependencies=only_authorized)
    route(f"{below}/withdrawal", withdraw, methods=["POST"], status_code=202, dependencies=only_authorized)
    route("/revocation-appeals", appeal, methods=["POST"], status_code=201, dependencies=only_authorized)
    route("/documents/{name:path}", document, methods=["GET"], dependencies=only_authorized)
    app.include_router(faults.routes)
    route("/simulator/documents-arrived/{case_id}", to_send, methods=["GET"])
    route("/simulator/{book}", show, methods=["GET"])
    return faults.around(app)


def _find(name: str, exporters: dict[str, Exporter], folder: Path | None) -> bytes | None:
    if folder is not None:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path.read_bytes()
    exporter = exporters.get(name.partition("/")[0])
    return sample_documents(exporter).get(name) if exporter else None


def main() -> None:
    """Run the simulator until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m simulators.atameken", description=__doc__.partition("\n")[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one and prints it")
    parser.add_argument("--exporters", type=Path, default=SHIPPED, help="JSON file, as simulators/exporters.json")
    parser.add_argument("--documents", type=Path, help="folder with further documents to give out")
    arguments = parser.parse_args()
    token = os.environ.get(TOKEN_FROM, "")
    if not token:
        sys.exit(f"{TOKEN_FROM}: is required; expected the token that callers must show")
    app = create_app(token, read_exporters(arguments.exporters), arguments.documents)
    asyncio.run(serve_until_stopped(app, "Atameken (simulator)", arguments.host, arguments.port))


if __name__ == "__main__":
    main()
