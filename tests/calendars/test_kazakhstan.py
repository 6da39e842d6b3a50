"""Every row of the data file holds, and every day off has a reason fit for people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from calendars.build import build
from calendars.decrees import Decree, Entry
from calendars.kazakhstan import CONFIRMED_THROUGH, year_of_days
from rules.calendar import WorkingCalendar
from rules.clock import ONE_DAY
from rules.refusal import Refusal
from rules.terms import TERMS, WHOLE, Step, due, reserve
from tests.calendars.data import FACTS, around, day

NAMES = {
    "New Year": "New Year's Day",
    "International Women's Day": "International Women's Day",
    "Nauryz": "Nauryz",
    "Unity of the People": "Unity of the People Day",
    "Defender of the Fatherland": "Defender of the Fatherland Day",
    "Victory Day": "Victory Day",
    "Capital Day": "Capital Day",
    "Constitution Day": "Constitution Day",
    "Republic Day": "Republic Day",
    "First President Day": "First President Day",
    "Independence Day": "Independence Day",
}
OBSERVED = [(name, each) for name, days in FACTS["observed_days_off"].items() for each in days]


@pytest.mark.parametrize("swap", FACTS["swaps"], ids=lambda swap: str(swap["works"]))
def test_a_swapped_weekend_day_works_and_its_partner_is_off(swap: dict[str, str]) -> None:
    works, off = day(swap["works"]), day(swap["off"])
    calendar = around(off.year)
    assert calendar.is_working(works)
    assert not calendar.is_working(off)
    ((_, counts, why),) = calendar.exceptions(works - ONE_DAY, works)
    assert counts
    assert why.startswith(f"swapped with {off.isoformat()}, ")
    ((_, counts, why),) = calendar.exceptions(off - ONE_DAY, off)
    assert not counts
    assert why.startswith(f"swapped with {works.isoformat()}, ")
    assert "decree" in why or "order" in why
    assert "not recorded" not in why


def test_no_weekend_day_works_that_no_decree_names() -> None:
    named = {day(swap["works"]) for swap in FACTS["swaps"]}
    working = {each for year in range(2000, 2026) for each in year_of_days(year).working}
    assert working == named


@pytest.mark.parametrize(("holiday", "written"), OBSERVED)
def test_a_holiday_on_a_weekend_is_observed_on_the_next_working_day(holiday: str, written: str) -> None:
    observed = day(written)
    assert year_of_days(observed.year).off[observed] == f"observed for {NAMES[holiday.partition(' (')[0]]}"
    assert not around(observed.year).is_working(observed)


@pytest.mark.parametrize("written", FACTS["kurban_ait_confirmed"])
def test_kurban_ait_is_off_on_the_confirmed_day_and_never_moves(written: str) -> None:
    kurban_ait = day(written)
    year = year_of_days(kurban_ait.year)
    assert not around(kurban_ait.year).is_working(kurban_ait)
    assert (year.off | year.festive)[kurban_ait] == "Kurban Ait"
    assert not year.estimated
    assert not any("observed for Kurban Ait" in str(reason) for reason in year.off.values())


@pytest.mark.parametrize(
    ("receipt", "term", "last_day"),
    [(row["receipt"], term, last) for row in FACTS["terms"] for term, last in row["due"].items()],
)
def test_a_term_ends_on_its_last_day(receipt: str, term: str, last_day: str) -> None:
    assert due(around(day(receipt).year), day(receipt), int(term)).last_day == day(last_day)


@pytest.mark.parametrize("case", FACTS["cases_to_the_last_day"], ids=lambda case: str(case["receipt"]))
def test_a_case_that_uses_every_step_to_its_last_day_keeps_five_days(case: dict[str, str]) -> None:
    calendar = around(day(case["receipt"]).year)
    started_on = day(case["receipt"])
    for step in TERMS:
        started_on = due(calendar, started_on, TERMS[step].working_days).last_day
        assert started_on == day(case[step]), step
    limit = due(calendar, day(case["receipt"]), WHOLE.working_days).last_day
    assert limit == day(case["limit"])
    assert reserve(calendar, day(case[Step.APPEAL]), 0, limit) == 5


@pytest.mark.parametrize("row", FACTS["calendar_changed_mid_year"], ids=lambda row: str(row["receipt"]))
def test_a_law_in_mid_year_moves_running_terms(row: dict[str, Any]) -> None:
    receipt = day(row["receipt"])
    before = WorkingCalendar(build(receipt.year, receipt.year + 1, entries=BEFORE_THE_LAW[receipt.year]))
    after = WorkingCalendar(build(receipt.year, receipt.year + 1))
    assert before.after(receipt, row["working_days"]) == day(row["before_change"])
    assert after.after(receipt, row["working_days"]) == day(row["after_change"])


UNCHANGED = Decree(number="0", date=date(2021, 1, 1), title="The calendar before the law changed")
BEFORE_THE_LAW = {
    # No Republic Day yet, and so no swap before it.
    2022: (
        Entry(day=date(2022, 10, 24), working=True, swapped_with=date(2022, 10, 22), decree=UNCHANGED),
        Entry(day=date(2022, 10, 25), working=True, decree=UNCHANGED),
    ),
    # Constitution Day still on 30 August, a Sunday.
    2026: (Entry(day=date(2026, 8, 31), working=False, decree=UNCHANGED),),
}


def test_the_days_off_that_never_move_are_not_observed_on_another_day() -> None:
    for year in range(2006, 2078):
        reasons = [str(reason) for reason in year_of_days(year).off.values()]
        assert not any("observed for Orthodox Christmas" in reason for reason in reasons)
        assert not any("observed for Kurban Ait" in reason for reason in reasons)


def test_kurban_ait_after_the_confirmed_years_is_called_estimated() -> None:
    assert year_of_days(2026).estimated == {date(2026, 5, 27)}
    assert year_of_days(2026).off[date(2026, 5, 27)] == "Kurban Ait, estimated"
    assert year_of_days(2027).festive[date(2027, 5, 16)] == "Kurban Ait, estimated"
    assert not any(year_of_days(year).estimated for year in range(2006, CONFIRMED_THROUGH + 1))


def test_kurban_ait_on_another_holiday_is_estimated_as_any_other() -> None:
    year = year_of_days(2032)
    assert year.off[date(2032, 3, 22)] == "Kurban Ait, estimated and Nauryz"
    assert year.estimated == {date(2032, 3, 22)}


@pytest.mark.parametrize("year", [1990, 2101, 9999])
def test_a_year_without_data_is_refused_by_name_and_never_counted_as_monday_to_friday(year: int) -> None:
    with pytest.raises(Refusal, match=rf"^{year}: .*no data.*1991 to 2100$"):
        build(year, year)


def test_every_reason_is_words_for_people() -> None:
    for year in range(1991, 2101):
        days = year_of_days(year)
        for reason in map(str, [*days.off.values(), *days.working.values(), *days.festive.values()]):
            assert reason
            assert "(" not in reason
            assert "substituted" not in reason
