"""The list of cases: what is due next stands at the top."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from rich.console import Console

from cases.listing import CaseRow, by_nearest_due
from cli.case_list import case_table


def row(case_id: str, **other: object) -> CaseRow:
    fields: dict[str, object] = {
        "status": "running",
        "country": "CH",
        "rex_number": "KZREX18034001",
        "exporter": "Қостанай Дән Экспорт ЖШС",
        "step": "await_documents",
        "risk": "on_track",
        "outcome": None,
        "reserve_days": 5,
        "last_day": date(2026, 3, 12),
        "limit_last_day": date(2026, 4, 16),
        "step_due_at": datetime(2026, 3, 12, 19, tzinfo=UTC),
        "limit_at": datetime(2026, 4, 16, 19, tzinfo=UTC),
        "responsible": "A. Serikova",
        "open_escalations": 0,
        "rejected_messages": 0,
        "opened_at": datetime(2026, 3, 2, 5, tzinfo=UTC),
        "closed_at": None,
        "link": f"http://localhost:8233/namespaces/default/workflows/{case_id}",
    }
    return CaseRow(case_id, **(fields | other))  # type: ignore[arg-type]  # by name, each of its own type


def test_open_cases_come_first_and_the_nearest_due_at_the_top() -> None:
    later = row("later", last_day=date(2026, 3, 20))
    sooner = row("sooner")
    whole = row("whole", last_day=None, limit_last_day=date(2026, 3, 10))
    closed = row("closed", status="completed", last_day=None, limit_last_day=date(2026, 1, 1))
    fresh = row("fresh", last_day=None, limit_last_day=None, risk=None, reserve_days=None)
    listed = sorted([fresh, closed, later, whole, sooner], key=by_nearest_due)
    assert [each.case_id for each in listed] == ["whole", "sooner", "later", "fresh", "closed"]


def table(*rows: CaseRow, width: int = 140) -> list[str]:
    console = Console(file=StringIO(), width=width)
    console.print(case_table(list(rows), width))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_the_last_days_are_those_of_the_case() -> None:
    line = table(row("rex-ch-1"))[-1]
    assert "12 Mar 2026" in line
    assert "16 Apr 2026" in line


def test_a_terminated_case_is_distinguished_from_a_closed_one() -> None:
    closed = row("rex-ch-1", status="completed", outcome="valid", step="closed")
    lines = table(closed, row("rex-ch-2", status="terminated"))
    assert "valid" in next(line for line in lines if "rex-ch-1" in line)
    assert "terminated" in next(line for line in lines if "rex-ch-2" in line)


@pytest.mark.parametrize("width", [40, 80, 100, 115, 140, 160])
def test_nothing_but_a_long_name_is_cut_short_at_any_width(width: int) -> None:
    number = "rex-no-" + "9" * 20
    long = row(number, exporter="A" * 500, risk="at_risk", reserve_days=-19, step="request_documents")
    withdrawn = row("rex-ch-1", status="completed", outcome="not_confirmed", step="closed", exporter="B")
    lines = table(long, withdrawn, width=width)
    assert max(map(len, lines)) <= width
    assert any(line.split()[0] == number for line in lines)
    shown = " ".join(" ".join(lines).split())
    for words in ("request documents", "12 Mar 2026", "at risk", "not confirmed", "risk, outcome"):
        assert words in shown
    assert ("-19" in shown) == (width != 80)
    assert shown.count("…") == (1 if "exporter" in shown else 0)


def test_as_json_times_are_rfc_3339_and_the_unknown_is_null() -> None:
    data = row("rex-ch-1", step_due_at=None).as_json()
    assert data["limit_at"] == "2026-04-16T19:00:00Z"
    assert (data["last_day"], data["limit_last_day"]) == ("2026-03-12", "2026-04-16")
    assert data["step_due_at"] is None
