"""The commands ``documents``, ``inspect`` and ``sign``: a case's messages by hand (contract, sections 3 and 9)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from cases.asking import ask, read_case
from cases.sending import WAIT, Answer, Undelivered, send, with_message_id
from cli.connected import Connected, connected
from cli.errors import CannotDo
from cli.files import read_object
from cli.printing import console, print_json
from cli.standing import standing
from cli.store import stored
from cli.words import often_words, words
from rules.case_view import CaseView
from rules.text import shown
from runtime.commands import STARTER

_FETCHING = 30.0
"""Seconds to wait, after the message was accepted, for its documents to be fetched, so as to say what came of each."""


@dataclass(frozen=True)
class Outcome:
    """What became of a document of the message. ``state``: ``stored``, ``in quarantine`` or ``refused``."""

    filename: str
    state: str
    reason: str | None = None

    def __str__(self) -> str:
        """As a line of text."""
        return f"{self.state}: {self.filename}" + (f": {self.reason}" if self.reason else "")


async def documents(case_id: str, file: str, *, sent_by: str | None, as_json: bool) -> None:
    """Send the case the message ``documents_arrived`` in a file.

    :raises CannotDo: where it is refused, undelivered or not judged in time; also where a document of it is not stored.
    """
    message = _message(file, sent_by)
    world, answer = await _deliver(case_id, "documents_arrived", message)
    offered = len(message["documents"])
    case = await _fetched(world, answer, offered)
    outcomes = _outcomes(case, answer.message_id) if case else []
    _print(answer, case, outcomes, as_json=as_json)
    not_stored = Counter(each.state for each in outcomes if each.state != "stored")
    if not_stored:
        said = ", ".join(f"{count} {state}" for state, count in not_stored.items())
        raise CannotDo(f"{case_id}: the message was taken in, but not all of its {offered} documents: {said}")


async def inspect(case_id: str, file: str, *, sent_by: str | None, as_json: bool) -> None:
    """Send the case the message ``inspection_completed`` in a file."""
    world, answer = await _deliver(case_id, "inspection_completed", _message(file, sent_by))
    _print(answer, await _look(world, case_id), as_json=as_json)


async def sign(case_id: str, *, by: str, file: str | None = None, as_json: bool, **told: str | None) -> None:
    """Send the case the message ``conclusion_signed``.

    :param file: the signed conclusion on this machine; it is put into the store first.
    :param told: further fields of the message, where they are given.
    """
    message: dict[str, Any] = {"sent_by": by, "signed_by": by}
    message |= {name: value for name, value in told.items() if value is not None}
    if file is not None:
        document_id, _ = await stored(file)
        message["signed_file"] = {"document_id": document_id, "filename": Path(file).name}
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
        # Here, because the register's libraries take a second to load.
        from cases.undelivered import keep
        from register.database import open_register

        register = open_register(world.database_url)
        try:
            raise await asyncio.to_thread(keep, undelivered, register) from None
        finally:
            register.dispose()
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


def _outcomes(case: CaseView, message_id: str) -> list[Outcome]:
    """What became of each document of the message that is stored, in quarantine or refused by now."""
    stored = [Outcome(each.filename, "stored") for each in case.documents if each.message_id == message_id]
    refused = [
        Outcome(each.filename, "refused", each.reason)
        for each in case.refused_documents
        if each.message_id == message_id
    ]
    apart = [
        Outcome(each.filename, "in quarantine", each.reason)
        for each in case.quarantined_documents
        if each.message_id == message_id
    ]
    return stored + apart + refused


def _print(answer: Answer, case: CaseView | None, outcomes: Sequence[Outcome] = (), *, as_json: bool) -> None:
    if as_json:
        documents = {"documents": [vars(each) for each in outcomes]} if answer.name == "documents_arrived" else {}
        print_json(answer.as_json() | documents)
        return
    out = console()
    out.print(
        Text.assemble((answer.case_id, "bold"), f"  {answer.name} accepted, message_id {shown(answer.message_id)}"),
        soft_wrap=True,
    )
    if case is None:
        return
    for each, count in Counter(outcomes).items():
        style = "" if each.state == "stored" else "bold red"
        out.print(Text(f"· {each}{often_words(count)}", style=style), soft_wrap=True)
    if answer.name == "documents_arrived" and case.missing_documents:
        missing = ", ".join(words(each) for each in case.missing_documents)
        out.print(Text(f"still missing: {missing}", style="yellow"), soft_wrap=True)
    out.print(Text(standing(case)), soft_wrap=True)
