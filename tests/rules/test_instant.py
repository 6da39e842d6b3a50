"""Instants and days: what is read, in which words it is refused, and that an offset moves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from rules.instant import Day, Instant, rfc_3339
from rules.refusal import reasons

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
DAY: TypeAdapter[date] = TypeAdapter(Day)


def refused(adapter: TypeAdapter[Any], value: object) -> str:
    with pytest.raises(ValidationError) as error:
        adapter.validate_python(value)
    return reasons(error.value)


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-02T09:30:00+05:00",
        "2026-03-02T04:30:00Z",
        "2026-03-02t04:30:00z",
        "2026-03-02 04:30:00Z",
        "2026-03-02T04:30Z",
        "2026-03-02T04:30:00.000000000Z",
        "2026-03-01T23:30:00-05:00",
        "2026-03-02T10:15:00+05:45",
    ],
)
def test_one_instant_is_read_however_it_is_written(written: str) -> None:
    assert INSTANT.validate_python(written) == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert INSTANT.validate_python(written).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *("2026-03-02", "20260302T093000Z", "2026-W10-1T09:30:00Z", "09:30:00Z", "today", "", " 2026-03-02T09:30:00Z"),
        *("2026-03-02T09:30:00+05", "2026-03-02T09:30:00Z\n", 1772443800, 1772443800.0, None, True, [], {}),
        date(2026, 3, 2),
    ],
)
def test_what_is_no_time_of_rfc_3339_is_refused(value: object) -> None:
    assert refused(INSTANT, value) == "expected a time as in 2026-03-02T09:30:00+05:00"


@pytest.mark.parametrize("value", ["2026-03-02T09:30:00", "2026-03-02 09:30", datetime(2026, 3, 2)])  # noqa: DTZ001
def test_a_time_without_offset_is_refused_and_not_guessed(value: object) -> None:
    assert refused(INSTANT, value) == "the time has no offset; expected one as in 2026-03-02T09:30:00+05:00"


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30T00:00:00Z",
        "2026-03-02T24:00:00Z",
        "2026-03-02T09:60:00Z",
        "2026-03-02T09:30:00+24:00",
        "2026-13-01T00:00:00Z",
    ],
)
def test_a_time_that_does_not_exist_is_refused(value: str) -> None:
    assert refused(INSTANT, value) == "not a time that exists; expected one as in 2026-03-02T09:30:00+05:00"


def test_a_refused_time_is_not_repeated_however_long_it_is() -> None:
    assert len(refused(INSTANT, f"2026-02-30T00:00:00.{'1' * 100_000}Z")) < 100


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_outside_the_years_that_can_be_counted_is_refused(value: str) -> None:
    assert refused(INSTANT, value) == "expected a time within the years 1 to 9999"


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_an_offset_is_kept_as_the_instant_that_it_means(clock: datetime, minutes: int) -> None:
    instant = clock.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = INSTANT.validate_python(instant.isoformat())
    assert (read, read.tzinfo) == (instant, UTC)
    assert rfc_3339(instant).endswith("Z")
    assert INSTANT.validate_python(rfc_3339(instant)) == instant


def test_json_has_instants_in_utc_with_z() -> None:
    class Holder(BaseModel):
        at: Instant

    assert Holder.model_validate({"at": "2026-03-02T09:30:00+05:00"}).model_dump(mode="json") == {
        "at": "2026-03-02T04:30:00Z"
    }


@pytest.mark.parametrize("value", ["2026-03-02", date(2026, 3, 2)])
def test_a_day_is_read_from_an_iso_date(value: object) -> None:
    assert DAY.validate_python(value) == date(2026, 3, 2)


@pytest.mark.parametrize(
    "value",
    [
        *("2026-3-2", "20260302", "02.03.2026", "2026-03-02T00:00:00Z", "2026-W10-1", "soon", "", None, 1, True, []),
        datetime(2026, 3, 2, tzinfo=UTC),
    ],
)
def test_what_is_no_iso_date_is_no_day(value: object) -> None:
    assert refused(DAY, value) == "expected a date as in 2026-03-02"


@pytest.mark.parametrize("value", ["2026-02-29", "2026-13-01", "2026-00-10", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_refused(value: str) -> None:
    assert refused(DAY, value).startswith("not a day that exists")
