"""The database itself refuses to rewrite the log, whoever asks."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from register import record
from register.database import RefusedByDatabase, open_register, writing
from tests.register import examples


@pytest.mark.parametrize("statement", ["UPDATE log SET what = 'something else'", "DELETE FROM log"])
def test_the_log_refuses_to_be_changed(register: Engine, statement: str) -> None:
    record.write(register, examples.everything())

    with pytest.raises(RefusedByDatabase, match="the log is append-only"), writing(register) as connection:
        connection.execute(text(statement))

    assert record.log_of(register, examples.CASE_ID) == [examples.log()]


def test_postgresql_refuses_to_empty_the_log(postgresql_register_url: str) -> None:
    register = open_register(postgresql_register_url)
    record.write(register, examples.everything())

    with pytest.raises(RefusedByDatabase, match="the log is append-only"), writing(register) as connection:
        connection.execute(text("TRUNCATE log"))
    register.dispose()


@pytest.mark.parametrize(
    ("instead", "conflict"),
    [("INSERT OR REPLACE", ""), ("INSERT", "WHERE true ON CONFLICT DO UPDATE SET what = excluded.what")],
)
def test_sqlite_keeps_the_old_entry_where_it_is_told_to_replace_it(
    sqlite_register_url: str, instead: str, conflict: str
) -> None:
    register = open_register(sqlite_register_url)
    record.write(register, examples.everything())

    with writing(register) as connection:
        connection.execute(
            text(
                f"{instead} INTO log (case_id, number, at, who, what, details) "
                f"SELECT case_id, number, at, who, 'something else', details FROM log {conflict}"
            )
        )

    assert record.log_of(register, examples.CASE_ID) == [examples.log()]
    register.dispose()


def test_postgresql_refuses_to_replace_an_entry(postgresql_register_url: str) -> None:
    register = open_register(postgresql_register_url)
    record.write(register, examples.everything())

    with pytest.raises(RefusedByDatabase, match="the log is append-only"), writing(register) as connection:
        connection.execute(
            text(
                "INSERT INTO log SELECT * FROM log ON CONFLICT (case_id, number) DO UPDATE SET what = 'something else'"
            )
        )
    register.dispose()


def test_a_case_with_a_log_cannot_be_deleted(register: Engine) -> None:
    record.write(register, examples.everything())

    with pytest.raises(RefusedByDatabase, match=r"(?i)foreign key"), writing(register) as connection:
        connection.execute(text("DELETE FROM cases"))
