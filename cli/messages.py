"""The commands ``documents``, ``inspect`` and ``sign``: a case's messages by hand (contract, sections 3 and 9)."""

from __future__ import annotations

import asyncio
from typing import Any

from rich.text import Text

from cli.asking import ask, read_case
from cli.connected import Connected, connected
from cli.errors import CannotDo
from cli.files import read_object
from cli.printing import console, print_json
from cli.sending import WAIT, Answer, Undelivered, send, with_message_id
from cli.standing import standing
from cli.words import words
from rules.case_view import CaseView
from rules.text import shown
from runtime.commands import STARTER

_FETCHING = 10.0
"""Seconds to wait, after the message was accepted, for its documents to be fetched, so as to say what came of each."""


async def documents(case_id: str, file: str, *, sent_by: str | None, as_json: bool) -> None:
    """Send the case the message ``documents_arrived`` in a file."""
    message = _message(file, sent_by)
    world, answer = await _deliver(case_id, "documents_arrived", message)
    offered = len(message["documents"])
    case = await _fetched(world, answer, offered)
    _print(answer, case, as_json=as_json)


async def inspect(case_id: str, file: str, *, sent_by: str | None, as_json: bool) -> None:
    """Send the case the message ``inspection_completed`` in a file."""
    world, answer = await _deliver(case_id, "inspection_completed", _message(file, sent_by))
    _print(answer, await _look(world, case_id), as_json=as_json)


async def sign(case_id: str, *, by: str, document_id: str | None, as_json: bool) -> None:
    """Send the case the message ``conclusion_signed``."""
    message = {"sent_by": by, "signed_by": by}
    if document_id is not None:
        message["document_id"] = document_id
    world, answer = await _deliver(case_id, "conclusion_signed", message)
    _print(answer, await _look(world, case_id), as_json=as_json)


def _message(file: str, sent_by: str | None) -> dict[str, Any]:
    message = read_object(file)
    return message if sent_by is None else message | {"sent_by": sent_by}


async def _deliver(case_id: str, name: str, message: dict[str, Any]) -> tuple[Connected, Answer]:
    """Send and wait. :raises CannotDo: where it is refused, undelivered, or not judged in time."""
    world = await connected()
    try:
        answer = await send(world.client, case_id, name, with_message_id(message))
    except Undelivered as undelivered:
        from cli.undelivered import keep  # here, because the register's libraries take a second to load

        raise await asyncio.to_thread(keep, undelivered, world.database_url) from None
    if answer.state == "refused":
        raise CannotDo(f"{case_id}: {name} refused: {shown(answer.reason or '')}")
    if answer.state != "accepted":
        why = f" ({answer.reason})" if answer.reason else ""
        raise CannotDo(
            f"{case_id}: {name} is sent, but the case has not accepted or refused it within {WAIT.seconds} s{why}; "
            f"see: {STARTER} show {case_id}"
        )
    return world, answer


async def _look(world: Connected, case_id: str) -> CaseView | None:
    try:
        return read_case(await ask(world.client, case_id, "case"))
    except CannotDo:
        return None  # the message is in, which is what was asked for


async def _fetched(world: Connected, answer: Answer, offered: int) -> CaseView | None:
    """The case once each document of the message is settled, or as far as that is after ``_FETCHING``."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _FETCHING
    while True:
        case = await _look(world, answer.case_id)
        if case is None or len(_outcomes(case, answer.message_id)) >= offered or loop.time() >= until:
            return case
        await asyncio.sleep(0.2)


def _outcomes(case: CaseView, message_id: str) -> list[str]:
    """A line for each document of the message that is stored, in quarantine or refused."""
    stored = [f"stored: {shown(each.filename)}" for each in case.documents if each.message_id == message_id]
    refused = [
        f"refused: {shown(each.filename)}: {shown(each.reason)}"
        for each in case.refused_documents
        if each.message_id == message_id
    ]
    apart = [
        f"in quarantine: {shown(each.filename)}: {shown(each.reason)}"
        for each in case.quarantined_documents
        if each.message_id == message_id
    ]
    return stored + apart + refused


def _print(answer: Answer, case: CaseView | None, *, as_json: bool) -> None:
    if as_json:
        print_json(answer.as_json())
        return
    out = console()
    out.print(
        Text.assemble((answer.case_id, "bold"), f"  {answer.name} accepted, message_id {shown(answer.message_id)}")
    )
    if case is None:
        return
    if answer.name == "documents_arrived":
        for line in _outcomes(case, answer.message_id):
            out.print(Text(f"· {line}"))
        if case.missing_documents:
            missing = ", ".join(words(each) for each in case.missing_documents)
            out.print(Text(f"still missing: {missing}", style="yellow"))
    out.print(Text(standing(case)))
