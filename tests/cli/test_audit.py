"""``audit``: one row of the log, one byte of a document, one link of a chain, one daily head: each is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.chains import read_chains
from audit.heads import HeadsFile
from cli.audit import audit
from cli.errors import CannotDo
from register.database import open_register
from tests.cli.record import AT, DAY, OTHER, Record
from tests.register.examples import CASE_ID


async def broken(capsys: pytest.CaptureFixture[str], case_id: str | None = None, head: str | None = None) -> list[str]:
    """The lines that ``audit`` prints of what is broken, the last of them its error."""
    capsys.readouterr()
    with pytest.raises(CannotDo) as caught:
        await audit(case_id, head=head, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    return [
        *lines[: next(place for place, line in enumerate(lines) if line.startswith("Checked: "))],
        str(caught.value),
    ]


async def test_what_nobody_has_touched_is_as_it_was_written(kept: Record, capsys: pytest.CaptureFixture[str]) -> None:
    await audit(None, head=None, as_json=False)
    page = capsys.readouterr().out
    assert page.startswith("All as it was written: 2 cases, 6 lines of the log, 2 documents, 1 daily head\n")
    head = json.loads(kept.heads.read_text())["head"]
    assert page.endswith(f"The last daily head, of Wed 25 Nov 2026:\n{head}\n")
    await audit(OTHER, head=f" {head.upper()}", as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "cases": 1,
        "lines": 3,
        "documents": 1,
        "daily_heads": 1,
        "last_head": {"day": "2026-11-25", "head": head},
        "broken": [],
    }


def _byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)


TAMPERING: dict[str, tuple[Callable[[Record], Any], str]] = {
    "a row of the log": (
        lambda kept: kept.sql(f"UPDATE log SET who = 'another' WHERE case_id = '{CASE_ID}' AND sequence = 2"),
        "line 2 of the log (document_stored) was changed: its content does not fit its hash",
    ),
    "a link": (
        lambda kept: kept.sql(f"UPDATE log SET previous = digest WHERE case_id = '{CASE_ID}' AND sequence = 3"),
        "line 3 of the log (conclusion_drafted) was changed: its content does not fit its hash",
    ),
    "a byte of a document": (
        lambda kept: _byte(kept.stored()),
        "invoice.pdf ({id}) has changed in the document store: its bytes have another hash",
    ),
    "a document": (lambda kept: kept.stored().unlink(), "invoice.pdf ({id}) is not in the document store"),
    "a document's row": (
        lambda kept: kept.sql(f"DELETE FROM documents WHERE case_id = '{CASE_ID}'"),
        "invoice.pdf ({id}) was taken in by the log, but the register's list of documents lacks it",
    ),
    "the id of a row": (
        lambda kept: kept.sql(f"UPDATE documents SET document_id = '{kept.documents[OTHER]}'"),
        "invoice.pdf ({other}) is listed by the register, but the log never took it in",
    ),
    "nonsense in a line": (
        lambda kept: kept.sql(f"UPDATE log SET details = '{{' WHERE case_id = '{CASE_ID}'"),
        "a value in the case's row, its log or the head of its chain was changed: it cannot be read any more",
    ),
    "an id that is none": (
        lambda kept: kept.sql(f"UPDATE letters SET document_id = '../x' WHERE case_id = '{CASE_ID}'"),
        "what left with the request (../x) has an id that is none",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
async def test_what_was_changed_is_named_in_one_line(
    kept: Record, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    change, expected = TAMPERING[how]
    change(kept)
    *lines, error = await broken(capsys)
    said = expected.format(id=kept.documents[CASE_ID], other=kept.documents[OTHER])
    assert f"{CASE_ID}: {said}" in lines
    assert all(line.startswith(f"{CASE_ID}: ") for line in lines)
    assert error == "not what was written: 1 of 2 cases"
    await audit(OTHER, head=None, as_json=False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_byte, "{file}: line 1 is no daily head; it was changed"),
        (
            Path.unlink,
            "{file}: the daily head of 2026-11-25, which level 3 has received, is not in it; "
            "is it the file of the workers (REXV_CHAIN_HEADS)?",
        ),
        (
            lambda file: file.write_text(file.read_text().replace('"lines":6', '"lines":5')),
            "{file}: line 1 (2026-11-25) was changed; its content does not fit its head",
        ),
    ],
)
async def test_a_file_of_heads_that_was_changed_is_named(
    kept: Record, capsys: pytest.CaptureFixture[str], change: Callable[[Path], Any], expected: str
) -> None:
    change(kept.heads)
    assert await broken(capsys) == [expected.format(file=kept.heads), "not what was written: the daily heads"]


async def test_a_file_of_heads_that_was_made_anew_does_not_have_the_one_that_was_sent(
    kept: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.heads.unlink()
    engine = open_register(kept.url)
    HeadsFile(kept.heads).add(DAY, AT.replace(hour=5), read_chains(engine))
    engine.dispose()
    expected = f"{kept.heads}: the daily head of 2026-11-25, which level 3 has received, is another in it"
    assert (await broken(capsys))[0] == expected


async def test_a_head_that_somebody_has_kept_has_to_be_there(kept: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert (await broken(capsys, head="0" * 64))[0] == f"{kept.heads}: no daily head in it is {'0' * 64}"


async def test_a_case_that_the_register_does_not_have_is_an_error(kept: Record) -> None:
    with pytest.raises(CannotDo, match="rex-ch-none: the register has no such case"):
        await audit("rex-ch-none", head=None, as_json=False)
    kept.heads.unlink()
    kept.heads.mkdir()
    with pytest.raises(CannotDo, match="cannot be read"):
        await audit(None, head=None, as_json=False)
