"""What cannot be entered is refused, and each refusal names the date."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from calendars.decrees import Confirmation, Decree, Entry
from calendars.proposals import check, check_confirmation
from rules.refusal import Refusal

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DECREE = Decree(number="77", date=date(2026, 11, 2), title="On the transfer of days off")


def off(day: str, swapped_with: str | None = None) -> Entry:
    return Entry(
        day=date.fromisoformat(day),
        working=False,
        swapped_with=date.fromisoformat(swapped_with) if swapped_with else None,
        decree=DECREE,
    )


def working(day: str, swapped_with: str | None = None) -> Entry:
    return off(day, swapped_with).model_copy(update={"working": True})


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (off("2027-03-27"), "2027-03-27: is already a day off (weekend)"),
        (off("2027-01-01"), "2027-01-01: is already a day off (New Year's Day)"),
        (off("2027-03-24"), "2027-03-24: is already a day off (observed for Nauryz)"),
        (off("2027-01-02"), "2027-01-02: is already a day off (New Year's Day)"),
        (working("2027-03-26"), "2027-03-26: is already a working day"),
        (working("2026-05-26"), "2026-05-26: is already a working day"),
        (off("2027-03-26", "2027-03-30"), "2027-03-30: is already a working day"),
        (working("2027-03-27", "2027-03-28"), "2027-03-28: is already a day off (weekend)"),
        (off("2027-03-26", "2027-03-26"), "2027-03-26: is swapped with itself"),
        (off("2024-03-29"), "2024-03-29: lies too far back"),
        (off("2026-12-30", "2024-12-28"), "2024-12-28: lies too far back"),
        (off("2101-03-08"), "2101-03-08: the library of holidays has no data for 2101"),
        (off("2100-12-31", "2101-01-01"), "2101-01-01: the library of holidays has no data for 2101"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_by_its_date(entry: Entry, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        check(entry, [], [], NOW)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("second", [off("2027-03-26"), working("2027-04-03"), off("2027-03-29", "2027-04-03")])
def test_a_day_is_settled_by_one_entry_only(second: Entry) -> None:
    with pytest.raises(Refusal, match=r"^2027-0(3-26|4-03): entry 4 already decides this day .*No\. 77"):
        check(second, [], [("entry 4", off("2027-03-26", "2027-04-03"))], NOW)


def test_a_decree_of_the_future_is_refused() -> None:
    tomorrow = DECREE.model_copy(update={"date": date(2026, 11, 24)})
    with pytest.raises(Refusal, match=r"2027-03-26: decree No\. 77 is dated 2026-11-24"):
        check(off("2027-03-26").model_copy(update={"decree": tomorrow}), [], [], NOW)


@pytest.mark.parametrize(
    "entry",
    [
        off("2027-03-26"),
        off("2027-03-26", "2027-04-03"),
        working("2027-04-03", "2027-03-26"),
        working("2026-01-02"),
        off("2025-12-29"),
        off("2026-05-27"),  # settles an estimated Kurban Ait
        off("2027-05-16"),  # the same on a Sunday
        off("2026-05-28", "2026-05-27"),  # it came a day later
    ],
)
def test_an_entry_that_makes_sense_is_taken(entry: Entry) -> None:
    check(entry, [], [], NOW)


def test_what_is_in_force_counts_when_it_is_asked_whether_a_day_is_already_so() -> None:
    with pytest.raises(Refusal, match="2026-05-27: is already a day off"):
        check(off("2026-05-27"), [off("2026-05-27")], [], NOW)


@pytest.mark.parametrize(
    ("year", "reason"),
    [
        (2024, "2024: needs no confirmation"),
        (2027, "2027: is confirmed already"),
        (2101, "2101: the library of holidays has no data"),
        (1990, "1990: the library of holidays has no data"),
    ],
)
def test_a_year_that_cannot_be_confirmed_is_refused_by_name(year: int, reason: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_confirmation(Confirmation(year=year, decree=DECREE), {2027}, NOW)
    assert str(refused.value).startswith(reason)


def test_a_year_to_come_can_be_confirmed() -> None:
    check_confirmation(Confirmation(year=2028, decree=DECREE), {2027}, NOW)
