"""``store``: a paper gets an id, under which the case then takes it from the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import decisions
from cli.errors import CannotDo
from cli.store import put
from rules.documents import LARGEST_DOCUMENT, Kind
from simulators.samples import SAMPLE, document_name, sample_documents
from tests.activities.contents import PDF, files_in
from tests.cli.conftest import Office
from tests.support.waiting import until

Printed = Callable[[], Any]


async def test_stored_papers_are_recorded_and_the_case_goes_on(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    printed()
    papers = []
    for kind in ("registration_application", "invoice"):
        file = office.folder / f"{kind}.pdf"
        file.write_bytes(sample_documents()[document_name(SAMPLE, Kind(kind))])
        await put(str(file), as_json=True)
        stored = printed()
        assert (stored["filename"], stored["size"]) == (file.name, file.stat().st_size)
        papers.append({"kind": kind, "filename": file.name, "document_id": stored["document_id"]})
    await _at_step(office, case_id, "await_documents")
    await decisions.update(
        case_id, "record_documents", office.file({"by": "A. Serikova", "documents": papers}), as_json=True
    )
    assert printed()["step"] == "inspect"
    absent = [papers[0] | {"document_id": "sha256-" + "0" * 64}]
    with pytest.raises(CannotDo, match=r"refused: documents\.0: .* does not have sha256-0"):
        await decisions.update(
            case_id, "record_documents", office.file({"by": "A. Serikova", "documents": absent}), as_json=True
        )


async def test_the_id_is_the_first_word_and_the_same_file_has_the_same_id(
    closed_office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    file = closed_office.folder / "договор.pdf"
    file.write_bytes(PDF)
    ids = []
    for _ in range(2):
        await put(str(file), as_json=False)
        out = capsys.readouterr().out
        assert '"filename": "договор.pdf"' in out
        ids.append(out.split()[0])
    assert len(set(ids)) == 1
    assert ids[0].startswith("sha256-")


async def test_what_is_no_document_is_refused_by_its_name(closed_office: Office) -> None:
    folder = closed_office.folder
    (folder / "empty.pdf").touch()
    with (folder / "huge.pdf").open("wb") as huge:
        huge.truncate(LARGEST_DOCUMENT + 1)
    for name, reason in (
        ("absent.pdf", "no such file"),
        (".", "is a folder"),
        ("empty.pdf", "is empty"),
        ("huge.pdf", "larger than 50 MB"),
    ):
        with pytest.raises(CannotDo, match=reason):
            await put(str(folder / name), as_json=False)
    assert files_in(folder / "documents") == files_in(folder / "nowhere")


async def test_a_store_that_cannot_be_used_is_said_in_our_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "contract.pdf"
    file.write_bytes(PDF)
    for url, said in (
        (str(file), r"^the document store is out of reach \(NotADirectoryError\)$"),
        ("nothing://x", "^REXV_DOCUMENT_STORE: no store of the kind 'nothing' here"),
    ):
        monkeypatch.setenv("REXV_DOCUMENT_STORE", url)
        with pytest.raises(CannotDo, match=said):
            await put(str(file), as_json=False)


async def _at_step(office: Office, case_id: str, step: str) -> None:
    async def there() -> bool:
        return bool((await office.case(case_id))["step"] == step)

    await until(there)
