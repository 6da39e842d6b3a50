"""A gap is told once a day: what was told on which day is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from register.findings import record_told, told_on

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_what_was_told_is_told_of_its_day_alone(register: Engine) -> None:
    record_told(register, MONDAY, ["ladder_ended rex-ch-1 inspect.step_overdue", "қала"], level=2, now=NOW)
    assert told_on(register, MONDAY) == {"ladder_ended rex-ch-1 inspect.step_overdue", "қала"}
    assert told_on(register, TUESDAY) == frozenset()


def test_telling_again_changes_nothing_and_telling_nothing_is_nothing(register: Engine) -> None:
    record_told(register, MONDAY, ["a"], level=2, now=NOW)
    record_told(register, MONDAY, ["a", "b"], level=3, now=NOW)
    record_told(register, TUESDAY, [], level=2, now=NOW)
    assert told_on(register, MONDAY) == {"a", "b"}
    assert told_on(register, TUESDAY) == frozenset()
