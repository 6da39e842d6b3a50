"""A folder of templates is tried before a worker takes work: what does not fit is named by file and line."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from letters.check import check_templates
from letters.folder import OURS, BadTemplate, Folder
from letters.kinds import Language, Paper
from rules.comparison import FIELDS, REGISTRATION
from rules.findings import RexRecord
from runtime.packages import ROOT


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with a copy of all our templates."""
    return Path(shutil.copytree(OURS, tmp_path / "letters"))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def fault(folder: Path) -> str:
    with pytest.raises(BadTemplate) as raised:
        check_templates(Folder(folder))
    return str(raised.value).removeprefix(f"{folder}").lstrip("/: ")


@pytest.mark.parametrize("folder", [OURS, ROOT / "samples" / "letters"], ids=["ours", "the sample"])
def test_the_templates_that_come_with_the_program_fit(folder: Path) -> None:
    check_templates(Folder(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("letter.typ", "letterhead(part", "letterhed(part", "letter.typ, line 13: unknown variable: letterhed"),
        ("paper.typ", "#let ink = luma(35)", "#let ink = luma(35", "paper.typ, line 3: unclosed delimiter"),
        ("request.kk.toml", "$country", "$land", "request.kk.toml, line 5: unknown here: land"),
        ("appeal.ru.toml", "@grounds", "@reasons", "appeal.ru.toml, line 11: unknown here: reasons"),
        ("reply.de.toml", "revoked = ", "withdrawn = ", "the reply lacks words: revoked"),
        ("common.fr.toml", "[labels]", "[labels", "common.fr.toml: Expected "),
        ("request.kk.toml", "subject = ", "subjekt = ", "request.kk.toml: subject: Field required"),
        ("letterhead.toml", 'reply = "OV"', 'reply = "OB"', "letterhead.toml: series: two kinds have one code"),
        ("letterhead.toml", 'prefix = "REX"', 'prefix = "RE/X"', "letterhead.toml: prefix: "),
    ],
)
def test_what_does_not_fit_is_named_by_file_and_line(office: Path, file: str, old: str, new: str, said: str) -> None:
    change(office / file, old, new)
    assert fault(office).startswith(said)


def test_what_an_office_does_not_have_is_ours(tmp_path: Path) -> None:
    shutil.copy(OURS / "letterhead.toml", tmp_path)
    change(tmp_path / "letterhead.toml", 'prefix = "REX"', 'prefix = "МТИ"')
    folder = Folder(tmp_path)
    check_templates(folder)
    assert folder.letterhead.form(Paper.REQUEST).format(year="26", serial=42) == "МТИ/26-ZP-0042"
    assert folder.words(Language.GERMAN)("number", number=1) == "Nr. 1"


@pytest.mark.parametrize(
    "names",
    [
        [f"common.{each}.toml" for each in ("kk", "ru", "en")],
        [f"common.{each}.toml" for each in ("en", "fr", "de")],
        [f"conclusion.{each}.toml" for each in ("kk", "ru", "en")],
        [f"inspection.{each}.toml" for each in ("kk", "ru")],
    ],
)
def test_the_languages_of_a_paper_have_the_same_words(names: list[str]) -> None:
    of_the_office_only = {"addressee_atameken", "yes", "no", "indications", "grounds", "kinds", "signature", "file"}
    of_the_office_only |= {"respond_by", "last_day", "letter", "withdrawal_reason", "sha256", "country", "authority"}
    of_the_office_only |= {"readings", "results"}

    def keys(words: dict[str, object], prefix: str = "") -> set[str]:
        found = set()
        for key, value in words.items():
            if key not in of_the_office_only:
                found |= keys(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}"}
        return found

    first, *others = [keys(tomllib.loads((OURS / each).read_text("utf-8"))) for each in names]
    assert [each ^ first for each in others] == [set()] * len(others)


@pytest.mark.parametrize("language", [Language.KAZAKH, Language.RUSSIAN, Language.ENGLISH])
def test_each_field_that_is_compared_has_a_name_in_each_language(language: Language) -> None:
    words = Folder().own_words(Paper.CONCLUSION, language)
    requested = ("requested_name", "requested_tin", "requested_hs_codes")
    for each in (*FIELDS, REGISTRATION, "signature", *requested, *RexRecord.model_fields):
        assert words.has("fields", each), each
