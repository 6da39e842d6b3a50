"""The picture of the thirty days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from calendars.build import build
from calendars.time_zone import almaty_clock
from gateway.desk.thirty_days import LEFT, RIGHT, WIDTH, Picture, picture_of
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from tests.cli.examples import NEW, drafted, waiting_late

CALENDAR = WorkingCalendar(build(2026, 2027))
TODAY = date(2026, 3, 17)


def picture(case: dict[str, Any], today: date = TODAY, calendar: WorkingCalendar | None = CALENDAR) -> Picture:
    return picture_of(CaseView.model_validate(case), almaty_clock(), calendar, today)


def kinds(of: Picture) -> list[list[str]]:
    return [[bar.kind for bar in row.bars] for row in of.rows]


def test_a_late_step_is_red_behind_its_term_and_what_follows_is_planned_behind_today() -> None:
    found = picture(waiting_late())
    late = next(row for row in found.rows if row.late_days)
    term, used, red = late.bars
    assert [term.kind, used.kind, red.kind] == ["term", "used", "late"]
    assert used.x == term.x
    assert red.x == pytest.approx(used.x + used.width, abs=0.2)
    assert found.today is not None
    planned = [bar for row in found.rows for bar in row.bars if bar.kind == "planned"]
    assert planned
    assert all(bar.x > found.today for bar in planned)


def test_what_is_left_between_the_last_step_and_the_limit_is_the_reserve() -> None:
    case = CaseView.model_validate(drafted())
    found = picture(drafted(), today=almaty_clock().day_of(datetime(2026, 3, 3, tzinfo=UTC)))
    if case.thirty_run and found.reserve is not None:
        assert found.limit is not None
        assert found.reserve.x + found.reserve.width == pytest.approx(found.limit, abs=0.2)


@pytest.mark.parametrize("case", [NEW, waiting_late(), drafted()])
@pytest.mark.parametrize("calendar", [CALENDAR, None])
@pytest.mark.parametrize("today", [TODAY, date(2026, 2, 1), date(2029, 1, 1)])
def test_everything_stays_inside_the_picture(
    case: dict[str, Any], calendar: WorkingCalendar | None, today: date
) -> None:
    found = picture(case, today, calendar)
    bars = [*(bar for row in found.rows for bar in row.bars), *found.off]
    assert all(bar.x >= LEFT and bar.x + bar.width <= WIDTH - RIGHT + 3 and bar.width > 0 for bar in bars)
    assert all(LEFT <= x <= WIDTH for x, _ in found.ticks)
    assert found.height > found.top


def test_weekends_and_holidays_are_shaded() -> None:
    found = picture(waiting_late())
    assert found.off
    assert len(found.off) < 200
