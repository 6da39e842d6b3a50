"""A file that is sent with a form lies in the store, and the form says what it is called."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, StringConstraints
from starlette.datastructures import FormData, UploadFile

from activities.document_store import DocumentStore
from escalation.ladder import Language
from gateway.desk.forms import uploads
from gateway.desk.forms.entries import data_of, typed
from gateway.desk.forms.fields import fields_of
from gateway.desk.forms.uploads import take_files
from gateway.desk.forms.view import FormView
from gateway.desk.language import desk_words
from rules.decisions import RecordDocuments

WORDS = desk_words(Language.ENGLISH)
PDF = b"%PDF-1.7 a scan"
ID = f"sha256-{hashlib.sha256(PDF).hexdigest()}"


class SignedFile(BaseModel):
    """A file by its id in the store, or, from systems, by its address."""

    url: str | None = None
    filename: str | None = None
    document_id: Annotated[str, StringConstraints(pattern=r"^sha256-[0-9a-f]{64}$")] | None = None


class Signed(BaseModel):
    """With a file that may be missing."""

    position: str | None = None
    signed_file: SignedFile | None = None


SIGNED = fields_of(Signed)
DOCUMENTS = fields_of(RecordDocuments, ("by",))


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(str(tmp_path))


def file(content: bytes, name: str) -> UploadFile:
    return UploadFile(io.BytesIO(content), size=len(content), filename=name)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("conclusion.pdf", "conclusion.pdf"),
        ("C:\\scans\\Қорытынды.pdf", "Қорытынды.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\u202e.pdf", "a b.pdf"),
    ],
)
async def test_a_file_beside_other_fields_is_named_by_its_id(store: DocumentStore, name: str, kept: str) -> None:
    entries = typed(SIGNED, FormData([("position", "Director"), ("signed_file.file", file(PDF, name))]))
    assert not await take_files(SIGNED, entries, store, WORDS)
    data = data_of(SIGNED, entries)
    told = data["signed_file"]
    assert (data["position"], told["document_id"], told["filename"]) == ("Director", ID, kept)
    assert await store.read(ID) == PDF


async def test_no_file_is_none(store: DocumentStore) -> None:
    entries = typed(SIGNED, FormData([("position", "Director"), ("signed_file.file", file(b"", ""))]))
    assert not await take_files(SIGNED, entries, store, WORDS)
    assert data_of(SIGNED, entries) == {"position": "Director"}


async def test_what_is_stored_goes_back_and_forth_with_the_form(store: DocumentStore) -> None:
    entries = typed(SIGNED, FormData([("signed_file.file", file(PDF, "a.pdf"))]))
    answers = await take_files(SIGNED, entries, store, WORDS)
    (_, shown) = FormView("sign_conclusion", WORDS, answers).shown(SIGNED, entries)
    again = typed(SIGNED, FormData(list(shown.kept.items())))
    assert data_of(SIGNED, again) == data_of(SIGNED, entries)


@pytest.mark.parametrize(("content", "told"), [(b"", "The file is empty."), (PDF, "The file is larger than 0 MB.")])
async def test_a_file_that_cannot_be_taken_is_said_so_beside_it(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str
) -> None:
    monkeypatch.setattr(uploads, "LARGEST_DOCUMENT", len(PDF) - 1)
    form = FormData(
        [("documents.0.kind", "invoice"), ("documents.1.file", file(content, "a.pdf")), ("documents.1.kind", "")]
    )
    entries = typed(DOCUMENTS, form)
    answers = await take_files(DOCUMENTS, entries, store, WORDS)
    assert {path: each.sentence for path, each in answers.beside.items()} == {"documents.1": told}
