"""An account as CSV: each figure once, as programs and spreadsheets read it."""

from __future__ import annotations

import csv
import io
from datetime import date

from reports.listing import csv_of, listed
from tests.reports.standings import account, broken, case, escalation, kept, march


def test_each_figure_is_one_line_of_figure_dimension_and_value() -> None:
    found = account(
        case(1, closed=5, outcome="not_valid"),
        case(2, country="NO", step="conclude", reserve_days=-2, risk="at_risk"),
        kept("await_documents", ended=march(3)),
        broken("inspect", last_day=date(2026, 3, 9), provisional=True),
        escalation(raised_at=march(22)),
    )
    head, *lines = csv.reader(io.StringIO(csv_of(found).decode(), newline=""))
    assert head == ["figure", "dimension", "value"]
    figures = {(figure, dimension): value for figure, dimension, value in lines}
    assert len(figures) == len(lines)
    for figure, dimension, value in (
        ("period.first", "", "2026-03-01"),
        ("period.last", "", "2026-03-31"),
        ("made_at", "", "2026-04-01T04:00:00Z"),
        ("cases.closed", "CH", "1"),
        ("cases.open_after", "NO", "1"),
        ("outcomes.not_valid", "CH", "1"),
        ("outcomes.not_valid", "NO", "0"),
        ("open_now.conclude", "NO", "1"),
        ("terms.kept", "atameken 8 await_documents", "1"),
        ("terms.broken", "ministry 9 inspect", "1"),
        ("terms.late_days", "ministry 9 inspect", "2"),
        ("terms.provisional", "ministry 9 inspect", "1"),
        ("terms.broken", "ministry 5 limit", "0"),
        ("reserve_now", "below_0", "1"),
        ("unacknowledged_now.count", "step_overdue", "1"),
        ("unacknowledged_now.oldest_days", "step_overdue", "10"),
    ):
        assert figures[figure, dimension] == value, figure


def test_what_the_register_does_not_have_is_left_out() -> None:
    of_the_whole = {figure for figure, dimension, _ in listed(account()) if dimension == "ministry 5 limit"}
    assert of_the_whole == {"terms.kept", "terms.broken"}
