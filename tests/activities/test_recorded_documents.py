"""Documents that a person has put in the store: looked for there, and judged as any other document."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.interface import ErrorKind
from rules.documents import Kind, RecordedDocument
from tests.activities.contents import PDF, SCRIPT, files_in
from tests.activities.test_documents import place


def recorded(content: bytes = PDF, media_type: str | None = None) -> RecordedDocument:
    digest = hashlib.sha256(content).hexdigest()
    return RecordedDocument(
        kind=Kind.INVOICE, filename="invoice.pdf", document_id=f"sha256-{digest}", media_type=media_type
    )


async def test_what_the_store_has_is_taken_without_a_word_to_any_host(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.store.put(PDF)
        before = files_in(tmp_path)
        found = await here.fetch(recorded())  # type: ignore[arg-type]  # either kind of document will do
    [stored] = found.stored
    assert (stored.document_id, stored.sha256, stored.size) == (
        recorded().document_id,
        recorded().sha256,
        len(PDF),
    )
    assert stored.media_type == "application/pdf"
    assert files_in(tmp_path) == before
    assert here.ours.asked == here.further.asked == []


async def test_what_the_store_does_not_have_or_what_is_not_accepted_is_refused(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.store.put(b"\x7fELF" + bytes(100))
        found = await here.fetch(recorded(), recorded(b"\x7fELF" + bytes(100)))  # type: ignore[arg-type]  # as above
    assert "does not have sha256-" in found.refused[0].reason
    assert "expected" in found.refused[1].reason
    assert (len(found.refused), found.stored, found.out_of_reach) == (2, [], [])


async def test_what_does_something_by_itself_is_kept_apart_like_any_other_document(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        await here.store.put(SCRIPT)
        found = await here.fetch(recorded(SCRIPT))  # type: ignore[arg-type]  # as above
    [quarantined] = found.quarantined
    assert (quarantined.sha256, found.stored) == (recorded(SCRIPT).sha256, [])


async def test_a_store_out_of_reach_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with place(tmp_path) as here:

        def gone(_: str) -> bytes:
            raise PermissionError

        monkeypatch.setattr(here.store, "_read", gone)
        with pytest.raises(ApplicationError) as error:
            await here.fetch(recorded())  # type: ignore[arg-type]  # as above
    assert error.value.type == ErrorKind.UNREACHABLE.value
