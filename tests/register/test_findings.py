"""A finding is reported once a day: what was reported on which day is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from register.findings import record_reported, reported_on

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_what_was_reported_counts_for_its_day_alone(register: Engine) -> None:
    record_reported(register, MONDAY, ["ladder_ended rex-ch-1 inspect.step_overdue", "қала"], level=2, now=NOW)
    assert reported_on(register, MONDAY) == {"ladder_ended rex-ch-1 inspect.step_overdue", "қала"}
    assert reported_on(register, TUESDAY) == frozenset()


def test_recording_again_changes_nothing_and_recording_nothing_is_allowed(register: Engine) -> None:
    record_reported(register, MONDAY, ["a"], level=2, now=NOW)
    record_reported(register, MONDAY, ["a", "b"], level=3, now=NOW)
    record_reported(register, TUESDAY, [], level=2, now=NOW)
    assert reported_on(register, MONDAY) == {"a", "b"}
