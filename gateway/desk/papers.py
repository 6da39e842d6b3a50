"""The papers of a case as files: streamed from the store, always to be saved, never shown in the browser."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import BinaryIO, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.responses import Response
from temporalio.exceptions import ApplicationError

from cases.asking import UnknownCase
from cases.papers import Paper, copy_to_sign, papers_of
from gateway.connected import Connected
from gateway.desk.audit import write_down
from gateway.desk.case import case_of
from gateway.desk.download import attachment
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import Person, ThePerson
from gateway.desk.problems import DeskProblem
from gateway.desk.roles import QUARANTINE
from register.record import documents_of, letters_of

router = APIRouter(include_in_schema=False)

_PIECE: Final = 256 * 1024


@router.get("/desk/cases/{case_id}/papers/{document_id}")
async def paper(person: ThePerson, world: World, case_id: str, document_id: str) -> Response:
    """A document, the draft or the signed conclusion, or a letter that left. Only those of this case."""
    found = next((each for each in await _papers(world, case_id) if each.document_id == document_id), None)
    if found is None or found.quarantined:
        raise DeskProblem(404, "no_paper")
    return await _send(world, person, case_id, found, quarantined=False)


@router.get("/desk/cases/{case_id}/quarantine/{document_id}")
async def quarantined(
    request: Request, person: ThePerson, world: World, case_id: str, document_id: str, anyway: str = ""
) -> Response:
    """A document that is kept apart, after a warning, for those who decide about it."""
    person.needs(QUARANTINE)
    papers = papers_of(await case_of(world, case_id))
    found = next((each for each in papers if each.document_id == document_id and each.quarantined), None)
    if found is None:
        raise DeskProblem(404, "no_paper")
    if not anyway:
        return await page(request, "quarantine.html", case_id=case_id, paper=found)
    return await _send(world, person, case_id, found, quarantined=True)


async def _papers(world: Connected, case_id: str) -> list[Paper]:
    try:
        case = await case_of(world, case_id)
        copy = copy_to_sign(case.conclusion) if case.conclusion is not None else None
        found = [*papers_of(case), *([copy] if copy is not None else [])]
    except UnknownCase:
        documents = await asyncio.to_thread(documents_of, world.register, case_id)
        found = [Paper(each.kind, each.filename, each.document_id, each.arrived_at) for each in documents]
    letters = await asyncio.to_thread(letters_of, world.register, case_id)
    known = {each.document_id for each in found}
    return found + [
        Paper(each.what, f"{each.what}-{each.number}.pdf", each.document_id, each.sent_at)
        for each in letters
        if each.document_id and each.document_id not in known
    ]


async def _send(world: Connected, person: Person, case_id: str, of: Paper, *, quarantined: bool) -> Response:
    try:
        file = await world.store.open(of.document_id, quarantined=quarantined)
    except ApplicationError as error:
        raise DeskProblem(503, "store_away", error.message) from None
    await write_down(
        world.register,
        person.name,
        person.how,
        person.address,
        "open_quarantined" if quarantined else "open_paper",
        "done",
        case_id=case_id,
        document_id=of.document_id,
    )
    kind = "application/pdf" if of.filename.lower().endswith(".pdf") and not quarantined else "application/octet-stream"
    return StreamingResponse(_pieces(file), media_type=kind, headers=attachment(of.filename))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
