"""``export``: the ZIP of a case checks itself with a bare Python, and finds what was changed in it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from activities.document_store import DocumentStore
from audit import verify
from cli.audit import audit
from cli.errors import CannotDo
from cli.export import export
from register.database import open_register
from register.record import find_case, write
from register.rows import RegisterEntries
from tests.cli.conftest import Office
from tests.cli.record import Record
from tests.cli.test_messages import at, sign, to_draft
from tests.register import examples
from tests.register.examples import CASE_ID

BARE = ["-I", "-S"]
"""Python without site-packages, environment or the folder that it is started in."""


def verified(folder: Path) -> tuple[int, str]:
    """The exit code of ``verify.py`` in an unpacked folder, and the line that it prints."""
    done = subprocess.run(
        [sys.executable, *BARE, str(folder / "verify.py")], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the exported case, once it is there: to be copied."""
    return {"folder": tmp_path_factory.mktemp("unpacked")}


@pytest.fixture
async def folder(kept: Record, unpacked: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of an exported case."""
    original = unpacked["folder"] / CASE_ID
    if not original.exists():
        await export(CASE_ID, out=str(tmp_path / "case.zip"), as_json=True)
        with zipfile.ZipFile(tmp_path / "case.zip") as whole:
            whole.extractall(unpacked["folder"])
    return Path(shutil.copytree(original, tmp_path / "copy"))


async def test_the_same_record_is_the_same_zip_and_no_file_is_written_over(
    kept: Record,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = kept.folder / "first.zip", kept.folder / "new" / "second.zip"
    await export(CASE_ID, out=str(first), as_json=False)
    page = capsys.readouterr().out
    for _ in range(2):
        await export(CASE_ID, out=str(second), as_json=True)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as whole:
        assert {each.date_time for each in whole.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        manifest = whole.read(f"{CASE_ID}/manifest.json")
        assert sorted(whole.namelist()) == sorted(
            f"{CASE_ID}/{name}"
            for name in ("case.json", "documents/invoice.pdf", "log.jsonl", "manifest.json", "summary.pdf", "verify.py")
        )
    assert hashlib.sha256(manifest).hexdigest() in page.splitlines()
    second.write_bytes(b"mine")
    with pytest.raises(CannotDo, match=r"second.zip: is there already with another content; expected a new file"):
        await export(CASE_ID, out=str(second), as_json=True)
    assert second.read_bytes() == b"mine"
    assert [each.name for each in second.parent.iterdir()] == ["second.zip"]
    with pytest.raises(CannotDo, match="the register has no such case"):
        await export("rex-ch-none", out=str(kept.folder / "none.zip"), as_json=True)
    with pytest.raises(CannotDo, match=r"x.zip: cannot be written: File exists"):
        await export(CASE_ID, out=str(first / "x.zip"), as_json=True)


async def test_a_paper_that_is_not_whole_is_left_out_named_and_missed_by_the_check(
    kept: Record,
    tmp_path: Path,
) -> None:
    kept.stored().write_bytes(b"changed")
    with pytest.raises(CannotDo, match=r"1 papers are not in it; document sha256-.* has changed in the store"):
        await export(CASE_ID, out=str(tmp_path / "case.zip"), as_json=True)
    with zipfile.ZipFile(tmp_path / "case.zip") as whole:
        whole.extractall(tmp_path)
    code, line = verified(tmp_path / CASE_ID)
    assert (code, line) == (
        1,
        f"broken: line 2 of the log names {kept.documents[CASE_ID]}, and no file here has these bytes\n",
    )


async def test_a_conclusion_that_is_a_signed_container_is_named_as_one(kept: Record, tmp_path: Path) -> None:
    document_id = await DocumentStore(str(kept.folder / "documents")).put(b"a container")
    engine = open_register(kept.url)
    details = {"document_id": document_id, "version": 1, "signed_file": True}
    line = examples.log("final 1", what="conclusion_final", details=details)
    letter = examples.letter(what="conclusion", document_id=document_id)
    write(engine, RegisterEntries(case=examples.case(case_id=CASE_ID), letters=[letter], log=[line]))
    engine.dispose()
    await export(CASE_ID, out=str(tmp_path / "case.zip"), as_json=True)
    with zipfile.ZipFile(tmp_path / "case.zip") as whole:
        whole.extractall(tmp_path)
    folder = tmp_path / CASE_ID
    assert (folder / "letters" / "conclusion-final-1.pdf.p7m").read_bytes() == b"a container"
    assert "letters/conclusion-final-1.pdf.p7m" in {
        each["file"] for each in json.loads((folder / "case.json").read_text())["letters"]
    }
    assert verified(folder)[0] == 0


async def test_a_store_that_does_not_answer_is_no_case_without_papers(kept: Record) -> None:
    kept.stored().unlink()
    kept.stored().mkdir()
    with pytest.raises(CannotDo, match=r"^the document store is out of reach \(IsADirectoryError\)$"):
        await export(CASE_ID, out=str(kept.folder / "case.zip"), as_json=True)
    assert not (kept.folder / "case.zip").exists()


async def test_a_record_that_nothing_can_read_any_more_is_not_exported(kept: Record) -> None:
    kept.sql(f"UPDATE log SET at = 'x' WHERE case_id = '{CASE_ID}'")
    with pytest.raises(CannotDo, match=f"a value in its record cannot be read any more; see .* audit {CASE_ID}"):
        await export(CASE_ID, out=str(kept.folder / "case.zip"), as_json=True)
    assert not (kept.folder / "case.zip").exists()


async def test_a_whole_export_says_so(folder: Path) -> None:
    assert verified(folder) == (0, f"whole: {CASE_ID}: 3 lines of the log, 5 files\n")


def lines_of(folder: Path) -> list[str]:
    return (folder / "log.jsonl").read_text().splitlines()


def write_lines(folder: Path, *lines: str) -> None:
    (folder / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))


def one_byte(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)

    return change


def _swapped(folder: Path) -> None:
    first, second, third = lines_of(folder)
    write_lines(folder, first, third, second)


def _word(folder: Path) -> None:
    first, second, third = lines_of(folder)
    write_lines(folder, first, second.replace('"who":"Temporal"', '"who":"Another"'), third)


def _line_added(folder: Path) -> None:
    """By somebody who knows how the hashes are made."""
    *_, last = lines_of(folder)
    line = json.loads(last)
    line |= {"sequence": 4, "previous": line.pop("hash"), "who": "Another"}
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    line["hash"] = hashlib.sha256(text.encode()).hexdigest()
    write_lines(folder, *lines_of(folder), json.dumps(line))


def _case(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        case = json.loads((folder / "case.json").read_text())
        for name, fields in changes.items():
            case[name] |= fields
        (folder / "case.json").write_text(json.dumps(case))

    return change


TAMPERING: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a word of the log": (_word, "log.jsonl: line 2 was changed: its content does not fit its hash"),
    "a line removed": (
        lambda folder: write_lines(folder, *lines_of(folder)[::2]),
        "log.jsonl: line 2 is missing or out of its place: number 3 stands there",
    ),
    "the last line removed": (
        lambda folder: write_lines(folder, *lines_of(folder)[:2]),
        "log.jsonl has 2 lines, the chain 3",
    ),
    "two lines swapped": (_swapped, "log.jsonl: line 2 is missing or out of its place: number 3 stands there"),
    "a line twice": (
        lambda folder: write_lines(folder, *lines_of(folder), lines_of(folder)[-1]),
        "log.jsonl: line 4 was added: it has the number 3",
    ),
    "a line added by its rules": (_line_added, "log.jsonl has 4 lines, the chain 3"),
    "nonsense in the log": (
        lambda folder: write_lines(folder, "[1]", *lines_of(folder)),
        "log.jsonl: line 1 was changed: it cannot be read",
    ),
    "the end of the log": (
        lambda folder: (folder / "log.jsonl").write_bytes((folder / "log.jsonl").read_bytes()[:-1]),
        "log.jsonl: the end of the last line is missing",
    ),
    "the log": (lambda folder: (folder / "log.jsonl").unlink(), "log.jsonl is missing"),
    "the request": (
        _case(opening={"exporter": "another"}),
        "case.json: the opening is not the one with which the log begins",
    ),
    "the chain": (
        _case(chain={"head": "0" * 64}),
        "case.json: the head of the chain is not the hash of the last line",
    ),
    "no case": (
        lambda folder: (folder / "case.json").write_text("{}"),
        "case.json, log.jsonl or manifest.json was changed: it is not in its form any more (KeyError)",
    ),
    "no JSON": (lambda folder: (folder / "case.json").write_text("{"), "case.json was changed: it is no JSON any more"),
}
BEHIND_THE_MANIFEST: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a byte of a document": (one_byte("documents/invoice.pdf"), "documents/invoice.pdf was changed"),
    "a byte of the summary": (one_byte("summary.pdf"), "summary.pdf was changed"),
    "a document removed": (
        lambda folder: (folder / "documents" / "invoice.pdf").unlink(),
        "documents/invoice.pdf is missing",
    ),
    "a file added": (lambda folder: (folder / "more.pdf").write_bytes(b""), "more.pdf was added"),
    "a row": (_case(case={"outcome": "valid"}), "case.json was changed"),
}


BARELY = ("a word of the log", "a line removed", "two lines swapped", "a line twice", "a byte of a document")
"""What is tried with a bare Python; the rest in this one, by the same program."""


@pytest.mark.parametrize("how", [*TAMPERING, *BEHIND_THE_MANIFEST])
async def test_what_was_changed_in_an_export_is_named_in_one_line(
    folder: Path, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change, expected = (TAMPERING | BEHIND_THE_MANIFEST)[how]
    change(folder)
    capsys.readouterr()
    code, line = verified(folder) if how in BARELY else (verify.main(folder), capsys.readouterr().out)
    assert code == 1
    assert line.startswith(f"broken: {expected}")
    assert line.count("\n") == 1


@pytest.mark.parametrize("how", ["a word of the log", "a line removed", "two lines swapped", "the request"])
async def test_a_manifest_that_was_made_anew_does_not_hide_it(folder: Path, how: str) -> None:
    change, expected = TAMPERING[how]
    change(folder)
    remake_manifest(folder)
    with pytest.raises(verify.Broken, match=re.escape(expected)):
        verify.check(folder)


async def test_a_document_is_held_by_the_log_and_a_line_by_a_daily_head_whatever_the_manifest_says(
    folder: Path,
) -> None:
    one_byte("documents/invoice.pdf")(folder)
    remake_manifest(folder)
    with pytest.raises(verify.Broken, match="line 2 of the log names sha256-"):
        verify.check(folder)
    _line_added(folder)
    last = json.loads(lines_of(folder)[-1])
    _case(chain={"length": 4, "head": last["hash"]})(folder)
    case = json.loads((folder / "case.json").read_text())
    case["daily_heads"].append({"day": "2026-11-26", "length": 4, "head": "0" * 64})
    (folder / "case.json").write_text(json.dumps(case))
    with pytest.raises(verify.Broken, match=r"log.jsonl: line 4 is not the one of the daily head of 2026-11-26"):
        verify.check(folder)


def remake_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in manifest["files"]:
        content = (folder / name).read_bytes()
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (folder / "manifest.json").write_text(json.dumps(manifest))


async def test_a_real_case_is_audited_and_exported_whole(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = await to_draft(office)
    await sign(case_id)
    await at(office, case_id, "closed")
    await closed_in_register(office, case_id)
    capsys.readouterr()
    await audit(None, head=None, as_json=True)
    audited = json.loads(capsys.readouterr().out)
    assert (audited["cases"], audited["broken"]) == (1, [])
    assert audited["documents"] > 1
    await export(case_id, out=str(office.folder / "case.zip"), as_json=True)
    with zipfile.ZipFile(office.folder / "case.zip") as whole:
        whole.extractall(office.folder)
        pdf = PdfReader(BytesIO(whole.read(f"{case_id}/summary.pdf")))
    code, line = verified(office.folder / case_id)
    assert (code, line.startswith(f"whole: {case_id}: {audited['lines']} lines of the log")) == (0, True)
    words = "".join(page.extract_text() for page in pdf.pages).replace("\u200b", "")
    case = await office.case(case_id)
    for expected in (case_id, case["outcome"], *(each["filename"] for each in case["documents"])):
        assert expected in words, expected


async def closed_in_register(office: Office, case_id: str) -> None:
    """Return when the register has the end of the case."""
    engine = open_register(office.database_url)
    async with asyncio.timeout(20):
        while (found := find_case(engine, case_id)) is None or found.closed_at is None:  # noqa: ASYNC110 - asked for
            await asyncio.sleep(0.05)
    engine.dispose()
