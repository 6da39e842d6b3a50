"""``deadline`` and the commands of the calendar that need no case."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from rich.console import Console
from sqlalchemy import Engine
from typer.testing import CliRunner

from calendars.build import year_with_entries
from cli.calendar_year import year_page
from cli.deadline import count_term
from cli.errors import CannotDo
from register.calendar import approve, read_calendar
from rules.refusal import Refusal
from runtime import settings
from starter import app
from tests.calendars.data import FACTS
from tests.conftest import ROOT

DECREE = ("--decree", "77", "--decree-date", "2026-11-02", "--title", "On the transfer of days off")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without register, settings or ``.env``."""
    for name in [name for name in os.environ if name.startswith(("REXV_", "TEMPORAL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "VAR", tmp_path / "nothing")


@pytest.fixture
def with_register(register: Engine, register_url: str, bare: None, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A machine with a register, once of each kind."""
    monkeypatch.setenv("REXV_DATABASE_URL", register_url)
    return register


def run(*arguments: str, input: bytes | None = None) -> str:
    """What a command prints, where it succeeds."""
    result = CliRunner().invoke(app, arguments, input=input, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*arguments: str, input: bytes | None = None) -> str:
    """The refusal of a command; ``starter.py`` makes one line and exit code 1 of it."""
    with pytest.raises(Refusal) as raised:
        CliRunner().invoke(app, arguments, input=input, catch_exceptions=False)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def answer(*arguments: str, input: bytes | None = None) -> Any:
    return json.loads(run(*arguments, "--json", input=input))


# -- deadline -------------------------------------------------------------------------------------------------------


def starter(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line as a person starts it, on a machine with nothing set."""
    return subprocess.run(
        [sys.executable, str(ROOT / "starter.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )


def test_the_iso_date_is_the_first_word_printed_without_server_database_or_setting(tmp_path: Path) -> None:
    done = starter(tmp_path, "deadline", "2025-02-28", "30")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[0] == "2025-04-17"
    assert len(done.stdout.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("term", ["0", "-3"])
def test_a_term_of_no_days_is_refused_in_one_line_that_names_the_date(tmp_path: Path, term: str) -> None:
    done = starter(tmp_path, "deadline", "2025-02-28", term)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: 2025-02-28: a term of {term} working days; expected 1 or more\n"


@pytest.mark.parametrize("row", FACTS["terms"], ids=lambda row: str(row["receipt"]))
def test_every_known_term_is_what_the_command_prints(bare: None, row: dict[str, Any]) -> None:
    for term, last_day in row["due"].items():
        assert run("deadline", row["receipt"], term).split()[0] == last_day


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("2025-02-30", "3"), "2025-02-30: not a day that exists"),
        (("28.02.2025", "3"), "28.02.2025: expected a date as in 2026-03-02"),
        (("1990-12-31", "3"), "1990-12-31: the library of holidays has no data for 1990"),
        (("2101-01-01", "3"), "2101-01-01: the library of holidays has no data for 2101"),
        (("2100-12-20", "30"), "2100-12-20: a term of 30 working days runs beyond 2100"),
        (("2025-01-01", "1000000"), "2025-01-01: a term of 1000000 working days runs beyond 2100"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_its_date(bare: None, arguments: tuple[str, str], reason: str) -> None:
    assert refused("deadline", *arguments).startswith(reason)


def test_a_term_at_the_very_end_of_the_data_is_still_counted() -> None:
    assert count_term(date(2100, 12, 20), 3).term.last_day == date(2100, 12, 23)


def test_a_long_term_is_counted_over_many_years() -> None:
    counted = count_term(date(2005, 1, 1), 5000)
    assert counted.calendar.between(date(2005, 1, 1), counted.term.last_day) == 5000


def test_the_explanation_lists_each_day_that_did_not_count_and_each_weekend_day_that_did(bare: None) -> None:
    explained = answer("deadline", "2024-12-31", "7")
    assert explained["last_day"] == "2025-01-14"
    assert [(each["day"], each["counts"], each["why"]) for each in explained["exceptions"]] == [
        ("2025-01-01", False, "New Year's Day"),
        ("2025-01-02", False, "New Year's Day"),
        ("2025-01-03", False, "swapped with 2025-01-05, order No. 436 of 2024"),
        ("2025-01-04", False, "weekend"),
        ("2025-01-05", True, "swapped with 2025-01-03, order No. 436 of 2024"),
        ("2025-01-07", False, "Orthodox Christmas"),
        ("2025-01-11", False, "weekend"),
        ("2025-01-12", False, "weekend"),
    ]
    assert explained["due_at"] == "2025-01-14T19:00:00Z"
    assert (explained["provisional"], explained["provisional_because"]) == (False, [])


def test_the_page_of_an_explanation_says_the_version_and_that_it_is_the_base_calendar_only(bare: None) -> None:
    plain, explained = run("deadline", "2024-12-31", "7"), run("deadline", "2024-12-31", "7", "--explain")
    assert explained.startswith(plain)
    assert "Base calendar only" in explained
    assert "Base calendar only" not in plain
    assert count_term(date(2024, 12, 31), 7).calendar.days.version in explained
    assert "Sun 5 Jan 2025    yes      swapped with 2025-01-03, order No. 436 of 2024" in explained
    assert "Tue 7 Jan 2025    no       Orthodox Christmas" in explained


def test_a_provisional_date_says_why(bare: None) -> None:
    explained = answer("deadline", "2026-05-20", "10")
    assert explained["provisional_because"] == [
        "the official calendar of 2026 is not confirmed",
        "Kurban Ait 2026 is estimated: 2026-05-26, 2026-05-27, 2026-05-28 may still change",
    ]
    assert run("deadline", "2026-05-20", "10").strip().endswith("(provisional)")
    # Day 0 is not counted: a term that starts on 31 December hangs on the next year alone.
    assert answer("deadline", "2026-12-31", "3")["provisional_because"] == [
        "the official calendar of 2027 is not confirmed"
    ]


def test_where_there_is_a_register_its_entries_count(with_register: Engine) -> None:
    entered = answer(
        "calendar", "add", "2027-03-26", "off", "--swapped-with", "2027-04-03", *DECREE, "--by", "A. Nurlan"
    )
    assert [each["state"] for each in entered] == ["proposed"]
    assert run("deadline", "2027-03-25", "1").split()[0] == "2027-03-26"
    put_in_force(with_register, 1)
    explained = answer("deadline", "2027-03-25", "6")
    assert explained["calendar"]["base_only"] is False
    assert explained["last_day"] == "2027-04-03"
    assert explained["exceptions"][0]["why"] == "swapped with 2027-04-03, decree No. 77 of 2026-11-02"
    assert "Base calendar only" not in run("deadline", "2027-03-25", "6", "--explain")


def test_a_register_that_is_set_and_not_there_is_no_reason_to_count_without_it(
    bare: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REXV_DATABASE_URL", f"sqlite:///{tmp_path}/register.db")
    with pytest.raises(CannotDo, match=r"is not migrated; run: \.venv/bin/python starter\.py setup"):
        CliRunner().invoke(app, ["deadline", "2025-02-28", "30"], catch_exceptions=False)


# -- a year ---------------------------------------------------------------------------------------------------------


def page(year: int, width: int) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False)
    out.print(year_page(year_with_entries(year), "version", confirmed=year < 2026, width=width))
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 160])
def test_a_year_is_shown_in_twelve_months_with_their_working_days_in_any_width(width: int) -> None:
    shown = page(2025, width)
    for month in ("January  20 working days", "March  17 working days", "December  22 working days"):
        assert month in shown
    assert "2025  246 working days" in shown
    assert all(len(line) <= width for line in shown.splitlines())


def test_each_kind_of_day_has_a_sign_for_those_who_see_no_colours() -> None:
    shown = page(2025, 160)
    for cell in (" 5+", " 3-", " 1*", "10'", "15~ Kurban Ait, estimated"):
        assert cell in shown
    assert "27~" in page(2026, 160)


def test_the_counts_of_a_year_are_those_of_the_calendar(bare: None) -> None:
    year = answer("calendar", "show", "2025")
    assert year["working_days"] == sum(month["working_days"] for month in year["months"]) == 246
    assert year["confirmed"] is True
    assert year["working"] == [{"day": "2025-01-05", "why": "swapped with 2025-01-03, order No. 436 of 2024"}]
    assert answer("calendar", "show", "2027")["confirmed"] is False
    assert refused("calendar", "show", "2101").startswith("2101: ")


def test_a_year_is_given_out_as_an_icalendar_file(bare: None, tmp_path: Path) -> None:
    run("calendar", "export", "2025", "--out", str(tmp_path / "2025.ics"))
    calendar = Calendar.from_ical((tmp_path / "2025.ics").read_bytes())
    events = {str(event["uid"]): event for event in calendar.walk("VEVENT")}
    assert len(events) == 23
    works = events["2025-01-05@working-calendar.rex-verification"]
    assert str(works["summary"]) == "Working day: swapped with 2025-01-03, order No. 436 of 2024"
    assert (works.decoded("dtstart"), works.decoded("dtend")) == (date(2025, 1, 5), date(2025, 1, 6))
    assert {str(event["status"]) for event in events.values()} == {"CONFIRMED"}
    tentative = Calendar.from_ical(CliRunner().invoke(app, ["calendar", "export", "2027"]).stdout_bytes)
    assert {str(event["status"]) for event in tentative.walk("VEVENT")} == {"TENTATIVE"}


# -- entries --------------------------------------------------------------------------------------------------------


def put_in_force(register: Engine, *numbers: int, by: str = "B. Omarov") -> None:
    approve(register, numbers, by=by, now=datetime.now(UTC))


def test_an_entry_is_proposed_listed_withdrawn_and_stays_on_record(with_register: Engine) -> None:
    added = run("calendar", "add", "2027-03-26", "off", "--swapped-with", "2027-04-03", *DECREE, "--by", "A. Nurlan")
    assert "Entry 1 proposed: Fri 26 Mar 2027 off, Sat 3 Apr 2027 works (decree No. 77 of 2026-11-02)" in added
    assert "calendar apply 1 --by NAME" in added
    put_in_force(with_register, 1)
    assert "to be withdrawn" in run("calendar", "withdraw", "1", "--because", "repealed", "--by", "A. Nurlan")
    (listed,) = answer("calendar", "entries")["entries"]
    assert (listed["state"], listed["entered_by"], listed["approved_by"]) == (
        "withdrawal proposed",
        "A. Nurlan",
        "B. Omarov",
    )
    put_in_force(with_register, 1)
    (listed,) = answer("calendar", "entries")["entries"]
    assert (listed["state"], listed["withdrawal_because"]) == ("withdrawn", "repealed")
    assert answer("calendar", "entries", "--as-of", listed["approved_at"])["entries"][0]["number"] == 1
    assert answer("calendar", "entries", "--as-of", "2020-01-01")["entries"] == []
    as_it_was = answer("calendar", "show", "2027", "--as-of", listed["approved_at"])
    assert [each["day"] for each in as_it_was["working"]] == ["2027-04-03"]
    assert answer("calendar", "show", "2027")["working"] == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("2027-03-27", "off"), "2027-03-27: is already a day off (weekend)"),
        (("2027-03-26", "working"), "2027-03-26: is already a working day"),
        (("2027-03-26", "off", "--swapped-with", "2027-03-26"), "2027-03-26: is swapped with itself"),
        (("2019-03-26", "off"), "2019-03-26: lies too far back"),
        (("2101-03-25", "off"), "2101-03-25: the library of holidays has no data for 2101"),
        (("26.03.2027", "off"), "26.03.2027: expected a date"),
    ],
)
def test_an_entry_that_cannot_be_taken_is_refused_by_its_date(
    with_register: Engine, arguments: tuple[str, ...], reason: str
) -> None:
    assert refused("calendar", "add", *arguments, *DECREE, "--by", "A. Nurlan").startswith(reason)
    assert read_calendar(with_register).entries == ()


def test_a_year_is_confirmed_and_what_is_still_estimated_is_said(with_register: Engine) -> None:
    confirmed = run("calendar", "confirm", "2027", *DECREE, "--by", "A. Nurlan")
    assert "2027 is confirmed" in confirmed
    assert "calendar add 2027-05-16 off" in confirmed
    assert answer("deadline", "2027-01-04", "5")["provisional"] is False
    assert answer("deadline", "2027-05-10", "5")["provisional"] is True
    assert refused("calendar", "confirm", "2027", *DECREE, "--by", "B. Omarov") == "2027: is confirmed already"
    assert refused("calendar", "confirm", "2024", *DECREE, "--by", "B. Omarov").startswith(
        "2024: needs no confirmation"
    )


HEADER = "day,kind,swapped_with,decree_number,decree_date,decree_title\n"


def test_a_file_of_entries_is_taken_whole(with_register: Engine) -> None:
    text = (
        "\ufeffday;kind;swapped_with;decree_number;decree_date;decree_title\r\n"
        '2027-03-26;off;2027-04-03;77;2026-11-02;"О переносе дней отдыха; 2027"\r\n'
        "\r\n"
        "2027-09-06;off;;77;2026-11-02;О переносе\r\n"
    )
    entered = answer("calendar", "import", "-", "--by", "A. Nurlan", input=text.encode())
    assert [(each["number"], each["day"], each["swapped_with"]) for each in entered] == [
        (1, "2027-03-26", "2027-04-03"),
        (2, "2027-09-06", None),
    ]
    assert entered[0]["decree"]["title"] == "О переносе дней отдыха; 2027"


def test_a_file_is_refused_whole_with_the_number_of_each_wrong_line(with_register: Engine) -> None:
    good = "2027-03-26,off,2027-04-03,77,2026-11-02,title\n"
    text = HEADER + good + "2027-02-30,off,,77,2026-11-02,title\n" + "2027-09-06,holiday,,77,2026-11-02,title\n"
    reason = refused("calendar", "import", "-", "--by", "A. Nurlan", input=(text + "2027-09-07,off\n").encode())
    assert reason.startswith("-: nothing was entered; line 3: day: not a day that exists: 2027-02-30; line 4: kind: ")
    assert "line 5: has 2 fields; expected 6" in reason
    # Lines that are well formed and make no sense are named too, also where they clash with one another.
    text = HEADER + good + "2027-03-08,off,,77,2026-11-02,title\n" + good
    reason = refused("calendar", "import", "-", "--by", "A. Nurlan", input=text.encode())
    assert "line 3: 2027-03-08: is already a day off (International Women's Day)" in reason
    assert "line 4: 2027-03-26: line 2 already decides this day" in reason
    assert read_calendar(with_register).entries == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1: expected the header"),
        (HEADER.encode(), "the file has no entries"),
        (b"day,kind\n2027-03-26,off\n", "line 1: expected the header"),
        (b"\xff\xfe\x00", "is not in UTF-8"),
        (HEADER.encode() + b'"2027-03-26,off\n', "line 2: is not CSV"),
        (b"x" * 1_000_001, "is larger than"),
    ],
)
def test_a_file_that_is_no_list_of_entries_is_refused(with_register: Engine, data: bytes, reason: str) -> None:
    assert reason in refused("calendar", "import", "-", "--by", "A. Nurlan", input=data)
