"""Links by which a recipient acknowledges: signed, and good for what they were made for."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.answer_links import ANSWER_PATH, AnswerKey, AnswerLinks
from runtime.secret_file import WrongSecret, read_or_make_secret

LINKS = AnswerLinks(b"s" * 32, "https://rex.example")
KEY = AnswerKey("rex-ch-1", "rex-ch-1.n1", "a1b2c3", 2, "inspect.step_overdue")


def written(of: AnswerKey = KEY, links: AnswerLinks = LINKS) -> str:
    return links.link(of).removeprefix(f"https://rex.example{ANSWER_PATH}")


def test_a_link_says_what_it_is_good_for() -> None:
    assert LINKS.read(written()) == KEY
    assert LINKS.desk("rex-ch-1") == "https://rex.example/desk/cases/rex-ch-1#escalations"


@pytest.mark.parametrize("place", [0, 5, 20, -30, -1])
def test_a_changed_key_is_none(place: int) -> None:
    key = written()
    changed = "A" if key[place] != "A" else "B"
    # The last digit of base64 has bits that say nothing.
    other = key[:-2] if place == -1 else f"{key[:place]}{changed}{key[place:][1:]}"
    assert LINKS.read(other) is None


@pytest.mark.parametrize("key", ["", ".", "a.b", "x" * 5000, "é"])
def test_what_is_no_key_is_none(key: str) -> None:
    assert LINKS.read(key) is None


def test_the_key_of_another_secret_is_none() -> None:
    assert LINKS.read(written(links=AnswerLinks(b"t" * 32, "https://rex.example"))) is None


@pytest.mark.parametrize("other", [{"notice": "rex-ch-1.n2"}, {"recipient": "other"}, {"escalation_id": "inspect.x"}])
def test_each_link_has_a_use_of_its_own(other: dict[str, Any]) -> None:
    assert KEY.digest != replace(KEY, **other).digest


def test_a_secret_is_made_once_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "key"
    secret = read_or_make_secret(file)
    assert len(secret) == 32
    assert read_or_make_secret(file) == secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    file.write_text("short")
    with pytest.raises(WrongSecret, match="expected 32 bytes in hex"):
        read_or_make_secret(file)


def test_a_secret_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongSecret, match=r"file/key: cannot be read or made: (Not a directory|File exists)$"):
        read_or_make_secret(tmp_path / "file" / "key")
