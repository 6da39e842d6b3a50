"""The gateway's key: made once, kept from others, known to workers by its public half."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.signing import WrongKey, authenticated, new_key, read_or_make_key
from rules.refusal import Refusal
from rules.seal import content_sha256, seal_of, verify
from runtime.door_keys import WrongKeys, read_door_keys

WHO = authenticated("Atameken", "token", datetime(2026, 3, 2, 4, 30, 0, 123, tzinfo=UTC))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "private" / "door-key.pem", tmp_path / "public" / "door-keys"


def test_the_first_start_makes_a_key_that_nobody_else_may_read_and_later_ones_take_it(files: tuple[Path, Path]) -> None:
    first, again = read_or_make_key(*files), read_or_make_key(*files)
    assert first.key_id == again.key_id
    assert files[0].stat().st_mode & 0o777 == 0o600
    assert list(read_door_keys(files[1])) == [first.key_id]


def test_what_an_older_key_sealed_stays_valid_until_its_line_is_removed(files: tuple[Path, Path]) -> None:
    old = read_or_make_key(*files)
    sealed = old.sealed({"a": "қ"}, "rex-ch-1", "withdraw", WHO)
    seal = seal_of(sealed)
    assert seal is not None
    new_key(*files)
    keys = read_door_keys(files[1])
    assert len(keys) == 2
    assert verify(seal, "rex-ch-1", "withdraw", content_sha256(sealed), keys) == WHO
    with pytest.raises(Refusal, match="no key of the gateway"):
        verify(seal, "rex-ch-1", "withdraw", content_sha256(sealed), {})


def test_a_key_is_added_to_a_file_whose_last_line_an_editor_left_open(files: tuple[Path, Path]) -> None:
    first = read_or_make_key(*files)
    files[1].write_text(files[1].read_text().rstrip("\n"))
    second = new_key(*files)
    assert list(read_door_keys(files[1])) == [first.key_id, second.key_id]


@pytest.mark.parametrize("line", ["nonsense", "AAAA", "=" * 44])
def test_a_line_that_is_no_key_is_named(files: tuple[Path, Path], line: str) -> None:
    read_or_make_key(*files)
    with files[1].open("a") as keys:
        keys.write(f"{line}\n")
    with pytest.raises(WrongKeys, match="door-keys, line 3: expected 32 bytes"):
        read_door_keys(files[1])


def test_a_file_that_holds_no_such_key_is_named(files: tuple[Path, Path]) -> None:
    files[0].parent.mkdir()
    files[0].write_text("nonsense")
    with pytest.raises(WrongKey, match=r"REXV_DOOR_KEY: .* holds no Ed25519 private key"):
        read_or_make_key(*files)
