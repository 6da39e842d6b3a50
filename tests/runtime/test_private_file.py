"""Files that nobody else may read."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from runtime.private_file import Watched, write_private_file


class Unreadable(ValueError):
    """It holds no number."""


def number_in(file: Path) -> int:
    try:
        return int(file.read_text()) if file.exists() else 0
    except ValueError:
        raise Unreadable(f"{file}: expected a number") from None


def test_it_is_written_whole_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    file.parent.mkdir()
    file.write_text("open to all")
    file.chmod(0o644)
    write_private_file(file, b"secret")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"secret", 0o600)
    assert list(file.parent.iterdir()) == [file]


def test_where_it_cannot_be_written_what_was_there_stays_and_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_private_file(file, b"before")
    with pytest.raises(TypeError):
        write_private_file(file, "no bytes")  # type: ignore[arg-type]  # so that the writing itself fails
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"before", [file])


def test_what_is_watched_is_read_again_when_it_has_changed_and_kept_where_that_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "file"
    watched = Watched(file, number_in, Unreadable, "numbers")
    assert watched.now() == 0
    write_private_file(file, b"7")
    assert watched.now() == 7
    with caplog.at_level(logging.ERROR):
        write_private_file(file, b"seven")
        assert (watched.now(), watched.now()) == (7, 7)
    assert [each.message for each in caplog.records] == [f"the numbers stay as they were: {file}: expected a number"]
    write_private_file(file, b"8")
    assert watched.now() == 8


def test_at_first_it_has_to_be_readable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("seven")
    with pytest.raises(Unreadable):
        Watched(tmp_path / "file", number_in, Unreadable, "numbers")
