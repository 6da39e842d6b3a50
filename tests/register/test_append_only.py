"""The database itself refuses to rewrite what is append-only, whoever asks."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, text

from calendars.build import build
from calendars.decrees import Confirmation
from register import record
from register.accounts import record_sent
from register.calendar import approve, confirm_year, keep_state, propose, propose_withdrawal
from register.database import RefusedByDatabase, open_register, writing
from register.deliveries import append_deliveries
from register.desk_acts import record_act
from register.heads import record_sent_head
from register.tables import Base
from tests.register import examples
from tests.register.reading import whole_register
from tests.register.test_calendar import AIGUL, BERIK, DECREE, NOW, SWAP

COLUMNS = {
    "log": "what",
    "deliveries": "error",
    "refused_messages": "reason",
    "calendar_entries": "entered_by",
    "calendar_withdrawals": "because",
    "calendar_approvals": "approved_by",
    "calendar_confirmations": "confirmed_by",
    "calendar_states": "library",
    "sent_accounts": "scheme",
    "desk_acts": "act",
    "sent_heads": "scheme",
}
"""Every table that is append-only, each with a column of text that is not in its key."""


def fill(register: Engine) -> None:
    """Write one row into each of the tables."""
    record.write(register, examples.everything())
    append_deliveries(register, [examples.delivery()])
    (number,) = propose(register, [SWAP], by=AIGUL, now=NOW)
    approve(register, [number], by=BERIK, now=NOW)
    propose_withdrawal(register, number, because="repealed", by=AIGUL, now=NOW)
    confirm_year(register, Confirmation(year=2027, decree=DECREE), by=AIGUL, now=NOW)
    keep_state(register, build(2026, 2027), library="holidays", now=NOW)
    record_sent(register, date(2026, 3, 1), "a1b2c3", scheme="mailto", now=NOW)
    record_act(register, examples.desk_act())
    record_sent_head(register, date(2026, 3, 1), "a1b2c3", head="d4e5", scheme="mailto", now=NOW)


def assert_refused(register: Engine, table: str, statement: str) -> None:
    fill(register)
    before = whole_register(register)
    with (
        pytest.raises(RefusedByDatabase, match=f"{table} is append-only$"),
        writing(register) as connection,
    ):
        connection.execute(text(statement))
    assert whole_register(register) == before


def columns_of(table: str, instead: str) -> tuple[str, str]:
    """The columns of a table, and the same with another value in place of one of them."""
    names = [f'"{column.name}"' for column in Base.metadata.tables[table].columns]
    return ", ".join(names), ", ".join("'something else'" if name == f'"{instead}"' else name for name in names)


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = 'something else'", "DELETE FROM {}"])
def test_what_is_append_only_refuses_to_be_changed(register: Engine, table: str, statement: str) -> None:
    assert_refused(register, table, statement.format(table, COLUMNS[table]))


@pytest.mark.parametrize("table", COLUMNS)
def test_postgresql_refuses_to_empty_it(postgresql_register_url: str, table: str) -> None:
    register = open_register(postgresql_register_url)
    assert_refused(register, table, f"TRUNCATE {table} CASCADE")
    register.dispose()


@pytest.mark.parametrize("table", COLUMNS)
def test_postgresql_refuses_to_replace_a_row(postgresql_register_url: str, table: str) -> None:
    register = open_register(postgresql_register_url)
    assert_refused(
        register,
        table,
        f"INSERT INTO {table} SELECT * FROM {table} "
        f"ON CONFLICT ON CONSTRAINT pk_{table} DO UPDATE SET {COLUMNS[table]} = 'something else'",
    )
    register.dispose()


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize(
    ("instead", "conflict"),
    [("INSERT OR REPLACE", ""), ("INSERT", "WHERE true ON CONFLICT DO UPDATE SET {0} = excluded.{0}")],
)
def test_sqlite_keeps_the_old_row_where_it_is_asked_to_replace_it(
    sqlite_register_url: str, table: str, instead: str, conflict: str
) -> None:
    register = open_register(sqlite_register_url)
    columns, changed = columns_of(table, COLUMNS[table])
    statement = f"{instead} INTO {table} ({columns}) SELECT {changed} FROM {table} {conflict.format(COLUMNS[table])}"
    if table in (
        "log",
        "deliveries",
        "desk_acts",
        "refused_messages",
        "sent_accounts",
        "sent_heads",
    ):  # where a row may come twice, the second is passed over
        fill(register)
        before = whole_register(register)
        with writing(register) as connection:
            connection.execute(text(statement))
        assert whole_register(register) == before
    else:
        assert_refused(register, table, statement)
    register.dispose()


def test_a_case_with_a_log_cannot_be_deleted(register: Engine) -> None:
    record.write(register, examples.everything())

    with pytest.raises(RefusedByDatabase, match=r"(?i)foreign key"), writing(register) as connection:
        connection.execute(text("DELETE FROM cases"))
