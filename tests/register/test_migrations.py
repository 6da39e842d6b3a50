"""The migrations build what the code expects, on both databases, up and down and up again."""

from __future__ import annotations

import sqlite3
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from pkgutil import iter_modules

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, make_url
from sqlalchemy.schema import ForeignKeyConstraint

import register as package
from register import rows as entries
from register.database import (
    NotMigrated,
    OutOfReach,
    RegisterError,
    check_migrated,
    migrate,
    migrations,
    open_register,
    reading,
    writing,
)
from register.record import write
from register.tables import Base
from tests.register import examples
from tests.register.reading import whole_register

for module in iter_modules(package.__path__):
    import_module(f"register.{module.name}")  # whichever of them declares tables


def differences(engine: Engine) -> list[object]:
    """What Alembic would have to change to make the database as the tables say."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_migrations_build_what_the_tables_say(register: Engine) -> None:
    assert differences(register) == []


def test_every_constraint_has_the_name_that_the_tables_give_it(register: Engine) -> None:
    found = inspect(register)
    for name, table in Base.metadata.tables.items():
        given = {str(each.name) for each in table.constraints if isinstance(each, ForeignKeyConstraint)}
        assert {each["name"] for each in found.get_foreign_keys(name)} == given
        assert found.get_pk_constraint(name)["name"] == table.primary_key.name == f"pk_{name}"


def test_the_columns_are_the_fields_of_the_entries() -> None:
    written: dict[str, type[entries.Entry]] = {
        "cases": entries.CaseEntry,
        "steps": entries.StepEntry,
        "documents": entries.DocumentEntry,
        "letters": entries.LetterEntry,
        "escalations": entries.EscalationEntry,
        "deliveries": entries.DeliveryEntry,
        "refused_messages": entries.RefusedMessageEntry,
        "log": entries.LogEntry,
    }
    ours = {"case_id", "as_of", "place", "digest"}  # which case, and which write
    ours |= {"sequence", "previous", "hash"}  # the link of the chain
    for table, entry in written.items():
        columns = {column.name for column in Base.metadata.tables[table].columns}
        assert columns - ours == set(entry.model_fields) - ours, table


def test_migrating_again_changes_nothing(register: Engine) -> None:
    write(register, examples.everything())
    before = whole_register(register)

    migrate(register)

    check_migrated(register)
    assert whole_register(register) == before


def test_down_leaves_nothing_and_up_builds_all_again(empty_register: Engine) -> None:
    register = empty_register
    migrate(register)
    with writing(register) as connection:
        command.downgrade(migrations(connection), "base")
    assert inspect(register).get_table_names() == ["alembic_version"]

    migrate(register)

    check_migrated(register)
    assert differences(register) == []
    write(register, examples.everything())


def set_up(url: str, barrier: Barrier) -> None:
    engine = open_register(url)
    barrier.wait(60)
    migrate(engine)
    check_migrated(engine)


def test_two_set_ups_at_once_both_succeed(empty_url: str) -> None:
    spawn = get_context("spawn")  # processes, as set-ups are: Alembic runs one migration at a time in each
    barrier = spawn.Barrier(2)
    processes = [spawn.Process(target=set_up, args=(empty_url, barrier)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]


def connect_to_each(urls: list[str], barrier: Barrier) -> None:
    for url in urls:
        engine = open_register(url)
        barrier.wait(60)
        with reading(engine) as connection:
            connection.exec_driver_sql("SELECT 1")
        engine.dispose()


@pytest.mark.slow
def test_who_makes_a_sqlite_file_at_the_same_time_as_another_waits_for_it(tmp_path: Path) -> None:
    """In one race of ten or so the two switch the new file to WAL in the same instant, so there are many races."""
    spawn = get_context("spawn")
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(100)]
    barrier = spawn.Barrier(2)
    processes = [spawn.Process(target=connect_to_each, args=(urls, barrier)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(empty_register: Engine) -> None:
    """The findings' table is the last that the migration makes."""
    migrate(empty_register)
    with writing(empty_register) as connection:
        command.downgrade(migrations(connection), "base")
        connection.exec_driver_sql("CREATE TABLE reported_findings (in_the_way TEXT)")

    with pytest.raises(RegisterError, match="already exists"):
        migrate(empty_register)

    assert inspect(empty_register).get_table_names() == ["alembic_version", "reported_findings"]


def test_a_database_whose_version_is_older_than_its_tables_says_so(empty_register: Engine) -> None:
    migrate(empty_register)
    with writing(empty_register) as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    before = whole_register(empty_register)

    with pytest.raises(NotMigrated, match="cannot be migrated: it has other tables than its version, none in") as said:
        migrate(empty_register)

    assert "out of reach" not in str(said.value)
    assert "cases" in str(said.value)
    assert "\n" not in str(said.value)
    assert str(said.value).endswith("expected an empty database or a whole backup")
    assert whole_register(empty_register) == before


def test_a_disk_that_is_full_is_out_of_reach_and_no_wrong_version(sqlite_url: str) -> None:
    register = open_register(sqlite_url)
    event.listen(register, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 4"))

    with pytest.raises(OutOfReach, match="full"):
        migrate(register)
    register.dispose()


def test_a_database_that_lets_nobody_write_says_so_and_names_no_wrong_version(postgresql_url: str) -> None:
    read_only = make_url(postgresql_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    register = open_register(read_only.render_as_string(hide_password=False))

    with pytest.raises(RegisterError, match="read-only transaction") as said:
        migrate(register)
    assert not isinstance(said.value, NotMigrated)
    register.dispose()


def test_a_database_that_another_holds_is_out_of_reach_and_not_wrong(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("register.database.BUSY_TIMEOUT_MS", 1)
    register = open_register(sqlite_url)
    migrate(register)
    other = sqlite3.connect(str(register.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OutOfReach, match="database is locked"):
        migrate(register)

    other.close()
    register.dispose()
