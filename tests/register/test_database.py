"""Opening the database: settings of SQLite, URLs, and errors that say what to do and give nothing away."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Engine, create_engine, insert, make_url, text
from sqlalchemy.exc import StatementError

from register import record
from register.database import (
    BUSY_TIMEOUT_MS,
    NotMigrated,
    OutOfReach,
    RefusedByDatabase,
    RegisterError,
    WrongAddress,
    check_migrated,
    migrate,
    open_register,
    reading,
    writing,
)
from register.rows import RegisterEntries
from register.tables import CaseRow, RefusedMessageRow
from tests.register import examples

SECRET = "hunter2"


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that refuses connections, and stays so during the test."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def one_line(error: RegisterError) -> str:
    said = str(error)
    assert "\n" not in said
    assert SECRET not in said
    assert "://" not in said.replace("sqlite:///FILE", "").replace("postgresql://...", "")
    return said


def test_sqlite_waits_for_others_keeps_references_and_reads_beside_writes(sqlite_url: str) -> None:
    engine = open_register(sqlite_url)
    migrate(engine)

    with engine.connect() as connection:
        asked = [connection.execute(text(f"PRAGMA {each}")).scalar_one() for each in ("journal_mode", "foreign_keys")]
        assert asked == ["wal", 1]
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == BUSY_TIMEOUT_MS
    engine.dispose()


def test_migrating_makes_the_folder_of_a_sqlite_file(tmp_path: Path) -> None:
    engine = open_register(f"sqlite:///{tmp_path}/some/where/register.db")
    migrate(engine)
    assert (tmp_path / "some/where/register.db").is_file()
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OutOfReach) as raised:
        migrate(open_register(f"sqlite:///{tmp_path}/taken/register.db"))
    assert one_line(raised.value) == (
        f"the register (SQLite file {tmp_path}/taken/register.db) is out of reach: File exists"
    )


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "register.db").write_text("a shopping list, and a long one " * 40)
    with pytest.raises(RegisterError) as raised:
        check_migrated(open_register(f"sqlite:///{tmp_path}/register.db"))
    assert one_line(raised.value).endswith("file is not a database")


def test_an_empty_database_is_not_migrated_and_the_line_says_what_to_run(empty_register: Engine) -> None:
    with pytest.raises(NotMigrated) as raised:
        check_migrated(empty_register)
    assert one_line(raised.value).endswith("is not migrated; run: .venv/bin/python starter.py setup")

    migrate(empty_register)
    check_migrated(empty_register)


def test_asking_whether_it_is_migrated_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotMigrated):
        check_migrated(open_register(f"sqlite:///{tmp_path}/register.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("use", [check_migrated, migrate])
def test_a_database_of_a_newer_version_is_left_alone(empty_register: Engine, use: object) -> None:
    assert callable(use)
    migrate(empty_register)
    with empty_register.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(NotMigrated, match="at revision 9999, which this version does not know") as raised:
        use(empty_register)
    one_line(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "register.db",
        f"postgresql://rex:{SECRET}",
        f"postgresql://rex:{SECRET}@db:port/rexv",
        f"postgresql://rex:p@{SECRET}@db/rexv",
        f"postgresql://rex:p@ss/{SECRET}@db/rexv",
        f"mysql://rex:{SECRET}@db/rexv",
        f"nosuch://rex:{SECRET}@db/rexv",
        f"postgresql+psycopg2://rex:{SECRET}@db/rexv",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:register.db?mode=memory&uri=true",
        "sqlite+aiosqlite:///register.db",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(WrongAddress, match="expected") as raised:
        open_register(url)
    one_line(raised.value)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///register.db", "pysqlite"),
        ("postgresql://db/rexv", "psycopg"),
        ("postgresql+psycopg://db", "psycopg"),
    ],
)
def test_plain_urls_find_their_driver(url: str, driver: str) -> None:
    assert open_register(url).dialect.driver == driver


def test_patience_with_postgresql_can_be_set_in_the_url() -> None:
    query = open_register("postgresql://db/rexv?connect_timeout=3").url.query
    assert (query["connect_timeout"], query["tcp_user_timeout"]) == ("3", "30000")


@pytest.mark.parametrize("credentials", [f"rex:{SECRET}@127.0.0.1:PORT/rexv", f"127.0.0.1:PORT/rexv?password={SECRET}"])
def test_an_unreachable_database_is_one_line_without_the_password(deaf_port: int, credentials: str) -> None:
    engine = open_register(f"postgresql://{credentials.replace('PORT', str(deaf_port))}")
    for use in (
        check_migrated,
        migrate,
        record.list_open_cases,
        lambda engine: record.write(engine, examples.everything()),
    ):
        with pytest.raises(OutOfReach, match="Connection refused") as raised:
            use(engine)
        line = one_line(raised.value)
        assert line.startswith(f"the register (PostgreSQL database rexv at 127.0.0.1:{deaf_port}) is out of reach: ")


def test_a_password_that_the_server_repeats_is_struck_out(postgresql_url: str) -> None:
    """The server names the user it does not know, and here user and password are the same."""
    engine = open_register(
        make_url(postgresql_url).set(username=SECRET, password=SECRET).render_as_string(hide_password=False)
    )
    with pytest.raises(OutOfReach, match=r'role "\*\*\*" does not exist') as raised:
        check_migrated(engine)
    one_line(raised.value)


def test_a_refused_statement_names_the_constraint_and_none_of_the_data(register: Engine) -> None:
    row = examples.case(case_id=SECRET, exporter=SECRET).model_dump()
    with pytest.raises(RefusedByDatabase, match=r"(?i)unique constraint") as raised, writing(register) as connection:
        connection.execute(insert(CaseRow), [row, row])
    one_line(raised.value)


def test_an_error_met_outside_the_record_holds_no_data_either(register: Engine) -> None:
    naive = {"at": datetime(2026, 3, 2)}  # noqa: DTZ001 - refused, which is what makes the error
    row = examples.refused_message(body=SECRET).model_dump() | {"case_id": "rex-no-1"} | naive
    with pytest.raises(StatementError) as raised, register.begin() as connection:
        connection.execute(insert(RefusedMessageRow), row)
    assert SECRET not in str(raised.value)


def test_a_connection_that_was_cut_is_replaced(postgresql_url: str) -> None:
    engine = open_register(postgresql_url)
    migrate(engine)
    with engine.connect() as connection:
        session = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = create_engine(postgresql_url)
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:session, 5000)"), {"session": session})
    other.dispose()

    record.write(engine, examples.everything())

    assert record.log_of(engine, examples.CASE_ID) == [examples.log()]
    engine.dispose()


def test_writers_who_read_first_wait_for_each_other_on_sqlite(sqlite_url: str) -> None:
    engine = open_register(sqlite_url)
    migrate(engine)
    record.write(engine, examples.everything())
    barrier = Barrier(2)

    def count(_: int) -> None:
        barrier.wait()
        for _ in range(20):
            with writing(engine) as connection:
                days = connection.execute(text("SELECT reserve_days FROM cases")).scalar_one()
                connection.execute(text("UPDATE cases SET reserve_days = :next"), {"next": days + 1})

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(count, range(2)))

    with reading(engine) as connection:
        assert connection.execute(text("SELECT reserve_days FROM cases")).scalar_one() == 45
    engine.dispose()


def test_what_is_read_in_one_go_is_as_of_one_moment(register: Engine) -> None:
    record.write(register, examples.everything())
    with reading(register) as connection:
        before = connection.execute(text("SELECT step FROM cases")).scalar_one()
        record.write(register, RegisterEntries(case=examples.case(2, step="inspect")))
        assert connection.execute(text("SELECT step FROM cases")).scalar_one() == before

    with reading(register) as connection:
        assert connection.execute(text("SELECT step FROM cases")).scalar_one() == "inspect"


def test_postgresql_refuses_to_write_where_it_is_only_read(postgresql_register_url: str) -> None:
    register = open_register(postgresql_register_url)
    record.write(register, examples.everything())
    with pytest.raises(RegisterError, match="read-only transaction"), reading(register) as connection:
        connection.execute(text("UPDATE cases SET step = 'inspect'"))
    record.write(register, examples.everything())
    register.dispose()


@pytest.fixture
def held_before_wal(tmp_path: Path) -> Iterator[tuple[str, sqlite3.Connection]]:
    """The URL of a SQLite file that has not been switched to WAL, and a connection that is writing to it."""
    other = sqlite3.connect(tmp_path / "register.db", isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN IMMEDIATE")
    yield f"sqlite:///{tmp_path}/register.db", other
    other.close()


def test_the_switch_to_wal_waits_until_another_has_written(held_before_wal: tuple[str, sqlite3.Connection]) -> None:
    """SQLite itself would not wait here at all, and say at once that the file is locked."""
    url, other = held_before_wal
    engine = open_register(url)
    with ThreadPoolExecutor(1) as thread:
        connecting = thread.submit(engine.connect)
        with pytest.raises(TimeoutError):
            connecting.result(timeout=0.3)
        other.execute("COMMIT")
        with connecting.result(timeout=5) as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    engine.dispose()


def test_the_switch_to_wal_does_not_wait_for_ever(
    held_before_wal: tuple[str, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("register.database.BUSY_TIMEOUT_MS", 50)
    url, _ = held_before_wal
    engine = open_register(url)
    with pytest.raises(OutOfReach, match="database is locked"):
        migrate(engine)
    engine.dispose()


def test_a_busy_sqlite_file_is_out_of_reach_for_now(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("register.database.BUSY_TIMEOUT_MS", 1)
    engine = open_register(sqlite_url)
    migrate(engine)

    with writing(engine), pytest.raises(OutOfReach, match="database is locked, other writes take their turn"):
        record.write(engine, examples.everything())
    engine.dispose()
