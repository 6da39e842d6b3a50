"""The command ``export``: one ZIP with all that is on record of a case, and the program that checks it anywhere.

The same record gives the same bytes. Works from register, file of heads and document store (contract, section 9).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from temporalio.exceptions import ApplicationError

import audit
from activities.document_store import DocumentStore
from audit.case_file import CaseFile, read_case_file
from audit.heads import HeadsFile, HeadsOutOfReach, Recorded, by_case
from audit.summary import summary_of
from cases.papers import name_of_own
from cli.errors import CannotDo
from cli.printing import console, print_json
from cli.saving import IsThere, free_name, new_file
from cli.store import open_store
from letters.typesetting import CannotBeSet
from pages.words import size as size_words
from register.database import RegisterError, check_migrated, open_register
from rules.text import canonical_json
from runtime.commands import STARTER
from runtime.settings import ClientSettings, read_settings

VERIFY: Final = Path(audit.__file__).with_name("verify.py")
"""What the ZIP has to check itself by; of Python's own library alone."""

LETTERS: Final = "letters/"
"""Where our own papers lie in the ZIP."""

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the ZIP, the first that a ZIP can say: the same record gives the same bytes."""


@dataclass
class Package:
    """The ZIP as it is being written, in a folder of the case's name, with the hash of each file in it."""

    zip: ZipFile
    folder: str
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> None:
        """Add a file under its name in the folder."""
        info = ZipInfo(f"{self.folder}/{name}", _LONG_AGO)
        info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, 0o644 << 16, 3
        self.zip.writestr(info, content)
        self.files[name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


async def export(case_id: str, *, out: str | None, as_json: bool) -> None:
    """Write the ZIP of a case.

    :raises CannotDo: where there is no such case, something does not answer, or a paper is not whole; with the last
        the ZIP is written all the same, without that paper.
    """
    settings = read_settings(ClientSettings)
    file, recorded = await asyncio.to_thread(_read, settings, case_id)
    path = Path(out) if out is not None else Path(f"{case_id}.zip")
    store = open_store(settings)
    try:
        with new_file(path) as target:
            package, missing = await _write(target, file, recorded, store)
            size = target.tell()
    except IsThere:
        raise CannotDo(f"{path}: is there already with another content; expected a new file") from None
    except OSError as error:
        raise CannotDo(f"{path}: cannot be written: {error.strerror}") from None
    except CannotBeSet as error:
        raise CannotDo(f"{case_id}: the summary cannot be set: {error}") from None
    except ApplicationError as error:
        raise CannotDo(error.message) from None
    manifest = package.files["manifest.json"]["sha256"]
    if as_json:
        print_json({"case_id": case_id, "file": str(path), "size": size, "manifest": manifest, "missing": missing})
    else:
        console().print(f"{path}: {len(package.files)} files, {size_words(size)}", soft_wrap=True)
        console().print(f"The hash of its manifest.json, to be kept apart from it:\n{manifest}", soft_wrap=True)
        console().print(f"To check it, anywhere: unpack it, then python3 {package.folder}/verify.py", soft_wrap=True)
    if missing:
        raise CannotDo(f"{case_id}: {len(missing)} papers are not in it; {missing[0]}; see {STARTER} audit {case_id}")


async def _write(
    target: BinaryIO, file: CaseFile, recorded: list[Recorded], store: DocumentStore
) -> tuple[Package, list[str]]:
    """Write all files, the manifest last; what is wrong with the papers that the store does not have as they were.

    :raises ApplicationError: unreachable, where the store cannot be read now: the case may be whole.
    """
    files, missing = names_of(file), []
    with ZipFile(target, "w") as whole:
        package = Package(whole, file.case.case_id)
        for document_id, name in list(files.items()):
            try:
                content = await store.read(document_id)
            except ApplicationError as error:
                if not error.non_retryable:
                    raise
                missing.append(error.message)
                del files[document_id]
                continue
            if name.startswith(LETTERS):
                files[document_id] = name_of_own(name, content)
            package.add(files[document_id], content)
        rows = file.as_json(recorded)
        for row in (*rows["documents"], *rows["letters"]):
            row["file"] = files.get(row["document_id"] or "")
        package.add("case.json", _bytes(json.dumps(rows, ensure_ascii=False, indent=1)))
        package.add("log.jsonl", b"".join(_bytes(canonical_json(line)) for line in file.log()))
        package.add("summary.pdf", await asyncio.to_thread(summary_of, file, files))
        package.add("verify.py", VERIFY.read_bytes())
        manifest = {"case_id": file.case.case_id, "files": package.files}
        package.add("manifest.json", _bytes(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)))
    return package, missing


def names_of(file: CaseFile) -> dict[str, str]:
    """Where each paper of a case lies in the export, by its document id: documents and letters, each once."""
    found: dict[str, str] = {}
    documents: set[str] = set()
    for each in file.documents:
        if each.document_id not in found:
            found[each.document_id] = f"documents/{free_name(each.filename, documents)}"
    letters: set[str] = set()
    for document_id, name in file.own_papers.items():
        found[document_id] = f"{LETTERS}{free_name(f'{name}.pdf', letters)}"
    for letter in file.letters:
        if letter.document_id and letter.document_id not in found:
            found[letter.document_id] = f"{LETTERS}{free_name(f'{letter.what}-{letter.number}.pdf', letters)}"
    return found


def _bytes(text: str) -> bytes:
    """A line of text as UTF-8; half a surrogate pair becomes JSON's escape, as in the database."""
    return f"{text}\n".encode("utf-8", "backslashreplace")


def _read(settings: ClientSettings, case_id: str) -> tuple[CaseFile, list[Recorded]]:
    try:
        engine = open_register(settings.database_url.get_secret_value())
        try:
            check_migrated(engine)
            file = read_case_file(engine, case_id)
        finally:
            engine.dispose()
        if file is None:
            raise CannotDo(f"{case_id}: the register has no such case")
        heads, _ = HeadsFile(settings.chain_heads).read()
    except (RegisterError, HeadsOutOfReach) as error:
        raise CannotDo(str(error)) from None
    except (ValueError, TypeError):
        why = f"a value in its record cannot be read any more; see {STARTER} audit {case_id}"
        raise CannotDo(f"{case_id}: {why}") from None
    return file, by_case(heads).get(case_id, [])
