"""The file of daily heads: one line a day, whatever is changed in it is found, and nothing half-written counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from audit.heads import ChainHead, DailyHead, HeadsBroken, HeadsFile, HeadsOutOfReach, Recorded, by_case

MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 4, tzinfo=UTC)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def chain(length: int) -> ChainHead:
    return ChainHead(length=length, head=f"{length:064x}")


@pytest.fixture
def file(tmp_path: Path) -> HeadsFile:
    """Four days of two chains, of which one stands still."""
    own = HeadsFile(tmp_path / "var" / "heads.jsonl")
    for number in range(4):
        own.add(day(number), AT, {"rex-ch-1": chain(number + 1), "rex-no-1": chain(7)})
    return own


def test_a_file_that_is_not_there_has_no_heads(tmp_path: Path) -> None:
    assert HeadsFile(tmp_path / "none").read() == ([], None)


def test_each_day_is_one_line_with_the_chains_that_changed(file: HeadsFile) -> None:
    heads, broken = file.read()
    assert broken is None
    assert [each.day for each in heads] == [day(number) for number in range(4)]
    assert [sorted(each.chains) for each in heads] == [["rex-ch-1", "rex-no-1"], *[["rex-ch-1"]] * 3]
    assert [(each.cases, each.lines) for each in heads] == [(2, 8), (2, 9), (2, 10), (2, 11)]
    assert len(file.path.read_text().splitlines()) == 4
    assert by_case(heads)["rex-no-1"] == [Recorded(MONDAY, 7, chain(7).head)]
    assert [each.length for each in by_case(heads)["rex-ch-1"]] == [1, 2, 3, 4]


def test_a_day_that_has_a_head_keeps_it(file: HeadsFile) -> None:
    before = file.path.read_bytes()
    kept = file.read()[0][-1]
    assert file.add(day(3), AT, {"rex-ch-1": chain(99)}) == kept
    assert file.add(day(1), AT, {"rex-ch-1": chain(99)}) == kept
    assert file.path.read_bytes() == before


def test_a_chain_that_is_gone_stays_where_it_stood(file: HeadsFile) -> None:
    added = file.add(day(4), AT, {"rex-ch-1": chain(9)})
    assert (added.cases, added.lines, list(added.chains)) == (2, 16, ["rex-ch-1"])


def test_another_number_of_lines_or_another_case_is_another_head(tmp_path: Path) -> None:
    given = [{"a": chain(1)}, {"b": chain(1)}, {"a": chain(2)}, {"a": chain(1), "b": chain(1)}]
    heads = {HeadsFile(tmp_path / f"{number}").add(MONDAY, AT, each).head for number, each in enumerate(given)}
    assert len(heads) == 4


def test_a_line_that_was_never_finished_counts_for_nothing_and_gives_way(file: HeadsFile) -> None:
    whole = file.path.read_bytes()
    file.path.write_bytes(whole[:-9])
    assert [len(file.read()[0]), file.read()[1]] == [3, None]
    file.add(day(3), AT, {"rex-ch-1": chain(4), "rex-no-1": chain(7)})
    assert file.path.read_bytes() == whole


def _changed(lines: list[str]) -> list[str]:
    return [lines[0], lines[1].replace('"length":2', '"length":1'), *lines[2:]]


def _of_another_day(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[3].replace('"day":"2026-11-26"', '"day":"2026-11-27"')]


def _rehashed(lines: list[str]) -> list[str]:
    changed = json.loads(lines[1])
    return [lines[0], json.dumps(changed | {"head": "0" * 64}), *lines[2:]]


TAMPERING: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "one byte": (_changed, "line 2 (2026-11-24) was changed; its content does not fit its head"),
    "its head": (_rehashed, "line 2 (2026-11-24) was changed; its content does not fit its head"),
    "the day of the last": (_of_another_day, "line 4 (2026-11-27) was changed; its content does not fit its head"),
    "one removed": (lambda lines: [*lines[:1], *lines[2:]], "line 2 (2026-11-25) does not follow the line before it"),
    "the first removed": (lambda lines: lines[1:], "line 1 (2026-11-24) does not follow the line before it"),
    "two swapped": (
        lambda lines: [lines[0], lines[2], lines[1], lines[3]],
        "line 2 (2026-11-25) does not follow the line before it",
    ),
    "one twice": (lambda lines: [*lines[:2], *lines[1:]], "line 3 (2026-11-24) does not follow the line before it"),
    "nonsense": (lambda lines: [*lines[:2], "nonsense", *lines[2:]], "line 3 is no daily head; it was changed"),
    "no text": (lambda lines: [*lines[:2], "\udcff"], "line 3 is no daily head; it was changed"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_what_was_changed_in_the_file_is_found_and_nothing_is_written_behind_it(file: HeadsFile, how: str) -> None:
    change, expected = TAMPERING[how]
    lines = change(file.path.read_text().splitlines())
    file.path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    before = file.path.read_bytes()
    _, broken = file.read()
    assert broken is not None
    assert broken.startswith(f"{file.path}: {expected}")
    with pytest.raises(HeadsBroken, match=r"line \d"):
        file.add(day(9), AT, {})
    assert file.path.read_bytes() == before


def test_workers_of_one_machine_write_one_line_a_day(tmp_path: Path) -> None:
    own, together = HeadsFile(tmp_path / "heads"), Barrier(8)

    def add(number: int) -> DailyHead:
        together.wait()
        return own.add(MONDAY, AT, {f"rex-ch-{case}": chain(number) for case in range(300)})

    with ThreadPoolExecutor(8) as threads:
        added = list(threads.map(add, range(1, 9)))
    assert len({each.head for each in added}) == 1
    assert len(own.read()[0]) == 1


def test_a_place_where_nothing_can_be_written_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "heads"):
        with pytest.raises(HeadsOutOfReach, match=r"cannot be written: "):
            HeadsFile(path).add(MONDAY, AT, {})
    with pytest.raises(HeadsOutOfReach, match=r"cannot be read: "):
        HeadsFile(tmp_path).read()
