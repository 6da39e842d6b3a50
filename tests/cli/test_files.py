"""What a person hands over is one JSON object, or is refused in one line that names the file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from cli.errors import CannotDo
from cli.files import LARGEST_FILE, read_object


def test_an_object_is_read_also_with_the_mark_that_windows_puts_before_it(tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_bytes(b"\xef\xbb\xbf" + '{"name": "Дән"}'.encode())
    assert read_object(str(file)) == {"name": "Дән"}


def test_a_hyphen_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"by": "A. Serikova"}')))
    assert read_object("-") == {"by": "A. Serikova"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "not JSON, line 1 column 2, at the end; expected one JSON object"),
        (b'{\n "a": 1,}', "not JSON, line 2 column 9, at }; expected one JSON object"),
        (b'{"a": b\x07' + b"c" * 50 + b"}", f"not JSON, line 1 column 7, at b {'c' * 18}; expected one JSON object"),
        (b'"' + b"x" * LARGEST_FILE + b'"', f"is larger than {LARGEST_FILE} bytes"),
        (b"[]", "expected one JSON object"),
        (b'{"size": NaN}', "not JSON"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b" \n", "is empty"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "request.json"
    file.write_bytes(content)
    with pytest.raises(CannotDo, match=why) as refused:
        read_object(str(file))
    assert str(refused.value).startswith(str(file))


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="no such file"):
        read_object(str(tmp_path / "none.json"))
    with pytest.raises(CannotDo, match=f"^{tmp_path}: is a folder; expected a file with one JSON object$"):
        read_object(str(tmp_path))
