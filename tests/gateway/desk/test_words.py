"""The words of the desk are complete in each language."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Template
from typing import Any

import pytest

from gateway.desk import language
from gateway.desk.pages import HERE, environment
from tests.conftest import ROOT

FOLDER = Path(language.__file__).with_name("words")


def texts(code: str) -> dict[str, str]:
    """All texts of a language by their dotted names."""

    def flat(of: dict[str, Any], before: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in of.items():
            found |= flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
        return found

    found = [
        flat(tomllib.loads(file.read_text("utf-8")))
        for file in sorted(FOLDER.glob(f"*{code}.toml"), key=lambda file: file.name.removesuffix(f"{code}.toml"))
    ]
    assert sum(map(len, found)) == len({name for each in found for name in each})
    return {name: text for each in found for name, text in each.items()}


@pytest.mark.parametrize("code", ["ru", "kk"])
def test_each_language_says_the_same_with_the_same_values(code: str) -> None:
    english, other = texts("en"), texts(code)
    assert list(english) == list(other)
    for name, text in english.items():
        assert set(Template(text).get_identifiers()) == set(Template(other[name]).get_identifiers()), name


def test_every_text_that_is_asked_for_is_there_and_every_text_is_asked_for() -> None:
    english = texts("en")
    sources = [file.read_text("utf-8") for file in HERE.rglob("*.html")]
    asked = {name for source in sources for name in re.findall(r'\bt\("([\w.-]+)"\s*[,)]', source)}
    assert asked <= set(english), asked - set(english)
    groups = {name for source in sources for name in re.findall(r'\bt\("([\w.]+)\."\s*~', source)}
    code = "".join(file.read_text("utf-8") for file in (ROOT / "gateway" / "desk").rglob("*.py"))
    groups |= set(re.findall(r'f"([\w.]+)\.\{', code))
    unused = {
        name
        for name in english
        if name not in asked
        and not any(name.startswith(f"{group}.") for group in groups)
        and f'"{name.partition(".")[2]}"' not in code
        and f'"{name}"' not in code
    }
    assert unused == set()


def test_every_template_can_be_read() -> None:
    for name in environment().list_templates():
        environment().get_template(name)
