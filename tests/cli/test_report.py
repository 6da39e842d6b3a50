"""``report``: the account of any period, from the register alone, as tables, JSON, CSV and PDF."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.errors import CannotDo
from cli.report import read_period
from notifications.dates import almaty_day
from register.record import write
from register.rows import RegisterEntries
from reports.period import Period, month_before
from rules.refusal import Refusal
from starter import app
from tests.conftest import ROOT
from tests.register import examples
from tests.reports.standings import broken, case, kept, march

TODAY = date(2026, 4, 9)
MARCH = ("--from", "2026-03-01", "--to", "2026-03-31")


@pytest.fixture
def office(sqlite_register: Engine, sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a machine with a register of March; Temporal is out of reach."""
    monkeypatch.setenv("REXV_DATABASE_URL", sqlite_register_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    late = broken("await_documents", last_day=date(2026, 3, 20), paragraph=8)
    done = kept("request_documents", ended=march(4))
    entries = [
        RegisterEntries(case=case(1, step="await_documents"), steps=[done, late], escalations=[examples.escalation()]),
        RegisterEntries(case=case(2, closed=19, country="NO", outcome="not_confirmed")),
    ]
    for each in entries:
        write(sqlite_register, each)
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["report", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


# -- the period ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (date(2026, 3, 1), date(2026, 3, 31))),
        ("2026-02-10", None, (date(2026, 2, 10), date(2026, 2, 28))),
        ("2026-04-02", None, (date(2026, 4, 2), TODAY)),
        (None, "2026-02-10", (date(2026, 2, 1), date(2026, 2, 10))),
        ("2025-12-31", "2026-04-09", (date(2025, 12, 31), TODAY)),
        ("2026-03-05", "2026-03-05", (date(2026, 3, 5), date(2026, 3, 5))),
    ],
)
def test_the_period_is_last_month_or_what_is_asked_for(
    first: str | None, last: str | None, expected: tuple[date, date]
) -> None:
    assert read_period(first, last, TODAY) == Period(*expected)


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("2026-03-31", "2026-03-01", "--to 2026-03-01: lies before --from 2026-03-31; expected that day or a later"),
        ("2026-04-10", None, "--from 2026-04-10: expected a day from 2021-01-01, the order's year, to today"),
        (None, "9999-12-31", "--to 9999-12-31: expected a day from 2021-01-01"),
        ("0001-01-01", None, "--from 0001-01-01: expected a day from 2021-01-01"),
        ("March", None, "March: expected a date as in 2026-03-02"),
        ("2026-02-30", None, "2026-02-30: not a day that exists"),
    ],
)
def test_a_period_that_cannot_be_is_refused_in_one_line(first: str | None, last: str | None, reason: str) -> None:
    with pytest.raises(Refusal, match=reason) as raised:
        read_period(first, last, TODAY)
    assert "\n" not in str(raised.value)


# -- what it prints --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("office")
def test_the_tables_have_the_figures_with_their_sums() -> None:
    page = [" ".join(line.split()) for line in run(*MARCH).splitlines()]
    for line in (
        "Account: 1 March 2026 – 31 March 2026",
        "Norway 0 1 1 0",
        "Total 0 2 1 1",
        "not confirmed 1 0 1",
        "¶7 request to Atameken ministry 1 0 0 0",
        "¶8 documents from Atameken Atameken 0 1 2 0",
        "Atameken in all 0 1 2 0",
        "¶5 the whole, 30 working days ministry 0 0 – –",
        "documents from Atameken 0 1 1",
        "5 days 1",
        "Each figure is defined in docs/reports.md.",
    ):
        assert line in page


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_no_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, run(*MARCH, "--language", language).splitlines())) <= 80


@pytest.mark.usefixtures("office")
def test_json_has_the_whole_account() -> None:
    account = json.loads(run(*MARCH, "--json"))
    assert (account["first"], account["last"], account["period_over"]) == ("2026-03-01", "2026-03-31", True)
    assert [each["received"] for each in account["cases"]] == [1, 1]
    assert [each["case_id"] for each in account["unacknowledged_now"]] == ["rex-ch-1"]
    waits = next(each for each in account["terms"] if each["step"] == "await_documents")
    assert (waits["paragraph"], waits["party"], waits["broken"], waits["late_days"]) == (8, "atameken", 1, 2)


@pytest.mark.usefixtures("office")
def test_without_days_it_is_last_month() -> None:
    month = month_before(almaty_day(datetime.now(UTC)))
    account = json.loads(run("--json"))
    assert (account["first"], account["last"]) == (month.first.isoformat(), month.last.isoformat())


# -- files -----------------------------------------------------------------------------------------------------------


def test_csv_and_pdf_are_written_and_existing_files_replaced(office: Path) -> None:
    for name in ("march.csv", "march.pdf"):
        (office / name).write_text("older and longer " * 10_000)
    said = run(*MARCH, "--csv", "march.csv", "--pdf", "march.pdf", "--language", "ru")
    lines = list(csv.reader((office / "march.csv").read_text().splitlines()))
    assert lines[0] == ["figure", "dimension", "value"]
    assert ["terms.broken", "atameken 8 await_documents", "1"] in lines
    pdf = (office / "march.pdf").read_bytes()
    assert "Отчёт о проверке" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert [line.split(": ")[0] for line in said.splitlines()[-2:]] == ["march.csv", "march.pdf"]


def test_json_and_files_go_together(office: Path) -> None:
    account = json.loads(run(*MARCH, "--json", "--csv", "march.csv"))
    assert account["first"] == "2026-03-01"
    assert (office / "march.csv").exists()


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("option", ["--csv", "--pdf"])
def test_a_file_that_cannot_be_written_is_one_line(option: str) -> None:
    with pytest.raises(CannotDo, match=r"^nowhere/march: cannot be written: No such file or directory$"):
        run(*MARCH, option, "nowhere/march")


# -- as a program ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["--from", "2026-03-05", "--to", "2026-03-01"], 1, "error: --to 2026-03-01: lies before --from 2026-03-05"),
        ([], 1, "is not migrated; run: .venv/bin/python starter.py setup"),
        (["--language", "de"], 2, "'de' is not one of"),
    ],
)
def test_what_fails_is_one_line_and_an_exit_code(tmp_path: Path, arguments: list[str], code: int, line: str) -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "starter.py"), "report", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "REXV_DATABASE_URL": f"sqlite:///{tmp_path}/register.db", "COLUMNS": "200"},
        timeout=60,
    )
    assert (result.returncode, result.stdout) == (code, "")
    assert line in result.stderr
    assert code == 2 or len(result.stderr.splitlines()) == 1
