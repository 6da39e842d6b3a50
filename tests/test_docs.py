"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "docs" / f"{name}.md" for name in ("order", "counting", "glossary", "upgrading")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_page_that_a_document_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    files = re.findall(r"`([\w./]+/[\w./]*)`", text)
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_function_that_a_document_places_in_a_file_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    for name, file in re.findall(r"`(\w+)` in\s+`([\w./]+\.py)`", text):
        assert re.search(
            rf"^(def {name}\b|class {name}\b|{name}\b.*=)", (ROOT / file).read_text("utf-8"), re.MULTILINE
        ), f"{file} has no {name}"
