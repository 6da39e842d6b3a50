"""The migrations build what the code expects, on both databases, up and down and up again."""

from __future__ import annotations

from importlib import import_module
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pkgutil import iter_modules

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect
from sqlalchemy.schema import ForeignKeyConstraint

import register as package
from register import rows as entries
from register.database import RegisterError, check_migrated, migrate, migrations, open_register, writing
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
        "refused_messages": entries.RefusedMessageEntry,
        "log": entries.LogEntry,
    }
    for table, entry in written.items():
        columns = {column.name for column in Base.metadata.tables[table].columns}
        assert columns - {"case_id", "revision"} == set(entry.model_fields) - {"case_id", "revision"}, table


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


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(empty_register: Engine) -> None:
    """The log is the last table that the first migration makes."""
    migrate(empty_register)
    with writing(empty_register) as connection:
        command.downgrade(migrations(connection), "base")
        connection.exec_driver_sql("CREATE TABLE log (in_the_way TEXT)")

    with pytest.raises(RegisterError, match="already exists"):
        migrate(empty_register)

    assert inspect(empty_register).get_table_names() == ["alembic_version", "log"]
