"""Saving documents: names from outside become safe ones, and no file that is there is ever written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.saving import LONGEST_NAME, safe_name, save, save_in


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("invoice QDE-2025-0381.pdf", "invoice QDE-2025-0381.pdf"),
        ("Өтініш.pdf", "Өтініш.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\papers\\a?.pdf", "C__papers_a_.pdf"),
        ("..", "document"),
        (".bashrc", "bashrc"),
        ("con.pdf", "_con.pdf"),
        ("contract.pdf", "contract.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x1b]52;c;eA==\x07.pdf", "a ]52;c;eA==.pdf"),
        ("x" * 300 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_from_outside_becomes_one_of_a_file(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


@given(st.text(min_size=1, max_size=255))
def test_any_name_is_one_that_every_file_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert safe == Path(safe).name
    assert safe.isprintable()
    assert 0 < len(safe.encode("utf-8", "surrogatepass")) <= 4 * LONGEST_NAME
    assert safe[0] != "."
    assert not set(safe) & set('/\\:*?"<>|')


def test_names_that_repeat_are_numbered_also_where_only_the_case_differs(tmp_path: Path) -> None:
    taken: set[str] = set()
    files = [save_in(tmp_path, name, content, taken) for name, content in [("a.pdf", b"1"), ("A.pdf", b"2")] * 2]
    assert [each.name for each in files] == ["a.pdf", "A (2).pdf", "a (3).pdf", "A (4).pdf"]
    assert [each.read_bytes() for each in files] == [b"1", b"2", b"1", b"2"]


def test_a_file_of_somebody_else_stays_as_it_is_and_saving_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"mine")
    for _ in range(2):
        assert save_in(tmp_path, "a.pdf", b"paper", set()).name == "a (2).pdf"
    assert (tmp_path / "a.pdf").read_bytes() == b"mine"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_that_is_there_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").symlink_to(tmp_path / "elsewhere")
    assert save(tmp_path / "a.pdf", b"paper") is False
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_written_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(tmp_path / "a.pdf", b"paper")
    assert list(tmp_path.iterdir()) == []
