"""Files that are sent with a form: into the document store at once, so that nobody has to choose one twice."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from starlette.datastructures import UploadFile
from temporalio.exceptions import ApplicationError

from activities.document_store import DocumentStore
from gateway.desk.forms.answers import Answer, Answers
from gateway.desk.forms.entries import Entries
from gateway.desk.forms.fields import FILE, Field, Kind
from gateway.desk.language import DeskWords
from gateway.desk.problems import DeskProblem
from rules.documents import LARGEST_DOCUMENT
from rules.text import one_line

LARGEST_FORM: Final = 2 * LARGEST_DOCUMENT + 1024 * 1024
"""Bytes of a form with files."""


async def take_files(fields: Iterable[Field], entries: Entries, store: DocumentStore, words: DeskWords) -> Answers:
    """Store the files among the entries, and put there what they say of their documents.

    :returns: what is wrong with a file, beside it.
    :raises DeskProblem: 503, where the store cannot be written.
    """
    wrong = Answers()
    for path, entry in _places(fields, entries):
        file: UploadFile | None = entry.pop(FILE, None)
        if file is None:
            continue
        if not file.size:
            wrong.beside[path] = Answer(words("wrong.file_empty"))
        elif file.size > LARGEST_DOCUMENT:
            wrong.beside[path] = Answer(words("wrong.file_large", most=LARGEST_DOCUMENT // 1024**2))
        else:
            entry |= await _stored(file, store)
    return wrong


def _places(fields: Iterable[Field], entries: Entries) -> Iterator[tuple[str, Entries]]:
    """Where a file may be, with the path of its group."""
    for each in fields:
        if not each.file:
            continue
        if each.kind is Kind.GROUP:
            yield each.name, entries[each.name]
        else:
            for number, row in enumerate(entries[each.name]):
                yield f"{each.name}.{number}", row


async def _stored(file: UploadFile, store: DocumentStore) -> dict[str, str]:
    try:
        document_id = await store.put(file.file)
    except ApplicationError as error:
        raise DeskProblem(503, "store_away", error.message) from None
    name = one_line(PurePath((file.filename or "").replace("\\", "/")).name)[-255:]
    return {"document_id": document_id, "filename": name, "media_type": mimetypes.guess_type(name)[0] or ""}
