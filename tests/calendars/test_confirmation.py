from __future__ import annotations

from datetime import date

import pytest

from calendars.confirmation import missing_confirmation


@pytest.mark.parametrize(
    ("today", "confirmed", "missing"),
    [
        (date(2026, 11, 30), set(), None),
        (date(2026, 12, 1), set(), 2027),
        (date(2026, 12, 1), {2026}, 2027),
        (date(2026, 12, 31), {2027}, None),
        (date(2027, 1, 1), {2026}, None),
    ],
)
def test_from_december_on_the_coming_year_is_missed_until_it_is_confirmed(
    today: date, confirmed: set[int], missing: int | None
) -> None:
    assert missing_confirmation(today, confirmed) == missing
